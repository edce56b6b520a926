"""Refunds on PostgreSQL: asked for once, done when the money is back, whoever pauses, dies or comes first."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from siyu.db import Pool
from siyu.engine import BatchLimits, Engine, NewFact, Outcome
from siyu.engine.intake import service_fact
from siyu.errors import InvalidInput
from siyu.ids import new_id
from siyu.ledger.verify import verify_ledger
from siyu.orders import refund_queries
from siyu.orders.refund_queries import RefundState, refund_page
from siyu.paging import NewestWanted
from siyu.sdk import FactData, Grant, Refund, Schedule
from tests.clock import NOON, TestClock
from tests.factories import SHANGHAI, add_campaign, add_members, paid, refunded, registry_of
from tests.siyu.engine.relay import fire_all
from tests.siyu.engine.till import TILL, Told, grant, play, refund

ROWS = """
SELECT number, asked_fen, state, reason, attempts, problem, asked_at, failed_at, done_at
FROM refund_request JOIN shop_order ON shop_order.id = order_id ORDER BY refund_request.id
"""
LATER = NOON + timedelta(hours=1)


class Shop:
    """A till, a member with an order of 1,000 fen, and a clock."""

    def __init__(self, pool: Pool, clock: TestClock, campaign: UUID, member: UUID) -> None:
        self.pool, self.clock, self.campaign, self.member = pool, clock, campaign, member
        self.engine = self.another_engine(pool)

    def another_engine(self, pool: Pool, limits: BatchLimits | None = None) -> Engine:
        """One more process."""
        return Engine(pool, registry_of(TILL), SHANGHAI, limits or BatchLimits(), self.clock)

    def asking(self, *effects: Told, member: UUID | None = None, campaign: UUID | None = None) -> NewFact:
        """A fact that makes the till ask."""
        return play(campaign or self.campaign, member or self.member, self.clock.now, *effects)

    async def ask(self, *effects: Told, member: UUID | None = None, campaign: UUID | None = None) -> Outcome:
        """Make the till ask, and wait until what follows is decided."""
        outcome = await self.engine.submit(self.asking(*effects, member=member, campaign=campaign))
        await self.engine.drain()
        return outcome

    async def pay_back(self, fen: int, order: str = "A-1") -> str | None:
        """The shop pays back and reports it: the code of the refusal."""
        fact = refunded(self.member, order, fen, self.clock.now, new_id().hex)
        return code(await self.engine.submit(fact))

    async def fail(self, problem: str = "card closed", order: str = "A-1", member: UUID | None = None) -> str | None:
        """The shop cannot pay, and reports it: the code of the refusal."""
        return code(await self.engine.submit(self.failed(problem, order, member)))

    def failed(self, problem: str = "card closed", order: str = "A-1", member: UUID | None = None) -> NewFact:
        """The fact of it."""
        data, now = {"order": order, "problem": problem}, self.clock.now
        return service_fact(self.engine.registry, "refund.failed", now, data, new_id().hex, now).about(
            member or self.member
        )

    async def rows(self) -> list[tuple[Any, ...]]:
        """Order, amount and state of every request."""
        return [tuple(row)[:3] for row in await self.pool.fetch(ROWS)]

    async def holds(self) -> bool:
        """Whether no invariant is violated, and no fact waits."""
        found = [finding for finding in await verify_ledger(self.pool, lambda done, total: None) if finding.violations]
        assert [(finding.invariant, finding.first) for finding in found if "board" not in finding.invariant] == []
        return await self.pool.fetchval("SELECT count(*) FROM pending_fact") == 0


@pytest.fixture
async def shop(pool: Pool, clock: TestClock) -> Shop:
    """A shop of one member."""
    [member] = await add_members(pool, 1)
    opened = Shop(pool, clock, await add_campaign(pool, "till"), member)
    await opened.engine.submit(paid(member, "A-1", 1_000, NOON))
    return opened


def code(outcome: Outcome) -> str | None:
    """The core's refusal of the fact itself."""
    return next((d.refusal.code for d in outcome.decisions if d.refusal and d.campaign_id is None), None)


async def test_it_is_entered_with_the_decision_and_done_when_the_money_is_back(shop: Shop) -> None:
    outcome = await shop.ask(refund("A-1", 700))

    [effect] = outcome.decisions[0].effects
    asked = {"kind": "refund", "order": "A-1", "amount_fen": 700, "reason": "late"}
    assert dict(effect) == asked | {"pending": effect["pending"]}
    fact = await shop.pool.fetchrow("SELECT * FROM fact WHERE type = 'refund.requested'")
    assert fact is not None
    assert (fact["member_id"], fact["campaign_id"], fact["at"]) == (shop.member, shop.campaign, NOON)
    assert fact["idempotency_key"] == f"emit/{effect['pending']}"
    assert [tuple(row) for row in await shop.pool.fetch(ROWS)] == [
        ("A-1", 700, "open", "late", 0, None, NOON, None, None)
    ]
    assert await shop.pay_back(699) is None
    assert await shop.rows() == [("A-1", 700, "open")]
    shop.clock.now = LATER
    assert await shop.pay_back(1) is None
    assert [tuple(row) for row in await shop.pool.fetch(ROWS)] == [
        ("A-1", 700, "done", "late", 0, None, NOON, None, LATER)
    ]
    assert await shop.holds()


async def test_to_ask_again_changes_nothing_and_the_greatest_stands(shop: Shop) -> None:
    for fen, reason in ((300, "late"), (300, "torn"), (700, "torn"), (500, "late")):
        await shop.ask(refund("A-1", fen, reason))
    await shop.ask(*(refund("A-1", fen) for fen in (1, 700, 2)))

    assert [tuple(row)[1:4] for row in await shop.pool.fetch(ROWS)] == [(700, "open", "torn")]
    assert await shop.holds()


async def test_no_more_is_asked_for_than_was_paid(shop: Shop) -> None:
    await shop.ask(refund("A-1", 10**12))

    assert await shop.rows() == [("A-1", 1_000, "open")]
    assert await shop.holds()


async def test_what_is_back_already_counts_and_a_greater_amount_opens_it_again(shop: Shop) -> None:
    await shop.pay_back(700)
    await shop.ask(refund("A-1", 700))
    assert await shop.rows() == [("A-1", 700, "done")]

    await shop.ask(refund("A-1", 701))
    assert [tuple(row)[1:] for row in await shop.pool.fetch(ROWS)] == [(701, "open", "late", 0, None, NOON, None, None)]
    await shop.pay_back(1)

    assert await shop.rows() == [("A-1", 701, "done")]
    assert await shop.holds()


async def test_the_decision_stands_where_the_member_has_no_such_order(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    [other] = await add_members(shop.pool, 1)
    await shop.engine.submit(paid(shop.member, "free", 0, NOON))

    for order, member in (("B-1", shop.member), ("A-1", other), ("free", shop.member)):
        outcome = await shop.ask(grant(1), refund(order, 5), member=member)
        assert [effect["kind"] for effect in outcome.decisions[0].effects] == ["grant", "refund"]

    refused = await shop.pool.fetch("SELECT refusal_code FROM decision WHERE campaign_id IS NULL ORDER BY id")
    assert [row[0] for row in refused] == ["ORDER_NOT_FOUND", "ORDER_NOT_FOUND", "NOTHING_TO_REFUND"]
    assert f"campaign {shop.campaign} asked for refund.requested: NOTHING_TO_REFUND" in caplog.text
    assert await shop.rows() == []
    assert await shop.holds()


async def test_what_failed_stays_open_with_the_problem(shop: Shop) -> None:
    assert await shop.fail(order="B-1") == "ORDER_NOT_FOUND"
    assert await shop.fail() == "REFUND_NOT_ASKED"
    await shop.ask(refund("A-1", 700))
    assert await shop.fail() is None
    shop.clock.now = LATER

    assert await shop.fail("card still closed") is None

    assert [tuple(row) for row in await shop.pool.fetch(ROWS)] == [
        ("A-1", 700, "open", "late", 2, "card still closed", NOON, LATER, None)
    ]
    await shop.pay_back(700)
    assert await shop.fail() == "REFUND_DONE"
    assert [row["attempts"] for row in await shop.pool.fetch(ROWS)] == [2]
    assert await shop.holds()


async def test_another_members_failure_is_of_no_order(shop: Shop) -> None:
    [other] = await add_members(shop.pool, 1)
    await shop.ask(refund("A-1", 700))

    assert await shop.fail(member=other) == "ORDER_NOT_FOUND"
    assert [row["attempts"] for row in await shop.pool.fetch(ROWS)] == [0]


async def test_two_campaigns_ask_for_one_order_and_one_payment_does_for_both(shop: Shop) -> None:
    second, third = await add_campaign(shop.pool, "till"), await add_campaign(shop.pool, "till")
    await shop.ask(refund("A-1", 700))
    for campaign in (second, third):
        await shop.ask(refund("A-1", 900), campaign=campaign)

    async def left() -> list[tuple[int, int]]:
        page = await refund_page(shop.pool, RefundState.OPEN, 10, None)
        return [(row.asked_fen, row.left_fen) for row in page.rows]

    assert await left() == [(700, 0), (900, 900), (900, 0)]
    await shop.fail()
    assert [row["attempts"] for row in await shop.pool.fetch(ROWS)] == [1, 1, 1]
    await shop.pay_back(700)
    assert await left() == [(900, 200), (900, 0)]
    await shop.pay_back(200)
    assert await left() == []
    assert await shop.rows() == [("A-1", 700, "done"), ("A-1", 900, "done"), ("A-1", 900, "done")]
    assert await shop.holds()


@pytest.mark.parametrize(
    "damage",
    ["state = 'paused', problem = 'it failed', problem_at = now()", "type_key = 'gone'"],
    ids=["paused", "gone"],
)
async def test_a_refund_waits_for_no_plugin(shop: Shop, damage: str) -> None:
    """The process died after the decision; since then the campaign was paused by siyu, or its plugin is gone."""
    dying = shop.another_engine(shop.pool)

    def die(name: str) -> None:
        raise SystemError(name)

    dying.fail_point = die
    await asyncio.gather(dying.submit(shop.asking(refund("A-1", 700))), return_exceptions=True)
    await dying.drain()
    await shop.pool.execute(f"UPDATE campaign SET {damage}")
    assert (await shop.rows(), await shop.pool.fetchval("SELECT count(*) FROM pending_fact")) == ([], 1)

    shop.clock.move(5)
    await fire_all(shop.another_engine(shop.pool))

    assert await shop.rows() == [("A-1", 700, "open")]
    assert await shop.holds()


async def test_a_refund_is_no_reward_and_no_cap_counts_it(shop: Shop) -> None:
    cap = '{"caps": [{"measure": "count", "scope": "campaign", "period": "ever", "limit": 1}]}'
    await shop.pool.execute("UPDATE campaign SET terms = $1, revision = 2", cap)
    assert (await shop.ask(grant(1))).decisions[0].refusal is None
    full = (await shop.ask(grant(1))).decisions[0].refusal

    assert full is not None
    assert full.code == "CAP_REACHED"
    assert (await shop.ask(refund("A-1", 700))).decisions[0].refusal is None
    assert await shop.rows() == [("A-1", 700, "open")]


@pytest.mark.parametrize(
    "values",
    [
        {"order": ""},
        {"order": "x" * 65},
        {"order": 5},
        {"amount_fen": 0},
        {"amount_fen": 10**12 + 1},
        {"amount_fen": True},
        {"amount_fen": 1.5},
        {"reason": "early"},
        {"reason": None},
    ],
    ids=str,
)
async def test_what_cannot_be_fails_the_decision(shop: Shop, values: dict[str, Any]) -> None:
    name, right = refund("A-1", 700)

    outcome = await shop.ask((name, right | values))

    assert outcome.decisions[0].refusal is not None
    assert outcome.decisions[0].refusal.missing == {"fault": "invalid"}
    assert await shop.rows() == []


@pytest.mark.parametrize("type_", ["refund.requested", "refund.demanded"])
async def test_nobody_can_ask_from_outside(shop: Shop, type_: str) -> None:
    data = {"order": "A-1", "amount_fen": 700, "reason": "late"}

    with pytest.raises(InvalidInput, match="unknown fact type"):
        service_fact(shop.engine.registry, type_, NOON, data, "outside/1", NOON)


@pytest.mark.parametrize("problem", ["", "x" * 501, None, 5])
async def test_a_failure_says_why_in_few_words(shop: Shop, problem: Any) -> None:
    with pytest.raises(InvalidInput, match="problem"):
        shop.failed(problem)


async def test_a_campaign_may_answer_to_a_failure(pool: Pool, clock: TestClock) -> None:
    """After its end, too: what a type settles is settled for ever."""
    listening = replace(
        TILL,
        settles=frozenset({"refund.failed"}),
        decide=lambda fact, view: TILL.decide(fact, view) if "effects" in fact.data else [Grant("points", 5)],
    )
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "till")
    engine = Engine(pool, registry_of(listening), SHANGHAI, BatchLimits(), clock)
    shop = Shop(pool, clock, campaign, member)
    shop.engine = engine
    await engine.submit(paid(member, "A-1", 1_000, NOON))
    assert await shop.fail() == "REFUND_NOT_ASKED"
    await shop.ask(refund("A-1", 700))
    await pool.execute("UPDATE campaign SET state = 'ended'")

    outcome = await engine.submit(shop.failed())

    assert [effect["amount"] for effect in outcome.decisions[0].effects] == [5]


async def test_asked_and_paid_by_two_processes_at_once_it_ends_as_asked(shop: Shop, other_pool: Pool) -> None:
    """Forty members, each with an order: two processes ask for them, pay them back and fail, in every order."""
    members = await add_members(shop.pool, 40)
    small = BatchLimits(facts_max=8, share_min=1)
    engines = [shop.another_engine(pool, small) for pool in (shop.pool, other_pool)]
    await asyncio.gather(*(engines[0].submit(paid(m, str(m), 1_000, NOON)) for m in members))
    facts = [fact for number, member in enumerate(members) for fact in _at_once(shop, member, number)]

    outcomes = await asyncio.gather(*(engines[n % 2].submit(fact) for n, fact in enumerate(facts)))
    for _ in range(2):
        for engine in engines:
            await engine.drain()
    await asyncio.gather(*map(fire_all, engines))

    refusals = {code(outcome) for outcome in outcomes}
    assert refusals <= {None, "REFUND_NOT_ASKED", "REFUND_DONE"}
    expected = {(str(member), 300 + number, "done" if number < 20 else "open") for number, member in enumerate(members)}
    assert set(await shop.rows()) == expected
    assert await shop.holds()


def _at_once(shop: Shop, member: UUID, number: int) -> Sequence[NewFact]:
    """What happens to a member: twice asked for, failed, and all of it paid back to the first twenty, 300 to others."""
    order, parts = str(member), [300, number] if 0 < number < 20 else [300]
    return [
        shop.asking(refund(order, 100), member=member),
        *(refunded(member, order, fen, NOON, new_id().hex) for fen in parts),
        shop.asking(refund(order, 300 + number), member=member),
        shop.failed(order=order, member=member),
    ]


async def test_a_batch_of_everything_is_decided_in_its_order(shop: Shop) -> None:
    """Of one member, one after the other in one transaction: the third finds what the second did."""
    await shop.ask(refund("A-1", 700))

    outcomes = await asyncio.gather(
        *(
            shop.engine.submit(fact)
            for fact in (
                shop.failed(),
                refunded(shop.member, "A-1", 700, NOON),
                shop.failed(),
                refunded(shop.member, "A-1", 301, NOON),
            )
        )
    )

    assert [code(outcome) for outcome in outcomes] == [None, None, "REFUND_DONE", "REFUND_EXCEEDS_ORDER"]
    assert await shop.rows() == [("A-1", 700, "done")]
    assert await shop.holds()


async def test_pages_of_the_shop_and_of_members(shop: Shop) -> None:
    orders = [f"P-{number}" for number in range(5)]
    for number, order in enumerate(orders):
        await shop.engine.submit(paid(shop.member, order, 1_000, NOON))
        await shop.ask(refund(order, 100 + number))
    await shop.pay_back(102, "P-2")

    first = await refund_page(shop.pool, RefundState.OPEN, 3, None)
    rest = await refund_page(shop.pool, RefundState.OPEN, 3, first.rows[-1].id)
    done = await refund_page(shop.pool, RefundState.DONE, 3, None)
    [own] = await refund_queries.refund_pages(shop.pool, [NewestWanted(shop.member, 10, None)])

    assert ([row.number for row in first.rows], first.has_more) == (["P-0", "P-1", "P-3"], True)
    assert ([row.number for row in rest.rows], rest.has_more) == (["P-4"], False)
    assert [(row.number, row.refunded_fen, row.left_fen) for row in done.rows] == [("P-2", 102, 0)]
    assert [row.number for row in own.rows] == orders[::-1]


async def test_the_open_ones_are_found_by_their_index(shop: Shop) -> None:
    """Of ten thousand requests that are done, none is read to find the open one."""
    await shop.ask(refund("A-1", 700))
    await shop.pool.execute(MANY_DONE)
    await shop.pool.execute("ANALYZE refund_request; ANALYZE shop_order")
    sql = refund_queries.OF_STATE.format(state="open")

    plan = "\n".join(row[0] for row in await shop.pool.fetch(f"EXPLAIN {sql}", None, 50))

    assert "refund_request_open" in plan
    assert "Seq Scan" not in plan


MANY_DONE = """
WITH bought AS (
    INSERT INTO shop_order (id, number, member_id, amount_fen, refunded_fen, paid_at)
    SELECT gen_random_uuid(), 'M-' || n, (SELECT id FROM member LIMIT 1), 100, 100, now()
    FROM generate_series(1, 10000) AS n RETURNING id, member_id
)
INSERT INTO refund_request (id, campaign_id, member_id, order_id, asked_fen, reason, state, asked_at, attempts, done_at)
SELECT gen_random_uuid(), (SELECT id FROM campaign LIMIT 1), member_id, id, 100, 'late', 'done', now(), 0, now()
FROM bought
"""


class Depth(FactData):
    """How many facts came before."""

    n: int


async def test_it_may_be_asked_for_as_deep_as_facts_follow(pool: Pool, clock: TestClock) -> None:
    """By the fourth timer without a pause, after which no further fact of the campaign could follow."""

    def spin(fact: Any, view: Any) -> Any:
        depth = fact.data.get("n", 0)
        return [Schedule("next", fact.at, "next", {"n": depth + 1}) if depth < 4 else Refund("A-1", 700, "late")]

    kind = replace(TILL, decide=spin, effects=TILL.effects | {Schedule}, timers={"next": Depth})
    [member] = await add_members(pool, 1)
    shop = Shop(pool, clock, await add_campaign(pool, "till"), member)
    shop.engine = Engine(pool, registry_of(kind), SHANGHAI, BatchLimits(), clock)
    await shop.engine.submit(paid(member, "A-1", 1_000, NOON))

    await shop.ask()

    assert await shop.rows() == [("A-1", 700, "open")]
