"""Whatever is written, projected, lost and asked in whatever order: SQL, Redis and plain Python agree."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu import outbox
from siyu.boards import (
    BOARDS,
    BoardChange,
    BoardEntry,
    BoardKind,
    BoardWindow,
    Leaderboards,
    mend,
    project,
    queries,
    rebuild,
    window_key,
    window_keys,
    write_changes,
)
from siyu.boards.scores import OUTBOX_TOPIC, pack_rows
from siyu.cache import RedisClient
from siyu.db import Pool
from tests.siyu.boards.conftest import NOON, SHANGHAI
from tests.siyu.boards.model import ranking

MEMBERS = [UUID(int=number << 100) for number in range(1, 7)]
# Two weeks and two months meet here.
DAYS = (date(2026, 11, 29), date(2026, 11, 30), date(2026, 12, 1))
MOMENTS = tuple(NOON + timedelta(microseconds=micros) for micros in range(3))
PAGE = 2

CHANGES = st.builds(
    BoardChange,
    board=st.sampled_from(sorted(BOARDS)),
    member_id=st.sampled_from(MEMBERS),
    day=st.sampled_from(DAYS),
    at=st.sampled_from(MOMENTS),
    amount=st.integers(-4, 4),
)
STEPS = ("project", "mend", "rebuild", "replay", "flush", "restart", "evict", "read")
LIVES = st.lists(
    st.lists(CHANGES, min_size=1, max_size=8) | st.sampled_from(STEPS),
    max_size=14,
)


@dataclass
class World:
    """The system beside everything that was written to it, and a clock that ticks when it is read."""

    pool: Pool
    redis: RedisClient
    random: Random
    now: datetime = NOON
    written: list[BoardChange] = field(default_factory=list)
    # How many changes had been committed when.
    history: list[tuple[datetime, int]] = field(default_factory=lambda: [(NOON, 0)])

    def clock(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    async def write(self, changes: Iterable[BoardChange]) -> None:
        allowed: list[BoardChange] = []
        for change in changes:
            if possible := self._possible(change, allowed):
                allowed.append(possible)
        async with self.pool.acquire() as connection, connection.transaction():
            await write_changes(connection, allowed)
        self.written += allowed
        self.history.append((self.clock(), len(self.written)))

    def _possible(self, change: BoardChange, pending: list[BoardChange]) -> BoardChange | None:
        """The change, unless it takes more from a day than the day holds."""
        if BOARDS[change.board].kind is BoardKind.BEST:
            return change if change.amount > 0 else None
        place = (change.board, change.member_id, change.day)
        held = sum(c.amount for c in self.written + pending if (c.board, c.member_id, c.day) == place)
        return change if held + change.amount >= 0 else None

    async def project(self) -> None:
        await project(self.pool, self.redis, self.clock())

    async def mend(self) -> None:
        await mend(self.pool, self.redis, self.random.choice(DAYS))

    async def rebuild(self) -> None:
        key = self.random.choice(window_keys(self.random.choice(DAYS)))
        await rebuild(self.pool, self.redis, self.random.choice(sorted(BOARDS)), key)

    async def replay(self) -> None:
        async with self.pool.acquire() as connection:
            await outbox.append(connection, OUTBOX_TOPIC, pack_rows(self.written))

    async def flush(self) -> None:
        await self.redis.flushall()

    async def restart(self) -> None:
        for board in BOARDS:
            await self.redis.hset(f"{{siyu:lb:{board}}}:meta", "run", "of another process")

    async def evict(self) -> None:
        if keys := sorted(await self.redis.keys("{siyu:lb:*}:*")):
            await self.redis.unlink(self.random.choice(keys))

    async def read(self) -> None:
        """An answer that calls itself exact is the ranking of one moment between `as_of` and now."""
        board, window = self.random.choice(sorted(BOARDS)), self.random.choice(list(BoardWindow))
        day = self.random.choice(DAYS)
        page = await self.leaderboards().top(board, window, day, first=queries.FIRST_MAX)
        if page.exact:
            before = max(index for index, (at, _) in enumerate(self.history) if at <= page.as_of)
            counts = [count for _, count in self.history[before:]]
            key = window_key(window, day)
            assert page.entries in [ranking(self.written[:count], board, key) for count in counts]

    async def catch_up(self) -> None:
        """Everything is projected and warm."""
        report = await project(self.pool, self.redis, self.clock())
        assert report is not None
        assert report.is_drained
        for day in DAYS:
            await mend(self.pool, self.redis, day)

    def leaderboards(self) -> Leaderboards:
        return Leaderboards(self.pool, self.redis, SHANGHAI, self.clock)

    async def check(self, source: str) -> None:
        """Every window, page by page, and the neighbours of every member."""
        for board in BOARDS:
            for window in BoardWindow:
                await self.check_window(board, window, self.random.choice(DAYS), source)

    async def check_window(self, board: str, window: BoardWindow, day: date, source: str) -> None:
        expected = ranking(self.written, board, window_key(window, day))
        reads = self.leaderboards()
        entries: list[BoardEntry] = []
        while True:
            page = await reads.top(board, window, day, PAGE, after_rank=len(entries))
            assert (page.exact, page.total) == (True, len(expected))
            assert page.revision.startswith("sql.") == (source == "sql")
            entries += page.entries
            if not page.has_next:
                break
        assert tuple(entries) == expected
        for place, entry in enumerate(expected):
            around = await reads.around(board, window, day, entry.member_id, radius=1)
            assert around.entries == expected[max(place - 1, 0) : place + 2]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(life=LIVES, random=st.randoms(use_true_random=False))
async def test_sql_and_redis_equal_the_model(
    pool: Pool, redis: RedisClient, patient: None, life: list[list[BoardChange] | str], random: Random
) -> None:
    await pool.execute("DELETE FROM board_score")
    await pool.execute("DELETE FROM outbox")
    await redis.flushall()
    world = World(pool, redis, random)

    for step in life:
        await (getattr(world, step)() if isinstance(step, str) else world.write(step))

    await world.catch_up()
    await world.check("redis")
    await redis.flushall()
    await world.check("sql")
    await world.catch_up()
    await world.check("redis")
