"""Reads a rule's text: CEL's grammar as far as rules use it, and a word about what they do not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from siyu.rules.problems import BadRule, RuleCode, bad_at
from siyu.rules.syntax import Binary, Call, Chain, Constant, Listing, Name, Negation, Syntax
from siyu.rules.tokens import Token, TokenKind, cut

RULE_LENGTH_MAX = 4_000
# Of brackets and negations within each other.
DEPTH_MAX = 24
# Of names, values, operators and calls.
NODES_MAX = 500
LIST_ITEMS_MAX = 200
INTEGER_MIN, INTEGER_MAX = -(2**63), 2**63 - 1

COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
# CEL keeps these words for itself.
RESERVED = frozenset(
    (
        *("as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package"),
        *("namespace", "return", "var", "void", "while"),
    )
)


def parse(source: str) -> Syntax:
    """What the text says. Raises BadRule with the first thing that is wrong."""
    if len(source) > RULE_LENGTH_MAX:
        zh, en = f"规则最多 {RULE_LENGTH_MAX} 个字符", f"a rule has at most {RULE_LENGTH_MAX} characters"
        raise bad_at(source, RULE_LENGTH_MAX, RuleCode.TOO_LONG, zh, en)
    return Parser(source).whole()


class Parser:
    """One reading of one text, from left to right."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = cut(source)
        self._next = next(self._tokens)
        self._end = 0
        self._depth = 0
        self._nodes = 0

    def whole(self) -> Syntax:
        """The whole text as one expression."""
        if self._is_at_end():
            raise self._bad(self._next, RuleCode.SYNTAX, "规则是空的", "the rule is empty")
        read = self._either()
        if not self._is_at_end():
            raise self._unexpected()
        return read

    def _is_at_end(self) -> bool:
        return self._next.kind is TokenKind.END

    def _bad(self, token: Token, code: RuleCode, zh: str, en: str, suggestion: str | None = None) -> BadRule:
        return bad_at(self._source, token.span[0], code, zh, en, suggestion)

    def _advance(self) -> Token:
        token = self._next
        self._end = token.span[1]
        if token.kind is not TokenKind.END:
            self._next = next(self._tokens)
        return token

    def _count(self, token: Token) -> None:
        self._nodes += 1
        if self._nodes > NODES_MAX:
            zh, en = f"规则最多 {NODES_MAX} 个部分", f"a rule has at most {NODES_MAX} parts"
            raise self._bad(token, RuleCode.TOO_LONG, zh, en)

    @contextmanager
    def _deeper(self, token: Token) -> Iterator[None]:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            zh, en = f"嵌套最多 {DEPTH_MAX} 层", f"brackets and negations nest at most {DEPTH_MAX} deep"
            raise self._bad(token, RuleCode.TOO_DEEP, zh, en)
        yield
        self._depth -= 1

    def _either(self) -> Syntax:
        read = self._chain("||", self._both)
        if self._next.is_sign("?"):
            raise self._bad(self._next, RuleCode.NOT_ALLOWED, "规则中没有条件运算 ?:", "rules have no `? :`")
        return read

    def _both(self) -> Syntax:
        return self._chain("&&", self._relation)

    def _chain(self, operator: str, part: Callable[[], Syntax]) -> Syntax:
        parts = [part()]
        while self._next.is_sign(operator):
            self._count(self._advance())
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        return Chain(operator, tuple(parts), (parts[0].span[0], self._end))

    def _relation(self) -> Syntax:
        left = self._difference()
        if not self._is_relation():
            return left
        operator = self._advance()
        self._count(operator)
        right = self._difference()
        if self._is_relation():
            zh, en = "比较不能连写，请用 && 连接", "comparisons do not chain: join two of them with `&&`"
            raise self._bad(self._next, RuleCode.NOT_ALLOWED, zh, en, "&&")
        return Binary(str(operator.value), left, right, operator.span[0], (left.span[0], self._end))

    def _is_relation(self) -> bool:
        token = self._next
        return token.is_sign(*COMPARISONS) or (token.kind is TokenKind.NAME and token.value == "in")

    def _difference(self) -> Syntax:
        read = self._unary()
        while self._next.is_sign("-"):
            operator = self._advance()
            self._count(operator)
            right = self._unary()
            read = Binary("-", read, right, operator.span[0], (read.span[0], self._end))
        if self._next.is_sign("+", "*", "/", "%"):
            raise self._bad(self._next, RuleCode.NOT_ALLOWED, "规则中没有算术", "rules do not calculate")
        return read

    def _unary(self) -> Syntax:
        token = self._next
        if token.is_sign("!"):
            self._count(self._advance())
            with self._deeper(token):
                operand = self._unary()
            return Negation(operand, (token.span[0], self._end))
        if token.is_sign("-"):
            self._advance()
            if self._next.kind is not TokenKind.NUMBER:
                raise self._bad(token, RuleCode.NOT_ALLOWED, "负号只能用于数字", "a minus stands before numbers only")
            return self._integer(token, -int(self._advance().value))
        return self._postfix()

    def _integer(self, token: Token, value: int) -> Constant:
        self._count(token)
        if not INTEGER_MIN <= value <= INTEGER_MAX:
            raise self._bad(token, RuleCode.VALUE, "数字超过 64 位", "the number does not fit into 64 bits")
        return Constant(value, (token.span[0], self._end))

    def _postfix(self) -> Syntax:
        read = self._primary()
        while self._next.is_sign(".", "[", "{"):
            sign = self._advance()
            if not sign.is_sign("."):
                raise self._bad(sign, RuleCode.NOT_ALLOWED, "规则中没有下标和对象", "rules have no indexes and no maps")
            name = self._name()
            if self._next.is_sign("("):
                read = self._call(name, read)
            elif isinstance(read, Name):
                read = Name(f"{read.path}.{name.value}", (read.span[0], self._end))
            else:
                raise self._bad(name, RuleCode.NOT_ALLOWED, "这里没有字段", "only names have fields")
        return read

    def _primary(self) -> Syntax:
        token = self._next
        if token.kind is TokenKind.STRING:
            self._count(self._advance())
            return Constant(token.value, token.span)
        if token.kind is TokenKind.NUMBER:
            return self._integer(self._advance(), int(token.value))
        if token.is_sign("("):
            self._count(self._advance())
            with self._deeper(token):
                read = self._either()
            self._expect(")")
            return read
        if token.is_sign("["):
            return self._list()
        if token.kind is TokenKind.NAME:
            return self._named()
        raise self._unexpected()

    def _named(self) -> Syntax:
        token = self._name()
        if token.value in ("true", "false"):
            return Constant(token.value == "true", token.span)
        if token.value == "null":
            zh, en = "没有 null；请用 is_set(字段)", "there is no null: ask `is_set(field)`"
            raise self._bad(token, RuleCode.NOT_ALLOWED, zh, en, "is_set")
        if self._next.is_sign("("):
            return self._call(token, None)
        return Name(str(token.value), token.span)

    def _name(self) -> Token:
        token = self._next
        if token.kind is not TokenKind.NAME or token.value in RESERVED or token.value == "in":
            raise self._unexpected()
        self._count(self._advance())
        return token

    def _call(self, name: Token, target: Syntax | None) -> Call:
        opening = self._advance()
        with self._deeper(opening):
            arguments = self._items(")")
        start = target.span[0] if target else name.span[0]
        return Call(str(name.value), target, arguments, name.span[0], (start, self._end))

    def _list(self) -> Listing:
        opening = self._advance()
        self._count(opening)
        with self._deeper(opening):
            items = self._items("]")
        if len(items) > LIST_ITEMS_MAX:
            zh, en = f"列表最多 {LIST_ITEMS_MAX} 项", f"a list has at most {LIST_ITEMS_MAX} items"
            raise self._bad(opening, RuleCode.TOO_LONG, zh, en)
        return Listing(items, (opening.span[0], self._end))

    def _items(self, closing: str) -> tuple[Syntax, ...]:
        items: list[Syntax] = []
        while not self._next.is_sign(closing) or (items and closing == ")"):
            items.append(self._either())
            if not self._next.is_sign(","):
                break
            self._advance()
        self._expect(closing)
        return tuple(items)

    def _expect(self, sign: str) -> None:
        if not self._next.is_sign(sign):
            raise self._unexpected(sign)
        self._advance()

    def _unexpected(self, wanted: str | None = None) -> BadRule:
        """The problem with a token that cannot stand where it does."""
        token = self._next
        if token.kind is TokenKind.END:
            zh, en = "规则没有写完", "the rule ends too early"
        elif token.is_sign("{"):
            return self._bad(token, RuleCode.NOT_ALLOWED, "规则中没有对象", "rules have no maps")
        else:
            zh, en = "这里不该出现它", "this cannot stand here"
        if wanted:
            zh, en = f"{zh}，缺少 {wanted}", f"{en}: `{wanted}` is missing"
        return self._bad(token, RuleCode.SYNTAX, zh, en, wanted)
