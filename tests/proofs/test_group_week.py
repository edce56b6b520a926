"""A week in a group of 50,000 members with 2,000,000 messages: its health is current within 5 s of the last fact."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from time import perf_counter
from uuid import UUID

import pytest

from siyu.db import Connection, Pool
from siyu.engine import NewFact
from siyu.groups.folding import fold_activity, run_activity
from siyu.groups.health import Health, Judged, healths
from siyu.groups.membership_queries import Listed, MembershipsWanted, membership_pages
from siyu.groups.record import Positioning
from siyu.ids import new_id
from tests.factories import LONG_AGO, SHANGHAI, add_members, shop_engine
from tests.siyu.groups.shop import add_group

MEMBERS, MESSAGES, DAYS, BATCH = 50_000, 2_000_000, 7, 256
CURRENT_WITHIN_S = 5.0
NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)
TODAY = NOW.astimezone(SHANGHAI).date()
CROWD = """
INSERT INTO membership (community_id, member_id, role, joined_at, joins, leaves)
SELECT $1, id, 'member', $2, ARRAY[$2::timestamptz], '{}' FROM member
"""


async def write_week(connection: Connection, members: list[UUID]) -> None:
    """The week's facts with what their commits leave for the worker, as the engine writes both."""
    for start in range(0, MESSAGES, 100 * BATCH):
        facts, told = [], []
        for batch in range(start, min(start + 100 * BATCH, MESSAGES), BATCH):
            payload = []
            for number in range(batch, min(batch + BATCH, MESSAGES)):
                # Some talk far more than others; a seventh of the members never does.
                member = members[(number * number * 31 + number // 7) % (MEMBERS * 6 // 7)]
                at = NOW - timedelta(days=number % DAYS, seconds=number % 20_000)
                data = json.dumps({"group": "tea", "kind": "text", "length": 9})
                facts.append((new_id(), "message.posted", member, at, at, f"week/{number}", b"\0" * 16, data))
                payload.append(["tea", member.hex, at.astimezone(SHANGHAI).date().isoformat(), 0, 1])
            told.append(("group_activity", json.dumps(payload)))
        columns = ("id", "type", "member_id", "at", "arrived_at", "idempotency_key", "fingerprint", "data")
        await connection.copy_records_to_table("fact", records=facts, columns=columns)
        await connection.copy_records_to_table("outbox", records=told, columns=("topic", "payload"))


async def health_of(pool: Pool, group: UUID) -> Health:
    """The group's health now."""
    asked = Judged(group, Positioning.INTEREST, LONG_AGO)
    return (await healths(pool, SHANGHAI, TODAY, [asked]))[asked]


@pytest.mark.prove
async def test_health_is_current_soon_after_the_last_fact_of_a_loud_week(pool: Pool) -> None:
    members = await add_members(pool, MEMBERS)
    group = await add_group(pool, "tea", capacity=MEMBERS)
    await pool.execute(CROWD, group, LONG_AGO)
    async with pool.acquire() as connection:
        await write_week(connection, members)
    started = perf_counter()
    while not await fold_activity(pool):
        pass
    folded_s = perf_counter() - started
    before = await health_of(pool, group)

    stop = asyncio.Event()
    worker = asyncio.create_task(run_activity(pool, stop))
    engine = shop_engine(pool)
    data = {"group": "tea", "kind": "text", "length": 9}
    last = [
        NewFact("message.posted", member, NOW, data, f"last/{place}") for place, member in enumerate(members[-BATCH:])
    ]
    await asyncio.gather(*map(engine.submit, last))
    started = perf_counter()
    while (now := await health_of(pool, group)).posts_today < before.posts_today + BATCH:
        assert perf_counter() - started < CURRENT_WITHIN_S
        await asyncio.sleep(0.05)
    current_s = perf_counter() - started
    stop.set()
    await worker

    assert now.active == before.active + BATCH
    started = perf_counter()
    await membership_pages(pool, SHANGHAI, TODAY, [MembershipsWanted(group, listed, 50) for listed in Listed])
    listed_s = perf_counter() - started
    print(f"folded {MESSAGES:,} in {folded_s:.1f} s; current after {current_s:.2f} s; four lists in {listed_s:.2f} s")
    assert current_s < CURRENT_WITHIN_S
