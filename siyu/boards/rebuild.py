"""Builds windows of the copy anew from SQL: on command, after Redis lost them, or when somebody first asks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from siyu.boards.copy import BoardCopy, Build, ScoreRow
from siyu.boards.locking import try_lock, wait_for_lock
from siyu.boards.registry import BOARDS, SCOPED_BOARDS
from siyu.boards.scoped_copy import ScopedCopy
from siyu.boards.scopes import WHOLE_SHOP, ranking_name
from siyu.boards.windows import ALL_TIME, window_keys
from siyu.cache import RedisClient
from siyu.db import Connection, Pool
from siyu.live import board_topic, publish

BUILD_CHUNK = 1000
DAY_MS = 86_400_000
# By the first letter of a window's key: how long its copy lives after it was built. The current windows outlive their
# stretch; one that expires is only cold, and comes back when somebody asks.
LIFETIMES_MS = {"d": 8 * DAY_MS, "w": 35 * DAY_MS, "m": 396 * DAY_MS}
FOREVER = 0
# Windows of one board's scopes that a step of the worker builds: what has changed meanwhile waits for it.
SCOPED_BUILDS_MAX = 8

WINDOWS = "SELECT DISTINCT board, window_key FROM board_score WHERE scope = $1 ORDER BY window_key DESC, board"
ROWS = """
    SELECT member_id, score, reached_at, version FROM board_score WHERE board = $1 AND scope = $2 AND window_key = $3
"""

# Told of each chunk of rows.
Progress = Callable[[int], None]


class RebuildInterrupted(Exception):
    """Redis lost the copy while it was being built; building again will do."""


@dataclass(slots=True)
class _Sizes:
    ranked: int = 0
    known: int = 0

    def count(self, rows: list[ScoreRow]) -> None:
        self.ranked += sum(row.score > 0 for row in rows)
        self.known += len(rows)


async def rebuild(
    pool: Pool,
    redis: RedisClient,
    board: str,
    window_key: str,
    progress: Progress | None = None,
    scope: UUID = WHOLE_SHOP,
) -> None:
    """Replace the copy of one window by what SQL has, after waiting for the projection to pause.

    A scope is then kept current.

    Raises RebuildInterrupted, and what asyncpg and redis raise; the window is then as cold or warm as it was.
    """
    async with pool.acquire() as connection, connection.transaction():
        await wait_for_lock(connection)
        copy = BoardCopy(redis)
        if scope == WHOLE_SHOP:
            await _build(connection, copy, board, window_key, progress)
        else:
            await _build_scoped(connection, redis, copy, board, scope, window_key, progress)


async def rebuild_all(pool: Pool, redis: RedisClient, progress: Progress | None = None) -> None:
    """Make every copy cold, whatever it holds, then build each window that has scores. Raises as `rebuild` does.

    Of scopes those windows alone that had a copy; others are built when somebody asks for them.
    """
    copy = BoardCopy(redis)
    scoped = ScopedCopy(redis, copy)
    kept = [
        (board, scope, window_key)
        for board in SCOPED_BOARDS
        for scope in (await scoped.scopes(board)).epochs
        for window_key in await scoped.let_go(board, scope)
    ]
    for board in BOARDS:
        await copy.forget(board)
    for row in await pool.fetch(WINDOWS, WHOLE_SHOP):
        await rebuild(pool, redis, row["board"], row["window_key"], progress)
    for board, scope, window_key in kept:
        await rebuild(pool, redis, board, window_key, progress, scope)


async def mend(pool: Pool, redis: RedisClient, day: date) -> int:
    """Build the windows of `day` and those that readers asked for, where they are cold; how many were built.

    Does nothing while another process writes the copy. Raises as `rebuild` does.
    """
    copy, built = BoardCopy(redis), 0
    for board, window_key in await _cold(copy, day):
        async with pool.acquire() as connection, connection.transaction():
            if await try_lock(connection) and await copy.cold_of(board, [window_key]):
                await _build(connection, copy, board, window_key, None)
                await publish(redis, [board_topic(board)])
                built += 1
    return built + await _mend_scopes(pool, redis, copy)


async def _mend_scopes(pool: Pool, redis: RedisClient, copy: BoardCopy) -> int:
    """Build windows of scopes that readers asked for, a few at a time; how many."""
    scoped, built = ScopedCopy(redis, copy), 0
    for board in SCOPED_BOARDS:
        asked = await scoped.asked_for(board, SCOPED_BUILDS_MAX)
        for scope, window_key in asked:
            async with pool.acquire() as connection, connection.transaction():
                if await try_lock(connection):
                    await _build_scoped(connection, redis, copy, board, scope, window_key, None)
                    await publish(redis, [board_topic(ranking_name(board, scope))])
                    built += 1
        if asked:
            await scoped.make_room(board)
    return built


async def _cold(copy: BoardCopy, day: date) -> list[tuple[str, str]]:
    """Board and window of each copy that is missing and wanted, the current windows first."""
    cold = []
    for board in BOARDS:
        current = await copy.cold_of(board, window_keys(day))
        cold += [(board, key) for key in dict.fromkeys(current + await copy.asked_for(board))]
    return cold


async def _build_scoped(
    connection: Connection,
    redis: RedisClient,
    copy: BoardCopy,
    board: str,
    scope: UUID,
    window_key: str,
    progress: Progress | None,
) -> None:
    """Build a window of a scope, which is kept current from then on; the caller holds the lock."""
    scoped = ScopedCopy(redis, copy)
    # Of the board, whose `meta` says which scopes are warm.
    await copy.open_board(board)
    known = await scoped.scopes(board)
    epoch = await scoped.warm(board, scope)
    await _build(connection, copy, board, window_key, progress, scope)
    await scoped.built(board, scope, window_key, epoch, known)


async def _build(
    connection: Connection,
    copy: BoardCopy,
    board: str,
    window_key: str,
    progress: Progress | None,
    scope: UUID = WHOLE_SHOP,
) -> None:
    """Stream the window into new keys and put them in place; the caller holds the lock.

    The cursor is one statement and so sees one moment, later than every message the projection deleted before it
    gave up the lock; what is committed from then on still has its message.
    """
    name = ranking_name(board, scope)
    epoch = await copy.open_board(name)
    build, sizes, rows = copy.begin_build(name, window_key), _Sizes(), list[ScoreRow]()
    cursor = connection.cursor(ROWS, board, scope, window_key, prefetch=BUILD_CHUNK)
    async for row in cursor:
        rows.append(ScoreRow(row["member_id"], row["score"], row["reached_at"], row["version"]))
        if len(rows) == BUILD_CHUNK:
            await _add(copy, build, sizes, rows, progress)
            rows = []
    await _add(copy, build, sizes, rows, progress)
    lifetime_ms = FOREVER if window_key == ALL_TIME else LIFETIMES_MS[window_key[0]]
    if not await copy.publish(name, window_key, epoch, build, lifetime_ms, (sizes.ranked, sizes.known)):
        raise RebuildInterrupted(f"Redis lost {name} {window_key} while it was being built")


async def _add(copy: BoardCopy, build: Build, sizes: _Sizes, rows: list[ScoreRow], progress: Progress | None) -> None:
    """Write a chunk of rows."""
    if not rows:
        return
    await copy.build(build, rows)
    sizes.count(rows)
    if progress:
        progress(len(rows))
