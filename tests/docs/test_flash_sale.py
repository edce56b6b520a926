"""The pages about the flash sale tell of all that it has."""

import re

import pytest

from plugins.flash_sale.campaign import FLASH_SALE
from plugins.flash_sale.config import ITEMS_MAX, SLOTS_MAX, FlashSaleConfig, Item, Slot
from plugins.flash_sale.states import CLAIMS_MAX, Status
from tests.docs.pages import ROOT, blocks

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
    assert f"| `minutes_to_pay` | {FlashSaleConfig().minutes_to_pay} |" in page
    assert all(re.search(rf"\b{number}\b", page) for number in (ITEMS_MAX, SLOTS_MAX, CLAIMS_MAX))


@PAGES
def test_the_diagram_has_every_state(name: str) -> None:
    [diagram] = [block.text for block in blocks(ROOT / "docs" / "campaigns" / name) if block.language == "mermaid"]
    arrows = [line.split(":")[0].split(" --> ") for line in diagram.splitlines() if "-->" in line]

    assert {end.strip() for arrow in arrows for end in arrow} == {"[*]", *(status.value for status in Status)}
