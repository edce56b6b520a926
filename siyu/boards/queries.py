"""Reads leaderboards: from Redis in one round trip, or from SQL when the copy is cold or Redis is away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from time import monotonic
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from redis.exceptions import RedisError

from siyu.boards import ranking
from siyu.boards.copy import BoardCopy, CopyAnswer
from siyu.boards.entries import HEAD, Around, BoardEntry, Stretch, Top
from siyu.boards.ranking import Lines
from siyu.boards.registry import BOARDS, SCOPED_BOARDS
from siyu.boards.scoped_copy import ScopedCopy
from siyu.boards.scopes import WHOLE_SHOP
from siyu.boards.windows import BoardWindow, window_key
from siyu.cache import RedisClient
from siyu.clock import Clock
from siyu.db import Pool
from siyu.errors import InvalidInput, NotFound, Problem

FIRST_MAX = 100
RADIUS_MAX = 20
AFTER_RANK_MAX = 2**40
# Past this a caller is better served by SQL.
REDIS_READ_TIMEOUT_S = 0.05
# After a failure nobody tries Redis for so long: a Redis that hangs costs one caller its timeout, not each.
REDIS_REST_S = 1.0
# An older copy is not called exact: the projector looks five times a second.
EXACT_FOR = timedelta(seconds=2)


logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BoardPage:
    """Lines of a leaderboard that follow one another.

    `as_of`: every change committed by then is in. `exact`: the lines are the ranking of one moment, at most
    EXACT_FOR ago. `revision`: two answers with the same one show the same ranking. `total`: members with a rank.
    """

    entries: tuple[BoardEntry, ...]
    has_next: bool
    total: int
    as_of: datetime
    exact: bool
    revision: str


class Leaderboards:
    """The reads. All raise InvalidInput for a number out of bounds and NotFound for an unknown board.

    `day` is a day of the shop and picks the window that holds it.
    """

    def __init__(self, pool: Pool, redis: RedisClient, zone: ZoneInfo, clock: Clock) -> None:
        self._pool = pool
        self._copy = BoardCopy(redis)
        self._scoped = ScopedCopy(redis, self._copy)
        self._zone = zone
        self._clock = clock
        self._redis_rests_until_s = 0.0

    async def copied_until(self) -> dict[str, datetime | None]:
        """Up to when each board's copy has the changes (None: it was never made). Raises RedisError."""
        return {board: await self._copy.as_of(board) for board in BOARDS}

    def today(self) -> date:
        """The present day of the shop."""
        return self._clock().astimezone(self._zone).date()

    async def read(
        self, board: str, window: BoardWindow, day: date, stretches: Sequence[Stretch], scope: UUID | None = None
    ) -> Sequence[BoardPage]:
        """Each of the stretches; from Redis they are of one moment, and one round trip, of a scope two.

        Whether there is such a scope is not asked.
        """
        _check_board(board, scope)
        for stretch in stretches:
            _check_stretch(stretch)
        key = window_key(window, day)
        if copied := await self._from_copy(lambda: self._copied(board, scope, key, stretches)):
            exact = copied.is_drained and self._clock() - copied.as_of <= EXACT_FOR
            about = copied.total, copied.as_of, exact, copied.revision
            return [_page(entries, *about) for entries in copied.stretches]
        # Any page tells what the head does.
        pages = {
            each: await self._from_sql(board, scope or WHOLE_SHOP, key, each)
            for each in set(stretches) - {HEAD} or {HEAD}
        }
        head = replace(next(iter(pages.values())), entries=(), has_next=False)
        return [pages.get(each, head) for each in stretches]

    async def top(
        self,
        board: str,
        window: BoardWindow,
        day: date,
        first: int,
        after_rank: int = 0,
        scope: UUID | None = None,
    ) -> BoardPage:
        """The `first` lines (1 to FIRST_MAX) after a rank; 0 begins at the top."""
        _check("first", first, 1, FIRST_MAX)
        return (await self.read(board, window, day, [Top(first, after_rank)], scope))[0]

    async def around(
        self, board: str, window: BoardWindow, day: date, member_id: UUID, radius: int, scope: UUID | None = None
    ) -> BoardPage:
        """The member's line with `radius` (0 to RADIUS_MAX) on both sides; no lines for a member without rank."""
        return (await self.read(board, window, day, [Around(member_id, radius)], scope))[0]

    async def entry(self, board: str, window: BoardWindow, day: date, member_id: UUID) -> BoardEntry | None:
        """The member's line, or None without a rank."""
        page = await self.around(board, window, day, member_id, radius=0)
        return page.entries[0] if page.entries else None

    async def _copied(
        self, board: str, scope: UUID | None, key: str, stretches: Sequence[Stretch]
    ) -> CopyAnswer | None:
        if scope is None:
            return await self._copy.read(board, key, stretches)
        return await self._scoped.read(board, scope, key, stretches, self._clock())

    async def _from_sql(self, board: str, scope: UUID, key: str, stretch: Stretch) -> BoardPage:
        as_of = self._clock()
        if isinstance(stretch, Top):
            lines = await ranking.top(self._pool, board, scope, key, stretch.after_rank, stretch.first)
        else:
            lines = await ranking.around(self._pool, board, scope, key, stretch.member_id, stretch.radius)
        return _page_of_sql(as_of, lines)

    async def _from_copy(self, read: Callable[[], Awaitable[CopyAnswer | None]]) -> CopyAnswer | None:
        """The answer of Redis; None if the window is cold or Redis is away."""
        if monotonic() < self._redis_rests_until_s:
            return None
        try:
            async with asyncio.timeout(REDIS_READ_TIMEOUT_S):
                return await read()
        except (RedisError, OSError, TimeoutError) as error:
            self._redis_rests_until_s = monotonic() + REDIS_REST_S
            logger.warning("leaderboards are read from SQL for %s s: %r", REDIS_REST_S, error)
            return None


def _page_of_sql(as_of: datetime, lines: Lines) -> BoardPage:
    """SQL is exact once everything is folded. Its revision is new each time: the true one would cost a scan."""
    revision = f"sql.{uuid4().hex}"
    return _page(lines.entries, lines.total, lines.trails_since or as_of, lines.trails_since is None, revision)


def _page(entries: tuple[BoardEntry, ...], total: int, as_of: datetime, exact: bool, revision: str) -> BoardPage:
    """A page, with whether a line follows it."""
    has_next = bool(entries) and entries[-1].rank < total
    return BoardPage(entries, has_next, total, as_of, exact, revision)


def _check_board(board: str, scope: UUID | None) -> None:
    if board not in BOARDS:
        raise NotFound(f"there is no leaderboard {board!r}; there are {', '.join(BOARDS)}")
    if scope is not None and not BOARDS[board].has_scopes:
        raise InvalidInput([Problem(("scope",), f"only {', '.join(SCOPED_BOARDS)} are boards of groups, too")])


def _check_stretch(stretch: Stretch) -> None:
    if isinstance(stretch, Top):
        _check("first", stretch.first, 0, FIRST_MAX)
        _check("after_rank", stretch.after_rank, 0, AFTER_RANK_MAX)
    else:
        _check("radius", stretch.radius, 0, RADIUS_MAX)


def _check(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise InvalidInput([Problem((name,), f"must be from {least} to {most}, not {value}")])
