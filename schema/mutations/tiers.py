"""tierLadderSet and memberTierSet: for operators."""

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.ids import MEMBER, decode_or_nobody
from schema.keys import own_key
from schema.permissions import ForOperators
from schema.tiers import TierLadderInput, parse_ladder
from schema.types.member import Member, member_object
from schema.types.tier import TierLadder
from siyu.tiers.queries import current_ladder
from siyu.tiers.service import TierByHand, set_ladder, set_tier
from siyu.tiers.settling import settle


@strawberry.type
class TierLadderSetPayload:
    """The shop's ladder."""

    ladder: TierLadder | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class MemberTierSetInput:
    """A tier that a member is given by hand, and why."""

    member: strawberry.ID
    tier: strawberry.ID = strawberry.field(description="The key of a tier of the shop's ladder.")
    note: str = strawberry.field(description="Why, in at most 500 characters; members do not see it.")
    idempotency_key: str


@strawberry.type
class MemberTierSetPayload:
    """The member with the tier."""

    member: Member | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class TierMutations:
    """What is changed about tiers."""

    @field_for(
        ForOperators,
        "Make a ladder the shop's. The first 10,000 members are judged by it at once, the others by the worker; "
        "`tierLadderPreview` tells beforehand what comes of it. The ladder that the shop has stays as it is.",
    )
    async def tier_ladder_set(self, info: Info, input: TierLadderInput) -> TierLadderSetPayload:
        context = info.context
        context.loaders.forget()
        try:
            ladder = parse_ladder(input)
            live = await set_ladder(context.pool, ladder, context.zone, context.now, context.principal.subject)
        except MENDABLE as error:
            return TierLadderSetPayload(user_errors=user_errors(error, info.context.language))
        await settle(context.pool, live, context.now)
        row = await current_ladder(context.pool)
        return TierLadderSetPayload(ladder=TierLadder(row=row) if row else None)

    @field_for(
        ForOperators,
        "Give a member a tier as though they had earned it today. For higher tiers only what they do from tomorrow on "
        "counts. Safe to repeat with the same key.",
    )
    async def member_tier_set(self, info: Info, input: MemberTierSetInput) -> MemberTierSetPayload:
        context = info.context
        context.loaders.forget()
        try:
            given = TierByHand(
                decode_or_nobody(MEMBER, input.member),
                input.tier,
                input.note,
                context.principal.subject,
                own_key(context.principal, input.idempotency_key),
            )
            await set_tier(context.pool, context.zone, given, context.now)
        except MENDABLE as error:
            return MemberTierSetPayload(user_errors=user_errors(error))
        return MemberTierSetPayload(member=await member_object(info, given.member_id))
