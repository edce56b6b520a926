"""The review: who holds a tier no longer falls, who soon will not is warned; set-based, by any number of workers."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from siyu.clock import Clock
from siyu.db import Connection, Pool
from siyu.features import leave_touched
from siyu.ids import NEW_ID
from siyu.loops import DATABASE_OUTAGES, repeat
from siyu.messaging.core_messages import TIER_ENDING, TIER_TASK
from siyu.tiers.book import LiveLadder
from siyu.tiers.ladder import Ladder, Period, Tier
from siyu.tiers.live import load_ladder
from siyu.tiers.settling import CHUNK_MEMBERS, Moves, settle
from siyu.tiers.sql import keys_sql, standing_sql

LADDERS_REMEMBERED = 8
CHECKED_EVERY = timedelta(seconds=5)
WARNED_EVERY = timedelta(hours=1)
# Each statement looks again at those who were warned before.
WARNED_AT_ONCE = 50_000

# In no order of ids: nobody is waited for, so that nobody waits in a circle.
CLAIM = """
SELECT member.id FROM tier_standing JOIN member ON member.id = member_id
WHERE valid_until < $1 AND revision = $2 ORDER BY valid_until, member_id LIMIT $3
FOR NO KEY UPDATE OF member SKIP LOCKED
"""

# Each falls on the day after the last on which they held their tier, whenever this is run.
FALL = """
WITH due AS (
    SELECT member_id, tier AS before, earned_on, valid_until + 1 AS day, changes FROM tier_standing
    WHERE member_id = ANY($1::uuid[]) AND valid_until < $2 AND revision = $5
), judged AS (
    SELECT due.*, day::timestamp AT TIME ZONE $3 AS at, ({keys})[place + 1] AS tier, held_until FROM due {standing}
), written AS (
    UPDATE tier_standing AS standing SET tier = judged.tier, since = at, valid_until = held_until, judged_on = day,
                                         changes = judged.changes + 1
    FROM judged WHERE standing.member_id = judged.member_id
), noted AS (
    INSERT INTO tier_change (member_id, number, from_tier, to_tier, at, noted_at, reason, revision, numbers)
    SELECT member_id, changes + 1, before, tier, at, $4, 'review', $5, '[]' FROM judged
), told AS (
    UPDATE member SET tier = judged.tier FROM judged WHERE member.id = judged.member_id
)
SELECT before, tier, count(*) FROM judged GROUP BY before, tier
"""

# Whoever notes a warning leaves the message.
WARN = f"""
WITH noted AS (
    INSERT INTO tier_warning (member_id, review_on, tier, warned_at)
    SELECT member_id, valid_until, tier, $4 FROM tier_standing AS standing
    WHERE valid_until BETWEEN $1 AND $2 AND tier = $3 AND revision = $5 AND NOT EXISTS (
        SELECT FROM tier_warning WHERE tier_warning.member_id = standing.member_id AND review_on = valid_until)
    LIMIT $6
    ON CONFLICT DO NOTHING RETURNING member_id, review_on
), told AS (
    INSERT INTO message (id, member_id, message, params, at)
    SELECT {NEW_ID}, member_id, $7, $8::jsonb || jsonb_build_object('last_day', review_on), $4 FROM noted
)
SELECT count(*)::int FROM noted
"""


@lru_cache(LADDERS_REMEMBERED)
def _fall(ladder: Ladder) -> str:
    return FALL.format(keys=keys_sql(ladder), standing=standing_sql(ladder, "earned_on", "day"))


async def review_next(pool: Pool, live: LiveLadder, now: datetime) -> tuple[int, Moves]:
    """Let the next members fall whose time is over; answers with how many were looked at, and the falls."""
    today, moves = now.astimezone(live.zone).date(), Counter[tuple[str, str]]()
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(CLAIM, today, live.revision, CHUNK_MEMBERS)
        ids = [row[0] for row in rows]
        # Who falls may fall further at once, where nobody looked for long.
        for _ in live.ladder.tiers if ids else ():
            fallen = await _let_fall(connection, live, ids, today, now)
            if not fallen:
                break
            moves += fallen
        if moves:
            await leave_touched(connection, ids)
    return len(ids), moves


async def _let_fall(connection: Connection, live: LiveLadder, ids: list[UUID], today: date, now: datetime) -> Moves:
    rows = await connection.fetch(_fall(live.ladder), ids, today, live.zone.key, now, live.revision)
    return Counter({(before, after): count for before, after, count in rows})


async def review_all(pool: Pool, live: LiveLadder, now: datetime) -> Moves:
    """Let everybody fall whose time is over; each step has less to do."""
    moves: Moves = Counter()
    while True:
        looked_at, fallen = await review_next(pool, live, now)
        moves += fallen
        if not looked_at:
            return moves


async def warn_all(pool: Pool, live: LiveLadder, now: datetime) -> int:
    """Warn each member who is about to lose their tier by a message, once for each date; answers with how many."""
    today, warned = now.astimezone(live.zone).date(), 0
    for tier in live.ladder.tiers:
        if tier.review is Period.NONE or not tier.warning_days:
            continue
        last = today + timedelta(days=tier.warning_days)
        arguments = today, last, tier.key, now, live.revision, WARNED_AT_ONCE, *_warning(tier)
        while noted := await pool.fetchval(WARN, *arguments):
            warned += noted
    return warned


def _warning(tier: Tier) -> tuple[str, str]:
    """The message that warns members of a tier: its key, and what fills it besides the day, as JSON."""
    said = {"tier_zh": tier.title.zh, "tier_en": tier.title.en}
    if tier.retention is None:
        return TIER_ENDING, orjson.dumps(said).decode()
    task = tier.retention.text
    return TIER_TASK, orjson.dumps(said | {"task_zh": task.zh, "task_en": task.en}).decode()


@dataclass(slots=True)
class Reviewer:
    """The worker's share: settles a new ladder, reviews and warns."""

    pool: Pool
    zone: ZoneInfo
    clock: Clock
    _next_check: datetime | None = field(default=None)
    _next_warning: datetime | None = field(default=None)

    async def step(self) -> bool:
        """Do the next thing; False if there may be more."""
        now = self.clock()
        if self._next_check is not None and now < self._next_check:
            return True
        live = await load_ladder(self.pool, self.zone)
        if live is not None:
            if await settle(self.pool, live, now) is not None:
                return False
            looked_at, _ = await review_next(self.pool, live, now)
            if looked_at:
                return False
            if self._next_warning is None or now >= self._next_warning:
                await warn_all(self.pool, live, now)
                self._next_warning = now + WARNED_EVERY
        self._next_check = now + CHECKED_EVERY
        return True


async def run_reviews(pool: Pool, zone: ZoneInfo, clock: Clock, stop: asyncio.Event) -> None:
    """Review tiers until `stop` is set, through any outage. Any number of processes may run this."""
    await repeat("tiers", Reviewer(pool, zone, clock).step, DATABASE_OUTAGES, stop)
