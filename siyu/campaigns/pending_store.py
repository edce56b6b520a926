"""Pending facts from and to the database, many at a time."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import orjson

from siyu.campaigns.pending import CORE_TYPES, PendingFact, PendingFacts
from siyu.db import Connection, DirectConnection, Pool, append_rows

# How long the process that asked for a fact which is due at once has it to itself.
OWN_LEASE = timedelta(seconds=5)
# How long a worker has what it claimed to itself: longer than the engine's retries take.
LEASE = timedelta(seconds=15)
# What has been due for so long waits for a worker, or for a plugin, that is not there.
OVERDUE = timedelta(hours=1)

COLUMNS = (*PendingFact._fields, "claimed_until")

END_TIMERS = """
DELETE FROM pending_fact USING unnest($1::uuid[], $2::uuid[], $3::text[]) AS ended (campaign, member, key)
WHERE campaign_id = campaign AND member_id = member AND timer_key = key
"""

# This, in the transaction that decides them, is what makes pending facts happen once; a lease merely saves work.
TAKE = """
DELETE FROM pending_fact WHERE id = ANY($1::uuid[]) AND (campaign_id = ANY($2::uuid[]) OR type = ANY($3::text[]))
RETURNING id
"""

# Materialized: what is to be updated must be chosen once, however the planner joins.
CLAIM = """
WITH due AS MATERIALIZED (
    SELECT pending_fact.id FROM pending_fact JOIN campaign ON campaign.id = campaign_id
    WHERE due_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1)
      AND (type_key = ANY($3::text[]) AND problem IS NULL OR type = ANY($4::text[]))
    ORDER BY due_at LIMIT $5 FOR UPDATE OF pending_fact SKIP LOCKED
)
UPDATE pending_fact AS fact SET claimed_until = $2 FROM due WHERE fact.id = due.id
RETURNING fact.id, type, member_id, campaign_id, data, timer_key, depth, due_at, created_at
"""

# Timers alone, which is what the index holds.
FIND_TIMERS = """
SELECT id, type, member_id, campaign_id, data, timer_key, depth, due_at, created_at FROM pending_fact
WHERE campaign_id = ANY($1::uuid[]) AND member_id = ANY($2::uuid[]) AND timer_key IS NOT NULL AND due_at <= $3
ORDER BY due_at, id LIMIT $4
"""

COUNT_OVERDUE = "SELECT count(*) FROM pending_fact WHERE due_at < $1 AND created_at < $1"


async def write_pending(connection: Connection, pending: PendingFacts) -> None:
    """Delete the timers that ended, write what was asked for; the caller holds the locks of the timers' members."""
    if pending.ended:
        await connection.execute(END_TIMERS, *zip(*sorted(pending.ended), strict=True))
    await append_rows(connection, "pending_fact", COLUMNS, [_row(fact) for fact in pending.asked_for()])


def _row(fact: PendingFact) -> tuple[object, ...]:
    claimed_until = fact.created_at + OWN_LEASE if fact.is_due() else None
    row_id, fact_type, member_id, campaign_id, data, *rest = fact
    return row_id, fact_type, member_id, campaign_id, orjson.dumps(data).decode(), *rest, claimed_until


async def take_pending(connection: Connection, ids: Collection[UUID], campaigns: Collection[UUID]) -> set[UUID]:
    """Delete these pending facts as far as they are still there, and one of the campaigns or nobody is to decide about
    them: which were.

    The caller decides about those in the same transaction, under the locks of the members they are about.
    """
    return {row["id"] for row in await connection.fetch(TAKE, sorted(ids), list(campaigns), list(CORE_TYPES))}


async def claim_due(pool: Pool, types: Collection[str], now: datetime, limit: int) -> list[PendingFact]:
    """At most `limit` facts that are due, the longest due first, for this process alone until the lease ends.

    Only those that campaigns of these types asked for: what a plugin is to decide that is not loaded, or whose campaign
    siyu paused because it failed, waits for it. What was asked of the core waits for nobody.
    """
    rows = await pool.fetch(CLAIM, now, now + LEASE, list(types), list(CORE_TYPES), limit)
    return sorted((_fact(row) for row in rows), key=lambda fact: (fact.due_at, fact.id))


async def find_timers(
    connection: Connection, campaigns: Collection[UUID], members: Collection[UUID], until: datetime, limit: int
) -> list[PendingFact]:
    """At most `limit` timers of these campaigns and members that are due by then, the first due first; reads alone."""
    rows = await connection.fetch(FIND_TIMERS, list(campaigns), list(members), until, limit)
    return [_fact(row) for row in rows]


def _fact(row: asyncpg.Record) -> PendingFact:
    fact = PendingFact(*row)
    return fact._replace(data=orjson.loads(row["data"]))


async def count_overdue(connection: Connection | DirectConnection, now: datetime) -> int:
    """How many facts have been due for longer than OVERDUE."""
    count: int = await connection.fetchval(COUNT_OVERDUE, now - OVERDUE)
    return count
