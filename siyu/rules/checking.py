"""Settles what a rule's conditions mean, and refuses what only looks like a rule."""

from typing import cast

from siyu.rules.features import FeatureSet, ValueType
from siyu.rules.moments import aged
from siyu.rules.operands import NOW, OperandChecker, Refused, literal_type
from siyu.rules.problems import BadRule, RuleCode
from siyu.rules.syntax import Binary, Call, Chain, Constant, Listing, Name, Negation, Syntax
from siyu.rules.tree import (
    AllOf,
    Among,
    AnyOf,
    Compare,
    Condition,
    Contains,
    Holds,
    IsSet,
    Literal,
    Not,
    Operand,
    Prefix,
    Read,
    Size,
    Truth,
    type_of,
)

MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
ORDERED = frozenset({ValueType.INT, ValueType.TIMESTAMP})


def check(syntax: Syntax, source: str, features: FeatureSet) -> Condition:
    """The rule that the text is. Raises BadRule with everything that is wrong with names and types."""
    checker = Checker(source, features)
    found = checker.tried(syntax)
    if checker.problems:
        raise BadRule(sorted(checker.problems, key=lambda problem: (problem.line, problem.column)))
    return cast("Condition", found)


class Checker(OperandChecker):
    """One check of one text."""

    def tried(self, syntax: Syntax) -> Condition | None:
        """The condition, or None with at least one problem more."""
        try:
            return self._condition(syntax)
        except Refused:
            return None

    def _condition(self, syntax: Syntax) -> Condition:
        match syntax:
            case Chain():
                return self._chain(syntax)
            case Negation(operand=operand, span=span):
                return Not(self._condition(operand), span)
            case Binary(operator="in"):
                return self._membership(syntax)
            case Binary(operator=operator) if operator in MIRRORED:
                return self._comparison(syntax)
            case Call(function="is_set" | "startsWith"):
                return self._asking_call(syntax)
            case _:
                return self._alone(syntax)

    def _alone(self, syntax: Syntax) -> Condition:
        """A value that is a condition by itself."""
        operand = self._operand(syntax)
        match operand:
            case Literal(value=bool() as value):
                return Truth(value, syntax.span)
            case Read(feature=feature) if feature.type is ValueType.BOOL:
                return Holds(feature, syntax.span)
        found = type_of(operand).value
        zh = f"这里要条件，却是 {found}；请与一个值比较"
        en = f"a condition is needed here, not {found}: compare it with a value"
        raise self._refuse(syntax.span[0], RuleCode.TYPE, zh, en)

    def _chain(self, chain: Chain) -> Condition:
        # All parts are looked at, so that everything wrong is told at once.
        parts = tuple(part for part in map(self.tried, chain.parts) if part is not None)
        if len(parts) < len(chain.parts):
            raise Refused
        return AllOf(parts, chain.span) if chain.operator == "&&" else AnyOf(parts, chain.span)

    def _comparison(self, binary: Binary) -> Condition:
        left, right, operator = self._operand(binary.left), self._operand(binary.right), binary.operator
        if not isinstance(left, Read | Size) and not isinstance(right, Read | Size):
            zh, en = "比较中没有会员的字段", "this compares nothing of the member"
            raise self._refuse(binary.at, RuleCode.NOT_ALLOWED, zh, en)
        found, other = type_of(left), type_of(right)
        if found is not other:
            zh = f"{found.value} 不能与 {other.value} 比较"
            raise self._refuse(binary.at, RuleCode.TYPE, zh, f"{found.value} does not compare with {other.value}")
        if found is ValueType.STRINGS:
            zh, en = "列表不能整个比较，请用 in 或 size()", "lists do not compare: use `in` or `size()`"
            raise self._refuse(binary.at, RuleCode.NOT_ALLOWED, zh, en, "in")
        if operator not in ("==", "!=") and found not in ORDERED:
            zh, en = f"{found.value} 没有大小，只能用 == 和 !=", f"{found.value} has no order: use `==` or `!=`"
            raise self._refuse(binary.at, RuleCode.NOT_ALLOWED, zh, en, "==")
        if not isinstance(left, Read | Size):
            left, right, operator = right, left, MIRRORED[operator]
        return aged(left, operator, right, binary.span) or Compare(operator, left, right, binary.span)

    def _membership(self, binary: Binary) -> Condition:
        left = self._operand(binary.left)
        if isinstance(binary.right, Listing):
            return self._among(left, binary.right, binary)
        right = self._operand(binary.right)
        if not isinstance(right, Read) or right.feature.type is not ValueType.STRINGS:
            zh, en = "in 的右边要列表", "`in` needs a list on its right"
            raise self._refuse(binary.right.span[0], RuleCode.TYPE, zh, en)
        if not isinstance(left, Read | Literal) or type_of(left) is not ValueType.STRING:
            zh, en = "该列表只含文本", "that list has texts, and nothing else can be in it"
            raise self._refuse(binary.left.span[0], RuleCode.TYPE, zh, en)
        return Contains(right.feature, left, binary.span)

    def _among(self, left: Operand, listing: Listing, binary: Binary) -> Condition:
        wanted = type_of(left)
        if not isinstance(left, Read | Size) or wanted not in (ValueType.INT, ValueType.STRING):
            zh, en = (
                "只有会员的数字或文本可以在列表中查找",
                "only a number or a text of the member is looked for here",
            )
            raise self._refuse(binary.left.span[0], RuleCode.NOT_ALLOWED, zh, en)
        if not listing.items:
            zh, en = "列表是空的", "the list is empty"
            raise self._refuse(listing.span[0], RuleCode.NOT_ALLOWED, zh, en)
        values: list[int | str] = []
        for item in listing.items:
            if not isinstance(item, Constant) or literal_type(item) is not wanted:
                zh, en = f"列表中只能有 {wanted.value} 值", f"this list has values of {wanted.value} only"
                raise self._refuse(item.span[0], RuleCode.TYPE, zh, en)
            values.append(item.value)
        return Among(left, tuple(values), wanted, binary.span)

    def _asking_call(self, call: Call) -> Condition:
        if call.function == "startsWith":
            return self._prefix(call)
        [argument] = self._arguments(call, 1)
        if not isinstance(argument, Name) or argument.path == NOW:
            zh, en = "is_set 只能问字段", "`is_set` asks about a field"
            raise self._refuse(argument.span[0], RuleCode.TYPE, zh, en)
        return IsSet(self._feature(argument), call.span)

    def _prefix(self, call: Call) -> Condition:
        [argument] = self._arguments(call, 1, has_target=True)
        target = self._operand(cast("Syntax", call.target))
        if not isinstance(target, Read) or target.feature.type is not ValueType.STRING:
            zh, en = "startsWith 只能用于文本字段", "`startsWith` is asked of a text of the member"
            raise self._refuse(call.span[0], RuleCode.TYPE, zh, en)
        if not isinstance(argument, Constant) or not isinstance(argument.value, str):
            zh, en = "startsWith 的参数要文本", "`startsWith` takes a text"
            raise self._refuse(argument.span[0], RuleCode.TYPE, zh, en)
        return Prefix(target.feature, argument.value, call.span)
