"""The worker's loop that takes tags whose time is over."""

import asyncio
from functools import partial

from siyu.clock import Clock
from siyu.db import Pool
from siyu.loops import DATABASE_OUTAGES, repeat
from siyu.members.locking import lock_members
from siyu.members.tag_store import write_tags
from siyu.members.tags import TagChange, TagFamily

# A step takes well under a second, and holds no member for longer.
MEMBERS_A_STEP = 1_000

WHO = "SELECT DISTINCT member_id FROM (SELECT member_id FROM member_tag WHERE expires_at <= $1 LIMIT $2) AS due"
DUE = "SELECT member_id, tag, family FROM member_tag WHERE member_id = ANY($1::uuid[]) AND expires_at <= $2"


async def run_tag_expiry(pool: Pool, clock: Clock, stop: asyncio.Event) -> None:
    """Take what has expired until `stop` is set, through any outage. Any number of processes may run this."""
    await repeat("tags", partial(expire_tags, pool, clock), DATABASE_OUTAGES, stop)


async def expire_tags(pool: Pool, clock: Clock) -> bool:
    """One step; False if more may be waiting. What was lengthened before the member's lock was held stays."""
    now = clock()
    async with pool.acquire() as connection, connection.transaction():
        members = [row[0] for row in await connection.fetch(WHO, now, MEMBERS_A_STEP)]
        if not members:
            return True
        await lock_members(connection, members)
        due = await connection.fetch(DUE, members, now)
        # A member may have one tag of several families, of which some expire: one after the other.
        rounds: list[dict[tuple[object, str], TagChange]] = []
        for member_id, tag, family in due:
            place = next((each for each in rounds if (member_id, tag) not in each), None)
            if place is None:
                rounds.append(place := {})
            place[member_id, tag] = TagChange(member_id, tag, False, TagFamily(family))
        for each in rounds:
            await write_tags(connection, each.values())
    return False
