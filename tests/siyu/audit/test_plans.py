"""Of a long log the few entries of one outcome are found by their index, and each outcome selects its own."""

import pytest

from siyu.audit.queries import PAGE, AuditOutcome, AuditWanted, audit_page
from siyu.db import Pool

INTENTS, RARE = 5_000, 1_000
# Chained to nothing: what is looked at here is where they are found. One of RARE failed, one was refused, one is open.
FILL = """
INSERT INTO audit_entry (number, at, intent, role, name, field, arguments, objects, outcome, codes, previous, hash)
SELECT number, '2026-01-01'::timestamptz + number * interval '1 minute', CASE WHEN is_outcome THEN number - 1 END,
       CASE WHEN NOT is_outcome THEN 'operator' END, CASE WHEN NOT is_outcome THEN 'lin' END,
       CASE WHEN NOT is_outcome THEN 'campaignUpdate' END, CASE WHEN NOT is_outcome THEN '{}' END, '{}',
       CASE WHEN is_outcome THEN CASE number / 2 % $2::int WHEN 1 THEN 'failed' WHEN 2 THEN 'refused' ELSE 'ok' END END,
       '{}', sha256(int8send(number - 1)), sha256(int8send(number))
FROM (SELECT number, number % 2 = 0 AS is_outcome FROM generate_series(1, 2 * $1::bigint) AS number) AS made
WHERE NOT (is_outcome AND number / 2 % $2::int = 3)
"""


@pytest.fixture
async def log(pool: Pool) -> Pool:
    """A database with a long log."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(FILL, INTENTS, RARE)
    await pool.execute("ANALYZE audit_entry")
    return pool


async def test_each_outcome_selects_its_own(log: Pool) -> None:
    wanted = [AuditWanted(outcome=outcome) for outcome in (None, *AuditOutcome)]
    found = {each.outcome: tuple((await audit_page(log, each, 2 * INTENTS, None)).rows) for each in wanted}

    every = found.pop(None)
    assert [row.number for row in every] == list(range(2 * INTENTS - 1, 0, -2))
    assert found == {outcome: tuple(row for row in every if row.outcome == outcome.value) for outcome in AuditOutcome}
    assert {outcome: len(rows) for outcome, rows in found.items() if outcome is not AuditOutcome.OK} == dict.fromkeys(
        (AuditOutcome.REFUSED, AuditOutcome.FAILED, AuditOutcome.UNKNOWN), INTENTS // RARE
    )


@pytest.mark.parametrize("outcome", [AuditOutcome.REFUSED, AuditOutcome.FAILED])
async def test_what_was_refused_or_failed_is_found_by_the_index(log: Pool, outcome: AuditOutcome) -> None:
    wanted = AuditWanted(outcome=outcome)

    steps = await log.fetch(f"EXPLAIN {PAGE[outcome]}", *wanted.parameters(), None, 50)

    assert any("audit_entry_outcome" in step[0] for step in steps)
    assert any(f"Index Cond: ((outcome)::text = '{outcome.value}'::text)" in step[0] for step in steps)
