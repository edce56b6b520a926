"""The worker's loop that keeps the days current: after commits, and their sums every few seconds."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu import outbox
from siyu.clock import Clock
from siyu.db import Connection, Pool, plan_anew
from siyu.features import CountedTalk, DayKind, Members, talk_in
from siyu.loops import DATABASE_OUTAGES, repeat
from siyu.metrics.alert_checks import check_alerts
from siyu.metrics.recounting import LAST_DAY, recount, spans_of, stale_days, sum_days
from siyu.metrics.touched import METRICS_TOPIC, days_in

# Up to 256 facts a message: a step takes well under a second.
MESSAGES_MAX = 16
DAYS_MAX = 32
# A day that changes all the time is summed so often and not more.
SUM_EVERY = timedelta(seconds=2)
REBUILT_MEMBERS = 2_000
# ASCII "siyu", then a number, as the locks of the boards and of the features.
METRICS_LOCK = 0x73697975_00000028
FIRST_MEMBER = UUID(int=0)
AT_ONCE = datetime.max.replace(tzinfo=UTC)

TRY_LOCK = "SELECT pg_try_advisory_xact_lock($1)"
LOCK = "SELECT pg_advisory_xact_lock($1)"
NEXT_MEMBERS = "SELECT id FROM member WHERE id > $1 ORDER BY id LIMIT $2"
# Days on which nothing is counted any more are found by their sums.
ALL_STALE = """
INSERT INTO metric_day_state AS state (day, is_stale, summed_at)
SELECT day, true, '-infinity'::timestamptz FROM metric_day WHERE day BETWEEN $1 AND $2
UNION SELECT day, true, '-infinity' FROM metric_member_day WHERE day BETWEEN $1 AND $2
ON CONFLICT (day) DO UPDATE SET is_stale = true WHERE NOT state.is_stale
"""


async def run_metrics(pool: Pool, zone: ZoneInfo, clock: Clock, stop: asyncio.Event) -> None:
    """Keep days and alerts current until `stop` is set, through any outage. Any number of processes may run this."""
    await repeat("metrics", partial(keep_metrics, pool, zone, clock, CountedTalk()), DATABASE_OUTAGES, stop)


async def keep_metrics(pool: Pool, zone: ZoneInfo, clock: Clock, counted: CountedTalk | None = None) -> bool:
    """One step; False if more is waiting for this process. What it read of commits goes with what it writes.

    `counted` is what this process counted by earlier steps.
    """
    now, counted = clock(), counted or CountedTalk()
    async with pool.acquire() as connection:
        async with connection.transaction():
            if not await connection.fetchval(TRY_LOCK, METRICS_LOCK):
                return True
            is_done, news = await _step(connection, zone, now, now - SUM_EVERY, counted)
        counted.remember(news)
        # Only when nothing is left is yesterday what it was.
        if is_done and not await stale_days(connection, AT_ONCE, 1):
            async with connection.transaction():
                if await connection.fetchval(TRY_LOCK, METRICS_LOCK):
                    await check_alerts(connection, zone, now)
    return is_done


async def keep_everything(pool: Pool, zone: ZoneInfo, now: datetime) -> None:
    """Keep days and sums until nothing is left that was committed before the call."""
    is_done = False
    async with pool.acquire() as connection:
        while not is_done:
            async with connection.transaction():
                await connection.execute(LOCK, METRICS_LOCK)
                is_done, _ = await _step(connection, zone, now, AT_ONCE, CountedTalk())


async def _step(
    connection: Connection, zone: ZoneInfo, now: datetime, summed_before: datetime, counted: CountedTalk
) -> tuple[bool, Mapping[DayKind, Members]]:
    """The oldest messages, then days that wait to be summed: whether that was all, and what of talk was counted.

    The caller holds the lock.
    """
    messages = await outbox.oldest(connection, METRICS_TOPIC, MESSAGES_MAX)
    news = counted.uncounted(talk_in(messages))
    if messages:
        await plan_anew(connection)
        await recount(connection, list(spans_of(days_in(messages, zone, news))), zone)
        await outbox.discard(connection, messages)
    days = await stale_days(connection, summed_before, DAYS_MAX)
    if days:
        await plan_anew(connection)
        await sum_days(connection, days, now)
    return len(messages) < MESSAGES_MAX and len(days) < DAYS_MAX, news


async def rebuild(
    pool: Pool, zone: ZoneInfo, now: datetime, first: date, last: date, report: Callable[[int], None]
) -> int:
    """Count every member's days from `first` to `last` anew, and sum them; how many members that were.

    The worker goes on meanwhile; between two steps it has its turn. `report` is told the members of each step.
    """
    members, after = 0, FIRST_MEMBER
    is_last = False
    async with pool.acquire() as connection:
        while not is_last:
            ids = [row[0] for row in await connection.fetch(NEXT_MEMBERS, after, REBUILT_MEMBERS)]
            async with connection.transaction():
                await connection.execute(LOCK, METRICS_LOCK)
                await plan_anew(connection)
                await recount(connection, [(member_id, first, min(last, LAST_DAY)) for member_id in ids], zone)
            members, after = members + len(ids), ids[-1] if ids else after
            is_last = len(ids) < REBUILT_MEMBERS
            report(len(ids))
        async with connection.transaction():
            await connection.execute(LOCK, METRICS_LOCK)
            await connection.execute(ALL_STALE, first, last)
    await keep_everything(pool, zone, now)
    return members
