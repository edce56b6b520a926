"""The check of refunds: clean on what the engine writes, and naming whatever was broken behind its back."""

import pytest

from siyu.boards import fold_everything
from siyu.db import Pool
from siyu.ledger import refund_invariants
from siyu.ledger.verify import verify_ledger
from tests.clock import NOON
from tests.factories import add_campaign, add_members, paid, refunded
from tests.siyu.engine.till import play, refund, till_engine

UNGUARD = "ALTER TABLE refund_request DROP CONSTRAINT refund_request_done_at_a_time;"
THE_OPEN_ONE = "WHERE state = 'open'"


async def ask_for_refunds(pool: Pool) -> None:
    """One is open, one done, one was cut, one was for nobody's order."""
    campaign, [member, other] = await add_campaign(pool, "till"), await add_members(pool, 2)
    engine = till_engine(pool)
    for order in ("A", "B", "C"):
        await engine.submit(paid(member, order, 1_000, NOON))
    asked = [refund("A", 300), refund("A", 700), refund("B", 5_000), refund("C", 400), refund("none", 5)]
    await engine.submit(play(campaign, member, NOON, *asked))
    await engine.submit(play(campaign, other, NOON, refund("A", 5)))
    await engine.drain()
    await engine.submit(refunded(member, "C", 400, NOON))
    await fold_everything(pool)


async def violated(pool: Pool) -> set[str]:
    """The invariants that do not hold."""
    findings = await verify_ledger(pool, lambda done, total: None)
    return {finding.invariant for finding in findings if finding.violations}


async def test_what_the_engine_writes_holds(pool: Pool) -> None:
    await ask_for_refunds(pool)

    assert await violated(pool) == set()
    assert await pool.fetchval("SELECT array_agg(asked_fen ORDER BY id) FROM refund_request") == [700, 1_000, 400]


async def test_what_waits_to_be_entered_holds(pool: Pool) -> None:
    campaign, [member] = await add_campaign(pool, "till"), await add_members(pool, 1)
    engine = till_engine(pool)

    def die(name: str) -> None:
        raise SystemError(name)

    engine.fail_point = die
    with pytest.raises(SystemError):
        await engine.submit(play(campaign, member, NOON, refund("A", 5)))
    await engine.drain()
    assert await violated(pool) == set()

    await pool.execute("DELETE FROM pending_fact")
    assert await violated(pool) == {refund_invariants.ASKED}


@pytest.mark.parametrize(
    ("damage", "invariant"),
    [
        ("UPDATE decision SET effects = '[]' WHERE effects->0->>'kind' = 'refund'", refund_invariants.EXPLAINED),
        (
            "UPDATE decision SET effects = jsonb_set(effects::jsonb, '{0,amount_fen}', '301') "
            "WHERE effects->0->>'kind' = 'refund'",
            refund_invariants.EXPLAINED,
        ),
        (
            "UPDATE decision SET effects = jsonb_set(effects::jsonb, '{0,pending}', to_jsonb(gen_random_uuid()::text)) "
            "WHERE effects->0->>'kind' = 'refund'",
            refund_invariants.ASKED,
        ),
        (
            "UPDATE fact SET data = jsonb_set(data::jsonb, '{order}', '\"B\"') WHERE type = 'refund.requested'",
            refund_invariants.EXPLAINED,
        ),
        ("DELETE FROM refund_request", refund_invariants.REQUESTED),
        (f"UPDATE refund_request SET asked_fen = asked_fen - 1 {THE_OPEN_ONE}", refund_invariants.REQUESTED),
        (f"UPDATE refund_request SET asked_fen = asked_fen + 1 {THE_OPEN_ONE}", refund_invariants.AMOUNT),
        (
            "UPDATE refund_request SET member_id = (SELECT id FROM member WHERE id <> refund_request.member_id)",
            refund_invariants.AMOUNT,
        ),
        (f"UPDATE refund_request SET state = 'done' {THE_OPEN_ONE}", refund_invariants.DONE),
        ("UPDATE refund_request SET state = 'open'", refund_invariants.DONE),
        ("UPDATE shop_order SET refunded_fen = 399 WHERE number = 'C'", refund_invariants.DONE),
    ],
)
async def test_damage_is_named(pool: Pool, damage: str, invariant: str) -> None:
    await ask_for_refunds(pool)

    await pool.execute(UNGUARD + damage)

    assert invariant in await violated(pool)
