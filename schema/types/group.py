"""Groups: what they are for, who is in them, and how they do."""

from datetime import date, datetime
from uuid import UUID

import strawberry

from schema.connections import Connection, bad_cursor, connect, decode_cursor, encode_cursor, forward, uuid_cursor
from schema.context import Info
from schema.fields import field, field_for
from schema.ids import GROUP, encode_id, parse_uuid
from schema.moment_cursors import moment_cursor, moment_key
from schema.permissions import ForStaff
from schema.types.board import Leaderboard, scoped_window
from schema.types.member import Member, member_object
from schema.types.node import Node
from siyu.access import Scope
from siyu.boards import BoardWindow
from siyu.groups import Positioning, Role, Zone
from siyu.groups.health import Health, Judged, PostsRange, Verdict
from siyu.groups.membership_queries import Listed, MembershipRow, MembershipsWanted, Silence
from siyu.groups.queries import GroupRow

READ = Scope.MEMBERS_READ
COUNT_DIGITS_MAX = 9


@strawberry.type(description="Somebody joined or left a group.")
class GroupMove:
    """One joining or leaving that was told."""

    at: datetime
    joined: bool = strawberry.field(description="False where they left.")


@strawberry.type(description="A member in a group: one who is in, or who has left.")
class GroupMember:
    """A membership as a GraphQL object."""

    row: strawberry.Private[MembershipRow]

    @strawberry.field
    async def member(self, info: Info) -> Member:
        return await member_object(info, self.row.member_id)

    @field("What the member is in the group. A bot is counted nowhere.")
    def role(self) -> Role:
        return self.row.role

    @field("When the last stay began.")
    def joined_at(self) -> datetime:
        return self.row.joined_at

    @field("When it ended; null for who is in.")
    def left_at(self) -> datetime | None:
        return self.row.left_at

    @field("Who brought the member, where that was told.")
    async def inviter(self, info: Info) -> Member | None:
        return await member_object(info, self.row.inviter_id) if self.row.inviter_id else None

    @field("Where the member came from, as it was told.")
    def source(self) -> str | None:
        return self.row.source

    @field("The last day on which the member did something in the group; null for never.")
    async def last_active_on(self, info: Info) -> date | None:
        return await info.context.loaders.last_active.load((self.row.community_id, self.row.member_id))

    @field("Of candidates: their interactions in 7 days, today among them. Otherwise 0.")
    def interactions(self) -> int:
        return self.row.interactions

    @field("Every joining and leaving that was told, the earliest first; of more than 200 the latest.")
    def history(self) -> list[GroupMove]:
        moves = [(at, False) for at in self.row.leaves] + [(at, True) for at in self.row.joins]
        moves.sort(key=lambda move: (move[0], not move[1]))
        return [GroupMove(at=at, joined=joined) for at, joined in moves]


@strawberry.type(description="How many posts a day are healthy.")
class GroupPostsRange:
    """A range as a GraphQL object."""

    least: int
    most: int

    @classmethod
    def of(cls, posts: PostsRange) -> "GroupPostsRange":
        """The range of a positioning."""
        return cls(least=posts.least, most=posts.most)


@strawberry.type(description="How a group does, by the shop's days. Bots and who has left are not among the members.")
class GroupHealth:
    """A group's health as a GraphQL object."""

    health: strawberry.Private[Health]

    @field(
        "FAILING: fewer than 30 % of the members active in 30 days, of a group that is older. Else by the daily posts: "
        "QUIET below what is healthy for the positioning, NOISY above, or HEALTHY."
    )
    def verdict(self) -> Verdict:
        return self.health.verdict

    @field("What to do about it, in the language that was asked for.")
    def advice(self, info: Info) -> str:
        return self.health.advice.in_language(info.context.language)

    @field("Posts a day on average of the 7 days before today; of a younger group, of its days.")
    def daily_posts(self) -> float:
        return self.health.daily_posts

    @field("How many posts a day are healthy for the positioning.")
    def healthy_posts(self) -> GroupPostsRange:
        return GroupPostsRange.of(self.health.healthy_posts)

    @strawberry.field
    def posts_today(self) -> int:
        return self.health.posts_today

    @field("The part of the members who did something in the last 30 days, from 0 to 1; null without members.")
    def active_share(self) -> float | None:
        return self.health.active_share

    @field("Members who did something in the last 30 days.")
    def active_count(self) -> int:
        return self.health.active

    @field("Members who did nothing for 15 days or more, the dormant among them.")
    def silent_count(self) -> int:
        return self.health.silent

    @field("Members who did nothing for 30 days or more, the lost among them.")
    def dormant_count(self) -> int:
        return self.health.dormant

    @field("Members who did nothing for 180 days or more.")
    def lost_count(self) -> int:
        return self.health.lost

    @field("Members who joined in the last 30 days.")
    def joined_count(self) -> int:
        return self.health.joined

    @field("Members who left in the last 30 days and have not come back.")
    def left_count(self) -> int:
        return self.health.left


@strawberry.type(description="A WeChat group of the shop. Members see those they are in.")
class Group(Node):
    """A group as a GraphQL object."""

    row: strawberry.Private[GroupRow]

    def global_id(self) -> strawberry.ID:
        """As Node."""
        return encode_id(GROUP, self.row.id)

    @field("The name by which facts, rules and campaigns know the group; it never changes.")
    def key(self) -> str:
        return self.row.key

    @strawberry.field
    def name(self) -> str:
        return self.row.name

    @field("Its board `talk` or `spend`, as `Query.leaderboard` with this group as the scope.")
    async def leaderboard(
        self, info: Info, board: strawberry.ID, window: BoardWindow, at: date | None = strawberry.UNSET
    ) -> Leaderboard:
        return Leaderboard(ranked=await scoped_window(info, board, window, at or None, self.global_id()))

    @field("What the group is for.")
    def positioning(self) -> Positioning:
        return self.row.positioning

    @field("The rules of the group, of several lines; empty for none.")
    def rules(self) -> str:
        return self.row.rules

    @field("Its parts with a purpose of their own.")
    def zones(self) -> list[Zone]:
        return list(self.row.zones)

    @strawberry.field
    async def owner(self, info: Info) -> Member | None:
        return await member_object(info, self.row.owner_id) if self.row.owner_id else None

    @field("How many members are in the group; bots are not counted.")
    def member_count(self) -> int:
        return self.row.member_count

    @field("How many members it holds.")
    def capacity(self) -> int:
        return self.row.capacity

    @field("Goes up with every change by an operator.")
    def revision(self) -> int:
        return self.row.revision

    @strawberry.field
    def created_at(self) -> datetime:
        return self.row.created_at

    @field("Since when nobody joins any more; null while the group is open.")
    def archived_at(self) -> datetime | None:
        return self.row.archived_at

    @field_for(ForStaff, "How the group does, as of the last fact that a worker has counted.", READ)
    async def health(self, info: Info) -> GroupHealth:
        health = await info.context.loaders.group_health.load(
            Judged(self.row.id, self.row.positioning, self.row.created_at)
        )
        assert health is not None, "every group is counted"  # noqa: S101 - an invariant
        return GroupHealth(health=health)

    @field_for(ForStaff, "Who is in the group, the latest first; bots only where `role` asks for them.", READ)
    async def members(
        self,
        info: Info,
        role: Role | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
    ) -> Connection[GroupMember]:
        slice_ = forward(first, after)
        wanted = MembershipsWanted(self.row.id, Listed.IN, slice_.limit, role or None, None, moment_key(slice_.after))
        page = await info.context.loaders.memberships.load(wanted)
        return connect(page, slice_, _shown, lambda row: moment_cursor(row.joined_at, row.member_id))

    @field_for(ForStaff, "Who did nothing in the group for 15, 30 or 180 days, since joining or ever.", READ)
    async def silent_members(
        self,
        info: Info,
        silence: Silence = Silence.SILENT,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
    ) -> Connection[GroupMember]:
        slice_ = forward(first, after)
        key = uuid_cursor(slice_.after)
        place = (None, key) if key is not None else None
        wanted = MembershipsWanted(self.row.id, Listed.SILENT, slice_.limit, None, silence, place)
        page = await info.context.loaders.memberships.load(wanted)
        return connect(page, slice_, _shown, lambda row: encode_cursor(row.member_id))

    @field_for(ForStaff, "Who has left and not come back, the latest first.", READ)
    async def left_members(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[GroupMember]:
        slice_ = forward(first, after)
        wanted = MembershipsWanted(self.row.id, Listed.LEFT, slice_.limit, None, None, moment_key(slice_.after))
        page = await info.context.loaders.memberships.load(wanted)
        return connect(page, slice_, _shown, lambda row: moment_cursor(_left_at(row), row.member_id))

    @field_for(
        ForStaff,
        "Members who might become KOC: with 3 or more interactions in 7 days, and among the best 15 % of the group; "
        "the most active first.",
        READ,
    )
    async def koc_candidates(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[GroupMember]:
        slice_ = forward(first, after)
        wanted = MembershipsWanted(self.row.id, Listed.CANDIDATES, slice_.limit, None, None, _count_key(slice_.after))
        page = await info.context.loaders.memberships.load(wanted)
        return connect(page, slice_, _shown, lambda row: encode_cursor(row.interactions, row.member_id))


def _left_at(row: MembershipRow) -> datetime:
    assert row.left_at is not None, "the list is of those who have left"  # noqa: S101 - an invariant
    return row.left_at


def _shown(row: MembershipRow) -> GroupMember:
    return GroupMember(row=row)


def _count_key(cursor: str | None) -> tuple[int, UUID] | None:
    """The count and the member in a cursor of candidates. Raises ApiError for any other."""
    if cursor is None:
        return None
    count, key = decode_cursor(cursor, 2)
    member_id = parse_uuid(key)
    if member_id is None or not (count.isascii() and count.isdigit() and len(count) <= COUNT_DIGITS_MAX):
        raise bad_cursor()
    return int(count), member_id
