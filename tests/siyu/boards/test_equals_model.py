"""Whatever is left, folded, projected, lost and asked in whatever order: SQL, Redis and plain Python agree."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu import outbox
from siyu.boards import (
    BOARDS,
    SCOPED_BOARDS,
    WHOLE_SHOP,
    BoardChange,
    BoardEntry,
    BoardKind,
    BoardWindow,
    FoldReport,
    Leaderboards,
    fold,
    folding,
    leave_changes,
    mend,
    project,
    projection,
    queries,
    rebuild,
    window_key,
    window_keys,
)
from siyu.boards.changes import gather
from siyu.boards.scores import OUTBOX_TOPIC, pack_rows
from siyu.cache import RedisClient
from siyu.db import Pool
from tests.clock import NOON
from tests.factories import SHANGHAI
from tests.siyu.boards.model import ranking

MEMBERS = [UUID(int=number << 100) for number in range(1, 7)]
# Two weeks and two months meet here.
DAYS = (date(2026, 11, 29), date(2026, 11, 30), date(2026, 12, 1))
MOMENTS = tuple(NOON + timedelta(microseconds=micros) for micros in range(3))
PAGE = 2
# Lives that begin with copies of all windows: without them, few would ever project anything.
WARM_SHARE = 0.7

SCOPES = (UUID(int=1 << 64), UUID(int=1 << 65))
NOWHERE: tuple[UUID, ...] = ()


def changes_of(boards: Iterable[str], scopes: st.SearchStrategy[tuple[UUID, ...]]) -> st.SearchStrategy[BoardChange]:
    """Changes on these boards."""
    return st.builds(
        BoardChange,
        board=st.sampled_from(sorted(boards)),
        member_id=st.sampled_from(MEMBERS),
        day=st.sampled_from(DAYS),
        at=st.sampled_from(MOMENTS),
        amount=st.integers(-4, 4),
        scopes=scopes,
    )


CHANGES = changes_of(BOARDS, st.just(NOWHERE)) | changes_of(
    SCOPED_BOARDS, st.sampled_from((SCOPES[:1], SCOPES[1:], SCOPES))
)
STEPS = ("fold", "project", "work", "mend", "rebuild", "replay", "flush", "restart", "evict", "read")
LIVES = st.lists(
    st.lists(CHANGES, min_size=1, max_size=8) | st.sampled_from(STEPS),
    max_size=20,
)


@dataclass
class World:
    """The system beside every change that was committed, and a clock that ticks when it is read."""

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

    async def leave(self, changes: Iterable[BoardChange]) -> None:
        allowed: list[BoardChange] = []
        for change in changes:
            if possible := self._possible(change, allowed):
                allowed.append(possible)
        async with self.pool.acquire() as connection, connection.transaction():
            await leave_changes(connection, allowed)
            # In the time of this world.
            await connection.execute("UPDATE outbox SET created_at = $1 WHERE created_at = now()", self.clock())
        self.written += allowed
        self.history.append((self.clock(), len(self.written)))

    def _possible(self, change: BoardChange, pending: list[BoardChange]) -> BoardChange | None:
        """The change, unless it takes more from a day than the day holds."""
        if BOARDS[change.board].kind is BoardKind.BEST:
            return change if change.amount > 0 else None
        place = (change.board, change.member_id, change.day)
        own = [c for c in self.written + pending if (c.board, c.member_id, c.day) == place]
        held = [sum(c.amount for c in own)]
        held += [sum(c.amount for c in own if scope in c.scopes) for scope in change.scopes]
        return change if min(held) + change.amount >= 0 else None

    async def fold(self) -> FoldReport:
        report = await fold(self.pool, self.clock)
        assert report is not None
        return report

    async def project(self) -> None:
        """A pass of someone who cannot say what is folded."""
        await project(self.pool, self.redis, None)

    async def work(self) -> bool:
        """A step of the worker; whether nothing is left to do."""
        folded = await self.fold()
        projected = await project(self.pool, self.redis, folded.as_of if folded.is_drained else None)
        assert projected is not None
        return folded.is_drained and projected.is_drained

    async def mend(self) -> None:
        await mend(self.pool, self.redis, self.random.choice(DAYS))

    async def rebuild(self) -> None:
        key = self.random.choice(window_keys(self.random.choice(DAYS)))
        board = self.random.choice(sorted(BOARDS))
        scope = self.random.choice((WHOLE_SHOP, *SCOPES)) if board in SCOPED_BOARDS else WHOLE_SHOP
        await rebuild(self.pool, self.redis, board, key, scope=scope)

    async def replay(self) -> None:
        async with self.pool.acquire() as connection:
            await outbox.append(connection, OUTBOX_TOPIC, pack_rows(gather(self.written)))

    async def flush(self) -> None:
        await self.redis.flushall()

    async def restart(self) -> None:
        for key in sorted(await self.redis.keys("{siyu:lb:*}:meta")):
            await self.redis.hset(key, "run", "of another process")

    async def evict(self) -> None:
        if keys := sorted(await self.redis.keys("{siyu:lb:*}:*")):
            await self.redis.unlink(self.random.choice(keys))

    async def read(self) -> None:
        """Each line is a member's of some moment since `as_of`; if the answer is exact, all are of the same."""
        scope = self.random.choice((None, *SCOPES))
        board, window = self.random.choice(sorted(BOARDS)), self.random.choice(list(BoardWindow))
        day = self.random.choice(DAYS)
        if board not in SCOPED_BOARDS:
            scope = None
        page = await self.leaderboards().top(board, window, day, first=queries.FIRST_MAX, scope=scope)
        before = max(index for index, (at, _) in enumerate(self.history) if at <= page.as_of)
        key = window_key(window, day)
        rankings = [ranking(self.written[:count], board, key, scope) for _, count in self.history[before:]]
        if page.exact:
            assert page.entries in rankings
        lines = lines_of(page.entries)
        for member in MEMBERS:
            assert lines.get(member) in [lines_of(entries).get(member) for entries in rankings]

    async def catch_up(self) -> None:
        """Everything is projected and warm."""
        while not await self.work():
            pass
        for day in DAYS:
            await mend(self.pool, self.redis, day)

    def leaderboards(self) -> Leaderboards:
        return Leaderboards(self.pool, self.redis, SHANGHAI, self.clock)

    async def check(self, source: str) -> None:
        """Every window, page by page, and the neighbours of every member."""
        for board in BOARDS:
            for window in BoardWindow:
                await self.check_window(board, window, self.random.choice(DAYS), source)
        for board in SCOPED_BOARDS:
            for window in BoardWindow:
                await self.check_scope(board, window, self.random.choice(DAYS), source)

    async def check_scope(self, board: str, window: BoardWindow, day: date, source: str) -> None:
        """A scope's window, which is copied when somebody asks."""
        scope = self.random.choice(SCOPES)
        if source == "redis":
            await self.leaderboards().top(board, window, day, PAGE, scope=scope)
            await mend(self.pool, self.redis, day)
        await self.check_window(board, window, day, source, scope)

    async def check_window(
        self, board: str, window: BoardWindow, day: date, source: str, scope: UUID | None = None
    ) -> None:
        expected = ranking(self.written, board, window_key(window, day), scope)
        reads = self.leaderboards()
        entries: list[BoardEntry] = []
        while True:
            page = await reads.top(board, window, day, PAGE, after_rank=len(entries), scope=scope)
            assert (page.exact, page.total) == (True, len(expected))
            assert page.revision.startswith("sql.") == (source == "sql")
            entries += page.entries
            if not page.has_next:
                break
        assert tuple(entries) == expected
        for place, entry in enumerate(expected):
            around = await reads.around(board, window, day, entry.member_id, radius=1, scope=scope)
            assert around.entries == expected[max(place - 1, 0) : place + 2]


def lines_of(entries: Iterable[BoardEntry]) -> dict[UUID, tuple[int, datetime]]:
    """Each member's score and when it was reached."""
    return {entry.member_id: (entry.score, entry.reached_at) for entry in entries}


@pytest.fixture
def small_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few messages at a time that passes leave some."""
    monkeypatch.setattr(folding, "MESSAGES_MAX", 2)
    monkeypatch.setattr(projection, "MESSAGES_MAX", 2)


async def equal_in_a_life(pool: Pool, redis: RedisClient, life: list[list[BoardChange] | str], random: Random) -> None:
    """Whatever is written, folded and lost, boards are what the model says, by SQL and by Redis."""
    await pool.execute("DELETE FROM board_score")
    await pool.execute("DELETE FROM outbox")
    await redis.flushall()
    world = World(pool, redis, random)
    if random.random() < WARM_SHARE:
        await world.catch_up()

    for step in life:
        await (getattr(world, step)() if isinstance(step, str) else world.leave(step))

    await world.catch_up()
    await world.check("redis")
    await redis.flushall()
    await world.check("sql")
    await world.catch_up()
    await world.check("redis")


UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@settings(UNHURRIED, max_examples=12)
@given(life=LIVES, random=st.randoms(use_true_random=False))
async def test_sql_and_redis_equal_the_model(
    pool: Pool,
    redis: RedisClient,
    patient: None,
    small_passes: None,
    life: list[list[BoardChange] | str],
    random: Random,
) -> None:
    await equal_in_a_life(pool, redis, life, random)


@pytest.mark.prove
@settings(UNHURRIED, max_examples=250)
@given(life=LIVES, random=st.randoms(use_true_random=False))
async def test_sql_and_redis_equal_the_model_at_length(
    pool: Pool,
    redis: RedisClient,
    patient: None,
    small_passes: None,
    life: list[list[BoardChange] | str],
    random: Random,
) -> None:
    await equal_in_a_life(pool, redis, life, random)
