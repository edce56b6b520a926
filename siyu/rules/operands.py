"""Settles what the values in a rule are: the features that it names, and what it compares them with."""

from datetime import timedelta

from siyu.rules.features import Feature, FeatureSet, ValueType
from siyu.rules.moments import duration_of, timestamp_of
from siyu.rules.problems import RuleCode, RuleProblem, likely, problem_at
from siyu.rules.syntax import Binary, Call, Constant, Listing, Name, Syntax
from siyu.rules.tree import Ago, Literal, Operand, Read, Size

PROBLEMS_MAX = 16
FUNCTIONS = ("size", "is_set", "startsWith", "duration", "timestamp")
# Names that CEL knows and rules do not use.
NOT_IN_RULES = frozenset(
    (
        *("has", "all", "exists", "exists_one", "map", "filter", "matches", "contains", "endsWith", "dyn", "type"),
        *("int", "uint", "double", "string", "bytes", "bool", "getFullYear", "getMonth", "getDate", "getDayOfMonth"),
        *("getDayOfWeek", "getDayOfYear", "getHours", "getMinutes", "getSeconds", "getMilliseconds"),
    )
)
NOW = "now"


class Refused(Exception):
    """A part of the rule has a problem, which was written down."""


class OperandChecker:
    """One check of one text, as far as values go; `problems` grows, up to PROBLEMS_MAX."""

    def __init__(self, source: str, features: FeatureSet) -> None:
        self._source = source
        self._features = features
        self.problems: list[RuleProblem] = []

    def _refuse(self, at: int, code: RuleCode, zh: str, en: str, suggestion: str | None = None) -> Refused:
        if len(self.problems) < PROBLEMS_MAX:
            self.problems.append(problem_at(self._source, at, code, zh, en, suggestion))
        return Refused()

    def _operand(self, syntax: Syntax) -> Operand:
        match syntax:
            case Constant():
                return Literal(syntax.value, literal_type(syntax))
            case Name(path=path):
                return Ago(timedelta()) if path == NOW else Read(self._feature(syntax))
            case Binary(operator="-"):
                return self._before_now(syntax)
            case Call(function="timestamp"):
                return self._timestamp(syntax)
            case Call(function="size"):
                [argument] = self._arguments(syntax, 1)
                counted = self._operand(argument)
                if not isinstance(counted, Read) or counted.feature.type is not ValueType.STRINGS:
                    zh, en = "size 只能用于列表字段", "`size` counts a list of the member"
                    raise self._refuse(argument.span[0], RuleCode.TYPE, zh, en)
                return Size(counted.feature)
            case Call():
                raise self._misplaced_call(syntax)
            case Listing():
                zh, en = "列表只能在 in 的右边", "a list stands on the right of `in` only"
            case _:
                zh, en = "这里要值，却是条件；请用 &&、|| 或 ! 连接条件", "a value is needed here, not a condition"
        raise self._refuse(syntax.span[0], RuleCode.TYPE, zh, en)

    def _before_now(self, binary: Binary) -> Operand:
        """`now - duration("…")`: nothing else is calculated."""
        right = binary.right
        is_now = isinstance(binary.left, Name) and binary.left.path == NOW
        if not is_now or not isinstance(right, Call) or right.function != "duration":
            zh, en = '只能写 now - duration("…")', 'only `now - duration("…")` is calculated'
            raise self._refuse(binary.at, RuleCode.NOT_ALLOWED, zh, en)
        text = self._text_argument(right)
        back = duration_of(text)
        if back is None:
            zh, en = (
                '时长写作 "72h"、"1h30m"、"90s"，最长一百年',
                'a duration is "72h", "1h30m" or "90s", a century at most',
            )
            raise self._refuse(right.span[0], RuleCode.VALUE, zh, en)
        return Ago(back)

    def _timestamp(self, call: Call) -> Operand:
        moment = timestamp_of(self._text_argument(call))
        if moment is None:
            zh, en = '时间写作 "2026-01-31T08:00:00+08:00"', 'a time is "2026-01-31T08:00:00+08:00", from 1900 to 2999'
            raise self._refuse(call.span[0], RuleCode.VALUE, zh, en)
        return Literal(moment, ValueType.TIMESTAMP)

    def _text_argument(self, call: Call) -> str:
        [argument] = self._arguments(call, 1)
        if not isinstance(argument, Constant) or not isinstance(argument.value, str):
            zh, en = f"{call.function} 的参数要文本", f"`{call.function}` takes a text"
            raise self._refuse(argument.span[0], RuleCode.TYPE, zh, en)
        return argument.value

    def _arguments(self, call: Call, count: int, *, has_target: bool = False) -> tuple[Syntax, ...]:
        if (call.target is not None) != has_target:
            written = f"字段.{call.function}(…)" if has_target else f"{call.function}(…)"
            english = f"field.{call.function}(…)" if has_target else f"{call.function}(…)"
            raise self._refuse(call.at, RuleCode.NOT_ALLOWED, f"应写作 {written}", f"write `{english}`")
        if len(call.arguments) != count:
            zh, en = f"{call.function} 要 {count} 个参数", f"`{call.function}` takes {count} argument"
            raise self._refuse(call.at, RuleCode.TYPE, zh, en)
        return call.arguments

    def _misplaced_call(self, call: Call) -> Refused:
        name = call.function
        if name == "duration":
            zh, en = "时长只能写在 now - 之后", "a duration stands behind `now -` only"
            return self._refuse(call.at, RuleCode.NOT_ALLOWED, zh, en)
        if name in FUNCTIONS:
            zh, en = f"{name} 是条件，不是值", f"`{name}` is a condition, not a value"
            return self._refuse(call.at, RuleCode.TYPE, zh, en)
        if name in NOT_IN_RULES:
            suggestion = "is_set" if name == "has" else None
            zh, en = f"规则中不能用 {name}", f"rules do not use `{name}`" + (": ask `is_set`" if suggestion else "")
            return self._refuse(call.at, RuleCode.NOT_ALLOWED, zh, en, suggestion)
        suggestion = likely(name, FUNCTIONS)
        zh, en = f"没有函数 {name}", f"there is no function `{name}`"
        return self._unknown(call.at, RuleCode.UNKNOWN_FUNCTION, zh, en, suggestion)

    def _feature(self, name: Name) -> Feature:
        feature = self._features.by_name.get(name.path)
        if feature is not None:
            return feature
        suggestion = likely(name.path, list(self._features.by_name))
        zh, en = f"没有字段 {name.path}", f"there is no field `{name.path}`"
        raise self._unknown(name.span[0], RuleCode.UNKNOWN_FIELD, zh, en, suggestion)

    def _unknown(self, at: int, code: RuleCode, zh: str, en: str, suggestion: str | None) -> Refused:
        if suggestion:
            zh, en = f"{zh}，是否指 {suggestion}？", f"{en}; did you mean `{suggestion}`?"
        return self._refuse(at, code, zh, en, suggestion)


def literal_type(constant: Constant) -> ValueType:
    """The type of a constant of the text."""
    if isinstance(constant.value, bool):
        return ValueType.BOOL
    return ValueType.INT if isinstance(constant.value, int) else ValueType.STRING
