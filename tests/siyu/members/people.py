"""Members who turn out to be one person, for tests of merges."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from siyu.boards.folding import fold_everything
from siyu.db import Pool
from siyu.engine import Engine, NewFact
from siyu.engine.outcome import Decision
from siyu.features.keeping import keep_everything
from siyu.ids import new_id
from siyu.ledger.verify import verify_ledger
from siyu.members.merging import MERGED, UNMERGED
from siyu.rules import RuleClock
from tests.factories import SHANGHAI

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)


async def ask(
    engine: Engine,
    fact_type: str,
    member_id: UUID,
    data: Mapping[str, Any],
    campaign_id: UUID | None = None,
    key: str | None = None,
) -> Decision:
    """What was decided first about a fact of now."""
    fact = NewFact(fact_type, member_id, engine.clock(), data, key or new_id().hex, campaign_id, stamped=True)
    outcome = await engine.submit(fact)
    return outcome.decisions[0]


async def merge(engine: Engine, survivor_id: UUID, merged_id: UUID, key: str | None = None) -> Decision:
    """Make one person of two members."""
    data = {"merged": str(merged_id), "reason": "one phone", "made_by": "lin"}
    return await ask(engine, MERGED, survivor_id, data, key=key)


async def undo(engine: Engine, survivor_id: UUID, merged_id: UUID, merge_id: UUID) -> Decision:
    """Make two of them again."""
    data = {"merged": str(merged_id), "merge": str(merge_id), "reason": "two people", "made_by": "lin"}
    return await ask(engine, UNMERGED, survivor_id, data)


def merge_of(decision: Decision) -> UUID:
    """The id of the merge that was decided."""
    assert decision.refusal is None, decision.refusal
    return UUID(decision.effects[0]["merge"])


async def problems(pool: Pool) -> list[str]:
    """What `ledger verify` finds."""
    return [sentence for found in await verify_ledger(pool, lambda *_: None) for sentence in found.first]


async def fold_all(pool: Pool, now: datetime = NOON) -> None:
    """Boards and features as they are once everything is folded and counted."""
    await fold_everything(pool)
    await keep_everything(pool, RuleClock(now, SHANGHAI))


async def scores(pool: Pool, members: Collection[UUID]) -> dict[tuple[str, str, UUID], int]:
    """What boards show of these members."""
    rows = await pool.fetch(
        "SELECT board, window_key, member_id, score FROM board_score WHERE member_id = ANY($1::uuid[]) AND score > 0",
        list(members),
    )
    return {(row[0], row[1], row[2]): row[3] for row in rows}


# Tables that a merge and its undoing may add to, or whose rows they may count on.
LOGS = (
    "fact",
    "decision",
    "transfer",
    "member_merge",
    "member_merge_row",
    "member_merge_flow",
    "outbox",
    "account",
    "lot",
    "board_score",
    "tier_change",
    "tier_standing",
    "member_feature",
)


async def rows(pool: Pool) -> dict[str, list[str]]:
    """All rows of the tables that tell what members have."""
    names = await pool.fetch(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND column_name IN ('member_id', 'subject_id', 'merged_into', 'debtor_id') GROUP BY 1 ORDER BY 1"
    )
    tables = [row[0] for row in names if row[0] not in LOGS]
    found = {}
    for table in tables:
        left_out = "- 'linked'" if table == "member" else ""
        found[table] = [
            row[0] for row in await pool.fetch(f"SELECT (to_jsonb(t) {left_out})::text FROM {table} AS t ORDER BY 1")
        ]
    found["balance"] = [
        f"{row[0]} {row[1]} {row[2]} {row[3]}"
        for row in await pool.fetch(
            "SELECT coalesce(member_id, debtor_id), unit, balance, debtor_id IS NULL FROM account "
            "WHERE balance > 0 ORDER BY 1, 2, 4"
        )
    ]
    found["lot"] = [
        f"{row[0]} {row[1]} {row[2]} {row[3]}"
        for row in await pool.fetch(
            "SELECT account_id, expires_at, remaining, unit FROM lot JOIN account ON account.id = account_id "
            "WHERE remaining > 0 ORDER BY 1, 2"
        )
    ]
    return found


RECOUNT = """
WITH person AS (SELECT id AS member_id, coalesce(merged_into, id) AS person_id FROM member),
change AS (
    SELECT 'points' AS board, person_id, (at AT TIME ZONE 'Asia/Shanghai')::date AS day,
           CASE kind WHEN 'grant' THEN amount ELSE -amount END AS amount
    FROM person JOIN account USING (member_id) JOIN transfer
        ON (credit_id = account.id AND kind = 'grant') OR (debit_id = account.id AND kind = 'reverse')
    WHERE account.unit = 'points'
    UNION ALL
    SELECT 'spend', person_id, (paid_at AT TIME ZONE 'Asia/Shanghai')::date, amount_fen - refunded_fen
    FROM person JOIN shop_order USING (member_id)
), best AS (
    SELECT effect ->> 'board' AS board, person_id, (fact.at AT TIME ZONE 'Asia/Shanghai')::date AS day,
           (effect ->> 'value')::bigint AS amount
    FROM person JOIN fact USING (member_id) JOIN decision ON decision.fact_id = fact.id
        CROSS JOIN LATERAL jsonb_array_elements(effects) AS effect WHERE effect ->> 'kind' = 'score'
)
SELECT board, w.key, person_id, sum(amount)::bigint FROM change CROSS JOIN LATERAL {keys} GROUP BY 1, 2, 3
UNION ALL SELECT board, w.key, person_id, max(amount) FROM best CROSS JOIN LATERAL {keys} GROUP BY 1, 2, 3
"""
KEYS = """(
    VALUES ('all'), ('d:' || day), ('m:' || to_char(day, 'YYYY-MM')), ('w:' || to_char(day, 'IYYY"-W"IW'))
) AS w (key)"""


async def recounted(pool: Pool, members: Collection[UUID]) -> dict[tuple[str, str, UUID], int]:
    """The same, counted from what it all comes from, by plain SQL of the test's own."""
    found = await pool.fetch(RECOUNT.format(keys=KEYS))
    return {(row[0], row[1], row[2]): row[3] for row in found if row[2] in members and row[3] > 0}
