"""The worker's loop that keeps members' features current: after commits, and as days pass."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu import outbox
from siyu.clock import Clock
from siyu.db import Connection, Pool, plan_anew
from siyu.features.ranking import is_unranked, rank_once
from siyu.features.refreshing import note_latest, refresh
from siyu.features.talk_days import CountedTalk, DayKind, Members, Talk, talk_in
from siyu.features.touched import FEATURES_TOPIC, touched_in
from siyu.loops import DATABASE_OUTAGES, repeat
from siyu.rules import RuleClock

# Some thousand members a step, which takes about a second at most: up to 256 a message, each once however many messages
# name them, and those whose day has come. Who chats is in many messages, and most of it changes one time alone.
MESSAGES_MAX = 64
DUE_MAX = 2_000
# ASCII "siyu", then a number, as the lock of the boards.
FEATURES_LOCK = 0x73697975_00000002

TRY_LOCK = "SELECT pg_try_advisory_xact_lock($1)"
LOCK = "SELECT pg_advisory_xact_lock($1)"
DUE = "SELECT member_id FROM member_feature WHERE due_on <= $1 ORDER BY due_on LIMIT $2"


# Is told of members whose features were counted anew, in the same transaction.
Follower = Callable[[Connection, Collection[UUID], RuleClock], Awaitable[None]]


async def run_features(
    pool: Pool, zone: ZoneInfo, clock: Clock, stop: asyncio.Event, follower: Follower | None = None
) -> None:
    """Keep features current until `stop` is set, through any outage. Any number of processes may run this."""
    step = partial(keep_features, pool, zone, clock, follower, CountedTalk())
    await repeat("features", step, DATABASE_OUTAGES, stop)


async def keep_features(
    pool: Pool, zone: ZoneInfo, clock: Clock, follower: Follower | None = None, counted: CountedTalk | None = None
) -> bool:
    """One step; False if more is waiting for this process. What it read of commits goes with what it writes.

    `counted` is what this process counted by earlier steps.
    """
    moment, counted = RuleClock(clock(), zone), counted or CountedTalk()
    async with pool.acquire() as connection:
        async with connection.transaction():
            if not await connection.fetchval(TRY_LOCK, FEATURES_LOCK):
                return True
            is_done, news = await _step(connection, moment, follower, counted)
        counted.remember(news)
        # Only when nothing is left has the day begun for everybody.
        if is_done and await is_unranked(connection, moment.today):
            async with connection.transaction():
                if await connection.fetchval(TRY_LOCK, FEATURES_LOCK):
                    await rank_once(connection, moment.today)
    return is_done


async def keep_everything(pool: Pool, clock: RuleClock, follower: Follower | None = None) -> None:
    """Keep features until nothing is left that was committed before the call, waiting for another process's step."""
    async with pool.acquire() as connection:
        is_done = False
        while not is_done:
            async with connection.transaction():
                await connection.execute(LOCK, FEATURES_LOCK)
                is_done, _ = await _step(connection, clock, follower, CountedTalk())
                if is_done:
                    await rank_once(connection, clock.today)


async def _step(
    connection: Connection, clock: RuleClock, follower: Follower | None, counted: CountedTalk
) -> tuple[bool, Mapping[DayKind, Members]]:
    """The oldest messages, and members whose day has come: whether that was all, and what of talk was counted.

    The caller holds the lock.
    """
    messages = await outbox.oldest(connection, FEATURES_TOPIC, MESSAGES_MAX)
    due = [row[0] for row in await connection.fetch(DUE, clock.today, DUE_MAX)]
    talk = talk_in(messages)
    news = counted.uncounted(talk)
    if messages or due:
        members = touched_in(messages) | set(due) | {UUID(hex=each) for some in news.values() for each in some}
        await plan_anew(connection)
        await refresh(connection, members, clock)
        latest = _latest(talk, members)
        await note_latest(connection, latest)
        if follower is not None:
            await follower(connection, members | {UUID(hex=each) for each in latest}, clock)
    if messages:
        await outbox.discard(connection, messages)
    return len(messages) < MESSAGES_MAX and len(due) < DUE_MAX, news


def _latest(talk: Talk, refreshed: Collection[UUID]) -> dict[str, int]:
    """When those who were not counted anew last did something."""
    done, latest = {member_id.hex for member_id in refreshed}, dict[str, int]()
    for told in talk.values():
        for member in told.keys() - done:
            latest[member] = max(told[member], latest.get(member, told[member]))
    return latest
