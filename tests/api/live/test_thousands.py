"""Two thousand members watch a board on two servers while 500 changes a second arrive, and one server is killed."""

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from statistics import quantiles
from time import monotonic
from uuid import UUID

import pytest

from api.identity import Tokens
from siyu.boards import BoardChange, fold_everything, leave_changes
from siyu.clock import utc_now
from siyu.db import Pool
from tests.api.graphql import token_of
from tests.api.live.watching import Watcher, until_cut_off
from tests.api.processes import Commands, Server
from tests.factories import SHANGHAI, add_members

SUBSCRIBERS = 2_000
CHANGES_PER_S, TURN_S = 500, 0.1
# Of a process that has warmed up; the rest is what the allocator and the caches take.
GROWTH_MAX = 1.15
WARM_UP_S, MEASURED_S = 15.0, 40.0
SIGN_IN_S, CATCH_UP_S = 180.0, 60.0
SIGN_IN_AT_ONCE = 50
SLOW_SUBSCRIPTIONS = 10
# The large document runs as often as a slow reader needs to be full soon.
POINTS_PER_S = "500"
LARGE = """
subscription { leaderboardChanged(board: "points", window: ALL) {
  revision entries(first: 100) { nodes { rank score reachedAt member { id nickname avatarUrl } } }
} }
"""
TRUTH = """
SELECT score FROM board_score WHERE board = 'points' AND window_key = 'all' AND score > 0
ORDER BY score DESC LIMIT 3
"""


async def change(pool: Pool, members: Sequence[UUID], stop: asyncio.Event) -> int:
    """Leave 500 changes a second to the workers, until told to stop; how many it was."""
    each, done, began_s = int(CHANGES_PER_S * TURN_S), 0, monotonic()
    while not stop.is_set():
        now = utc_now()
        day = now.astimezone(SHANGHAI).date()
        some = [members[(done + place) % len(members)] for place in range(each)]
        async with pool.acquire() as connection, connection.transaction():
            await leave_changes(connection, [BoardChange("points", member, day, now, 1) for member in some])
        done += each
        await asyncio.sleep(max(0.0, began_s + done / CHANGES_PER_S - monotonic()))
    return done


def resident_mb(server: Server) -> float:
    """The memory of a server."""
    pages = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def sign_in(watchers: Sequence[Watcher]) -> list[asyncio.Task[None]]:
    """Have all of them watch, some at a time."""
    tasks = []
    async with asyncio.timeout(SIGN_IN_S):
        for start in range(0, len(watchers), SIGN_IN_AT_ONCE):
            some = watchers[start : start + SIGN_IN_AT_ONCE]
            tasks += [asyncio.create_task(watcher.watch()) for watcher in some]
            for watcher in some:
                await watcher.signed_in.wait()
    return tasks


async def until_all_have_seen(watchers: Sequence[Watcher], scores: list[int]) -> float:
    """How many seconds until everybody shows the truth."""
    began_s = monotonic()
    async with asyncio.timeout(CATCH_UP_S):
        while any(watcher.scores != scores for watcher in watchers):
            await asyncio.sleep(0.1)
    return monotonic() - began_s


@pytest.mark.prove
async def test_two_thousand_watch_and_miss_nothing_that_can_be_read_again(
    commands: Commands, pool: Pool, tokens: Tokens, capsys: pytest.CaptureFixture[str]
) -> None:
    members = await add_members(pool, SUBSCRIBERS)
    stop = asyncio.Event()
    points = {"SIYU_RATE_POINTS_PER_S": POINTS_PER_S}
    async with commands.serving(**points) as first, commands.serving("--no-worker", **points) as second:
        servers = (first, second)
        addresses = [server.address for server in servers]
        watchers = [Watcher(token_of(tokens, member), addresses, place) for place, member in enumerate(members)]
        watching = await sign_in(watchers)
        changing = asyncio.create_task(change(pool, members, stop))
        await asyncio.sleep(WARM_UP_S)
        before_mb, told_before = [resident_mb(server) for server in servers], [watcher.told for watcher in watchers]
        slow = token_of(tokens, members[0])
        kept_s = await until_cut_off(addresses[0], slow, LARGE, SLOW_SUBSCRIPTIONS, MEASURED_S)
        await asyncio.sleep(MEASURED_S - kept_s)
        after_mb = [resident_mb(server) for server in servers]
        told = sorted(watcher.told - before for watcher, before in zip(watchers, told_before, strict=True))
        lost_before_the_kill = sum(watcher.came_back for watcher in watchers)
        second.process.send_signal(signal.SIGKILL)
        await second.process.wait()
        await asyncio.sleep(WARM_UP_S)
        stop.set()
        changes = await changing
        await fold_everything(pool)
        caught_up_s = await until_all_have_seen(watchers, [row["score"] for row in await pool.fetch(TRUTH)])
        came_back = sum(watcher.came_back > 0 for watcher in watchers)
        for task in watching:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*watching)

    with capsys.disabled():
        deciles = quantiles(told, n=10)
        print(
            f"\n{len(watchers)} subscribers, {changes} changes; MB before {before_mb}, after {after_mb}; "
            f"told in {MEASURED_S} s: least {told[0]}, tenth {deciles[0]:.0f}, median {deciles[4]:.0f}; "
            f"slow reader cut off after {kept_s:.1f} s; {came_back} came back, all caught up after {caught_up_s:.1f} s"
        )
    assert lost_before_the_kill == 0
    assert told[0] > 0
    assert kept_s < MEASURED_S
    assert all(after < before * GROWTH_MAX for before, after in zip(before_mb, after_mb, strict=True))
    assert came_back >= SUBSCRIBERS // 2
