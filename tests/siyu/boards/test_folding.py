"""Folding: each message counts once, whoever folds, whatever dies, and what is unfolded is admitted."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from siyu.boards import (
    BoardChange,
    BoardWindow,
    FoldReport,
    Leaderboards,
    fold,
    fold_everything,
    folding,
    mend,
    project,
)
from siyu.boards.changes import SCORES_TOPIC, Changes
from siyu.boards.folding import SET_ASIDE_TOPIC
from siyu.boards.locking import wait_for_lock
from siyu.boards.projector import OUTAGES
from siyu.boards.scores import write_changes
from siyu.cache import RedisClient
from siyu.db import Connection, Pool, open_database
from siyu.ids import new_id
from tests.clock import NOON, TestClock
from tests.siyu.boards.conftest import TODAY, Write

SOON_S = 60.0
FOLDERS_PER_POOL = 3

SCORES = "SELECT member_id, score, version FROM board_score WHERE window_key = 'all'"


def earned(member_id: UUID, amount: int = 5) -> BoardChange:
    """Points of today."""
    return BoardChange("points", member_id, TODAY, NOON, amount)


async def waiting(pool: Pool, topic: str = SCORES_TOPIC) -> int:
    """How many messages a topic holds."""
    count: int = await pool.fetchval("SELECT count(*) FROM outbox WHERE topic = $1", topic)
    return count


async def scores(pool: Pool) -> dict[UUID, int]:
    """Each member's points of all time."""
    return {row["member_id"]: row["score"] for row in await pool.fetch(SCORES)}


async def test_a_message_counts_once_however_many_fold(
    pool: Pool, database_url: str, leave: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "MESSAGES_MAX", 2)
    members = [new_id(), new_id()]
    for _ in range(40):
        await leave(*(earned(member) for member in members))
    reports: list[FoldReport | None] = []

    async def folder(own: Pool) -> None:
        while await waiting(own):
            reports.append(await fold(own))

    async with open_database(database_url, FOLDERS_PER_POOL) as other, asyncio.timeout(SOON_S):
        await asyncio.gather(*(folder(own) for own in (pool, other) for _ in range(FOLDERS_PER_POOL)))

    assert await scores(pool) == dict.fromkeys(members, 40 * 5)
    assert sum(report.messages for report in reports if report) == 40
    # Some came while another was at it, or this test shows nothing.
    assert None in reports


async def test_a_fold_that_fails_midway_changes_nothing(
    pool: Pool, leave: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = new_id()
    await leave(earned(member))

    async def write_then_fail(connection: Connection, changes: Sequence[Changes]) -> None:
        await write_changes(connection, changes)
        raise RuntimeError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr(folding, "write_changes", write_then_fail)
        with pytest.raises(RuntimeError):
            await fold(pool)
    assert (await scores(pool), await waiting(pool)) == ({}, 1)

    await fold(pool)
    assert (await scores(pool), await waiting(pool)) == ({member: 5}, 0)


async def test_a_fold_whose_connection_is_killed_changes_nothing(
    pool: Pool, leave: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = new_id()
    await leave(earned(member))

    async def write_then_be_killed(connection: Connection, changes: Sequence[Changes]) -> None:
        await write_changes(connection, changes)
        assert await pool.fetchval("SELECT pg_terminate_backend($1)", connection.get_server_pid())

    with monkeypatch.context() as patched:
        patched.setattr(folding, "write_changes", write_then_be_killed)
        with pytest.raises(OUTAGES):
            await fold(pool)
    assert (await scores(pool), await waiting(pool)) == ({}, 1)

    # The dead holder's lock went with it.
    assert await fold(pool) is not None
    assert (await scores(pool), await waiting(pool)) == ({member: 5}, 0)


async def test_what_the_database_refuses_is_set_aside_and_holds_nobody_up(
    pool: Pool, leave: Write, caplog: pytest.LogCaptureFixture
) -> None:
    before, after, poor = new_id(), new_id(), new_id()
    await leave(earned(before))
    await leave(earned(before), earned(poor, -5))
    await leave(earned(after))

    report = await fold(pool)

    assert report is not None
    assert (report.messages, report.is_drained) == (3, True)
    # Of the refused message nothing is written, not even what could be.
    assert await scores(pool) == {before: 5, after: 5}
    assert (await waiting(pool), await waiting(pool, SET_ASIDE_TOPIC)) == (0, 1)
    [record] = caplog.records
    assert (record.name, record.levelname) == (folding.__name__, "ERROR")


async def test_a_fold_that_leaves_messages_says_so(
    pool: Pool, leave: Write, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "MESSAGES_MAX", 1)
    await leave(earned(new_id()))

    assert await fold(pool, clock) == FoldReport(messages=1, as_of=NOON, is_drained=False)
    assert await fold(pool, clock) == FoldReport(messages=0, as_of=NOON, is_drained=True)


async def test_sql_is_as_old_as_its_oldest_unfolded_message(
    pool: Pool, leave: Write, clock: TestClock, leaderboards: Leaderboards
) -> None:
    member = new_id()
    for seconds_ago in (1, 3, 2):
        await leave(earned(member))
        moment = NOON - timedelta(seconds=seconds_ago)
        await pool.execute("UPDATE outbox SET created_at = $1 WHERE id = (SELECT max(id) FROM outbox)", moment)

    async def read() -> list[tuple[bool, object, int]]:
        pages = [
            await leaderboards.top("points", BoardWindow.DAY, TODAY, first=10),
            await leaderboards.around("points", BoardWindow.DAY, TODAY, member, radius=1),
        ]
        return [(page.exact, page.as_of, sum(entry.score for entry in page.entries)) for page in pages]

    assert await read() == [(False, NOON - timedelta(seconds=3), 0)] * 2
    await fold(pool, clock)
    assert await read() == [(True, NOON, 15)] * 2


async def test_the_copy_is_as_old_as_the_last_pass_that_knew_everything_folded(
    pool: Pool, redis: RedisClient, leave: Write, clock: TestClock, leaderboards: Leaderboards
) -> None:
    async def read() -> tuple[bool, object, int]:
        page = await leaderboards.top("points", BoardWindow.DAY, TODAY, first=10)
        assert not page.revision.startswith("sql.")
        return page.exact, page.as_of, page.total

    await project(pool, redis, NOON)
    await mend(pool, redis, TODAY)
    await leave(earned(new_id()))
    await fold(pool, clock)

    clock.move(seconds=1)
    await project(pool, redis, None)
    assert await read() == (False, NOON, 1)

    await project(pool, redis, clock.now)
    assert await read() == (True, clock.now, 1)


async def test_folding_everything_returns_while_others_go_on_writing(
    pool: Pool, leave: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "MESSAGES_MAX", 1)
    early, late = new_id(), new_id()
    stop = asyncio.Event()

    async def writer() -> None:
        while not stop.is_set():
            await leave(earned(late))

    for _ in range(20):
        await leave(earned(early))
    writers = [asyncio.create_task(writer()) for _ in range(3)]
    try:
        async with asyncio.timeout(SOON_S):
            await fold_everything(pool)
        assert (await scores(pool))[early] == 20 * 5
    finally:
        stop.set()
        await asyncio.gather(*writers)


async def test_folding_everything_waits_for_the_pass_of_another(pool: Pool, leave: Write) -> None:
    member = new_id()
    await leave(earned(member))

    async with pool.acquire() as other, other.transaction():
        await wait_for_lock(other)
        everything = asyncio.create_task(fold_everything(pool))
        done, _ = await asyncio.wait([everything], timeout=0.2)
        assert not done

    async with asyncio.timeout(SOON_S):
        await everything
    assert await scores(pool) == {member: 5}
