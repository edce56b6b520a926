"""Items of a flash sale that are for some members alone: of a tier, with a tag, in a group."""

from typing import Any

import pytest
from pydantic import ValidationError

from plugins.flash_sale.campaign import FLASH_SALE
from plugins.flash_sale.config import Allocation, FlashSaleConfig, Gate
from siyu.db import Pool
from siyu.engine import NewFact
from siyu.ids import new_id
from siyu.sdk.testing import Stage
from tests.clock import NOON, TestClock
from tests.factories import add_campaign, add_members, shop_engine
from tests.siyu.groups.shop import add_group, joined, left

ITEMS = [
    {"key": "mug", "only_for": {"groups": ["hz-1", "hz-2"]}},
    {"key": "cup", "only_for": {"tiers": ["gold"], "tags": ["vip"], "groups": ["hz-1"]}},
    {"key": "hat"},
]


def sale(allocation: Allocation = Allocation.FIRST_COME) -> Stage[Any, Any]:
    """A sale of items for some and for all; Lin is in one of the groups, and Wang in none."""
    config = FlashSaleConfig.model_validate({"items": ITEMS, "allocation": allocation})
    stage: Stage[Any, Any] = Stage(FLASH_SALE, config)
    stage.member("lin", groups=["hz-2", "bj-1"], tier="gold")
    return stage


@pytest.mark.parametrize(
    ("allocation", "action"),
    [(Allocation.FIRST_COME, "claim"), (Allocation.QUEUE, "join"), (Allocation.LOTTERY, "enter")],
    ids=["claim", "join", "enter"],
)
def test_who_is_in_none_of_the_groups_is_told_which(allocation: Allocation, action: str) -> None:
    stage = sale(allocation)

    refused = stage.act("wang", action, item="mug")

    assert (refused.refusal, refused.missing) == ("NOT_FOR_YOU", {"groups": ["hz-1", "hz-2"]})
    assert stage.act("lin", action, item="mug").refusal is None
    assert stage.act("wang", action, item="hat").refusal is None


def test_of_every_list_that_is_given_the_member_has_one() -> None:
    stage = sale()

    refused = stage.act("lin", "claim", item="cup")
    stage.member("lin", tags=["vip"], groups=["hz-1"])

    assert (refused.refusal, refused.missing) == ("NOT_FOR_YOU", {"tags": ["vip"], "groups": ["hz-1"]})
    assert stage.act("lin", "claim", item="cup").refusal is None


def test_a_sale_without_gates_reads_nothing_of_members() -> None:
    assert FLASH_SALE.features is not None
    assert [FLASH_SALE.features(FlashSaleConfig()), FLASH_SALE.features(sale().config)] == [False, True]


def test_a_gate_that_is_open_to_everybody_is_refused() -> None:
    with pytest.raises(ValidationError):
        Gate()


async def test_on_a_shop_who_joins_the_group_may_claim_and_who_has_left_may_not(pool: Pool, clock: TestClock) -> None:
    [lin] = await add_members(pool, 1)
    await add_group(pool, "hz-1")
    items = [{**ITEMS[0], "per_member": 2}]
    campaign, engine = await add_campaign(pool, "flash_sale", {"items": items}), shop_engine(pool, clock=clock)

    async def claim() -> str | None:
        data = {"item": "mug", "quantity": 1}
        fact = NewFact("flash_sale.claim", lin, NOON, data, new_id().hex, campaign, stamped=True)
        refusal = (await engine.submit(fact)).decisions[0].refusal
        return None if refusal is None else refusal.code

    before = await claim()
    await engine.submit(joined(lin, "hz-1"))
    within = await claim()
    await engine.submit(left(lin, "hz-1", NOON.replace(minute=1)))

    assert [before, within, await claim()] == ["NOT_FOR_YOU", None, "NOT_FOR_YOU"]
