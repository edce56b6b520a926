"""Leaderboards: the top, the page around a member, a member's place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import strawberry

from schema.connections import Connection, connect, encode_cursor, forward, number_cursor
from schema.context import Info
from schema.errors import invalid_argument
from schema.fields import field
from schema.ids import GROUP, MEMBER, decode_or_nobody, decode_uuid, encode_id
from schema.loaders import LinesWanted
from schema.polling import only_polls, poll_after_ms
from schema.scalars import BigInt
from schema.types.member import Member, member_object
from siyu.boards import (
    BOARDS,
    HEAD,
    RADIUS_MAX,
    SCOPED_BOARDS,
    Around,
    BoardKind,
    BoardPage,
    BoardWindow,
    Stretch,
    Top,
    ranking_name,
)
from siyu.boards import BoardEntry as EntryRow
from siyu.live import Topic, board_topic
from siyu.paging import Page
from siyu.sdk import Text
from siyu.talk import may_see_boards

RADIUS_DEFAULT = 5

TITLES: Mapping[str, Text] = {
    "points": Text(zh="积分榜", en="Points"),
    "spend": Text(zh="消费榜", en="Spending (fen)"),
    "streak": Text(zh="连续签到榜", en="Check-in streak"),
    "invitees": Text(zh="邀请榜", en="Members invited"),
    "talk": Text(zh="热聊榜", en="Messages posted"),
}


@strawberry.type(description="A leaderboard. Its id is a plain key: points, spend, streak, invitees, talk.")
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
    """One window of a board, of the whole shop or of the group `scope`.

    `polled`: nothing but whether it has changed is asked for.
    """

    board: str
    window: BoardWindow
    day: date
    polled: bool
    scope: UUID | None = None

    @property
    def topic(self) -> Topic:
        """What is announced when it changes."""
        return board_topic(ranking_name(self.board, self.scope))

    async def page(self, info: Info, stretch: Stretch) -> BoardPage:
        """Some of its lines. What one answer asks for is read together, so that it is of one moment."""
        return await info.context.loaders.lines.load(
            LinesWanted(self.board, self.window, self.day, self.scope, stretch)
        )

    async def head(self, info: Info) -> BoardPage:
        """What there is to say of the lines; for a poll, as it was read last."""
        if not self.polled:
            return await self.page(info, HEAD)
        place = self.window, self.day
        return await info.context.live.kept.read(self.topic, place, lambda: self.page(info, HEAD))


def ranked_window(
    info: Info, board: str, window: BoardWindow, day: date | None, scope: UUID | None = None
) -> RankedWindow:
    """The window that holds the day, today's by default. Raises ApiError for an unknown board."""
    if board not in BOARDS:
        raise invalid_argument(f"there is no such board; there are {', '.join(BOARDS)}")
    if scope is not None and board not in SCOPED_BOARDS:
        raise invalid_argument(f"groups have no such board; they have {', '.join(SCOPED_BOARDS)}")
    context = info.context
    chosen = day or context.now.astimezone(context.zone).date()
    ranked = RankedWindow(board, window, chosen, only_polls(info), scope)
    context.watch(ranked.topic)
    return ranked


async def scoped_window(
    info: Info, board: str, window: BoardWindow, day: date | None, scope: str | None
) -> RankedWindow:
    """The same of the group with the global id `scope`; of the whole shop where there is none.

    Raises ApiError for a group that there is not, and for members who are not in it: they cannot tell which.
    """
    if not scope:
        return ranked_window(info, board, window, day)
    group_id, context = decode_or_nobody(GROUP, scope), info.context
    if not await may_see_boards(context.pool, group_id, context.principal.member_id):
        raise invalid_argument("there is no such group")
    return ranked_window(info, board, window, day, group_id)


@strawberry.type(description="One window of a board. `asOf`, `exact` and `revision` describe all lines of an answer.")
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

    @field("The group whose board it is; null for the whole shop's.")
    def scope(self) -> strawberry.ID | None:
        return encode_id(GROUP, self.ranked.scope) if self.ranked.scope else None

    @field("Every change committed by then is in.")
    async def as_of(self, info: Info) -> datetime:
        return (await self.ranked.head(info)).as_of

    @field("Whether this is the ranking of one moment, at most two seconds ago.")
    async def exact(self, info: Info) -> bool:
        return (await self.ranked.head(info)).exact

    @field("Two answers with the same revision show the same ranking.")
    async def revision(self, info: Info) -> str:
        return (await self.ranked.head(info)).revision

    @field("How long to wait before asking again.")
    async def poll_after_ms(self, info: Info) -> int:
        ranked = self.ranked
        key = f"{ranked.window.value} {ranked.day}"
        return poll_after_ms(info, ranked.topic, key, (await ranked.head(info)).revision)

    @field("From the top.")
    async def entries(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[BoardEntry]:
        slice_ = forward(first, after)
        page = await self.ranked.page(info, Top(slice_.limit, number_cursor(slice_.after) or 0))
        rows = Page(page.entries, page.has_next)
        return connect(rows, slice_, lambda row: BoardEntry(row=row), lambda row: encode_cursor(row.rank))

    @field("The member's line with up to `radius` lines on both sides; none without a rank.")
    async def around(
        self, info: Info, member: strawberry.ID, radius: int | None = strawberry.UNSET
    ) -> list[BoardEntry]:
        reach = radius if isinstance(radius, int) else RADIUS_DEFAULT
        if not 0 <= reach <= RADIUS_MAX:
            raise invalid_argument(f"`radius` must be from 0 to {RADIUS_MAX}")
        member_id = decode_uuid(MEMBER, member)
        if member_id is None:
            return []
        page = await self.ranked.page(info, Around(member_id, reach))
        return [BoardEntry(row=row) for row in page.entries]

    @field("A member's line, the caller's by default; null without a rank.")
    async def entry(self, info: Info, member: strawberry.ID | None = strawberry.UNSET) -> BoardEntry | None:
        member_id = decode_uuid(MEMBER, member) if member else info.context.principal.member_id
        if member_id is None:
            return None
        page = await self.ranked.page(info, Around(member_id, 0))
        return BoardEntry(row=page.entries[0]) if page.entries else None
