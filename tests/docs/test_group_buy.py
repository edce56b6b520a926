"""The pages about the group-buy tell of all that it has."""

import re
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from plugins.group_buy.campaign import GROUP_BUY
from plugins.group_buy.config import ITEMS_MAX, SIZE_MAX, STEPS_MAX, GroupBuyConfig, Item, LeaderPerk
from plugins.group_buy.states import SEATS_MAX, Seat, Status
from plugins.group_buy.teams import Outcome
from tests.docs.pages import ROOT, blocks

NAMES = ("group-buy.md", "group-buy.zh-CN.md")
PAGES = pytest.mark.parametrize("name", NAMES)
FOLDER = ROOT / "docs" / "campaigns"


def text_of(name: str) -> str:
    """The page."""
    return (FOLDER / name).read_text(encoding="utf-8")


@PAGES
def test_the_page_tells_of_every_refusal_and_reason(name: str) -> None:
    rows = "".join(line.split("|")[1] for line in text_of(name).splitlines() if line.startswith("| `"))

    assert [code for code in (*GROUP_BUY.refusals, *GROUP_BUY.refunds) if f"`{code}`" not in rows] == []


def fields_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """A row's beginning for each field: its name and its default, as a page writes them."""
    for field, info in model.model_fields.items():
        default = info.default
        if isinstance(default, tuple):
            default = f"`{list(default)}`"
        elif isinstance(default, str) and field != "title":
            default = f"`{default}`"
        yield f"| `{prefix}{field}` | {'–' if default is None else default} |"


@PAGES
def test_the_page_tells_of_every_field_and_its_default(name: str) -> None:
    page = text_of(name)
    own = [row for row in fields_of(GroupBuyConfig) if not row.startswith(("| `items`", "| `leader`"))]

    rows = [*own, *fields_of(Item, "items[]."), *fields_of(LeaderPerk, "leader.")]
    assert [row for row in rows if row not in page] == []
    assert all(re.search(rf"\b{number}\b", page) for number in (SIZE_MAX, STEPS_MAX, ITEMS_MAX, SEATS_MAX))
    shown = {"team", "item", "quantity", "amount_fen", "pay_by", "status", "order"}
    assert shown <= set(Seat.model_fields)
    assert all(f"`{field}`" in page for field in shown)


@PAGES
def test_the_diagrams_have_every_state(name: str) -> None:
    team, seat = [block.text for block in blocks(FOLDER / name) if block.language == "mermaid"]

    assert states_of(team) == {"[*]", *(outcome.value for outcome in Outcome)}
    assert states_of(seat) == {"[*]", *(status.value for status in Status)}


def states_of(diagram: str) -> set[str]:
    """The ends of its arrows."""
    arrows = [line.split(":")[0].split(" --> ") for line in diagram.splitlines() if "-->" in line]
    return {end.strip() for arrow in arrows for end in arrow}


def test_both_pages_have_the_same_documents() -> None:
    english, chinese = ([b for b in blocks(FOLDER / name) if b.language != "mermaid"] for name in NAMES)

    assert [(b.language, b.words, b.text) for b in english] == [(b.language, b.words, b.text) for b in chinese]
