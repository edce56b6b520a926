"""groupJoin, groupLeave and groupMemberSet: who is in groups, as staff and services tell it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.ids import GROUP, MEMBER, decode_or_nobody
from schema.keys import own_key
from schema.kinds import schema_of
from schema.permissions import ForStaff
from schema.types.decision import refusal_errors
from schema.types.group import Group, GroupMember
from siyu.access import Scope
from siyu.engine import NewFact, Refusal
from siyu.engine.intake import service_fact
from siyu.errors import NotFound
from siyu.groups import Role
from siyu.groups.queries import GroupRow
from siyu.groups.service import set_role
from siyu.sdk import member_code
from siyu.sdk.core_facts import GROUP_JOINED, GROUP_LEFT

WRITE = Scope.MEMBERS_WRITE
WHEN = "Now by default. What comes late counts when it happened: an earlier leaving ends no later stay."


@strawberry.input
class GroupJoinInput:
    """Who joined which group, and how they came."""

    group: strawberry.ID
    member: strawberry.ID
    role: Role = Role.MEMBER
    inviter: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Who brought them.")
    source: str | None = strawberry.field(default=strawberry.UNSET, description="Where from, in 1 to 64 characters.")
    at: datetime | None = strawberry.field(default=strawberry.UNSET, description=WHEN)
    idempotency_key: str


@strawberry.input
class GroupLeaveInput:
    """Who left which group."""

    group: strawberry.ID
    member: strawberry.ID
    at: datetime | None = strawberry.field(default=strawberry.UNSET, description=WHEN)
    idempotency_key: str


@strawberry.input
class GroupMemberSetInput:
    """What a member who is in a group shall be in it."""

    group: strawberry.ID
    member: strawberry.ID
    role: Role = strawberry.field(description="OWNER makes them the group's owner, too.")


@strawberry.type
class MembershipPayload:
    """The membership and its group as they are now; not a type of the schema itself."""

    group: Group | None = None
    membership: GroupMember | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class GroupJoinPayload(MembershipPayload):
    """The membership and its group as they are now."""


@strawberry.type
class GroupLeavePayload(MembershipPayload):
    """The membership and its group as they are now."""


@strawberry.type
class GroupMemberSetPayload(MembershipPayload):
    """The membership and its group as they are now."""


@strawberry.type
class MembershipMutations:
    """Who is in groups."""

    @field_for(ForStaff, "Have a member join a group. Safe to repeat with the same key.", WRITE)
    async def group_join(self, info: Info, input: GroupJoinInput) -> GroupJoinPayload:
        data = {"role": input.role.value}
        if input.inviter:
            data["inviter"] = member_code(decode_or_nobody(MEMBER, input.inviter))
        if input.source:
            data["source"] = input.source
        payload = GroupJoinPayload()
        await _move(info, input, GROUP_JOINED, data, payload)
        return payload

    @field_for(ForStaff, "Have a member leave a group. Safe to repeat with the same key.", WRITE)
    async def group_leave(self, info: Info, input: GroupLeaveInput) -> GroupLeavePayload:
        payload = GroupLeavePayload()
        await _move(info, input, GROUP_LEFT, {}, payload)
        return payload

    @field_for(ForStaff, "Change what a member is in a group.", WRITE)
    async def group_member_set(self, info: Info, input: GroupMemberSetInput) -> GroupMemberSetPayload:
        payload = GroupMemberSetPayload()
        try:
            group, member_id = await _group(info, input.group), decode_or_nobody(MEMBER, input.member)
            refused = await set_role(info.context.pool, group, member_id, input.role)
            await _show(info, group.id, member_id, Refusal(*refused) if refused else None, payload)
        except MENDABLE as error:
            payload.user_errors = user_errors(error, info.context.language)
        return payload


async def _move(
    info: Info,
    given: GroupJoinInput | GroupLeaveInput,
    fact_type: str,
    data: Mapping[str, str],
    payload: MembershipPayload,
) -> None:
    """Submit the fact, and tell what came of it."""
    context = info.context
    try:
        group, member_id = await _group(info, given.group), decode_or_nobody(MEMBER, given.member)
        key, at = own_key(context.principal, given.idempotency_key), given.at or context.now
        told = service_fact(schema_of(info).registry, fact_type, at, {"group": group.key, **data}, key, context.now)
        new = NewFact(fact_type, member_id, told.at, told.data, key, stamped=not given.at)
        outcome = await context.engine.submit(new)
        refused = [decision.refusal for decision in outcome.decisions if decision.campaign_id is None]
        await _show(info, group.id, member_id, next(iter(refused), None), payload)
    except MENDABLE as error:
        payload.user_errors = user_errors(error, context.language)


async def _group(info: Info, given: strawberry.ID) -> GroupRow:
    """The group as it is before. Raises NotFound."""
    info.context.loaders.forget()
    row = await info.context.loaders.group.load(decode_or_nobody(GROUP, given))
    if row is None:
        raise NotFound("there is no such group")
    return row


async def _show(
    info: Info, group_id: UUID, member_id: UUID, refused: Refusal | None, payload: MembershipPayload
) -> None:
    """Fill the payload with what is so now."""
    info.context.loaders.forget()
    group = await info.context.loaders.group.load(group_id)
    membership = await info.context.loaders.membership.load((group_id, member_id))
    payload.group = Group(row=group) if group else None
    payload.membership = GroupMember(row=membership) if membership else None
    payload.user_errors = refusal_errors(refused, None, info.context.language)
