"""Reads leaderboards from SQL: the truth, and the answer whenever the copy in Redis is cold."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from siyu.boards.changes import SCORES_TOPIC
from siyu.boards.entries import BoardEntry
from siyu.db import Pool

# LEFT JOIN, so that an empty page still tells the total.
PAGE = """
    LEFT JOIN LATERAL (
        SELECT member_id, score, reached_at FROM board_score
        WHERE board = $1 AND scope = $2 AND window_key = $3 AND score > 0
        ORDER BY score DESC, reached_at, member_id DESC
        OFFSET skipped LIMIT wanted
    ) AS entry ON true
    ORDER BY score DESC, reached_at, member_id DESC
"""
COUNT = "SELECT count(*) FROM board_score WHERE board = $1 AND scope = $2 AND window_key = $3 AND score > 0"
# When the oldest change was left that is not in the scores yet; NULL when they are up to date.
TRAILS = f"(SELECT min(created_at) FROM outbox WHERE topic = '{SCORES_TOPIC}') AS trails_since"
TOP = f"""
    SELECT total, skipped, trails_since, entry.*
    FROM (SELECT {TRAILS}, ({COUNT}) AS total, $4::bigint AS skipped, $5::bigint AS wanted) AS asked
    {PAGE}
"""
# `ahead` is how many precede the member. A member without rank gets no line.
AROUND = f"""
    WITH me AS (
        SELECT score, reached_at, member_id FROM board_score
        WHERE board = $1 AND scope = $2 AND window_key = $3 AND member_id = $4 AND score > 0
    ), place AS (
        SELECT count(other.member_id) AS ahead
        FROM me LEFT JOIN board_score AS other
            ON other.board = $1 AND other.scope = $2 AND other.window_key = $3
            AND other.score > 0 AND other.score >= me.score
            AND (other.score > me.score OR other.reached_at < me.reached_at
                OR (other.reached_at = me.reached_at AND other.member_id > me.member_id))
    ), asked AS (
        SELECT {TRAILS}, ({COUNT}) AS total, greatest(ahead - $5::bigint, 0) AS skipped,
            CASE WHEN EXISTS (TABLE me) THEN ahead + $5 + 1 - greatest(ahead - $5, 0) ELSE 0 END AS wanted
        FROM place
    )
    SELECT total, skipped, trails_since, entry.* FROM asked
    {PAGE}
"""


class Lines(NamedTuple):
    """Lines of a window, how many there are in all, and since when the scores trail the facts, if they do."""

    entries: tuple[BoardEntry, ...]
    total: int
    trails_since: datetime | None


async def top(pool: Pool, board: str, scope: UUID, window_key: str, offset: int, limit: int) -> Lines:
    """At most `limit` lines after the first `offset`."""
    return _lines(await pool.fetch(TOP, board, scope, window_key, offset, limit))


async def around(pool: Pool, board: str, scope: UUID, window_key: str, member_id: UUID, radius: int) -> Lines:
    """The member's line and `radius` on both sides, of one moment."""
    return _lines(await pool.fetch(AROUND, board, scope, window_key, member_id, radius))


def _lines(rows: list[asyncpg.Record]) -> Lines:
    """The rows as entries; a row without a member only tells the total."""
    entries = (
        BoardEntry(rank, row["member_id"], row["score"], row["reached_at"])
        for rank, row in enumerate(rows, rows[0]["skipped"] + 1)
        if row["member_id"] is not None
    )
    return Lines(tuple(entries), rows[0]["total"], rows[0]["trails_since"])
