"""From rewardRedeem to redemptionUse: for members, the shop and its clerks."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import strawberry

from schema.context import Info
from schema.desks import DeskPayload
from schema.errors import MENDABLE, user_errors
from schema.fields import field, field_for
from schema.ids import REDEMPTION, REWARD, decode_or_nobody
from schema.keys import own_key
from schema.permissions import ForConcerned, ForMembers, ForStaff, ForTills
from schema.types.catalogue import Reward
from schema.types.decision import refusal_errors
from schema.types.redemption import Redemption
from siyu.access import Scope
from siyu.engine.reward_intake import (
    Asking,
    Redeeming,
    cancel_redemption,
    confirm_redemption,
    redeem_reward,
    use_redemption,
)


@strawberry.input
class RewardRedeemInput:
    """Which reward the member wants one of."""

    reward: strawberry.ID
    idempotency_key: str


@strawberry.input
class RedemptionConfirmInput:
    """Which reservation's order is paid."""

    redemption: strawberry.ID
    order: str = strawberry.field(description="The order's number, which confirms one redemption and no other.")
    idempotency_key: str


@strawberry.input
class RedemptionCancelInput:
    """Which redemption is given up."""

    redemption: strawberry.ID
    idempotency_key: str


@strawberry.input
class RedemptionUseInput:
    """What a member shows to get what they redeemed."""

    code: str = strawberry.field(description="However it was typed or scanned.")
    idempotency_key: str


@strawberry.type
class RedemptionPayload(DeskPayload):
    """The redemption as it is now; not a type of the schema itself."""

    redemption: Redemption | None = None


PayloadT = TypeVar("PayloadT", bound=RedemptionPayload)


@strawberry.type
class RewardRedeemPayload(RedemptionPayload):
    """The new redemption, and the reward as it is now."""

    asked_for: strawberry.Private[strawberry.ID | None] = None

    @field("The reward as it is now, what hinders the caller from another one too.")
    async def reward(self, info: Info) -> Reward | None:
        reward_id = decode_or_nobody(REWARD, self.asked_for or "")
        row = await info.context.loaders.reward.load(reward_id) if self.decision_id else None
        return Reward(row=row) if row else None


@strawberry.type
class RedemptionConfirmPayload(RedemptionPayload):
    """The confirmed redemption."""


@strawberry.type
class RedemptionCancelPayload(RedemptionPayload):
    """The cancelled redemption."""


@strawberry.type
class RedemptionUsePayload(RedemptionPayload):
    """The used redemption."""


@strawberry.type
class RedemptionMutations:
    """What happens to redemptions."""

    @field_for(
        ForMembers,
        "Redeem one of a reward: its points are paid now. Where cash is to be paid, it is reserved until its order is. "
        "Safe to repeat with the same key.",
    )
    async def reward_redeem(self, info: Info, input: RewardRedeemInput) -> RewardRedeemPayload:
        context, reward_id = info.context, decode_or_nobody(REWARD, input.reward)
        member_id = context.principal.member_id
        assert member_id is not None, "the permission lets members alone pass"  # noqa: S101 - an invariant

        async def redeem(asking: Asking) -> Redeeming:
            return await redeem_reward(context.engine, reward_id, member_id, asking)

        payload = RewardRedeemPayload(asked_for=input.reward)
        return await _answer(info, payload, input.idempotency_key, redeem)

    @field_for(
        ForStaff,
        "The order of a reservation is paid: it is the member's. Safe to repeat with the same key.",
        Scope.REWARDS,
    )
    async def redemption_confirm(self, info: Info, input: RedemptionConfirmInput) -> RedemptionConfirmPayload:
        engine, redemption_id = info.context.engine, decode_or_nobody(REDEMPTION, input.redemption)

        async def confirm(asking: Asking) -> Redeeming:
            return await confirm_redemption(engine, redemption_id, input.order, asking)

        return await _answer(info, RedemptionConfirmPayload(), input.idempotency_key, confirm)

    @field_for(
        ForConcerned,
        "Give up a redemption: points and stock are there again. Members give up their own reservations, operators and "
        "services what was not given yet. Safe to repeat with the same key.",
        Scope.REWARDS,
    )
    async def redemption_cancel(self, info: Info, input: RedemptionCancelInput) -> RedemptionCancelPayload:
        engine, redemption_id = info.context.engine, decode_or_nobody(REDEMPTION, input.redemption)

        async def cancel(asking: Asking) -> Redeeming:
            return await cancel_redemption(engine, redemption_id, asking)

        return await _answer(info, RedemptionCancelPayload(), input.idempotency_key, cancel)

    @field_for(
        ForTills, "Hand over what was redeemed, once, by its code. Safe to repeat with the same key.", Scope.REWARDS
    )
    async def redemption_use(self, info: Info, input: RedemptionUseInput) -> RedemptionUsePayload:
        engine = info.context.engine

        async def use(asking: Asking) -> Redeeming:
            return await use_redemption(engine, input.code, asking)

        return await _answer(info, RedemptionUsePayload(), input.idempotency_key, use)


async def _answer(info: Info, payload: PayloadT, key: str, ask: Callable[[Asking], Awaitable[Redeeming]]) -> PayloadT:
    """Ask the core in the caller's name, and fill the payload with what came of it."""
    context = info.context
    context.loaders.forget()
    try:
        principal = context.principal
        by = principal.subject or str(principal.member_id)
        made = await ask(Asking(own_key(principal, key), by, principal.member_id))
    except MENDABLE as error:
        payload.user_errors = user_errors(error, context.language)
        return payload
    payload.decision_id = made.decision.id
    if made.redemption_id is not None:
        row = await context.loaders.redemption.load(made.redemption_id)
        payload.redemption = Redemption(row=row) if row else None
    payload.user_errors = refusal_errors(made.decision.refusal, None, context.language)
    return payload
