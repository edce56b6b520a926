"""Leaderboards: the top, the page around a member, a member's place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import strawberry

from schema.connections import PAGE_ROWS_DEFAULT, Connection, connect, encode_cursor, forward, number_cursor
from schema.context import Info
from schema.errors import invalid_argument
from schema.fields import field
from schema.ids import MEMBER, decode_uuid
from schema.polling import only_polls, poll_after_ms
from schema.scalars import BigInt
from schema.types.member import Member, member_object
from siyu.boards import BOARDS, RADIUS_MAX, BoardKind, BoardPage, BoardWindow
from siyu.boards import BoardEntry as EntryRow
from siyu.live import board_topic
from siyu.paging import Page
from siyu.sdk import Text

RADIUS_DEFAULT = 5

TITLES: Mapping[str, Text] = {
    "points": Text(zh="积分榜", en="Points"),
    "spend": Text(zh="消费榜", en="Spending (fen)"),
    "streak": Text(zh="连续签到榜", en="Check-in streak"),
    "invitees": Text(zh="邀请榜", en="Members invited"),
}


@strawberry.type(description="A leaderboard. Its id is a plain key: points, spend, streak, invitees.")
class Board:
    """A board as a GraphQL object."""

    id: strawberry.ID
    title: str
    kind: BoardKind


@strawberry.type(description="A member's place. Ranks run from 1 without gaps; of equal scores the earlier leads.")
class BoardEntry:
    """A line of a leaderboard as a GraphQL object."""

    row: strawberry.Private[EntryRow]

    @strawberry.field
    def rank(self) -> int:
        return self.row.rank

    @strawberry.field
    async def member(self, info: Info) -> Member:
        return await member_object(info, self.row.member_id)

    @strawberry.field
    def score(self) -> BigInt:
        return BigInt(self.row.score)

    @strawberry.field
    def reached_at(self) -> datetime:
        return self.row.reached_at


@dataclass(frozen=True, slots=True)
class RankedWindow:
    """One window of a board, and its first page, which every answer about the whole is taken from."""

    board: str
    window: BoardWindow
    day: date
    top: BoardPage


async def ranked_window(info: Info, board: str, window: BoardWindow, day: date | None) -> RankedWindow:
    """Read the top of the window that holds the day, today's by default. Raises ApiError for an unknown board."""
    if board not in BOARDS:
        raise invalid_argument(f"there is no such board; there are {', '.join(BOARDS)}")
    context, topic = info.context, board_topic(board)
    chosen = day or context.now.astimezone(context.zone).date()
    context.watch(topic)

    async def read() -> BoardPage:
        return await context.leaderboards.top(board, window, chosen, PAGE_ROWS_DEFAULT)

    top = await context.live.kept.read(topic, (window, chosen), read) if only_polls(info) else await read()
    return RankedWindow(board, window, chosen, top)


@strawberry.type(description="One window of a board. `asOf`, `exact` and `revision` describe its first page.")
class Leaderboard:
    """A leaderboard as a GraphQL object."""

    ranked: strawberry.Private[RankedWindow]

    @strawberry.field
    def board(self, info: Info) -> Board:
        board = BOARDS[self.ranked.board]
        title = TITLES[board.key].in_language(info.context.language)
        return Board(id=strawberry.ID(board.key), title=title, kind=board.kind)

    @strawberry.field
    def window(self) -> BoardWindow:
        return self.ranked.window

    @field("Every change committed by then is in.")
    def as_of(self) -> datetime:
        return self.ranked.top.as_of

    @field("Whether this is the ranking of one moment, at most two seconds ago.")
    def exact(self) -> bool:
        return self.ranked.top.exact

    @field("Two answers with the same revision show the same ranking.")
    def revision(self) -> str:
        return self.ranked.top.revision

    @field("How long to wait before asking again.")
    def poll_after_ms(self, info: Info) -> int:
        ranked = self.ranked
        key = f"{ranked.window.value} {ranked.day}"
        return poll_after_ms(info, board_topic(ranked.board), key, ranked.top.revision)

    @field("From the top.")
    async def entries(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[BoardEntry]:
        slice_ = forward(first, after)
        page = await self._page(info, slice_.limit, number_cursor(slice_.after) or 0)
        rows = Page(page.entries, page.has_next)
        return connect(rows, slice_, lambda row: BoardEntry(row=row), lambda row: encode_cursor(row.rank))

    @field("The member's line with up to `radius` lines on both sides; none without a rank.")
    async def around(
        self, info: Info, member: strawberry.ID, radius: int | None = strawberry.UNSET
    ) -> list[BoardEntry]:
        reach = radius if isinstance(radius, int) else RADIUS_DEFAULT
        if not 0 <= reach <= RADIUS_MAX:
            raise invalid_argument(f"`radius` must be from 0 to {RADIUS_MAX}")
        member_id, ranked = decode_uuid(MEMBER, member), self.ranked
        if member_id is None:
            return []
        boards = info.context.leaderboards
        page = await boards.around(ranked.board, ranked.window, ranked.day, member_id, reach)
        return [BoardEntry(row=row) for row in page.entries]

    @field("A member's line, the caller's by default; null without a rank.")
    async def entry(self, info: Info, member: strawberry.ID | None = strawberry.UNSET) -> BoardEntry | None:
        member_id = decode_uuid(MEMBER, member) if member else info.context.principal.member_id
        if member_id is None:
            return None
        ranked = self.ranked
        row = await info.context.leaderboards.entry(ranked.board, ranked.window, ranked.day, member_id)
        return BoardEntry(row=row) if row else None

    async def _page(self, info: Info, limit: int, after_rank: int) -> BoardPage:
        """A page; out of the one that was read for `revision` where it lies in it, so that both are of one moment."""
        ranked, top = self.ranked, self.ranked.top
        if after_rank == 0 and limit <= PAGE_ROWS_DEFAULT:
            has_next = top.has_next or len(top.entries) > limit
            return BoardPage(top.entries[:limit], has_next, top.total, top.as_of, top.exact, top.revision)
        return await info.context.leaderboards.top(ranked.board, ranked.window, ranked.day, limit, after_rank)
