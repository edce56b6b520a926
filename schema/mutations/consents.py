"""consentGive, consentWithdraw and memberAttributesSet."""

from uuid import UUID

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.ids import MEMBER, decode_uuid
from schema.permissions import ForConcerned, ForStaff
from schema.principals import Role
from schema.types.member import Member
from siyu.access import Scope
from siyu.errors import NotFound
from siyu.members.attributes import ATTRIBUTES_MAX, AttributeChange, AttributeType, change_attributes
from siyu.members.consents import ConsentSource, Purpose, Said, note_consents


@strawberry.input
class ConsentGiveInput:
    """What a member agrees to."""

    member: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The caller by default; members can speak for nobody else."
    )
    purposes: list[Purpose]
    policy: str = strawberry.field(description="The version of the policy that was shown: 1 to 32 characters.")
    source: ConsentSource | None = strawberry.field(
        default=strawberry.UNSET, description="How the member told staff; for members themselves it is MEMBER."
    )


@strawberry.input
class ConsentWithdrawInput:
    """What a member no longer agrees to, or never did."""

    member: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The caller by default; members can speak for nobody else."
    )
    purposes: list[Purpose]
    policy: str = strawberry.field(description="The version of the policy that holds: 1 to 32 characters.")
    source: ConsentSource | None = strawberry.field(
        default=strawberry.UNSET, description="How the member told staff; for members themselves it is MEMBER."
    )


@strawberry.input
class MemberAttributeInput:
    """A value to set, or with null to clear."""

    key: str = strawberry.field(description="1 to 32 small letters, digits and _, the first a letter.")
    type: AttributeType = AttributeType.TEXT
    value: str | None = strawberry.field(default=None, description="As MemberAttribute.value; at most 200 characters.")


@strawberry.input
class MemberAttributesSetInput:
    """Whose attributes to set; those that are not named stay."""

    member: strawberry.ID
    attributes: list[MemberAttributeInput] = strawberry.field(description=f"At most {ATTRIBUTES_MAX} of a member.")


@strawberry.type
class ConsentGivePayload:
    """The member as changed."""

    member: Member | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class ConsentWithdrawPayload:
    """The member as changed."""

    member: Member | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class MemberAttributesSetPayload:
    """The member as changed."""

    member: Member | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class ConsentMutations:
    """What members agree to, and what a shop keeps of them."""

    @field_for(ForConcerned, "Note what a member agrees to. Safe to repeat.", Scope.MEMBERS_WRITE)
    async def consent_give(self, info: Info, input: ConsentGiveInput) -> ConsentGivePayload:
        try:
            return ConsentGivePayload(member=await _noted(info, input, given=True))
        except MENDABLE as error:
            return ConsentGivePayload(user_errors=user_errors(error))

    @field_for(ForConcerned, "Note what a member does not agree to any more. Safe to repeat.", Scope.MEMBERS_WRITE)
    async def consent_withdraw(self, info: Info, input: ConsentWithdrawInput) -> ConsentWithdrawPayload:
        try:
            return ConsentWithdrawPayload(member=await _noted(info, input, given=False))
        except MENDABLE as error:
            return ConsentWithdrawPayload(user_errors=user_errors(error))

    @field_for(ForStaff, "Set and clear attributes of a member. Safe to repeat.", Scope.MEMBERS_WRITE)
    async def member_attributes_set(self, info: Info, input: MemberAttributesSetInput) -> MemberAttributesSetPayload:
        context = info.context
        context.loaders.forget()
        changes = [AttributeChange(each.key, each.type, each.value) for each in input.attributes]
        try:
            member_id = _member(info, input.member)
            await change_attributes(context.pool, member_id, changes, context.now)
        except MENDABLE as error:
            return MemberAttributesSetPayload(user_errors=user_errors(error))
        return MemberAttributesSetPayload(member=await _shown(info, member_id))


async def _noted(info: Info, given_input: ConsentGiveInput | ConsentWithdrawInput, *, given: bool) -> Member:
    """Note it, and the member as they are then. Raises what is MENDABLE."""
    context = info.context
    context.loaders.forget()
    principal = context.principal
    member_id = _member(info, given_input.member)
    is_own = principal.role is Role.MEMBER
    source = given_input.source or (ConsentSource.MEMBER if is_own else ConsentSource.SYSTEM)
    said = Said(given_input.purposes, given, given_input.policy, source, None if is_own else principal.subject)
    await note_consents(context.pool, member_id, said, context.now)
    return await _shown(info, member_id)


def _member(info: Info, global_id: strawberry.ID | None) -> UUID:
    principal = info.context.principal
    member_id = decode_uuid(MEMBER, global_id) if global_id else principal.member_id
    if member_id is None or not principal.may_change(member_id):
        raise NotFound("there is no such member")
    return member_id


async def _shown(info: Info, member_id: UUID) -> Member:
    row = await info.context.loaders.member.load(member_id)
    if row is None:
        raise NotFound("there is no such member")
    return Member(row=row)
