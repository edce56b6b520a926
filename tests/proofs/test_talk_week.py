"""A week in a group of 50,000 members with 2,000,000 messages: boards and health are current soon after the last."""

import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from uuid import UUID

import pytest

from api.embedded import Servers
from siyu.boards import Leaderboards, queries
from siyu.cache import RedisClient
from siyu.db import Pool
from siyu.engine import NewFact, running
from siyu.groups.health import POSTS_DAYS, Judged, healths
from siyu.groups.record import Positioning
from tests.api.processes import Commands
from tests.factories import LONG_AGO, SHANGHAI, shop_engine
from tests.proofs.test_import_kills import say
from tests.seeds import seeded_random
from tests.siyu.talk.test_week import MONDAY, SUNDAY
from tests.siyu.talk.week import counted, open_group, posts, shown, submit_all

# For a first look: SIYU_PROOF_MESSAGES=100000.
MEMBERS = 50_000
MESSAGES = int(os.environ.get("SIYU_PROOF_MESSAGES", "2000000"))
CURRENT_WITHIN_S = 5.0
SETTLED_WITHIN_S = 60.0


def rss_mb(pid: int) -> float:
    """The memory that a process has at most had, in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


@pytest.mark.prove
async def test_boards_and_health_of_a_large_group_are_current_within_seconds(
    servers: Servers,
    database_url: str,
    pool: Pool,
    redis: RedisClient,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queries, "REDIS_READ_TIMEOUT_S", 2.0)
    urls = {"SIYU_DATABASE_URL": database_url, "SIYU_REDIS_URL": servers.redis_url, "SIYU_DATA": str(tmp_path)}
    commands, boards = Commands(urls), Leaderboards(pool, redis, SHANGHAI, lambda: datetime.now(UTC))
    seed, random = seeded_random()
    say(capsys, f"\nseed {seed}; load {os.getloadavg()[0]:.1f}")
    group, members = await open_group(pool, "square", MEMBERS)
    posters: set[UUID] = set()
    facts = noting(posts(members, "square", MESSAGES, MONDAY, random), posters)

    async with commands.running("worker") as worker, running(shop_engine(pool)) as engine:
        await settled(pool)
        watching = asyncio.create_task(watch(boards, group))
        began_s = monotonic()
        await submit_all(engine, facts)
        ended_s = monotonic()
        took_s = ended_s - began_s
        say(capsys, f"{MESSAGES:,} facts in {took_s:.0f} s: {MESSAGES / took_s:,.0f} a second")
        late_s = await asyncio.gather(
            *(current(boards, scope, ended_s) for scope in (group, None)),
            health_current(pool, group, len(posters), ended_s),
        )
        watching.cancel()
        expected = await counted(pool, None)
        for scope in (group, None):
            found, _ = await shown(boards, SUNDAY, scope, len(expected))
            assert found == expected
        assert worker.pid is not None
        memory = (await redis.info("memory"))["used_memory_peak"] / 2**20
        say(
            capsys,
            f"current {late_s[0]:.1f} s (group), {late_s[1]:.1f} s (all) and {late_s[2]:.1f} s (health) after the "
            f"last fact; the worker had {rss_mb(worker.pid):.0f} MB, Redis {memory:.0f} MB at most; "
            f"load {os.getloadavg()[0]:.1f}",
        )
    assert max(late_s) <= CURRENT_WITHIN_S


def noting(facts: Iterator[NewFact], posters: set[UUID]) -> Iterator[NewFact]:
    """The same facts, noting whose they are: to count them in the database would take of the time that is measured."""
    for fact in facts:
        posters.add(fact.member_id)
        yield fact


async def settled(pool: Pool) -> None:
    """Return once the worker knows the members, who have joined before the week."""
    async with asyncio.timeout(SETTLED_WITHIN_S):
        while await pool.fetchval("SELECT EXISTS (SELECT FROM member_feature WHERE due_on < '2000-01-01')"):
            await asyncio.sleep(0.2)


async def watch(boards: Leaderboards, group: UUID) -> None:
    """Somebody looks at the boards all the time, so that they are kept in Redis."""
    while True:
        for scope in (group, None):
            await shown(boards, SUNDAY, scope, 100)
        await asyncio.sleep(0.5)


async def current(boards: Leaderboards, scope: UUID | None, since_s: float) -> float:
    """How long after the last fact the board says by itself that all of it is in."""
    committed_at = datetime.now(UTC)
    while True:
        page = await boards.top("talk", queries.BoardWindow.WEEK, SUNDAY.date(), 1, 0, scope)
        if page.exact and page.as_of >= committed_at and not page.revision.startswith("sql."):
            return monotonic() - since_s
        await asyncio.sleep(0.05)


async def health_current(pool: Pool, group: UUID, posters: int, since_s: float) -> float:
    """How long after the last fact the group's health counts every message and everybody who posted one."""
    asked = Judged(group, Positioning.INTEREST, LONG_AGO)
    while True:
        found = (await healths(pool, SHANGHAI, SUNDAY.date(), [asked]))[asked]
        if round(found.daily_posts * POSTS_DAYS) + found.posts_today == MESSAGES and found.active == posters:
            return monotonic() - since_s
        await asyncio.sleep(0.2)
