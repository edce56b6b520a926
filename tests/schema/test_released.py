"""No document of the last release is broken by the schema, unless what it asks for was deprecated for long enough."""

from datetime import date

import pytest
from graphql import DirectiveNode, Visitor, parse, print_ast, visit

from siyu.clock import utc_now
from tests.schema.released import DAY, PRESENT, RELEASED, breaking

LAST_DAY, DAY_AFTER = date(2027, 6, 1), date(2027, 6, 2)
UNTIL = '@deprecated(reason: "Use `points`. Stays until 2027-06-01.")'
OLD = f"""
directive @log on FIELD
type Query {{ member(id: ID!, short: Boolean {UNTIL}): Member  board(first: Int): Board {UNTIL}  found: Found }}
type Mutation {{ act(input: ActInput!): Member }}
interface Node {{ id: ID! }}
type Member implements Node {{ id: ID!  score: Int {UNTIL}  points: String  name: String @deprecated  state: State! }}
type Group implements Node {{ id: ID! }}
type Board {{ lines: [Line!] }}
type Line {{ rank: Int }}
union Found = Member | Group
enum State {{ NEW  GONE {UNTIL}  LEFT }}
input ActInput {{ key: String!  place: String {UNTIL}  photo: String }}
"""
PLANTED = {
    "a field": ("points: String", ""),
    "a field deprecated without a day": ("name: String @deprecated", ""),
    "an argument": ("id: ID!, short", "short"),
    "a value": ("NEW  GONE", "GONE"),
    "a field of an input": ("photo: String", ""),
    "another type": ("points: String", "points: Int"),
    "null where there was none": ("state: State!", "state: State"),
    "a list": ("points: String", "points: [String]"),
    "an argument that must be given": ("member(id: ID!,", "member(id: ID!, day: String!,"),
    "a field that must be given": ("photo: String", "photo: String  day: String!"),
    "a value that may no longer be left out": ("photo: String", "photo: String!"),
    "an interface": ("Group implements Node", "Group"),
    "a member of a union": ("Member | Group", "Member"),
    "a mutation": ("act(input: ActInput!): Member", "do(input: ActInput!): Member"),
    "a directive": ("directive @log on FIELD", ""),
}
EXPIRED = {
    "a field": (f"score: Int {UNTIL}", ""),
    "a value": (f"GONE {UNTIL}", ""),
    "an argument": (f", short: Boolean {UNTIL}", ""),
    "a field of an input": (f"place: String {UNTIL}", ""),
}


def test_what_front_ends_were_promised_is_there() -> None:
    """Deprecate it first (docs/graphql/deprecation.md), or leave it as it is."""
    released, present = RELEASED.read_text(encoding="utf-8"), PRESENT.read_text(encoding="utf-8")

    assert breaking(released, present, utc_now().date()) == []


@pytest.mark.parametrize(
    ("extended", "without"),
    [
        ("", 0),
        ("extend enum State { OLD @deprecated }", 1),
        ('extend enum State { OLD @deprecated(reason: "Use NEW.") }', 1),
        (f"extend enum State {{ OLD {UNTIL} }}", 0),
    ],
    ids=["as it is", "no reason", "no day", "a day"],
)
def test_every_deprecation_says_until_when(extended: str, without: int) -> None:
    found: list[str] = []

    class Deprecations(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: object) -> None:
            if node.name.value == "deprecated" and not DAY.search(print_ast(node)):
                found.append(print_ast(node))

    visit(parse(PRESENT.read_text(encoding="utf-8") + extended), Deprecations())

    assert len(found) == without


@pytest.mark.parametrize("change", PLANTED)
def test_a_change_that_breaks_a_document_is_found(change: str) -> None:
    before, after = PLANTED[change]
    assert OLD.count(before) == 1

    [found] = breaking(OLD, OLD.replace(before, after), DAY_AFTER)

    assert found


@pytest.mark.parametrize("change", EXPIRED)
def test_what_was_deprecated_goes_after_its_last_day_and_not_on_it(change: str) -> None:
    before, after = EXPIRED[change]
    assert OLD.count(before) == 1
    present = OLD.replace(before, after)

    assert len(breaking(OLD, present, LAST_DAY)) == 1
    assert breaking(OLD, present, DAY_AFTER) == []


def test_types_go_with_the_last_that_leads_to_them() -> None:
    field, types = f"board(first: Int): Board {UNTIL}", "type Board { lines: [Line!] }\ntype Line { rank: Int }\n"
    present = OLD.replace(field, "").replace(types, "")

    assert len(breaking(OLD, present, LAST_DAY)) == 3
    assert breaking(OLD, present, DAY_AFTER) == []


def test_additions_break_nothing() -> None:
    added = OLD.replace("rank: Int", "rank: Int  score: Int").replace("NEW ", "NEW  OLD ")

    assert breaking(OLD, added.replace("photo: String", "photo: String  day: String"), LAST_DAY) == []
