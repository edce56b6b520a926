"""The guard remembers what it has looked at, within bounds, and knows the mutations that move value."""

import pytest
from graphql import GraphQLSchema
from hypothesis import given
from hypothesis import strategies as st

from api.guard import LIMITS, DocumentGuard, documents
from api.guard.costs import DEAR
from api.guard.documents import moving_fields
from tests.api.guard.whole import whole_schema

CHECK_IN = 'checkInSign(input: {campaign: 1, idempotencyKey: "check-in-1"}) { userErrors { code } }'
LANES = "lanesSet(input: {lanes: []}) { lanes }"
# Instead of the real bounds.
DOCUMENTS, TOKENS = 20, 2_000
PIECES = [
    "query",
    "mutation",
    "{",
    "}",
    "(",
    ")",
    "...",
    "on",
    "fragment",
    "F",
    "a",
    "viewer",
    "$x",
    ":",
    "Int",
    "@skip",
    '"',
]


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """The schema of all plugins."""
    return whole_schema()


def limit_of(guard: DocumentGuard, text: str) -> object:
    """The limit that the document goes beyond."""
    [error] = guard.look(text).errors
    return (error.extensions or {})["limit"]


@pytest.fixture
def forgetful(schema: GraphQLSchema, monkeypatch: pytest.MonkeyPatch) -> DocumentGuard:
    """A guard that remembers little."""
    monkeypatch.setattr(documents, "DOCUMENTS_MAX", DOCUMENTS)
    monkeypatch.setattr(documents, "TOKENS_MAX", TOKENS)
    return DocumentGuard(schema)


def test_a_known_document_is_a_look_into_a_dictionary(schema: GraphQLSchema, monkeypatch: pytest.MonkeyPatch) -> None:
    guard = DocumentGuard(schema)
    assert guard.known("{ __typename }") is None
    first = guard.look("{ __typename }")
    for name in ("scan", "parse", "Shape", "validate_document"):
        monkeypatch.setattr(documents, name, None)

    assert guard.look("{ __typename }") is guard.known("{ __typename }") is first


def test_documents_are_forgotten_by_number_and_by_size_but_trusted_ones_never(forgetful: DocumentGuard) -> None:
    forgetful.keep(["query Kept { __typename }"])
    for number in range(DOCUMENTS + 1):
        forgetful.look(f"query Q{number} {{ __typename }}")
    assert forgetful.known("query Q0 { __typename }") is None
    assert forgetful.known("query Q1 { __typename }") is not None

    for number in range(4):
        forgetful.look(f"query L{number} {{ viewer(a: [{'1 ' * 600}]) {{ __typename }} }}")
    assert forgetful._weight <= TOKENS
    assert forgetful.known("query Q1 { __typename }") is None
    assert forgetful.known("query Kept { __typename }") is not None


def test_what_was_asked_for_lately_is_forgotten_last(forgetful: DocumentGuard) -> None:
    for number in range(DOCUMENTS):
        forgetful.look(f"query Q{number} {{ __typename }}")
    forgetful.known("query Q0 { __typename }")
    forgetful.look("query New { __typename }")

    assert forgetful.known("query Q0 { __typename }") is not None
    assert forgetful.known("query Q1 { __typename }") is None


def test_mutations_with_an_idempotency_key_move_value(schema: GraphQLSchema) -> None:
    moving = moving_fields(schema)

    assert {"factSubmit", "checkInSign", "flashSaleClaim", "campaignStockAdjust", "reviewDecide"} <= moving
    assert not {"lanesSet", "campaignCreate", "memberUpdate"} & moving


def test_one_request_moves_value_once_beside_what_else_it_does(schema: GraphQLSchema) -> None:
    guard = DocumentGuard(schema)

    assert not guard.look(f"mutation {{ {CHECK_IN} a: {LANES} b: {LANES} }}").errors
    assert limit_of(guard, f"mutation {{ a: {CHECK_IN} b: {CHECK_IN} }}") == "moves"
    assert limit_of(guard, f"mutation {{ {CHECK_IN} ...F }} fragment F on Mutation {{ b: {CHECK_IN} }}") == "moves"
    assert limit_of(guard, f"mutation {{ {CHECK_IN} ... @skip(if: true) {{ b: {CHECK_IN} }} }}") == "moves"
    assert not guard.look(f"mutation A {{ {CHECK_IN} }} mutation B {{ {CHECK_IN} }}").errors


def test_an_operation_may_have_ten_roots_and_no_more(schema: GraphQLSchema) -> None:
    guard = DocumentGuard(schema)
    roots = [f"k{number}: viewer {{ __typename }}" for number in range(LIMITS.root_fields + 1)]

    assert not guard.look(f"{{ {' '.join(roots[1:])} }}").errors
    assert limit_of(guard, f"{{ {' '.join(roots)} }}") == "root_fields"


def test_an_operation_is_found_by_its_name_and_an_only_one_without(schema: GraphQLSchema) -> None:
    guard = DocumentGuard(schema)

    assert set(guard.look("query A { __typename }").operations) == {"A", None}
    assert set(guard.look("{ __typename }").operations) == {None}
    assert set(guard.look("query A { __typename } mutation B { __typename }").operations) == {"A", "B"}

    watched = guard.look("subscription C { walletChanged(unit: POINTS) { balance } }").operations
    assert {name: asked.kind for name, asked in watched.items()} == {"C": "subscription", None: "subscription"}


def test_every_field_with_a_price_of_its_own_is_there(schema: GraphQLSchema) -> None:
    for name in DEAR:
        type_, _, field = name.partition(".")
        assert field in schema.type_map[type_].fields  # type: ignore[attr-defined]  # they are objects


@given(st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join) | st.text(max_size=80))
def test_whatever_is_sent_is_admitted_or_refused(schema: GraphQLSchema, text: str) -> None:
    known = DocumentGuard(schema).look(text)

    assert bool(known.errors) == (known.document is None)
