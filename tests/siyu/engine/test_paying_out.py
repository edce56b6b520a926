"""Payouts of commission: taken when asked for, paid once, and given back once where they are not."""

from uuid import UUID

import asyncpg
import pytest

from siyu.db import Pool
from siyu.engine import Decision
from siyu.ledger.verify import verify_ledger
from siyu.ledger.wallet_invariants import KEPT, PAID_OUT
from tests.siyu.engine.wallets import LIN, WANG, Desks, code, record, violations


async def asked_for(desks: Desks, member_id: UUID, amount_fen: int = 500) -> str:
    """A payout that the member asked for."""
    return str(record(await desks.ask("payout.requested", member_id, amount_fen=amount_fen))["id"])


async def paid(desks: Desks, member_id: UUID, payout: str, reference: str) -> Decision:
    """An operator says that it was paid."""
    return await desks.ask("payout.paid", member_id, payout=payout, made_by=WANG, reference=reference)


async def test_a_payout_is_approved_and_paid_once(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member(commission=800)
    payout = await asked_for(desks, member_id)

    early = code(await paid(desks, member_id, payout, "T-1"))
    await desks.ask("payout.approved", member_id, payout=payout, made_by=LIN)
    codes = [code(await paid(desks, member_id, payout, reference)) for reference in ("T-1", "T-2")]

    assert [early, *codes] == ["PAYOUT_STATE", None, "PAYOUT_STATE"]
    assert await desks.balance(member_id, "commission") == 300
    assert [tuple(row) for row in await pool.fetch("SELECT state, approved_by, ended_by, reference FROM payout")] == [
        ("paid", "lin", "wang", "T-1")
    ]
    assert await violations(pool) == []


@pytest.mark.parametrize(("kind", "state"), [("payout.rejected", "rejected"), ("payout.failed", "failed")])
async def test_what_is_not_paid_comes_back_once(pool: Pool, kind: str, state: str) -> None:
    desks = Desks(pool)
    member_id = await desks.member(commission=800)
    payout = await asked_for(desks, member_id)
    if state == "failed":
        await desks.ask("payout.approved", member_id, payout=payout, made_by=LIN)

    undone = [await desks.ask(kind, member_id, payout=payout, made_by=LIN, note="no such account") for _ in range(2)]

    assert [code(one) for one in undone] == [None, "PAYOUT_STATE"]
    assert await desks.balance(member_id, "commission") == 800
    assert await desks.states("payout") == [state]
    assert await violations(pool) == []


async def test_too_little_and_too_much_are_refused(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member(commission=800)

    codes = [code(await desks.ask("payout.requested", member_id, amount_fen=amount)) for amount in (99, 801)]

    assert codes == ["PAYOUT_TOO_SMALL", "NOT_ENOUGH"]


async def test_two_payouts_are_not_paid_under_one_reference(pool: Pool) -> None:
    desks = Desks(pool)
    first, second = await desks.member(commission=500), await desks.member(commission=500)
    payouts = [(member_id, await asked_for(desks, member_id)) for member_id in (first, second)]
    for member_id, payout in payouts:
        await desks.ask("payout.approved", member_id, payout=payout, made_by=LIN)

    codes = [code(await paid(desks, member_id, payout, "T-1")) for member_id, payout in payouts]

    assert codes == [None, "REFERENCE_USED"]


@pytest.mark.parametrize("state", ["requested", "approved", "failed"])
async def test_the_database_lets_a_payout_that_is_paid_become_nothing_else(pool: Pool, state: str) -> None:
    desks = Desks(pool)
    member_id = await desks.member(commission=500)
    payout = await asked_for(desks, member_id)
    await desks.ask("payout.approved", member_id, payout=payout, made_by=LIN)
    await paid(desks, member_id, payout, "T-1")

    with pytest.raises(asyncpg.CheckViolationError, match="cannot become"):
        await pool.execute("UPDATE payout SET state = $1", state)


async def test_the_check_finds_holds_and_payouts_that_took_something_else(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member(commission=800, points=100)
    await asked_for(desks, member_id)
    await desks.hold(member_id, 70)
    assert await violations(pool) == []

    await pool.execute("ALTER TABLE payout DISABLE TRIGGER USER; UPDATE payout SET amount_fen = 501")
    await pool.execute("UPDATE value_hold SET amount = 71")

    findings = await verify_ledger(pool, lambda *_: None)
    assert {found.invariant for found in findings if found.violations} == {KEPT, PAID_OUT}
