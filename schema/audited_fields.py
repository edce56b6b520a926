"""What an operation of staff is about to change: its fields and arguments, without what is personal or secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
)
from graphql.execution.collect_fields import FragmentDetails, collect_fields
from graphql.execution.values import VariableValues, get_variable_values
from graphql.language import FragmentDefinitionNode
from graphql.pyutils import Undefined
from graphql.utilities import value_from_ast_untyped

from schema.ids import decode_id
from siyu.audit import ARGUMENTS_BYTES_MAX, HIDDEN, canonical_json, cleaned
from siyu.inputs import without_phones

# Queries that show what is personal in clear, which is told as a change is.
AUDITED_READS = frozenset({"memberDossier"})
PERSONAL_SCALAR = "PersonalText"
SECRETS = frozenset(
    {
        "SessionRefreshInput.refreshToken",
        "SessionEndInput.refreshToken",
        "CouponVerifyInput.code",
        "CouponVerifyUndoInput.code",
        "RedemptionUseInput.code",
    }
)
REASONS = ("reason", "note")


@dataclass(slots=True)
class AuditedField:
    """A field of the root as the log keeps it; `key` is what the answer calls it."""

    key: str
    name: str
    shows_user_errors: bool
    arguments: dict[str, Any] = field(default_factory=dict)
    objects: list[str] = field(default_factory=list)
    reason: str | None = None

    def as_json(self) -> str:
        """The arguments; of too many their hash and their size."""
        text = canonical_json(self.arguments)
        size = len(text.encode())
        if size <= ARGUMENTS_BYTES_MAX:
            return text
        return canonical_json({"bytes": size, "sha256": sha256(text.encode()).hexdigest()})


def fields_to_audit(
    schema: GraphQLSchema, document: DocumentNode, name: str | None, variables: Mapping[str, Any] | None
) -> list[AuditedField]:
    """The fields of the root that change something or show what is personal; none where nothing will be run."""
    operation = get_operation_ast(document, name)
    if operation is None or operation.operation is OperationType.SUBSCRIPTION:
        return []
    root = schema.get_root_type(operation.operation)
    given = get_variable_values(schema, operation.variable_definitions or (), dict(variables or {}))
    if root is None or not isinstance(given, VariableValues):
        return []
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    found = []
    raw = _raw(operation, variables or {})
    for key, details in collect_fields(schema, _details(fragments), given, root, operation).grouped_field_set.items():
        node = details[0].node
        definition = root.fields.get(node.name.value)
        changes = operation.operation is OperationType.MUTATION or node.name.value in AUDITED_READS
        if definition is not None and changes:
            shown = any(_shows_user_errors(each.node) for each in details)
            found.append(_audited(key, node, definition.args, raw, shows_user_errors=shown))
    return found


def _details(fragments: Mapping[str, FragmentDefinitionNode]) -> dict[str, Any]:
    return {name: FragmentDetails(each) for name, each in fragments.items()}


def _raw(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables as JSON, as they came, and the defaults of those that did not."""
    defaults = {
        each.variable.name.value: value_from_ast_untyped(each.default_value)
        for each in operation.variable_definitions or ()
        if each.default_value is not None
    }
    return {**defaults, **variables}


def _shows_user_errors(node: FieldNode) -> bool:
    selections = node.selection_set.selections if node.selection_set else ()
    return any(
        isinstance(each, FieldNode) and each.name.value == "userErrors" and each.alias is None for each in selections
    )


def _audited(
    key: str,
    node: FieldNode,
    definitions: Mapping[str, GraphQLArgument],
    raw: dict[str, Any],
    *,
    shows_user_errors: bool,
) -> AuditedField:
    audited = AuditedField(key, node.name.value, shows_user_errors)
    for argument in node.arguments or ():
        name = argument.name.value
        value = value_from_ast_untyped(argument.value, raw)
        if value is not Undefined:
            audited.arguments[name] = _kept(definitions[name].type, value, audited.objects)
    for scope in (audited.arguments, audited.arguments.get("input")):
        for name in REASONS:
            if isinstance(scope, dict) and isinstance(scope.get(name), str):
                scope[name] = without_phones(scope[name])
                audited.reason = audited.reason or scope[name]
    return audited


def _kept(kind: GraphQLInputType, value: Any, objects: list[str]) -> Any:
    """The value as the log keeps it; ids are noted among the objects."""
    if isinstance(kind, GraphQLNonNull):
        return _kept(kind.of_type, value, objects)
    if value is None or value is Undefined:
        return None
    if isinstance(kind, GraphQLList):
        values = value if isinstance(value, list) else [value]
        return [_kept(kind.of_type, each, objects) for each in values]
    if isinstance(kind, GraphQLInputObjectType):
        return _kept_input(kind, value, objects) if isinstance(value, dict) else HIDDEN
    if kind.name == PERSONAL_SCALAR:
        return HIDDEN
    if kind.name == "ID":
        decoded = decode_id(value) if isinstance(value, str) else None
        objects.extend([":".join(decoded)] if decoded and is_clean(decoded) else [])
    return cleaned(value)


def is_clean(decoded: tuple[str, str]) -> bool:
    """Whether what an id says may be kept: anybody can make one of any text."""
    return all(cleaned(part) == part for part in decoded)


def _kept_input(kind: GraphQLInputObjectType, given: Mapping[str, Any], objects: list[str]) -> dict[str, Any]:
    fields: Mapping[str, GraphQLInputField] = kind.fields
    kept = {}
    for name, value in given.items():
        if value is Undefined or name not in fields:
            continue
        if f"{kind.name}.{name}" in SECRETS or _is_phone(kind, name, given):
            kept[name] = HIDDEN
        else:
            kept[name] = _kept(fields[name].type, value, objects)
    return kept


def _is_phone(kind: GraphQLInputObjectType, name: str, given: Mapping[str, Any]) -> bool:
    """Whether it is the value of an identity that is a phone number."""
    return kind.name == "IdentityInput" and name == "value" and "phone" in str(given.get("kind", "")).casefold()
