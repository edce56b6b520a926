"""The ledger's own check: clean on what the engine writes, and naming whatever was broken behind its back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from siyu.db import Pool
from siyu.ledger import invariants
from siyu.ledger import verify as verifying
from siyu.ledger.verify import Finding, verify_ledger
from tests.factories import add_campaign, add_members, paid, refunded, shop_engine

THEN = datetime(2024, 1, 5, 12, tzinfo=UTC)
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
    return ids


async def verify(pool: Pool) -> dict[str, Finding]:
    return {finding.invariant: finding for finding in await verify_ledger(pool, lambda done, total: None)}


async def violated(pool: Pool) -> set[str]:
    return {name for name, finding in (await verify(pool)).items() if finding.violations}


async def test_what_the_engine_wrote_holds_and_every_row_was_looked_at(pool: Pool) -> None:
    await trade(pool)

    findings = await verify(pool)

    assert not any(finding.violations for finding in findings.values())
    assert findings[invariants.BALANCE].examined == 4
    assert findings[invariants.UNIT].examined == 10
    assert findings[invariants.POINTS_BOARD].examined == 3
    assert findings[invariants.DECISION].examined == 10


async def test_an_empty_ledger_holds(pool: Pool) -> None:
    assert await violated(pool) == set()


async def test_ranges_cover_every_row_however_they_are_cut(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    await trade(pool)
    await pool.execute(UNGUARD + "UPDATE account SET balance = balance + 1 WHERE member_id IS NOT NULL")
    monkeypatch.setattr(verifying, "ROWS_AT_ONCE", 2)
    progress: list[tuple[int, int]] = []

    findings = await verify_ledger(pool, lambda done, total: progress.append((done, total)))

    assert {f.violations for f in findings if f.invariant == invariants.BALANCE} == {3}
    assert progress[-1] == (27, 27)


async def test_of_many_violations_the_first_are_told(pool: Pool) -> None:
    await trade(pool, members=verifying.VIOLATIONS_SHOWN_MAX + 2, orders=1)
    await pool.execute(UNGUARD + "UPDATE account SET balance = balance + 1 WHERE member_id IS NOT NULL")

    finding = (await verify(pool))[invariants.BALANCE]

    assert finding.violations == verifying.VIOLATIONS_SHOWN_MAX + 2
    assert len(finding.first) == verifying.VIOLATIONS_SHOWN_MAX


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
