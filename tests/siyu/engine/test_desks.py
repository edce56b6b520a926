"""Desks: the core's own decisions, in the same batch, log and commit as those of campaigns."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from siyu.db import Pool
from siyu.engine import Engine, NewFact, Outcome
from siyu.ids import new_id
from siyu.ledger.verify import verify_ledger
from tests.factories import add_campaign, add_members, paid, points_of, shop_engine

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
LASTS = "UPDATE unit SET expiry_months = $1, expiry_until = 'month', has_lots = true WHERE key = 'points'"
LOTS = "SELECT expires_at, remaining FROM lot ORDER BY expires_at"


def at_till(kind: str, member_id: UUID, amount: int, reference: str = "R-1", key: str | None = None) -> NewFact:
    """A fact of the desk for spending."""
    data = {"unit": "points", "amount": amount, "reference": reference}
    return NewFact(f"value.{kind}", member_id, NOON, data, key or new_id().hex)


async def give(engine: Engine, member_id: UUID, points: int, at: datetime) -> None:
    """Let the member earn points at that moment, by an order of a point a yuan."""
    outcome = await engine.submit(paid(member_id, new_id().hex, points * 100, at))
    assert [decision.refusal for decision in outcome.decisions] == [None]


async def buyer(pool: Pool, engine: Engine, points: int) -> UUID:
    """A member with points that were earned at noon."""
    [member_id] = await add_members(pool, 1)
    await add_campaign(pool, "purchase", {"points_per_yuan": 1})
    await give(engine, member_id, points, NOON)
    return member_id


def answer(outcome: Outcome) -> tuple[str | None, Mapping[str, object]]:
    """The refusal's code, or what was done."""
    [decision] = outcome.decisions
    assert decision.campaign_id is None
    return (decision.refusal.code, decision.refusal.missing) if decision.refusal else (None, decision.effects[0])


async def holds(pool: Pool) -> bool:
    """Whether every invariant of value holds."""
    return not any(finding.violations for finding in await verify_ledger(pool, lambda *_: None))


async def test_what_is_spent_is_taken_once_and_logged(pool: Pool) -> None:
    engine = shop_engine(pool)
    member_id = await buyer(pool, engine, 50)
    fact = at_till("spent", member_id, 20, key="till/1")

    first, second = await asyncio.gather(engine.submit(fact), engine.submit(fact))

    assert first == second
    assert answer(first) == (None, {"kind": "spend", "unit": "points", "amount": 20, "reference": "R-1"})
    assert await points_of(pool, member_id) == 30
    assert await holds(pool)


async def test_more_than_there_is_cannot_be_spent(pool: Pool) -> None:
    engine = shop_engine(pool)
    member_id = await buyer(pool, engine, 50)

    outcome = await engine.submit(at_till("spent", member_id, 51))

    assert answer(outcome) == ("NOT_ENOUGH", {"unit": "points", "balance": 50, "missing": 1})
    assert await points_of(pool, member_id) == 50


async def test_what_was_spent_comes_back_in_parts_and_no_further(pool: Pool) -> None:
    engine = shop_engine(pool)
    member_id = await buyer(pool, engine, 50)
    await engine.submit(at_till("spent", member_id, 20))

    returned = [answer(await engine.submit(at_till("returned", member_id, 15))) for _ in range(3)]

    assert [given.get("amount") for _, given in returned] == [15, 5, None]
    assert returned[2][0] == "NOTHING_TO_RETURN"
    assert await points_of(pool, member_id) == 50
    assert await holds(pool)


async def test_what_expires_first_is_spent_first(pool: Pool) -> None:
    await pool.execute(LASTS, 1)
    engine = shop_engine(pool, clock=lambda: NOON)
    member_id = await buyer(pool, engine, 30)
    await give(engine, member_id, 10, NOON - timedelta(days=30))

    await engine.submit(at_till("spent", member_id, 15))

    # The end of November and of December, in Shanghai.
    soon, later = datetime(2026, 11, 30, 16, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert [tuple(row) for row in await pool.fetch(LOTS)] == [(soon, 0), (later, 25)]
    await engine.submit(at_till("returned", member_id, 12))
    assert [tuple(row) for row in await pool.fetch(LOTS)] == [(soon, 10), (later, 27)]
    assert await holds(pool)


async def test_what_has_expired_is_nobodys_to_spend_though_it_is_not_booked_out(pool: Pool) -> None:
    await pool.execute(LASTS, 0)
    engine = shop_engine(pool, clock=lambda: NOON)
    member_id = await buyer(pool, engine, 30)
    await give(engine, member_id, 10, NOON - timedelta(days=30))

    outcome = await engine.submit(at_till("spent", member_id, 31))

    assert answer(outcome) == ("NOT_ENOUGH", {"unit": "points", "balance": 30, "missing": 1})
    assert answer(await engine.submit(at_till("spent", member_id, 30)))[0] is None
    assert await holds(pool)


async def test_a_refund_of_what_has_expired_takes_nothing_of_other_orders(pool: Pool) -> None:
    await pool.execute(LASTS, 1)
    [member_id] = await add_members(pool, 1)
    await add_campaign(pool, "purchase", {"points_per_yuan": 1})
    long_before = NOON - timedelta(days=90)
    await shop_engine(pool, clock=lambda: long_before).submit(paid(member_id, "A-1", 1_000, long_before))
    engine = shop_engine(pool, clock=lambda: NOON)
    await give(engine, member_id, 30, NOON)

    await engine.submit(NewFact("order.refunded", member_id, NOON, {"order": "A-1", "amount_fen": 1_000}, new_id().hex))

    assert [row["remaining"] for row in await pool.fetch(LOTS)] == [10, 30]
    assert await holds(pool)


async def test_a_refund_takes_from_the_lot_that_it_gave(pool: Pool) -> None:
    await pool.execute(LASTS, 1)
    engine = shop_engine(pool, clock=lambda: NOON)
    member_id = await buyer(pool, engine, 30)
    order = paid(member_id, "A-2", 1_000, NOON - timedelta(days=30))
    await engine.submit(order)

    await engine.submit(NewFact("order.refunded", member_id, NOON, {"order": "A-2", "amount_fen": 1_000}, new_id().hex))

    assert [row["remaining"] for row in await pool.fetch(LOTS)] == [0, 30]
    assert await holds(pool)
