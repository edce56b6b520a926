"""memberReveal, memberErase, erasureRequest and erasureCancel."""

from uuid import UUID

import strawberry

from schema.context import Info
from schema.desks import DeskPayload
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.ids import MEMBER, decode_or_nobody
from schema.keys import own_key
from schema.permissions import ForAdmins, ForConcerned, ForOperators
from schema.principals import Principal
from schema.types.decision import refusal_errors
from schema.types.enums import PersonalFieldName
from schema.types.member import Member
from schema.types.personal import Personal, personal_object
from siyu.access import Scope
from siyu.engine import erase_member, is_erased
from siyu.errors import NotFound
from siyu.members.erasure_requests import ask_for_erasure, call_off_erasure
from siyu.privacy import PersonalField
from siyu.privacy.revealing import Wish, reveal


@strawberry.input
class MemberRevealInput:
    """What somebody has to see in clear, and why."""

    member: strawberry.ID
    fields: list[PersonalFieldName]
    reason: str = strawberry.field(description="10 to 500 characters; kept with who asked and when.")


@strawberry.input
class MemberEraseInput:
    """Whom to erase for good, and why."""

    member: strawberry.ID
    reason: str = strawberry.field(description="1 to 200 characters, without personal data: it is kept.")
    idempotency_key: str


@strawberry.input
class ErasureRequestInput:
    """Who wants to be erased."""

    member: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The caller by default.")


@strawberry.input
class ErasureCancelInput:
    """Who wants to stay."""

    member: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The caller by default.")


@strawberry.type
class MemberRevealPayload:
    """The fields that were asked for, in clear."""

    personal: Personal | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class MemberErasePayload(DeskPayload):
    """What is left of the member."""

    member: Member | None = None


@strawberry.type
class ErasureRequestPayload:
    """The member; `erasureDueAt` tells when."""

    member: Member | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class ErasureCancelPayload:
    """The member, for whom nothing waits any more."""

    member: Member | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class PersonalMutations:
    """Seeing personal data, and having it erased."""

    @field_for(ForOperators, "See personal data in clear. Who saw whose and why is kept; 100 within an hour at most.")
    async def member_reveal(self, info: Info, input: MemberRevealInput) -> MemberRevealPayload:
        context, principal = info.context, info.context.principal
        fields = [PersonalField(each.value) for each in input.fields]
        wish = Wish(decode_or_nobody(MEMBER, input.member), fields, input.reason, signed(principal))
        try:
            values = await reveal(context.pool, context.vault, wish, context.now)
        except MENDABLE as error:
            return MemberRevealPayload(user_errors=user_errors(error))
        return MemberRevealPayload(personal=personal_object(values))

    @field_for(
        ForAdmins,
        "Erase a member for good: name, picture, identities, personal data, messages and sessions are deleted, value "
        "is booked out, coupons are void. Who is erased already stays so.",
    )
    async def member_erase(self, info: Info, input: MemberEraseInput) -> MemberErasePayload:
        context, member_id = info.context, decode_or_nobody(MEMBER, input.member)
        context.loaders.forget()
        decision_id, errors = None, list[UserError]()
        try:
            key = own_key(context.principal, input.idempotency_key)
            if not await is_erased(context.pool, member_id):
                by = context.principal.subject
                decision = await erase_member(context.engine, member_id, input.reason, by, key)
                decision_id, errors = decision.id, refusal_errors(decision.refusal, None, context.language)
        except MENDABLE as error:
            errors = user_errors(error, context.language)
        return MemberErasePayload(decision_id=decision_id, member=await _member(info, member_id), user_errors=errors)

    @field_for(
        ForConcerned,
        "Ask to be erased, which happens after 15 days; who has asked already waits no longer.",
        Scope.MEMBERS_WRITE,
    )
    async def erasure_request(self, info: Info, input: ErasureRequestInput) -> ErasureRequestPayload:
        context = info.context
        try:
            member_id = _concerned(context.principal, input.member)
            await ask_for_erasure(context.pool, member_id, signed(context.principal), context.now)
        except MENDABLE as error:
            return ErasureRequestPayload(user_errors=user_errors(error))
        return ErasureRequestPayload(member=await _member(info, member_id))

    @field_for(ForConcerned, "Call off an erasure that waits.", Scope.MEMBERS_WRITE)
    async def erasure_cancel(self, info: Info, input: ErasureCancelInput) -> ErasureCancelPayload:
        context = info.context
        try:
            member_id = _concerned(context.principal, input.member)
            await call_off_erasure(context.pool, member_id, signed(context.principal), context.now)
        except MENDABLE as error:
            return ErasureCancelPayload(user_errors=user_errors(error))
        return ErasureCancelPayload(member=await _member(info, member_id))


def signed(principal: Principal) -> str:
    """Who does it, as it is kept."""
    return f"{principal.role.value}/{principal.member_id or principal.subject}"


def _concerned(principal: Principal, given: str | None) -> UUID:
    """The member whom it is about. Raises NotFound."""
    member_id = decode_or_nobody(MEMBER, given) if given else principal.member_id
    if member_id is None or not principal.may_change(member_id):
        raise NotFound("there is no such member")
    return member_id


async def _member(info: Info, member_id: UUID) -> Member | None:
    info.context.loaders.forget()
    row = await info.context.loaders.member.load(member_id)
    return Member(row=row) if row else None
