"""Flash sales on PostgreSQL, from two engines at once: never more than there are, and every order has one end."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from plugins.flash_sale.campaign import FLASH_SALE
from siyu.campaigns.stock import StockChange, adjust_stock
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine, NewFact, Outcome
from siyu.engine.intake import action_fact, service_fact
from siyu.ids import new_id
from siyu.ledger.verify import verify_ledger
from tests.clock import NOON, TestClock
from tests.factories import SHANGHAI, add_campaign, add_members, registry_of
from tests.siyu.engine.relay import fire_all

REGISTRY = registry_of(FLASH_SALE)
# So that the batches of both engines meet many times.
SMALL_BATCHES = BatchLimits(facts_max=8, share_min=1)
DEADLINE = NOON + timedelta(minutes=15)
PRICE_FEN = 9_900
REFUNDS = "SELECT number FROM refund_request JOIN shop_order ON shop_order.id = order_id"


class TwoShops:
    """One sale of mugs, two engines and their clock."""

    def __init__(self, pool: Pool, other_pool: Pool) -> None:
        self.pool, self.clock, self.campaign = pool, TestClock(), UUID(int=0)
        self.engines = [Engine(each, REGISTRY, SHANGHAI, SMALL_BATCHES, self.clock) for each in (pool, other_pool)]

    async def open(self, **fields: int) -> "TwoShops":
        """With these fields of the item."""
        config = {"items": [{"key": "mug", "price_fen": PRICE_FEN, **fields}]}
        self.campaign = await add_campaign(self.pool, "flash_sale", config)
        return self

    def claim(self, member: UUID) -> NewFact:
        """A member claims a mug now."""
        key, [claim, *_] = new_id().hex, FLASH_SALE.actions
        return action_fact(FLASH_SALE, claim, self.campaign, member, {"item": "mug"}, key, self.clock.now)

    def paid(self, member: UUID, reservation: str, order: str, key: str | None = None) -> NewFact:
        """The shop reports an order now."""
        data = {"order": order, "amount_fen": PRICE_FEN, "reservation": reservation}
        at = self.clock.now
        return service_fact(REGISTRY, "order.paid", at, data, key or new_id().hex, at).about(member)

    async def submit(self, facts: Sequence[NewFact]) -> list[Outcome]:
        """All at once, to each engine in turn."""
        sent = [self.engines[place % 2].submit(fact) for place, fact in enumerate(facts)]
        outcomes = await asyncio.gather(*sent)
        for engine in self.engines:
            await engine.drain()
        return outcomes

    async def claims(self, members: Sequence[UUID]) -> tuple[dict[UUID, str], Counter[str]]:
        """Let all of them claim: the keys of those who got one, and why the others did not."""
        outcomes = await self.submit([self.claim(member) for member in members])
        decisions = [outcome.decisions[0] for outcome in outcomes]
        got = {
            member: outcome.fact_id.hex
            for member, outcome, decision in zip(members, outcomes, decisions, strict=True)
            if decision.refusal is None
        }
        return got, Counter(decision.refusal.code for decision in decisions if decision.refusal)

    async def fire(self, moment: Any = None) -> None:
        """Both engines let fire what is due, and decide what follows."""
        self.clock.now = moment or self.clock.now
        await asyncio.gather(*map(fire_all, self.engines))

    async def stock(self) -> tuple[int, int]:
        """How many mugs are sold and held."""
        [row] = await self.pool.fetch("SELECT used, held FROM counter WHERE name = 'stock'")
        return row[0], row[1]

    async def refunds(self) -> list[str]:
        """The orders whose refund was asked for."""
        return [row[0] for row in await self.pool.fetch(REFUNDS)]

    async def verify(self) -> None:
        """Everything that `ledger verify` looks at holds."""
        findings = await verify_ledger(self.pool, lambda done, total: None)
        assert [finding.invariant for finding in findings if finding.violations] == []


@pytest.fixture
def shops(pool: Pool, other_pool: Pool) -> TwoShops:
    return TwoShops(pool, other_pool)


async def test_defects_13_and_57_300_members_claim_100_units_and_all_are_sold_in_the_end(shops: TwoShops) -> None:
    members = await add_members(shops.pool, 300)
    await shops.open(stock=100)

    got, refused = await shops.claims(members)
    assert (len(got), refused, await shops.stock()) == (100, {"SOLD_OUT_FOR_NOW": 200}, (0, 100))

    winners = list(got.items())
    await shops.submit([shops.paid(*winner, f"A-{number}") for number, winner in enumerate(winners[:60])])
    await shops.fire(DEADLINE)
    assert await shops.stock() == (60, 0)

    again, refused = await shops.claims([member for member in members if member not in got])
    assert (len(again), refused) == (40, {"SOLD_OUT_FOR_NOW": 160})
    await shops.submit([shops.paid(*winner, f"B-{number}") for number, winner in enumerate(again.items())])
    _, refused = await shops.claims([member for member in members if member not in got | again])

    assert (refused, await shops.stock(), await shops.refunds()) == ({"SOLD_OUT": 160}, (100, 0), [])
    assert await shops.pool.fetchval("SELECT count(*) FROM pending_fact") == 0
    await shops.verify()


async def test_defects_14_and_17_a_member_who_claims_many_times_at_once_gets_the_limit(shops: TwoShops) -> None:
    [member] = await add_members(shops.pool, 1)
    await shops.open(stock=100, per_member=3)

    outcomes = await shops.submit([shops.claim(member) for _ in range(40)])

    refusals = Counter(outcome.decisions[0].refusal and outcome.decisions[0].refusal.code for outcome in outcomes)
    assert (refusals, await shops.stock()) == ({None: 3, "MEMBER_LIMIT": 37}, (0, 3))


async def test_defect_15_an_edit_of_the_stock_forgets_no_sale(shops: TwoShops) -> None:
    members = await add_members(shops.pool, 60)
    await shops.open(stock=20)

    def change(difference: int) -> StockChange:
        return StockChange(shops.campaign, "stock", "mug", "", difference, new_id().hex, "lin")

    edits = [adjust_stock(shops.pool, REGISTRY, change(by), shops.clock.now, SHANGHAI) for by in (4, 8, -2)]
    (got, _), *_ = await asyncio.gather(shops.claims(members), *edits)
    again, _ = await shops.claims([member for member in members if member not in got])

    assert (len(got) + len(again), await shops.stock()) == (30, (0, 30))
    assert await shops.pool.fetchval("SELECT extra FROM counter WHERE name = 'stock'") == 10


async def test_defect_50_copies_of_a_payment_notice_sell_once(shops: TwoShops) -> None:
    [member] = await add_members(shops.pool, 1)
    await shops.open(stock=5)
    [key] = (await shops.claims([member]))[0].values()
    copies = [shops.paid(member, key, "A-1", "callback/1") for _ in range(10)]
    others = [shops.paid(member, key, "A-1") for _ in range(10)]

    outcomes = await shops.submit([*copies, *others])

    refusals = Counter(outcome.decisions[0].refusal and outcome.decisions[0].refusal.code for outcome in outcomes)
    assert refusals["ORDER_ALREADY_PAID"] in {10, 19}
    assert set(refusals) == {None, "ORDER_ALREADY_PAID"}
    assert len({outcome.fact_id for outcome in outcomes[:10]}) == 1
    assert (await shops.stock(), await shops.refunds()) == ((1, 0), [])


async def test_late_payers_race_for_what_is_left_and_the_others_are_refunded(shops: TwoShops) -> None:
    members = await add_members(shops.pool, 30)
    await shops.open(stock=20)
    late, _ = await shops.claims(members[:20])
    await shops.fire(DEADLINE)
    await shops.claims(members[20:])

    await shops.submit([shops.paid(*each, f"A-{number}") for number, each in enumerate(late.items())])
    await shops.fire()

    assert (await shops.stock(), len(await shops.refunds())) == ((10, 10), 10)
    await shops.fire(DEADLINE + timedelta(minutes=15))
    assert await shops.stock() == (10, 0)
    await shops.verify()


async def test_of_two_late_orders_that_come_at_once_one_buys(shops: TwoShops) -> None:
    """Both are heard before either is looked at again."""
    [member] = await add_members(shops.pool, 1)
    await shops.open(stock=5, per_member=5)
    [key] = (await shops.claims([member]))[0].values()
    await shops.fire(DEADLINE)

    first = shops.engines[0]
    heard = await asyncio.gather(*(first.submit(shops.paid(member, key, order)) for order in ("A-1", "A-2")))
    await first.drain()
    await shops.fire()

    assert [outcome.decisions[0].effects[0]["kind"] for outcome in heard] == ["emit", "emit"]
    assert (await shops.stock(), await shops.refunds()) == ((1, 0), ["A-2"])


VIPS = """{"audience": {"rule": "member.tier == 'gold' && !('staff' in member.tags) && 'g' in member.groups"}}"""


async def test_tier_tag_and_group_are_gates_to_claims_and_to_no_payment(shops: TwoShops) -> None:
    vip, other = await add_members(shops.pool, 2)
    await shops.open(stock=5)
    await shops.pool.execute("UPDATE campaign SET terms = $1, revision = 2", VIPS)
    await shops.pool.execute("UPDATE member SET tier = 'gold', groups = '{g}' WHERE id = $1", vip)

    got, refused = await shops.claims([vip, other])
    await shops.pool.execute("UPDATE member SET tags = '{staff}' WHERE id = $1", vip)
    await shops.submit([shops.paid(vip, got[vip], "A-1")])

    assert (refused, await shops.stock()) == ({"NOT_IN_AUDIENCE": 1}, (1, 0))
    assert await shops.claims([vip]) == ({}, {"NOT_IN_AUDIENCE": 1})


async def test_defect_22_an_order_paid_as_its_claim_expires_has_one_end(shops: TwoShops) -> None:
    members = await add_members(shops.pool, 40)
    await shops.open(stock=40)
    got, _ = await shops.claims(members)
    shops.clock.now = DEADLINE

    firing = asyncio.create_task(fire_all(shops.engines[1]))
    orders = [shops.paid(*each, f"A-{number}") for number, each in enumerate(got.items())]
    await asyncio.gather(*map(shops.engines[0].submit, orders))
    await firing
    await shops.fire()

    # Nobody else wants one: whoever paid too late buys it anew.
    assert (await shops.stock(), await shops.refunds()) == ((40, 0), [])
    assert await shops.pool.fetchval("SELECT count(*) FROM pending_fact") == 0
    await shops.verify()
