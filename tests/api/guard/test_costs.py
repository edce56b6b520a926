"""Prices: objects and rows counted, sizes in the document and in variables alike, never less than a plain count."""

from typing import Any

import pytest
from graphql import build_schema
from hypothesis import given
from hypothesis import strategies as st

from api.guard import DocumentGuard
from api.guard.costs import INTROSPECTING, LIST_ROWS, WRITE

SDL = """
type Query { me: Member  members(first: Int, last: Int): MemberConnection!  names: [String!]!  all: [Member!]! }
type Mutation { rename(name: String): Renamed! }
type Renamed { member: Member  userErrors: [UserError!]! }
type UserError { code: String! }
type Member { id: ID!  friend: Member  friends(first: Int): MemberConnection!  tags: [Tag!]! }
type Tag { name: String!  member: Member }
type Edge { node: Member!  cursor: String! }
type PageInfo { hasNextPage: Boolean! }
type MemberConnection { edges: [Edge!]!  nodes: [Member!]!  pageInfo: PageInfo! }
"""
SMALL = build_schema(SDL)


def cost(document: str, **variables: Any) -> int:
    """The cost of the one operation."""
    known = DocumentGuard(SMALL).look(document)
    assert not known.errors, known.errors
    return known.operations[None].cost(variables)


@pytest.mark.parametrize(
    ("document", "points"),
    [
        ("{ __typename }", 1 + 1),
        ("{ names }", 1 + 1),
        ("{ me { id } }", 1 + 1 + 1),
        ("{ me { friend { friend { id } } } }", 1 + 1 + 3),
        ("{ all { id } }", 1 + 1 + LIST_ROWS),
        ("{ all { tags { name } } }", 1 + 1 + LIST_ROWS * (1 + LIST_ROWS)),
        ("{ members { nodes { id } } }", 1 + 1 + 1 + 20),
        ("{ members(first: 7) { nodes { id } pageInfo { hasNextPage } } }", 1 + 1 + 1 + 7),
        ("{ members(last: 7) { edges { node { id } } } }", 1 + 1 + 1 + 7 * 2),
        ("{ members(first: 7) { nodes { id } edges { cursor } } }", 1 + 1 + 1 + 14),
        ("{ members(first: 5) { nodes { friends(first: 4) { nodes { id } } } } }", 3 + 5 * (1 + 1 + 4)),
        ("{ members(first: 3) { ...F } } fragment F on MemberConnection { nodes { friend { id } } }", 3 + 3 * 2),
        ("{ members(first: 1000) { nodes { id } } }", 3 + 20),
        ("{ members(first: -1) { nodes { id } } }", 3 + 20),
        ("{ members(first: null) { nodes { id } } }", 3 + 20),
        ("mutation { rename { member { id } userErrors { code } } }", 1 + WRITE + 1 + 1),
        ('{ __type(name: "Tag") { fields { name } } }', 1 + INTROSPECTING),
    ],
)
def test_what_a_document_costs(document: str, points: int) -> None:
    assert cost(document) == points


@pytest.mark.parametrize(
    ("given_", "rows"),
    [
        ({"n": 50}, 50),
        ({}, 20),
        ({"n": None}, 20),
        ({"n": 101}, 20),
        ({"n": "x"}, 20),
        ({"n": 0}, 0),
        ({"n": 10**30}, 20),
    ],
)
def test_a_size_may_be_a_variable(given_: dict[str, Any], rows: int) -> None:
    assert cost("query ($n: Int) { members(first: $n) { nodes { id } } }", **given_) == 3 + rows


def test_a_variable_has_its_default() -> None:
    document = "query ($n: Int = 30) { members(first: $n) { nodes { id } } }"

    assert (cost(document), cost(document, n=10)) == (33, 13)


def friends_of_friends(arguments: list[str]) -> str:
    """Pages in pages."""
    below = "id"
    for argument in reversed(arguments[1:]):
        below = f"friends({argument}) {{ nodes {{ {below} }} }}"
    return f"{{ members({arguments[0]}) {{ nodes {{ {below} }} }} }}"


@given(st.lists(st.integers(0, 100), min_size=1, max_size=4))
def test_sizes_cost_the_same_in_the_document_and_in_variables(sizes: list[int]) -> None:
    declared = ", ".join(f"$v{place}: Int" for place in range(len(sizes)))
    varied = friends_of_friends([f"first: $v{place}" for place in range(len(sizes))])
    row = 1
    for size in reversed(sizes[1:]):
        row = 2 + size * row

    assert cost(friends_of_friends([f"first: {size}" for size in sizes])) == 3 + sizes[0] * row
    variables = {f"v{place}": size for place, size in enumerate(sizes)}
    assert cost(f"query ({declared}) {varied}", **variables) == 3 + sizes[0] * row
