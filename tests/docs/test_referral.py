"""The pages about referrals tell of all that they have."""

import re
from collections.abc import Iterator

import pytest

from plugins.referral.campaign import REFERRAL
from plugins.referral.config import STEPS_MAX, Caps, Commission, ReferralConfig, Risk, Side, Step
from plugins.referral.earning import COLLECTED_MAX
from plugins.referral.states import COMMISSIONS_OPEN_MAX, DEBTS_MAX, ORDERS_MAX, PAIRS_OPEN_MAX, Status, Why
from tests.docs.pages import ROOT, blocks

PAGES = pytest.mark.parametrize("name", ["referral.md", "referral.zh-CN.md"])


def text_of(name: str) -> str:
    """The page."""
    return (ROOT / "docs" / "campaigns" / name).read_text(encoding="utf-8")


def first_cells(name: str) -> str:
    """What the rows of the page's tables are about."""
    return "".join(line.split("|")[1] for line in text_of(name).splitlines() if line.startswith("| `"))


@PAGES
def test_the_page_tells_of_every_refusal(name: str) -> None:
    assert [code for code in REFERRAL.refusals if f"`{code}`" not in first_cells(name)] == []


@PAGES
def test_the_page_tells_of_every_end(name: str) -> None:
    assert [why for why in Why if f"`{why}`" not in first_cells(name)] == []


def fields() -> Iterator[str]:
    """Every field of the config, as the page calls it."""
    nested = {"inviter": Side, "invitee": Side, "steps[]": Step, "commission": Commission, "caps": Caps, "risk": Risk}
    yield from ReferralConfig.model_fields.keys() - {name.removesuffix("[]") for name in nested}
    for name, model in nested.items():
        yield from (f"{name}.{field}" for field in model.model_fields)


@PAGES
def test_the_page_tells_of_every_field_and_its_default(name: str) -> None:
    page, config = text_of(name), ReferralConfig()
    cells = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    told = {field for cell in cells for field in re.findall(r"`([a-z_.\[\]]+)`", cell)}

    assert set(fields()) <= told
    for field, default in config:
        if isinstance(default, int):
            assert f"| `{field}` | {default} |" in page
    bounds = (STEPS_MAX, PAIRS_OPEN_MAX, COMMISSIONS_OPEN_MAX, ORDERS_MAX, DEBTS_MAX, COLLECTED_MAX)
    assert all(re.search(rf"\b{number}\b", page) for number in bounds)


@PAGES
def test_the_diagram_has_every_state(name: str) -> None:
    [diagram] = [block.text for block in blocks(ROOT / "docs" / "campaigns" / name) if block.language == "mermaid"]
    arrows = [line.split(":")[0].split(" --> ") for line in diagram.splitlines() if "-->" in line]

    assert {end.strip() for arrow in arrows for end in arrow} == {"[*]", *(status.value for status in Status)}
