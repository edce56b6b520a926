"""The reads of groups."""

from uuid import UUID

import strawberry

from schema.connections import Connection, bad_cursor, connect, encode_cursor, forward
from schema.context import Info
from schema.errors import invalid_argument
from schema.fields import field_for
from schema.ids import GROUP, decode_uuid, parse_uuid, unpack
from schema.nodes import find_group
from schema.permissions import ForConcerned, ForStaff
from schema.types.group import Group
from siyu.access import Scope
from siyu.groups import Positioning
from siyu.groups.queries import GroupOrder, GroupsWanted, group_page, groups_by_key


@strawberry.input(description="What is left out selects all.")
class GroupFilter:
    """Which groups."""

    positioning: Positioning | None = strawberry.UNSET
    text: str | None = strawberry.field(
        default=strawberry.UNSET, description="In the name, or the whole key; capitals do not matter in names."
    )
    archived: bool = strawberry.field(default=False, description="The archived ones too.")


@strawberry.type
class GroupQueries:
    """What is read of groups."""

    @field_for(ForStaff, "All groups, the newest first by default.", Scope.MEMBERS_READ)
    async def groups(
        self,
        info: Info,
        filter: GroupFilter | None = strawberry.UNSET,
        order_by: GroupOrder = GroupOrder.CREATED_AT_DESC,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
    ) -> Connection[Group]:
        slice_, chosen = forward(first, after), filter or GroupFilter()
        wanted = GroupsWanted(
            slice_.limit,
            order_by,
            chosen.positioning or None,
            chosen.text or None,
            chosen.archived,
            _place(slice_.after, order_by),
        )
        try:
            page = await group_page(info.context.pool, wanted)
        except ValueError as error:
            raise bad_cursor() from error
        return connect(
            page,
            slice_,
            lambda row: Group(row=row),
            lambda row: encode_cursor(order_by.value, row.id, row.place(order_by)),
        )

    @field_for(
        ForConcerned,
        "A group by its id or its key. Members find those they are in, and no others.",
        Scope.MEMBERS_READ,
    )
    async def group(
        self, info: Info, id: strawberry.ID | None = strawberry.UNSET, key: str | None = strawberry.UNSET
    ) -> Group | None:
        if bool(id) == bool(key):
            raise invalid_argument("give either `id` or `key`")
        if id:
            return await find_group(info, decode_uuid(GROUP, id))
        found = await groups_by_key(info.context.pool, [key or ""])
        return await find_group(info, found[key or ""].id) if key in found else None


def _place(cursor: str | None, order: GroupOrder) -> tuple[str, UUID] | None:
    """The place in a cursor of this order; a name may hold whatever separates the parts. Raises ApiError."""
    if cursor is None:
        return None
    named, _, rest = (unpack(cursor) or "").partition("/")
    key, _, value = rest.partition("/")
    group_id = parse_uuid(key)
    if named != order.value or group_id is None:
        raise bad_cursor()
    return value, group_id
