"""A member's identities and merges."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.connections import Connection, connect, encode_cursor, forward, uuid_cursor
from schema.context import Info
from schema.fields import field, field_for
from schema.ids import MEMBER, MEMBER_MERGE, encode_id
from schema.permissions import ForStaff
from schema.scalars import BigInt
from siyu.access import Scope
from siyu.members.merge_queries import MergeRow
from siyu.members.queries import MemberRow
from siyu.paging import NewestWanted

if TYPE_CHECKING:
    from schema.types.member import Member

LazyMember = Annotated["Member", strawberry.lazy("schema.types.member")]


@strawberry.type(description="A name that some system knows a member by. For operators and services.")
class MemberIdentity:
    """An identity as a GraphQL object."""

    kind: str
    value: str


@strawberry.type(description="Rows of one kind that a merge moves: their number, and how many stay where they are.")
class MergeMove:
    """What a merge does to one table."""

    what: str
    rows: int
    kept_aside: int = strawberry.field(description="The survivor has such a one already, and a person has one.")


@strawberry.type(description="Value that a merge moves.")
class MergeValue:
    """What a merged member has of a unit."""

    unit: str
    amount: BigInt
    owed: BigInt


@strawberry.type(description="That a member was merged into another. For operators and services.")
class MemberMerge:
    """A merge as a GraphQL object."""

    row: strawberry.Private[MergeRow]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return encode_id(MEMBER_MERGE, self.row.id)

    @field("Who stands for both; while that one is merged into another, the other one.")
    async def survivor(self, info: Info) -> LazyMember:
        from schema.types.member import member_object  # noqa: PLC0415 - a member names its merges

        return await member_object(info, self.row.survivor_id)

    @field("The id of the member that was merged. As long as the merge stands it leads to the survivor.")
    def merged_id(self) -> strawberry.ID:
        return encode_id(MEMBER, self.row.merged_id)

    @strawberry.field
    def reason(self) -> str:
        return self.row.reason

    @strawberry.field
    def made_by(self) -> str:
        return self.row.made_by

    @strawberry.field
    def merged_at(self) -> datetime:
        return self.row.merged_at

    @field("Until then it can be undone.")
    def undo_until(self) -> datetime:
        return self.row.undo_until

    @field("Null while it stands.")
    def undone_at(self) -> datetime | None:
        return self.row.undone_at

    @strawberry.field
    def undone_by(self) -> str | None:
        return self.row.undone_by

    @strawberry.field
    def undone_for(self) -> str | None:
        return self.row.undone_for

    @field("What went along, beside value.")
    async def moved(self, info: Info) -> list[MergeMove]:
        moved = await info.context.loaders.merge_moved.load(self.row.id)
        return [MergeMove(what=each.what, rows=each.rows, kept_aside=0) for each in moved or ()]


@strawberry.type
class MemberIdentities:
    """The fields of a member that tell by what they are known; not a type of the schema itself."""

    row: strawberry.Private[MemberRow]

    @field_for(ForStaff, "What systems know the member by, ordered by kind.", Scope.MEMBERS_READ)
    async def identities(self, info: Info) -> list[MemberIdentity]:
        found = await info.context.loaders.identities.load(self.row.id)
        return [MemberIdentity(kind=each.kind, value=each.value) for each in found or ()]

    @field_for(
        ForStaff, "The members that were merged into this one, undone merges too, newest first.", Scope.MEMBERS_READ
    )
    async def merges(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[MemberMerge]:
        slice_ = forward(first, after)
        page = await info.context.loaders.merges.load(
            NewestWanted(self.row.id, slice_.limit, uuid_cursor(slice_.after))
        )
        return connect(page, slice_, lambda row: MemberMerge(row=row), lambda row: encode_cursor(row.id))
