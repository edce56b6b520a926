"""The pages about the flash sale tell of all that it has."""

import re
from typing import Any

import pytest

from plugins.flash_sale.campaign import FLASH_SALE
from plugins.flash_sale.config import ITEMS_MAX, SLOTS_MAX, WAITING_MAX, Allocation, FlashSaleConfig, Gate, Item, Slot
from plugins.flash_sale.states import CLAIMS_MAX, Status
from siyu.sdk.testing import Stage
from tests.docs.pages import ROOT, blocks
from tests.plugins.mug_sale import acted, line, lottery, only_claim, statuses

PAGES = pytest.mark.parametrize("name", ["flash-sale.md", "flash-sale.zh-CN.md"])


def text_of(name: str) -> str:
    """The page."""
    return (ROOT / "docs" / "campaigns" / name).read_text(encoding="utf-8")


@PAGES
def test_the_page_tells_of_every_refusal(name: str) -> None:
    rows = "".join(line.split("|")[1] for line in text_of(name).splitlines() if line.startswith("| `"))

    assert [code for code in FLASH_SALE.refusals if f"`{code}`" not in rows] == []


@PAGES
def test_the_page_tells_of_every_field_and_its_default(name: str) -> None:
    page = text_of(name)

    for field, info in Item.model_fields.items():
        default = info.default if field == "title" else f"`{info.default}`" if field == "key" else info.default or "–"
        assert f"| `items[].{field}` | {default} |" in page
    assert all(f"`slots[].{field}`" in page for field in Slot.model_fields)
    assert all(f"`{field}`" in page for field in Gate.model_fields)
    sale = FlashSaleConfig()
    for field in ("minutes_to_pay", "queue_length", "standby", "standby_minutes"):
        assert f"| `{field}` | {getattr(sale, field)} |" in page
    assert f"| `allocation` | `{sale.allocation.value}` |" in page
    assert all(f"`{allocation.value}`" in page for allocation in Allocation)
    assert all(re.search(rf"\b{number}\b", page) for number in (ITEMS_MAX, SLOTS_MAX, CLAIMS_MAX, WAITING_MAX))


@PAGES
def test_whoever_follows_the_page_finds_the_winners_of_a_draw(name: str) -> None:
    [recipe] = [block.text for block in blocks(ROOT / "docs" / "campaigns" / name) if block.language == "python"]
    told: dict[str, Any] = {}
    exec(compile(recipe, name, "exec"), told)  # noqa: S102 - our own page
    members = [f"m{number}" for number in range(37)]
    stage = Stage(FLASH_SALE, lottery(stock=5, standby=7), draw_secret=b"of the page")
    acted(stage, "enter", *members)
    promised = line(stage, "m0").seed_hash
    stage.wait(minutes=30)

    drawn = line(stage, "m0")
    order = told["drawn_order"](drawn.seed, promised, drawn.tickets)

    assert [only_claim(stage, members[ticket]).place for ticket in order] == list(range(1, 38))
    assert statuses(stage, *(members[ticket] for ticket in order[: drawn.units])) == [Status.HELD] * 5
    with pytest.raises(AssertionError, match=r"seed|种子"):
        told["drawn_order"]("00" * 32, promised, drawn.tickets)


@PAGES
def test_the_diagram_has_every_state(name: str) -> None:
    [diagram] = [block.text for block in blocks(ROOT / "docs" / "campaigns" / name) if block.language == "mermaid"]
    arrows = [line.split(":")[0].split(" --> ") for line in diagram.splitlines() if "-->" in line]

    assert {end.strip() for arrow in arrows for end in arrow} == {"[*]", *(status.value for status in Status)}
