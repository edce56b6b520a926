"""The ledger's own check: clean on what the engine writes, and naming whatever was broken behind its back."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from siyu.boards import fold, fold_everything
from siyu.boards.folding import SET_ASIDE_TOPIC
from siyu.db import Pool
from siyu.ledger import UNITS, Purpose, invariants, unfolded
from siyu.ledger import verify as verifying
from siyu.ledger.verify import Finding, verify_ledger
from tests.factories import add_campaign, add_members, paid, refunded, shop_engine
from tests.siyu.engine import till

THEN = datetime(2024, 1, 5, 12, tzinfo=UTC)
VERIFICATIONS = 10
FOLD_PAUSE_S = 0.01
RATE = {"points_per_yuan": "1", "lateness_days": None}

UNGUARD = """
ALTER TABLE transfer DISABLE TRIGGER ALL;
ALTER TABLE transfer DROP CONSTRAINT transfer_balance_not_negative;
ALTER TABLE transfer DROP CONSTRAINT transfer_amount_positive;
ALTER TABLE account DROP CONSTRAINT account_balance_not_negative;
"""
FIRST_GRANT = "(SELECT id FROM transfer WHERE kind = 'grant' ORDER BY id LIMIT 1)"
A_REVERSAL = "(SELECT id FROM transfer WHERE kind = 'reverse' LIMIT 1)"
A_MEMBER = "(SELECT member_id FROM account WHERE member_id IS NOT NULL ORDER BY id LIMIT 1)"
ANOTHERS_GRANT = """(
    SELECT given.id FROM transfer given WHERE given.kind = 'grant' AND given.credit_id <> transfer.debit_id LIMIT 1
)"""


async def trade(pool: Pool, members: int = 3, orders: int = 3) -> list[UUID]:
    """A few members pay orders, and half of one is refunded."""
    await add_campaign(pool, "purchase", RATE)
    ids = await add_members(pool, members)
    engine = shop_engine(pool)
    for number in range(orders):
        for index, member_id in enumerate(ids):
            at = THEN + timedelta(days=number)
            await engine.submit(paid(member_id, f"{index}-{number}", 1_000 * (1 + number), at))
    await engine.submit(refunded(ids[0], "0-0", 500, THEN))
    await fold_everything(pool)
    return ids


async def verify(pool: Pool) -> dict[str, Finding]:
    return {finding.invariant: finding for finding in await verify_ledger(pool, lambda done, total: None)}


async def violated(pool: Pool) -> set[str]:
    return {name for name, finding in (await verify(pool)).items() if finding.violations}


async def test_what_the_engine_wrote_holds_and_every_row_was_looked_at(pool: Pool) -> None:
    await trade(pool)

    findings = await verify(pool)

    assert not any(finding.violations for finding in findings.values())
    # The members', the campaign's of each unit, and the shop's of each purpose and unit.
    assert findings[invariants.BALANCE].examined == 3 + len(UNITS) * (1 + len(Purpose))
    assert findings[invariants.UNIT].examined == 10
    assert findings[invariants.POINTS_BOARD].examined == 3
    assert findings[invariants.DECISION].examined == 10
    assert findings[invariants.PRESENT].examined == 10 + 2 * 10 + 10


async def test_an_empty_ledger_holds(pool: Pool) -> None:
    assert await violated(pool) == set()


async def test_ranges_cover_every_row_however_they_are_cut(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    await trade(pool)
    await pool.execute(UNGUARD + "UPDATE account SET balance = balance + 1 WHERE member_id IS NOT NULL")
    monkeypatch.setattr(verifying, "ROWS_AT_ONCE", 2)
    progress: list[tuple[int, int]] = []

    findings = await verify_ledger(pool, lambda done, total: progress.append((done, total)))

    assert {f.violations for f in findings if f.invariant == invariants.BALANCE} == {3}
    assert progress[-1] == (64, 64)


async def test_of_many_violations_the_first_are_told(pool: Pool) -> None:
    await trade(pool, members=verifying.VIOLATIONS_SHOWN_MAX + 2, orders=1)
    await pool.execute(UNGUARD + "UPDATE account SET balance = balance + 1 WHERE member_id IS NOT NULL")

    finding = (await verify(pool))[invariants.BALANCE]

    assert finding.violations == verifying.VIOLATIONS_SHOWN_MAX + 2
    assert len(finding.first) == verifying.VIOLATIONS_SHOWN_MAX


async def spend_and_hold(pool: Pool) -> None:
    """A member is granted, spends, is given back, and has a hold posted."""
    campaign, [member] = await add_campaign(pool, "till"), await add_members(pool, 1)
    engine = till.till_engine(pool)
    for effects in ([till.grant(9, "x")], [till.spend(5, "x")], [till.reverse(2, "x", "spend")]):
        await engine.submit(till.play(campaign, member, THEN, *effects))
    await engine.submit(till.play(campaign, member, THEN, till.hold(4, "k"), till.settle("k", 3), till.hold(4, "l")))
    await fold_everything(pool)


@pytest.mark.parametrize(
    ("damage", "invariant"),
    [
        ("UPDATE transfer SET kind = 'grant' WHERE kind = 'spend'", invariants.SIDES),
        ("UPDATE transfer SET amount = 6 WHERE kind = 'unspend'", invariants.TAKEN_BACK),
        (
            "UPDATE transfer SET reverses_id = (SELECT id FROM transfer WHERE reference = 'x' AND kind = 'grant') "
            "WHERE kind = 'unspend'",
            invariants.MIRROR,
        ),
        ("UPDATE board_score SET score = score - 3", invariants.POINTS_BOARD),
        ("UPDATE decision SET effects = '[]' WHERE effects->0->>'kind' = 'spend'", invariants.DECISION),
        ("UPDATE decision SET effects = '[]' WHERE effects->0->>'of' = 'spend'", invariants.DECISION),
        ("UPDATE decision SET effects = '[]' WHERE effects->1->>'kind' = 'settle'", invariants.DECISION),
        ("UPDATE hold SET posted = 2 WHERE state = 'posted'", invariants.POSTED),
        ("UPDATE hold SET transfer_id = gen_random_uuid() WHERE state = 'posted'", invariants.POSTED),
        (
            "UPDATE hold SET transfer_id = (SELECT id FROM transfer WHERE kind = 'spend') WHERE state = 'posted'",
            invariants.POSTED,
        ),
    ],
)
async def test_damage_to_spends_and_holds_is_named(pool: Pool, damage: str, invariant: str) -> None:
    await spend_and_hold(pool)
    findings = await verify(pool)
    assert not any(finding.violations for finding in findings.values())
    assert findings[invariants.POSTED].examined == 2

    await pool.execute(UNGUARD + damage)

    assert (await verify(pool))[invariant].violations


@pytest.mark.parametrize(
    ("damage", "invariant"),
    [
        (f"UPDATE account SET balance = balance + 1 WHERE member_id = {A_MEMBER}", invariants.BALANCE),
        (f"UPDATE account SET balance = balance + 1 WHERE member_id = {A_MEMBER}", invariants.ISSUED),
        (f"UPDATE account SET balance = -1 WHERE member_id = {A_MEMBER}", invariants.NOT_NEGATIVE),
        (f"UPDATE transfer SET member_balance = -1 WHERE id = {FIRST_GRANT}", invariants.NOT_NEGATIVE),
        (
            f"UPDATE transfer SET member_balance = member_balance + 1 WHERE id = {FIRST_GRANT}",
            invariants.RUNNING_BALANCE,
        ),
        (f"UPDATE transfer SET unit = 'growth' WHERE id = {FIRST_GRANT}", invariants.UNIT),
        (
            f"UPDATE transfer SET debit_id = credit_id, credit_id = debit_id WHERE id = {FIRST_GRANT}",
            invariants.SIDES,
        ),
        (f"UPDATE transfer SET amount = 0 WHERE id = {FIRST_GRANT}", invariants.SIDES),
        (f"UPDATE transfer SET amount = 1000 WHERE id = {A_REVERSAL}", invariants.TAKEN_BACK),
        (
            f"UPDATE transfer SET reverses_id = {ANOTHERS_GRANT} WHERE id = {A_REVERSAL}",
            invariants.MIRROR,
        ),
        (
            f"UPDATE board_score SET score = score + 1 WHERE board = 'points' AND member_id = {A_MEMBER}",
            invariants.POINTS_BOARD,
        ),
        (f"DELETE FROM board_score WHERE board = 'points' AND member_id = {A_MEMBER}", invariants.POINTS_BOARD),
        (
            f"UPDATE board_score SET score = score + 1 WHERE board = 'spend' AND member_id = {A_MEMBER}",
            invariants.SPEND_BOARD,
        ),
        (
            "INSERT INTO board_score VALUES ('spend', 'all', gen_random_uuid(), 5, now(), 1)",
            invariants.SPEND_BOARD,
        ),
        (
            """UPDATE decision SET effects = jsonb_set(effects::jsonb, '{0,amount}', '7')
               WHERE effects->0->>'kind' = 'grant'""",
            invariants.DECISION,
        ),
        ("UPDATE decision SET effects = '[]'", invariants.DECISION),
        ("UPDATE fact SET member_id = gen_random_uuid()", invariants.PRESENT),
        ("UPDATE decision SET fact_id = gen_random_uuid()", invariants.PRESENT),
        ("UPDATE decision SET campaign_id = gen_random_uuid()", invariants.PRESENT),
        ("UPDATE transfer SET fact_id = gen_random_uuid()", invariants.PRESENT),
    ],
)
async def test_damage_is_named(pool: Pool, damage: str, invariant: str) -> None:
    await trade(pool)
    await pool.execute(UNGUARD + damage)

    finding = (await verify(pool))[invariant]

    assert finding.violations
    assert finding.first


async def test_ids_in_another_order_than_the_decisions_are_no_violation(pool: Pool) -> None:
    (member_id, *_) = await trade(pool)
    # As if another machine's clock had been ahead: the first transfer has the greatest id.
    await pool.execute(
        UNGUARD
        + f"""
        UPDATE transfer SET id = 'ffffffff-ffff-7fff-bfff-ffffffffffff' WHERE id = (
            SELECT id FROM transfer WHERE kind = 'grant' AND reference = '0-1'
            AND credit_id = (SELECT id FROM account WHERE member_id = '{member_id}'))
        """
    )

    assert await violated(pool) == set()


async def test_what_is_not_folded_yet_counts(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    # More rows than are read at once, so that both sides of the comparison move on several times.
    monkeypatch.setattr(verifying, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(unfolded, "ROWS_AT_ONCE", 3)
    members = await trade(pool, members=5)
    engine = shop_engine(pool)
    for index, member_id in enumerate(members):
        await engine.submit(paid(member_id, f"late-{index}", 700, THEN))
    await engine.submit(refunded(members[1], "1-0", 500, THEN))

    assert await violated(pool) == set()

    await pool.execute("DELETE FROM outbox WHERE id = (SELECT max(id) FROM outbox WHERE topic = 'scores')")
    assert await violated(pool) == {invariants.POINTS_BOARD, invariants.SPEND_BOARD}


async def test_a_message_that_was_set_aside_is_missed(pool: Pool) -> None:
    (member_id, *_) = await trade(pool)
    await shop_engine(pool).submit(paid(member_id, "late", 700, THEN))
    await pool.execute("UPDATE outbox SET topic = $1 WHERE topic = 'scores'", SET_ASIDE_TOPIC)

    assert await violated(pool) == {invariants.POINTS_BOARD, invariants.SPEND_BOARD}


async def test_writing_and_folding_meanwhile_are_no_violation(pool: Pool) -> None:
    members = await trade(pool)
    engine = shop_engine(pool)
    stop = asyncio.Event()

    async def write(member_id: UUID) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            await engine.submit(paid(member_id, f"{member_id}-{number}", 700, THEN))

    async def fold_now_and_then() -> None:
        while not stop.is_set():
            await fold(pool)
            await asyncio.sleep(FOLD_PAUSE_S)

    others = [asyncio.create_task(task) for task in (fold_now_and_then(), *map(write, members))]
    try:
        found = [await violated(pool) for _ in range(VERIFICATIONS)]
    finally:
        stop.set()
        await asyncio.gather(*others)

    assert found == [set()] * VERIFICATIONS
