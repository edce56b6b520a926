"""groupCreate, groupUpdate and groupArchive: for operators."""

from uuid import UUID

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.ids import GROUP, MEMBER, decode_or_nobody
from schema.permissions import ForOperators
from schema.types.group import Group
from siyu.groups import Positioning, Zone
from siyu.groups.service import (
    CAPACITY_DEFAULT,
    GroupChanges,
    NewGroup,
    archive_group,
    create_group,
    update_group,
)


@strawberry.input
class GroupCreateInput:
    """A new group."""

    key: str = strawberry.field(
        description="By what facts, rules and campaigns know it, such as the chat's id; it never changes."
    )
    name: str
    positioning: Positioning
    rules: str = strawberry.field(default="", description="Of several lines; `groupPresets` has some to begin with.")
    zones: list[Zone] = strawberry.field(default_factory=list)
    owner: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="A member; need not be in it.")
    capacity: int = strawberry.field(default=CAPACITY_DEFAULT, description="How many members it holds.")


@strawberry.input
class GroupUpdateInput:
    """What to change; what is left out stays."""

    group: strawberry.ID
    revision: int = strawberry.field(description="The revision the change was made from.")
    name: str | None = strawberry.UNSET
    positioning: Positioning | None = strawberry.UNSET
    rules: str | None = strawberry.UNSET
    zones: list[Zone] | None = strawberry.UNSET
    owner: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Null for none.")
    capacity: int | None = strawberry.field(default=strawberry.UNSET, description="No less than there are members.")


@strawberry.input
class GroupArchiveInput:
    """Which group to archive, or to open again."""

    group: strawberry.ID
    archived: bool = strawberry.field(default=True, description="False opens an archived group again.")


@strawberry.type
class GroupCreatePayload:
    """The group as made; null where it was not."""

    group: Group | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class GroupUpdatePayload:
    """The group as changed; null where nothing was."""

    group: Group | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class GroupArchivePayload:
    """The group as it is now; null where there is none."""

    group: Group | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class GroupMutations:
    """What is changed about groups."""

    @field_for(ForOperators, "Make a group.")
    async def group_create(self, info: Info, input: GroupCreateInput) -> GroupCreatePayload:
        context = info.context
        context.loaders.forget()
        owner_id = _owner(input.owner)
        new = NewGroup(input.key, input.name, input.positioning, input.rules, input.zones, owner_id, input.capacity)
        try:
            row = await create_group(context.pool, new, context.now, context.principal.subject)
        except MENDABLE as error:
            return GroupCreatePayload(user_errors=user_errors(error, context.language))
        return GroupCreatePayload(group=Group(row=row))

    @field_for(ForOperators, "Change a group.")
    async def group_update(self, info: Info, input: GroupUpdateInput) -> GroupUpdatePayload:
        context = info.context
        context.loaders.forget()
        author, group_id = context.principal.subject, decode_or_nobody(GROUP, input.group)
        try:
            row = await update_group(context.pool, group_id, input.revision, _changes(input), context.now, author)
        except MENDABLE as error:
            return GroupUpdatePayload(user_errors=user_errors(error, context.language))
        return GroupUpdatePayload(group=Group(row=row))

    @field_for(ForOperators, "Archive a group, which nobody joins from then on; its members stay, and may leave.")
    async def group_archive(self, info: Info, input: GroupArchiveInput) -> GroupArchivePayload:
        context = info.context
        context.loaders.forget()
        author, group_id = context.principal.subject, decode_or_nobody(GROUP, input.group)
        try:
            row = await archive_group(context.pool, group_id, context.now, author, archived=input.archived)
        except MENDABLE as error:
            return GroupArchivePayload(user_errors=user_errors(error, context.language))
        return GroupArchivePayload(group=Group(row=row))


def _owner(given: strawberry.ID | None) -> UUID | None:
    return decode_or_nobody(MEMBER, given) if given else None


def _changes(given: GroupUpdateInput) -> GroupChanges:
    changes = GroupChanges()
    if isinstance(given.name, str):
        changes["name"] = given.name
    if isinstance(given.positioning, Positioning):
        changes["positioning"] = given.positioning
    if isinstance(given.rules, str):
        changes["rules"] = given.rules
    if isinstance(given.zones, list):
        changes["zones"] = given.zones
    if given.owner is not strawberry.UNSET:
        changes["owner_id"] = _owner(given.owner)
    if isinstance(given.capacity, int):
        changes["capacity"] = given.capacity
    return changes
