"""Judging all members by a ladder at once: what a change of it would do, and doing it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from siyu.db import Connection, Pool
from siyu.features import leave_touched
from siyu.members import lock_members
from siyu.tiers.book import Cause, LiveLadder, Reason, TierBook
from siyu.tiers.interactions import INTERACTIONS
from siyu.tiers.ladder import Ladder
from siyu.tiers.live import load_ladder
from siyu.tiers.sql import earned_sql, keys_sql, standing_sql
from siyu.tiers.store import rejudge, write_tiers

# A second's work or so; facts of these members wait that long.
CHUNK_MEMBERS = 10_000
LADDERS_REMEMBERED = 8
# Whom a ladder is tried on while somebody waits for the answer: a second's work or so.
TRIED_MAX = 20_000

# How many members go from one tier to another, or stay.
Moves = Counter[tuple[str, str]]


class Estimate(NamedTuple):
    """How many would go from one tier to another: counted, or by a sample."""

    moves: Moves
    is_exact: bool


CLAIM = "SELECT settled_to FROM tier_ladder WHERE revision = $1 AND settled_at IS NULL FOR UPDATE SKIP LOCKED"
NEXT = """
SELECT id, hand_tier IS NOT NULL FROM member LEFT JOIN tier_standing ON member_id = id
WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2
"""
COUNT = "SELECT count(*) FROM member"
# The same ones each time, so that two ladders can be compared; $1 is percent.
SAMPLE = """
SELECT id, hand_tier IS NOT NULL FROM member TABLESAMPLE BERNOULLI ($1::real) REPEATABLE (0)
    LEFT JOIN tier_standing ON member_id = id
"""
HAVE = "SELECT member_id, tier FROM tier_standing WHERE member_id = ANY($1::uuid[])"
DONE = "UPDATE tier_ladder SET settled_to = $2, settled_at = $3 WHERE revision = $1"

# Those to whom an operator gave a tier are judged one by one.
JUDGED = """
WITH wanted AS (
    SELECT id AS member_id, joined_at, coalesce(standing.tier, member.tier, '{base}') AS before, since, judged_on,
           coalesce(changes, 0) AS changes
    FROM member LEFT JOIN tier_standing AS standing ON member_id = id
    WHERE id = ANY($1::uuid[]) AND hand_tier IS NULL
), earned AS ({earned}), dated AS (
    SELECT wanted.*, coalesce(earned_on, array_fill(NULL::date, ARRAY[{above}])) AS earned_on,
           greatest($4::date, last_day, judged_on) AS day
    FROM wanted LEFT JOIN earned USING (member_id)
), judged AS (SELECT dated.*, ({keys})[place + 1] AS tier, held_until FROM dated {standing})
"""
WOULD_MOVE = "{judged} SELECT before, tier, count(*) FROM judged GROUP BY before, tier"
MOVE = """
{judged}, written AS (
    INSERT INTO tier_standing (member_id, revision, tier, since, earned_on, valid_until, judged_on, changes)
    SELECT member_id, $5, tier, CASE WHEN tier = before THEN coalesce(since, joined_at) ELSE $6 END, earned_on,
           held_until, day, changes + (tier <> before)::integer
    FROM judged
    ON CONFLICT (member_id) DO UPDATE
        SET revision = EXCLUDED.revision, tier = EXCLUDED.tier, since = EXCLUDED.since, earned_on = EXCLUDED.earned_on,
            valid_until = EXCLUDED.valid_until, judged_on = EXCLUDED.judged_on, changes = EXCLUDED.changes
), noted AS (
    INSERT INTO tier_change (member_id, number, from_tier, to_tier, at, noted_at, reason, revision, numbers)
    SELECT member_id, changes + 1, before, tier, $6, $6, 'ladder', $5, '[]' FROM judged WHERE tier <> before
), told AS (
    UPDATE member SET tier = judged.tier FROM judged
    WHERE member.id = judged.member_id AND member.tier IS DISTINCT FROM judged.tier
)
SELECT before, tier, count(*), array_agg(member_id) FROM judged GROUP BY before, tier
"""


@lru_cache(LADDERS_REMEMBERED)
def _judged(ladder: Ladder) -> str:
    return JUDGED.format(
        base=ladder.base.key,
        earned=earned_sql(ladder),
        above=len(ladder.tiers) - 1,
        keys=keys_sql(ladder),
        standing=standing_sql(ladder, "earned_on", "day"),
    )


async def preview_ladder(pool: Pool, ladder: Ladder, zone: ZoneInfo, now: datetime) -> Moves:
    """How many members would have which tier instead of which, under this ladder from now on. Nothing is locked."""
    moves: Moves = Counter()
    last: UUID | None = None
    live = LiveLadder(0, ladder, zone)
    async with pool.acquire() as connection:
        while True:
            rows = await connection.fetch(NEXT, last, CHUNK_MEMBERS)
            moves += await _would_move(connection, live, rows, now)
            if len(rows) < CHUNK_MEMBERS:
                return moves
            last = rows[-1][0]


async def estimate_moves(
    pool: Pool, ladder: Ladder, zone: ZoneInfo, now: datetime, members_max: int = TRIED_MAX
) -> Estimate:
    """As `preview_ladder`; where there are more than `members_max` members, by a sample of about as many."""
    members: int = await pool.fetchval(COUNT)
    if members <= members_max:
        return Estimate(await preview_ladder(pool, ladder, zone, now), is_exact=True)
    moves: Moves = Counter()
    async with pool.acquire() as connection:
        rows = await connection.fetch(SAMPLE, 100 * members_max / members)
        for place in range(0, len(rows), CHUNK_MEMBERS):
            chunk = rows[place : place + CHUNK_MEMBERS]
            moves += await _would_move(connection, LiveLadder(0, ladder, zone), chunk, now)
    scale = members / max(1, len(rows))
    return Estimate(Counter({move: round(count * scale) for move, count in moves.items()}), is_exact=False)


async def settle(pool: Pool, live: LiveLadder, now: datetime) -> Moves | None:
    """Judge the next members whom this ladder has not judged yet; None where none are left, or another does it."""
    async with pool.acquire() as connection, connection.transaction():
        claimed = await connection.fetchrow(CLAIM, live.revision)
        newest = await load_ladder(connection, live.zone)
        if claimed is None or newest is None or newest.revision != live.revision:
            return None
        rows = await connection.fetch(NEXT, claimed[0], CHUNK_MEMBERS)
        ids = [row[0] for row in rows]
        moves = await settle_members(connection, live, ids, now)
        is_last = len(ids) < CHUNK_MEMBERS
        await connection.execute(DONE, live.revision, ids[-1] if ids else claimed[0], now if is_last else None)
    return moves


async def settle_all(pool: Pool, live: LiveLadder, now: datetime) -> Moves:
    """Judge all members; at most as many steps as there are members."""
    moves: Moves = Counter()
    while (step := await settle(pool, live, now)) is not None:
        moves += step
    return moves


async def settle_members(connection: Connection, live: LiveLadder, ids: list[UUID], now: datetime) -> Moves:
    """Judge these members by a ladder, within the caller's transaction."""
    await lock_members(connection, ids)
    by_hand = await connection.fetch(
        "SELECT member_id FROM tier_standing WHERE member_id = ANY($1::uuid[]) AND hand_tier IS NOT NULL", ids
    )
    day = now.astimezone(live.zone).date()
    arguments = ids, live.zone.key, list(INTERACTIONS), day, live.revision, now
    rows = await connection.fetch(MOVE.format(judged=_judged(live.ladder)), *arguments)
    moves: Moves = Counter({(before, after): count for before, after, count, _ in rows})
    await leave_touched(connection, [member_id for row in rows if row[0] != row[1] for member_id in row[3]])
    return moves + await _one_by_one(connection, live, [row[0] for row in by_hand], now, write=True)


async def _would_move(connection: Connection, live: LiveLadder, rows: Sequence[asyncpg.Record], now: datetime) -> Moves:
    """The moves of some members, rows of their ids and whether an operator gave them a tier."""
    sql, day = WOULD_MOVE.format(judged=_judged(live.ladder)), now.astimezone(live.zone).date()
    found = await connection.fetch(sql, [row[0] for row in rows], live.zone.key, list(INTERACTIONS), day)
    moves: Moves = Counter({(before, after): count for before, after, count in found})
    return moves + await _one_by_one(connection, live, [row[0] for row in rows if row[1]], now, write=False)


async def _one_by_one(
    connection: Connection, live: LiveLadder, ids: list[UUID], now: datetime, *, write: bool
) -> Moves:
    """Judge members to whom an operator gave a tier, by the rule itself: they are few."""
    moves: Moves = Counter()
    if not ids:
        return moves
    book = TierBook(live)
    rows = await connection.fetch(HAVE, ids)
    before = {row[0]: row[1] for row in rows}
    await rejudge(connection, book, dict.fromkeys(ids, Cause(now, Reason.LADDER)))
    for member_id in ids:
        member = book.find(member_id)
        if member is not None and member.tier is not None:
            moves[before[member_id], member.tier] += 1
    if write:
        await write_tiers(connection, book, now)
    return moves
