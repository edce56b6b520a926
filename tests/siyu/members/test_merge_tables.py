"""Every table that names members says what becomes of its rows when two become one."""

from siyu.db import Pool
from siyu.members.merging import MOVED, STAYS, TIMERS

# By a foreign key, or by the usual name.
NAMING = """
SELECT DISTINCT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confrelid = 'member'::regclass
UNION SELECT table_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name IN ('member_id', 'subject_id')
"""
# What tells of merges themselves.
OWN = {"member_merge"}


async def test_a_table_that_names_members_moves_or_stays_for_a_reason(pool: Pool) -> None:
    named = {row[0] for row in await pool.fetch(NAMING)} - OWN
    told = {moved.table for moved in (*MOVED, TIMERS)} | STAYS.keys()
    assert named - told == set(), "name it in MOVED or STAYS of siyu.members.merging"
    assert {table for table in told if table != "counter"} - named == set()
