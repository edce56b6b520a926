"""Holds of members' own value: posted in whole or part, voided, timed out, and never both."""

import asyncio

from siyu.db import Pool
from siyu.engine.hold_timeouts import time_out_holds
from tests.siyu.engine.wallets import Desks, code, record, violations

VALUE = {"unit": "points", "reference": "R-1"}


async def test_what_is_held_cannot_be_spent(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member(points=100)

    assert code(await desks.hold(member_id, 70)) is None

    spent = await desks.ask("value.spent", member_id, unit="points", amount=31, reference="R-2")
    assert spent.refusal is not None
    assert spent.refusal.missing == {"unit": "points", "balance": 30, "missing": 1}
    assert await violations(pool) == []


async def test_a_part_is_posted_and_the_rest_comes_back(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member(points=100)
    hold_id = record(await desks.hold(member_id, 70))["id"]

    posted = await desks.ask("value.posted", member_id, hold=hold_id, amount=40)

    assert [logged.get("amount") for logged in posted.effects] == [30, None]
    assert record(posted)["state"] == "posted"
    assert await desks.balance(member_id) == 60
    again = await desks.ask("value.posted", member_id, hold=hold_id)
    assert again.refusal is not None
    assert (again.refusal.code, again.refusal.missing) == ("HOLD_ENDED", {"state": "posted"})
    assert await violations(pool) == []


async def test_no_more_is_posted_than_is_held(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member(points=100)
    hold_id = record(await desks.hold(member_id, 70))["id"]

    assert code(await desks.ask("value.posted", member_id, hold=hold_id, amount=71)) == "HOLD_TOO_SMALL"
    assert code(await desks.ask("value.posted", member_id, hold=hold_id)) is None
    assert await desks.balance(member_id) == 30


async def test_what_is_voided_comes_back_once(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member(points=100)
    hold_id = record(await desks.hold(member_id, 70))["id"]

    assert [code(await desks.ask("value.voided", member_id, hold=hold_id)) for _ in range(2)] == [None, "HOLD_ENDED"]

    assert await desks.balance(member_id) == 100
    assert await desks.states("value_hold") == ["void"]
    assert await violations(pool) == []


async def test_what_is_held_too_long_can_only_come_back(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member(points=100)
    hold_id = record(await desks.hold(member_id, 70, lasts_s=60))["id"]
    early = code(await desks.ask("value.timed_out", member_id, hold=hold_id))
    desks.wait(seconds=60)

    assert early == "HOLD_ENDED"
    assert code(await desks.ask("value.posted", member_id, hold=hold_id)) == "HOLD_ENDED"
    assert record(await desks.ask("value.timed_out", member_id, hold=hold_id))["state"] == "timed_out"
    assert await desks.balance(member_id) == 100


async def test_workers_end_what_is_overdue_once(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member(points=100)
    await desks.hold(member_id, 30, "R-1", lasts_s=60)
    await desks.hold(member_id, 30, "R-2", lasts_s=61)
    desks.wait(seconds=60)

    await asyncio.gather(*(time_out_holds(desks.engine) for _ in range(3)))

    assert await desks.states("value_hold") == ["timed_out", "open"]
    assert await desks.balance(member_id) == 70
    assert await pool.fetchval("SELECT count(*) FROM fact WHERE type = 'value.timed_out'") == 1
    assert await violations(pool) == []


async def test_a_reference_is_held_for_once(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member(points=100)
    await desks.ask("value.voided", member_id, hold=record(await desks.hold(member_id, 70))["id"])

    assert code(await desks.hold(member_id, 10)) == "REFERENCE_USED"


async def test_what_a_hold_keeps_is_not_returned_and_what_it_posted_is(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member(points=100)
    hold_id = record(await desks.hold(member_id, 70))["id"]
    kept = code(await desks.ask("value.returned", member_id, amount=70, **VALUE))

    await desks.ask("value.posted", member_id, hold=hold_id, amount=40)

    assert kept == "NOTHING_TO_RETURN"
    assert code(await desks.ask("value.returned", member_id, amount=70, **VALUE)) is None
    assert await desks.balance(member_id) == 100
    assert await violations(pool) == []


async def test_nobody_ends_anothers_hold(pool: Pool) -> None:
    desks = Desks(pool)
    member_id, other = await desks.member(points=100), await desks.member()
    hold_id = record(await desks.hold(member_id, 70))["id"]

    assert code(await desks.ask("value.voided", other, hold=hold_id)) == "HOLD_ENDED"
    assert await desks.states("value_hold") == ["open"]
