"""`ledger verify` finds what is wrong with lots, whatever it is, and names it."""

import pytest

from siyu.boards import fold_everything
from siyu.db import Pool
from siyu.ledger import lot_invariants
from siyu.ledger.expiring import expire_some
from siyu.ledger.verify import verify_ledger
from tests.siyu.ledger.test_expiring import DECEMBER, earners

# Triggers, checks and foreign keys aside: as a hand that writes to the database past siyu.
UNGUARD = (
    "SET session_replication_role = replica; ALTER TABLE lot DROP CONSTRAINT lot_closed_is_empty; "
    "ALTER TABLE account DROP CONSTRAINT account_balance_not_negative; "
)
EXPIRED = "(SELECT lot_id FROM transfer WHERE kind = 'expire')"


async def damaged(pool: Pool, damage: str = "") -> set[str]:
    """Which invariants are broken: two members have a lot each, one of which has expired."""
    await earners(pool, 2)
    await expire_some(pool, DECEMBER, lots_max=1)
    await fold_everything(pool)
    if damage:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(UNGUARD + damage + "; SET session_replication_role = origin")
    findings = await verify_ledger(pool, lambda *_: None)
    assert all(finding.first for finding in findings if finding.violations)
    return {finding.invariant for finding in findings if finding.violations}


async def test_lots_as_they_should_be_are_no_violation(pool: Pool) -> None:
    assert await damaged(pool) == set()


@pytest.mark.parametrize(
    ("damage", "invariant"),
    [
        ("UPDATE lot SET remaining = remaining + 1 WHERE NOT closed", lot_invariants.REMAINING),
        ("UPDATE lot SET remaining = remaining - 1 WHERE NOT closed", lot_invariants.REMAINING),
        ("UPDATE lot SET remaining = 11 WHERE NOT closed", lot_invariants.WITHIN),
        ("UPDATE account SET balance = 9 WHERE balance = 10", lot_invariants.WITHIN),
        (f"UPDATE transfer SET lot_id = {EXPIRED} WHERE lot_id <> {EXPIRED}", lot_invariants.OWN),
        (f"UPDATE lot SET expires_at = '2030-01-01' WHERE id = {EXPIRED}", lot_invariants.IN_TIME),
        ("UPDATE transfer SET lot_id = NULL WHERE kind = 'expire'", lot_invariants.IN_TIME),
        (
            "UPDATE transfer SET credit_id = (SELECT id FROM account WHERE purpose = 'spending' AND unit = 'points') "
            "WHERE kind = 'expire'",
            lot_invariants.IN_TIME,
        ),
    ],
)
async def test_damage_to_lots_is_named(pool: Pool, damage: str, invariant: str) -> None:
    assert invariant in await damaged(pool, damage)
