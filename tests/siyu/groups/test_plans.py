"""A new shop's database knows nothing of its tables yet: no list of a group may cost its members times its members."""

import json
from datetime import timedelta

from siyu.db import Pool
from siyu.groups.membership_queries import CANDIDATES, SILENT
from tests.clock import NOON
from tests.factories import SHANGHAI, add_members
from tests.siyu.groups.shop import add_group

TODAY = NOON.astimezone(SHANGHAI).date()
MEMBERS, DAYS = 300, 5
# Of a member and day, or of a member: what is read may be so many pages, each time it is read.
PAGES_MAX = 4
JOIN = """
INSERT INTO membership (community_id, member_id, role, joined_at, joins, leaves)
SELECT $1, id, 'member', $2::timestamptz, ARRAY[$2::timestamptz], '{}' FROM member
"""
TALK = """
INSERT INTO group_activity (community_id, member_id, day, posts)
SELECT $1, id, $2::date - ago, 1 FROM member CROSS JOIN generate_series(0, $3::int - 1) AS ago
"""


async def pages_read(pool: Pool, statement: str, *values: object) -> int:
    """Pages that the statement reads, however often each."""
    [told] = json.loads(await pool.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", *values))
    return int(told["Plan"]["Shared Hit Blocks"] + told["Plan"]["Shared Read Blocks"])


async def test_lists_of_a_group_read_each_member_a_few_times_without_statistics(pool: Pool) -> None:
    group = await add_group(pool, "tea", capacity=MEMBERS)
    await add_members(pool, MEMBERS)
    await pool.execute("UPDATE community SET member_count = $1", MEMBERS)
    since = NOON - timedelta(300)
    await pool.execute(JOIN, group, since)
    await pool.execute(TALK, group, TODAY, DAYS)
    assert await pool.fetchval("SELECT count(*) FROM pg_stats WHERE tablename = 'group_activity'") == 0

    silent = await pages_read(pool, SILENT, [group], [None], [NOON], [None], [50], SHANGHAI.key)
    steps = await pool.fetch(f"EXPLAIN {CANDIDATES}", [group], [50], [None], [None], TODAY)

    assert silent < PAGES_MAX * MEMBERS * DAYS
    # Whoever was busy, by their key: by another index the whole group is walked for each, of 20,000 for 30 seconds.
    assert [step[0] for step in steps if "membership_pkey on membership own" in step[0]], steps
