"""What a member shows the shop of where they came from: channel, touches, and whom their invitations reached."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.connections import Connection, connect, forward
from schema.context import Info
from schema.errors import invalid_argument
from schema.fields import field, field_for
from schema.moment_cursors import moment_cursor, moment_key
from schema.permissions import ForOperators, ForStaff
from schema.types.touch import ArrivalChange, Touch
from siyu.access import Scope
from siyu.members.invitation_levels import LEVELS_MAX, NEWEST_MAX, InvitationLevel, TreeWanted
from siyu.members.queries import MemberRow
from siyu.touches.queries import TouchesWanted

if TYPE_CHECKING:
    from schema.types.member import Member

LEVEL_MEMBERS_DEFAULT = 10


@strawberry.type(description="How many members of a level arrived by a channel; null is not known.")
class ChannelCount:
    """A count as a GraphQL object."""

    channel: str | None
    members: int


@strawberry.type(name="InvitationLevel", description="Members that were invited, so many invitations below a member.")
class InvitationLevelNode:
    """A level as a GraphQL object."""

    row: strawberry.Private[InvitationLevel]

    @field("1 is whom the member invited themselves.")
    def level(self) -> int:
        return self.row.level

    @strawberry.field
    def members(self) -> int:
        return self.row.members

    @field("By the channel they arrived by, the most frequent first.")
    def channels(self) -> list[ChannelCount]:
        return [ChannelCount(channel=channel, members=members) for channel, members in self.row.channels]

    @field("Those who were invited last.")
    async def newest(self, info: Info) -> list[Annotated["Member", strawberry.lazy("schema.types.member")]]:
        from schema.types.member import member_object  # noqa: PLC0415 - a member has a tree, and a tree members

        return [await member_object(info, member_id) for member_id in self.row.newest]


@strawberry.type(description="Whom a member's invitations reached, of all campaigns.")
class MemberInvitationTree:
    """A tree as a GraphQL object."""

    depth: int = strawberry.field(description="How many inviters are above the member; 0 for whom nobody invited.")
    levels: list[InvitationLevelNode]


@strawberry.type
class MemberArrival:
    """The fields of `Member` about where they came from; not a type of the schema itself."""

    row: strawberry.Private[MemberRow]

    @field_for(ForStaff, "The key of the channel by which the member arrived; null is not known.", Scope.MEMBERS_READ)
    async def channel(self, info: Info) -> str | None:
        arrival = await info.context.loaders.arrival.load(self.row.id)
        return arrival.channel if arrival else None

    @field_for(ForStaff, "When the member came by what counts as their arrival.", Scope.MEMBERS_READ)
    async def arrived_at(self, info: Info) -> datetime | None:
        arrival = await info.context.loaders.arrival.load(self.row.id)
        return arrival.at if arrival else None

    @field_for(ForStaff, "What was taken for the arrival, the newest first, up to 100.", Scope.MEMBERS_READ)
    async def arrival_changes(self, info: Info) -> list[ArrivalChange]:
        return [ArrivalChange(row=row) for row in await info.context.loaders.arrival_changes.load(self.row.id)]

    @field_for(ForStaff, "The terminal the member was last seen on, such as `ios`.", Scope.MEMBERS_READ)
    async def device(self, info: Info) -> str | None:
        arrival = await info.context.loaders.arrival.load(self.row.id)
        return arrival.device if arrival else None

    @field_for(ForStaff, "By what the member came, the latest first.", Scope.MEMBERS_READ)
    async def touches(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[Touch]:
        slice_ = forward(first, after)
        wanted = TouchesWanted(self.row.id, slice_.limit, moment_key(slice_.after))
        page = await info.context.loaders.touches.load(wanted)
        return connect(page, slice_, lambda row: Touch(row=row), lambda row: moment_cursor(*row.key))

    @field_for(ForOperators, "Whom the member's invitations reached: `first` of each level. Reads everybody below.")
    async def invitation_tree(
        self, info: Info, depth: int = 3, first: int = LEVEL_MEMBERS_DEFAULT
    ) -> MemberInvitationTree:
        if not (1 <= depth <= LEVELS_MAX and 1 <= first <= NEWEST_MAX):
            raise invalid_argument(f"`depth` must be from 1 to {LEVELS_MAX}, `first` from 1 to {NEWEST_MAX}")
        loaders = info.context.loaders
        levels = await loaders.invitation_levels.load(TreeWanted(self.row.id, depth, first))
        own = await loaders.invitation_depth.load(self.row.id)
        return MemberInvitationTree(depth=own or 0, levels=[InvitationLevelNode(row=row) for row in levels])
