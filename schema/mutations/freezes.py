"""memberFreeze, memberUnfreeze and walletForfeit."""

import strawberry

from schema.context import Info
from schema.desks import DeskAnswer, DeskPayload, ask_desk
from schema.fields import field_for
from schema.ids import MEMBER, decode_or_nobody
from schema.permissions import ForAdmins, ForOperators
from schema.types.member import Member
from siyu.engine.desks import freezing
from siyu.engine.desks.data import WalletFrozen


@strawberry.input
class MemberFreezeInput:
    """Whose wallets to freeze, and why."""

    member: strawberry.ID
    reason: str = strawberry.field(description="1 to 200 characters, for operators.")
    idempotency_key: str


@strawberry.input
class MemberUnfreezeInput:
    """Whose freeze to end, and why."""

    member: strawberry.ID
    reason: str = strawberry.field(description="1 to 200 characters, for operators.")
    idempotency_key: str


@strawberry.input
class WalletForfeitInput:
    """Whose wallets to empty, and why."""

    member: strawberry.ID
    reason: str = strawberry.field(description="1 to 200 characters, for operators.")
    idempotency_key: str


@strawberry.type
class MemberFreezePayload(DeskPayload):
    """The member as they are now."""

    member: Member | None = None


@strawberry.type
class MemberUnfreezePayload(DeskPayload):
    """The member as they are now."""

    member: Member | None = None


@strawberry.type
class WalletForfeitPayload(DeskPayload):
    """The member as they are now."""

    member: Member | None = None


@strawberry.type
class FreezeMutations:
    """Wallets that nothing leaves, or that are emptied."""

    @field_for(
        ForOperators,
        "Let nothing out of a member's wallets: no spend, hold or payout, nor a campaign's. Grants still arrive. Safe "
        "to repeat with the same key.",
    )
    async def member_freeze(self, info: Info, input: MemberFreezeInput) -> MemberFreezePayload:
        answer, member = await _ask(info, freezing.FROZEN, input)
        return MemberFreezePayload(decision_id=answer.decision_id, member=member, user_errors=answer.user_errors)

    @field_for(ForOperators, "End a freeze. Safe to repeat with the same key.")
    async def member_unfreeze(self, info: Info, input: MemberUnfreezeInput) -> MemberUnfreezePayload:
        answer, member = await _ask(info, freezing.UNFROZEN, input)
        return MemberUnfreezePayload(decision_id=answer.decision_id, member=member, user_errors=answer.user_errors)

    @field_for(
        ForAdmins,
        "Book out all that a member's wallets hold, for good, as before the member is erased: open holds and requested "
        "payouts end first; one that is approved has to end before. Safe to repeat with the same key.",
    )
    async def wallet_forfeit(self, info: Info, input: WalletForfeitInput) -> WalletForfeitPayload:
        answer, member = await _ask(info, freezing.FORFEITED, input)
        return WalletForfeitPayload(decision_id=answer.decision_id, member=member, user_errors=answer.user_errors)


async def _ask(
    info: Info, fact_type: str, given: MemberFreezeInput | MemberUnfreezeInput | WalletForfeitInput
) -> tuple[DeskAnswer, Member | None]:
    member_id = decode_or_nobody(MEMBER, given.member)
    data = {"reason": given.reason, "made_by": info.context.principal.subject}
    answer = await ask_desk(info, fact_type, member_id, WalletFrozen, data, given.idempotency_key)
    row = await info.context.loaders.member.load(member_id)
    return answer, Member(row=row) if row else None
