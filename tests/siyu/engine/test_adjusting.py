"""Adjustments: by one operator up to the limit, by two beyond it, and never below zero."""

import asyncpg
import pytest

from siyu.db import Pool
from siyu.engine import Decision
from tests.siyu.engine.wallets import LIN, WANG, Desks, code, record, violations


def said(decision: Decision, made_by: str, *, approved: bool = True) -> dict[str, object]:
    """An operator's word on what was asked for."""
    return {"adjustment": record(decision)["id"], "approved": approved, "note": "looked at", "made_by": made_by}


async def test_little_is_adjusted_at_once_either_way(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member(points=500)

    taken = await desks.ask("value.adjusted", member_id, unit="points", amount=-200, reason="a mistake", made_by=LIN)

    assert [logged["kind"] for logged in taken.effects] == ["spend", "wallet"]
    assert await desks.balance(member_id) == 300
    assert await desks.states("adjustment") == ["done", "done"]
    assert await violations(pool) == []


async def test_no_more_is_taken_than_there_is(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member(points=5)

    asked = await desks.ask("value.adjusted", member_id, unit="points", amount=-6, reason="a mistake", made_by=LIN)

    assert code(asked) == "NOT_ENOUGH"


async def test_much_waits_for_a_second_operator(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member()

    asked = await desks.ask("value.adjusted", member_id, unit="points", amount=1_001, reason="sorry", made_by=LIN)
    own = await desks.ask("value.adjustment_decided", member_id, **said(asked, LIN))
    before = await desks.balance(member_id)
    others = [await desks.ask("value.adjustment_decided", member_id, **said(asked, WANG)) for _ in range(2)]

    assert (code(own), before) == ("OWN_ADJUSTMENT", 0)
    assert [code(one) for one in others] == [None, "ADJUSTMENT_DECIDED"]
    assert await desks.balance(member_id) == 1_001
    assert await violations(pool) == []


async def test_what_is_rejected_moves_nothing(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member()
    asked = await desks.ask("value.adjusted", member_id, unit="commission", amount=10_001, reason="oh", made_by=LIN)

    await desks.ask("value.adjustment_decided", member_id, **said(asked, WANG, approved=False))

    assert await desks.balance(member_id, "commission") == 0
    assert await desks.states("adjustment") == ["rejected"]


async def test_the_limit_is_not_evaded_by_parts(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member()
    part = {"unit": "points", "amount": 600, "reason": "sorry"}

    states = [record(await desks.ask("value.adjusted", member_id, made_by=LIN, **part))["state"] for _ in range(2)]
    by_another = record(await desks.ask("value.adjusted", member_id, made_by=WANG, **part))["state"]
    desks.wait(hours=24)
    a_day_later = record(await desks.ask("value.adjusted", member_id, made_by=LIN, **part))["state"]

    assert [*states, by_another, a_day_later] == ["done", "open", "done", "done"]


async def test_the_database_wants_two_people(pool: Pool) -> None:
    desks = Desks(pool)
    await desks.ask("value.adjusted", await desks.member(), unit="points", amount=9_999, reason="oh", made_by=LIN)

    by_one = "UPDATE adjustment SET state = 'approved', decided_by = 'lin', decided_at = now(), note = 'a'"
    with pytest.raises(asyncpg.CheckViolationError, match="adjustment_by_two"):
        await pool.execute(by_one)
