"""The worker's loop that counts what members do in groups by day, and how the counts are made anew from facts."""

import asyncio
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from siyu import outbox
from siyu.db import Connection, Pool, array_of
from siyu.groups.activity import ACTIVITY_TOPIC, COUNTED_IN, KINDS, activity_in
from siyu.loops import DATABASE_OUTAGES, repeat

# Up to 256 facts a message: a step takes about a second at most, since who talks much is written once.
MESSAGES_MAX = 256
# ASCII "siyu", then a number, as the lock of the boards.
ACTIVITY_LOCK = 0x73697975_00000025
# Every fact of the shop is read once; a group's size and a member's groups are looked at in pages.
REBUILD_TIMEOUT_S = 3_600.0
PAGE_ROWS = 1_000

TRY_LOCK = "SELECT pg_try_advisory_xact_lock($1)"
LOCK = "SELECT pg_advisory_xact_lock($1)"
# Whoever rebuilds waits for steps under way, and steps for the rebuild, before either has read a message.
FOLDING = "LOCK TABLE group_activity IN ROW EXCLUSIVE MODE"
REBUILDING = "LOCK TABLE group_activity IN SHARE ROW EXCLUSIVE MODE"

SUMS = ", ".join(f"coalesce(sum(count) FILTER (WHERE kind = {place}), 0)" for place in range(len(KINDS)))
ADDED = ", ".join(f"{kind} = group_activity.{kind} + EXCLUDED.{kind}" for kind in KINDS)
FOLD = f"""
INSERT INTO group_activity (community_id, member_id, day, {", ".join(KINDS)})
SELECT community.id, member_id, day, {SUMS}
FROM unnest($1::text[], $2::text::uuid[], $3::text::date[], $4::text::int[], $5::text::int[])
    AS told (key, member_id, day, kind, count)
JOIN community USING (key)
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
ON CONFLICT (community_id, member_id, day) DO UPDATE SET {ADDED}
"""

COUNTS = ", ".join(f"count(*) FILTER (WHERE type = '{type_}')" for type_ in COUNTED_IN)
# What the core has refused did not happen in the group.
RECOUNT = f"""
INSERT INTO group_activity (community_id, member_id, day, {", ".join(KINDS)})
SELECT community.id, fact.member_id, (fact.at AT TIME ZONE $1::text)::date, {COUNTS}
FROM fact JOIN community ON community.key = fact.data ->> 'group'
WHERE fact.type = ANY($2::text[]) AND NOT EXISTS (
    SELECT FROM decision
    WHERE decision.fact_id = fact.id AND decision.campaign_id IS NULL AND decision.refusal_code IS NOT NULL)
GROUP BY 1, 2, 3
"""
FORGET = "DELETE FROM outbox WHERE topic = $1"
EMPTY = "DELETE FROM group_activity"

IS_COUNTED = "left_at IS NULL AND role <> 'bot'"
GROUPS = "SELECT id FROM community ORDER BY id"
LOCK_GROUP = "SELECT FROM community WHERE id = $1 FOR NO KEY UPDATE"
RESIZE = f"""
UPDATE community SET member_count = counted.members
FROM (SELECT count(*) AS members FROM membership WHERE community_id = $1 AND {IS_COUNTED}) AS counted
WHERE id = $1 AND member_count <> counted.members RETURNING id
"""
LOCK_MEMBERS = """
SELECT id FROM member WHERE id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
ORDER BY id LIMIT $2 FOR NO KEY UPDATE
"""
RELABEL = f"""
UPDATE member SET groups = told.keys
FROM (
    SELECT member.id, coalesce(array_agg(key ORDER BY membership.joined_at, key) FILTER (WHERE key IS NOT NULL), '{{}}')
        AS keys
    FROM member LEFT JOIN membership ON member_id = member.id AND {IS_COUNTED}
    LEFT JOIN community ON community.id = community_id
    WHERE member.id = ANY($1::uuid[]) GROUP BY member.id
) AS told
WHERE member.id = told.id AND NOT (member.groups <@ told.keys::text[] AND told.keys::text[] <@ member.groups)
RETURNING member.id
"""


class Rebuilt(NamedTuple):
    """Rows of activity there are now, groups whose size was wrong, members whose groups were."""

    activity: int
    groups: int
    members: int


async def run_activity(pool: Pool, stop: asyncio.Event) -> None:
    """Fold until `stop` is set, through any outage. Any number of processes may run this."""
    await repeat("groups", partial(fold_activity, pool), DATABASE_OUTAGES, stop)


async def fold_activity(pool: Pool) -> bool:
    """One step; False if more is waiting for this process. What it read of commits goes with what it writes."""
    async with pool.acquire() as connection, connection.transaction():
        if not await connection.fetchval(TRY_LOCK, ACTIVITY_LOCK):
            return True
        await connection.execute(FOLDING)
        return await _step(connection)


async def fold_all_activity(pool: Pool) -> None:
    """Fold until nothing is left that was committed before the call, waiting for another process's step."""
    is_done = False
    while not is_done:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK, ACTIVITY_LOCK)
            await connection.execute(FOLDING)
            is_done = await _step(connection)


async def _step(connection: Connection) -> bool:
    messages = await outbox.oldest(connection, ACTIVITY_TOPIC, MESSAGES_MAX)
    counted = activity_in(messages)
    if counted:
        groups, *columns = zip(*((*each, count) for each, count in counted.items()), strict=True)
        await connection.execute(FOLD, list(groups), *(array_of(map(str, column)) for column in columns))
    if messages:
        await outbox.discard(connection, messages)
    return len(messages) < MESSAGES_MAX


async def rebuild_groups(pool: Pool, zone: ZoneInfo) -> Rebuilt:
    """Count all activity anew from facts, and set right how full groups are and which members have. Facts go on.

    One snapshot holds facts and what of them still waits: so nothing is counted twice or lost.
    """
    async with pool.acquire() as connection:
        async with connection.transaction(isolation="repeatable_read"):
            await connection.execute(REBUILDING)
            await connection.execute(FORGET, ACTIVITY_TOPIC)
            await connection.execute(EMPTY, timeout=REBUILD_TIMEOUT_S)
            told = await connection.execute(RECOUNT, zone.key, list(COUNTED_IN), timeout=REBUILD_TIMEOUT_S)
        return Rebuilt(int(told.split()[-1]), await _resize(connection), await _relabel(connection))


async def _resize(connection: Connection) -> int:
    """Count the members of each group anew, under its lock; how many were wrong."""
    mended = 0
    for row in await connection.fetch(GROUPS):
        async with connection.transaction():
            await connection.execute(LOCK_GROUP, row[0])
            mended += await connection.fetchval(RESIZE, row[0]) is not None
    return mended


async def _relabel(connection: Connection) -> int:
    """Write the keys of their groups to members anew, under their locks; how many were wrong."""
    mended, after = 0, None
    while True:
        async with connection.transaction():
            page = [row[0] for row in await connection.fetch(LOCK_MEMBERS, after, PAGE_ROWS)]
            mended += len(await connection.fetch(RELABEL, page))
        if len(page) < PAGE_ROWS:
            return mended
        after = page[-1]
