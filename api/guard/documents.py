"""The guard: a document is counted, parsed, measured and validated once, in this order, and then remembered."""

from collections import OrderedDict
from collections.abc import Iterable

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
    parse,
    specified_rules,
)
from strawberry.schema.schema import validate_document

from api.guard.costs import Prices
from api.guard.known import Asked, Known, hash_of
from api.guard.limits import LIMITS, DocumentLimits, Refused, over
from api.guard.scan import scan
from api.guard.shape import INTROSPECTION, Shape
from schema import ApiError, ErrorCode

# Front ends send a few dozen documents over and over. What strangers send cannot take more memory than this:
# the tree of a token is about 400 bytes.
DOCUMENTS_MAX = 512
TOKENS_MAX = 100_000
# What a document is, or the errors it has; its operations, its weight.
Judged = tuple[DocumentNode | None, tuple[GraphQLError, ...], dict[str | None, Asked], int]
# An entry has a weight even where its document has none.
WEIGHT_MIN = 20


class DocumentGuard:
    """The documents of one schema."""

    def __init__(self, schema: GraphQLSchema, limits: DocumentLimits = LIMITS) -> None:
        self._schema, self.limits = schema, limits
        self._prices = Prices(schema)
        self._moving = moving_fields(schema)
        self._kept: dict[str, Known] = {}
        self._recent: OrderedDict[str, Known] = OrderedDict()
        self._weight = 0

    def keep(self, texts: Iterable[str]) -> dict[str, Known]:
        """Look at documents that never have to be looked at again."""
        self._kept.update((text, self._look(text)) for text in texts)
        return self._kept

    def known(self, text: str) -> Known | None:
        """What is known of a document already."""
        found = self._kept.get(text)
        if found is None and (found := self._recent.get(text)) is not None:
            self._recent.move_to_end(text)
        return found

    def look(self, text: str) -> Known:
        """All about a document, found out now unless it is known."""
        found = self.known(text)
        if found is None:
            found = self._look(text)
            self._remember(text, found)
        return found

    def _remember(self, text: str, found: Known) -> None:
        self._recent[text] = found
        self._weight += found.weight
        while self._weight > TOKENS_MAX or len(self._recent) > DOCUMENTS_MAX:
            _, dropped = self._recent.popitem(last=False)
            self._weight -= dropped.weight

    def _look(self, text: str) -> Known:
        document, errors, operations, weight = self._judge(text)
        return Known(document, errors, operations, weight, hash_of(text))

    def _judge(self, text: str) -> Judged:
        try:
            tokens = scan(text, self.limits)
            # The parser does not count comments; the scan has.
            document = parse(text, max_lexical_tokens=self.limits.tokens)
            shape = Shape(document, self.limits)
            self._check_roots(shape)
        except Refused as error:
            refused = ApiError(ErrorCode.DOCUMENT_REFUSED, str(error), limit=error.limit)
            return None, (refused,), {}, WEIGHT_MIN
        except GraphQLError as error:
            # Without the tree of calls, which would be kept with it.
            return None, (error.with_traceback(None),), {}, WEIGHT_MIN
        if errors := validate_document(self._schema, document, tuple(specified_rules)):
            return None, tuple(errors), {}, WEIGHT_MIN + tokens
        return document, (), self._operations(shape), WEIGHT_MIN + tokens

    def _check_roots(self, shape: Shape) -> None:
        """Bound the fields of each operation's root, and those that move value further still."""
        for operation in shape.operations:
            fields = list(shape.fields(operation))
            if len({(field.alias or field.name).value for field in fields}) > self.limits.root_fields:
                raise over("root_fields", self.limits.root_fields)
            if operation.operation is OperationType.MUTATION:
                moves = sum(field.name.value in self._moving for field in fields)
                if moves > self.limits.moves:
                    raise Refused("moves", "the document is refused: one request moves points, stock or money once")

    def _operations(self, shape: Shape) -> dict[str | None, Asked]:
        found: dict[str | None, Asked] = {}
        for operation in shape.operations:
            found[operation.name.value if operation.name else None] = self._asked(operation, shape)
        if len(shape.operations) == 1 and found:
            [found[None]] = found.values()
        return found

    def _asked(self, operation: OperationDefinitionNode, shape: Shape) -> Asked:
        roots = [field.name.value for field in shape.fields(operation)]
        name = operation.name.value if operation.name else None
        return Asked(
            operation.operation.value,
            name,
            roots[0],
            not INTROSPECTION.isdisjoint(roots),
            self._prices.of(operation, shape),
        )


def moving_fields(schema: GraphQLSchema) -> frozenset[str]:
    """The mutations that move points, stock or money: those that take an idempotency key."""
    fields = schema.mutation_type.fields if schema.mutation_type else {}

    def takes_key(type_: object) -> bool:
        return isinstance(type_, GraphQLInputObjectType) and "idempotencyKey" in type_.fields

    return frozenset(
        name
        for name, field in fields.items()
        if "idempotencyKey" in field.args
        or any(takes_key(get_named_type(argument.type)) for argument in field.args.values())
    )
