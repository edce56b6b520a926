"""identityAdd, identityRemove and identityBind."""

from uuid import UUID

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.ids import MEMBER, decode_or_nobody
from schema.inputs import IdentityInput
from schema.permissions import ForOperators, ForServices
from schema.types.member import Member
from siyu.access import Scope
from siyu.errors import IdentityTaken
from siyu.members.identities import bind_identity, unbind_identity
from siyu.members.service import member_known_by


@strawberry.input
class IdentityAddInput:
    """Whom a system knows by what."""

    member: strawberry.ID
    kind: str
    value: str


@strawberry.input
class IdentityRemoveInput:
    """What a member is no longer known by."""

    member: strawberry.ID
    kind: str
    value: str


@strawberry.input
class IdentityBindInput:
    """Two identities of one person who has signed in with you."""

    known: IdentityInput = strawberry.field(description="One that nobody has yet makes a new member.")
    also: IdentityInput = strawberry.field(description="What the same person is known by, too.")


@strawberry.type
class IdentityPayload:
    """The member as known now, or who has the identity; not a type of the schema itself."""

    member: Member | None = None
    taken_by: Member | None = strawberry.field(
        default=None, description="Who has the identity. Where the two are one person, merge them with memberMerge."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class IdentityAddPayload(IdentityPayload):
    """The member as known now, or who has the identity."""


@strawberry.type
class IdentityRemovePayload:
    """The member as known now."""

    member: Member | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class IdentityBindPayload(IdentityPayload):
    """The member as known now, or who has the identity."""


@strawberry.type
class IdentityMutations:
    """By what members are known."""

    @field_for(ForOperators, "Let a member be known by one more identity. Safe to repeat.")
    async def identity_add(self, info: Info, input: IdentityAddInput) -> IdentityAddPayload:
        member_id = decode_or_nobody(MEMBER, input.member)
        member, taken_by, errors = await _bind(info, member_id, input.kind, input.value)
        return IdentityAddPayload(member=member, taken_by=taken_by, user_errors=errors)

    @field_for(ForOperators, "Let a member be known by an identity no more; their only one stays.")
    async def identity_remove(self, info: Info, input: IdentityRemoveInput) -> IdentityRemovePayload:
        info.context.loaders.forget()
        member_id = decode_or_nobody(MEMBER, input.member)
        try:
            person_id = await unbind_identity(info.context.pool, member_id, input.kind, input.value)
        except MENDABLE as error:
            return IdentityRemovePayload(user_errors=user_errors(error))
        return IdentityRemovePayload(member=await _member(info, person_id))

    @field_for(
        ForServices,
        "Let the member who has signed in with you by one identity be known by another one, too. Where both are "
        "members already, nothing is changed: merge them. Safe to repeat.",
        Scope.MEMBERS_WRITE,
    )
    async def identity_bind(self, info: Info, input: IdentityBindInput) -> IdentityBindPayload:
        context = info.context
        try:
            member_id = await member_known_by(
                context.pool, input.known.kind, input.known.value, context.now, context.vault
            )
        except MENDABLE as error:
            return IdentityBindPayload(user_errors=user_errors(error))
        member, taken_by, errors = await _bind(info, member_id, input.also.kind, input.also.value)
        return IdentityBindPayload(member=member, taken_by=taken_by, user_errors=errors)


async def _bind(
    info: Info, member_id: UUID, kind: str, value: str
) -> tuple[Member | None, Member | None, list[UserError]]:
    info.context.loaders.forget()
    try:
        person_id = await bind_identity(info.context.pool, member_id, kind, value)
    except IdentityTaken as error:
        return await _member(info, member_id), await _member(info, error.member_id), user_errors(error)
    except MENDABLE as error:
        return None, None, user_errors(error)
    return await _member(info, person_id), None, []


async def _member(info: Info, member_id: UUID) -> Member | None:
    row = await info.context.loaders.member.load(member_id)
    return Member(row=row) if row else None
