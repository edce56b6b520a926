"""The groups a member is in, as fields of the member."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.connections import Connection, connect, forward
from schema.context import Info
from schema.fields import field_for, field_of_member
from schema.moment_cursors import moment_cursor, moment_key
from schema.permissions import ForStaff
from siyu.access import Scope
from siyu.groups.membership_queries import GroupsOfMember
from siyu.members.queries import MemberRow
from siyu.paging import Page

if TYPE_CHECKING:
    from schema.types.group import Group

LazyGroup = Annotated["Group", strawberry.lazy("schema.types.group")]


@strawberry.type
class MemberGroups:
    """What a member's object tells of groups; not a type of the schema itself."""

    row: strawberry.Private[MemberRow]

    @field_of_member("The groups the member is in, the latest joined first.")
    async def groups(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[LazyGroup]:
        from schema.types.group import Group  # noqa: PLC0415 - a group names its members

        slice_ = forward(first, after)
        wanted = GroupsOfMember(self.row.id, slice_.limit, moment_key(slice_.after))
        page = await info.context.loaders.groups_of.load(wanted)
        rows = await info.context.loaders.group.load_many([row.community_id for row in page.rows])
        # Groups are never deleted.
        found = tuple((membership, row) for membership, row in zip(page.rows, rows, strict=True) if row is not None)
        return connect(
            Page(found, page.has_more),
            slice_,
            lambda pair: Group(row=pair[1]),
            lambda pair: moment_cursor(pair[0].joined_at, pair[0].community_id),
        )

    @field_for(ForStaff, "The keys of these groups, as rules and audiences see them.", Scope.MEMBERS_READ)
    def group_keys(self) -> list[str]:
        return list(self.row.groups)
