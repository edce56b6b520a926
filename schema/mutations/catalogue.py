"""The catalogue of rewards, from rewardCreate to rewardWithdraw: for operators."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Any, TypeVar

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.ids import REWARD, decode_or_nobody
from schema.keys import own_key
from schema.permissions import ForOperators
from schema.scalars import BigInt
from schema.types.catalogue import Reward, RewardLibrary
from siyu.rewards import Reward as RewardRow
from siyu.rewards import RewardKind, service
from siyu.rewards.catalogue import LimitPeriod, Measure
from siyu.rewards.stock import RewardStockChange, adjust_reward_stock
from siyu.rewards.terms import RewardTerms


@strawberry.input
class RewardTermsInput:
    """What is said of a reward; not a type of the schema itself."""

    title_zh: str | None = strawberry.UNSET
    title_en: str | None = strawberry.UNSET
    price_points: BigInt | None = strawberry.UNSET
    price_fen: int | None = strawberry.UNSET
    per_member: int | None = strawberry.field(default=strawberry.UNSET, description="Null: no limit.")
    period: LimitPeriod | None = strawberry.UNSET
    tiers: list[str] | None = strawberry.UNSET
    starts_at: datetime | None = strawberry.UNSET
    ends_at: datetime | None = strawberry.UNSET
    hold_s: int | None = strawberry.UNSET
    library: str | None = strawberry.field(
        default=strawberry.UNSET, description="The key of a library, whose rewards have no price."
    )
    step: int | None = strawberry.UNSET


@strawberry.input
class RewardCreateInput(RewardTermsInput):
    """A new draft. Its key names it for ever: created again with the same words, it is the first. What is left out is
    as plain as can be; the titles cannot be."""

    key: str = strawberry.field(description="Small letters, digits, dots and dashes: what campaigns issue it by.")
    kind: RewardKind
    details: JSON = strawberry.field(
        description="COUPON: `template`. POINTS: `amount`. GOODS: `sku`. PRIVILEGE: `privilege` (title, badge, "
        "avatar_frame), `name`, `days`. CONTENT: `url`. EXPERIENCE: `place`. DONATION: `recipient`."
    )
    stock: BigInt | None = strawberry.field(default=None, description="Null: there is no end of it.")


@strawberry.input
class RewardUpdateInput(RewardTermsInput):
    """What to change; what is left out stays. What members have already is as it was when they asked."""

    reward: strawberry.ID
    revision: int = strawberry.field(description="The revision that the change was made from.")
    details: JSON | None = strawberry.UNSET


@strawberry.input
class RewardStockAdjustInput:
    """How many come to the stock of a reward, or leave it."""

    reward: strawberry.ID
    difference: BigInt = strawberry.field(description="Less than 0 takes away, never what is taken.")
    idempotency_key: str


@strawberry.input
class RewardPublishInput:
    """Which reward to put on sale."""

    reward: strawberry.ID


@strawberry.input
class RewardWithdrawInput:
    """Which reward to take off."""

    reward: strawberry.ID


@strawberry.input
class RewardLibrarySaveInput:
    """A library as it is to be; its key names it for ever."""

    key: str
    title_zh: str
    title_en: str
    measure: Measure


@strawberry.type
class RewardPayload:
    """The reward as it is now; not a type of the schema itself."""

    reward: Reward | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


PayloadT = TypeVar("PayloadT", bound=RewardPayload)


@strawberry.type
class RewardCreatePayload(RewardPayload):
    """The new reward."""


@strawberry.type
class RewardUpdatePayload(RewardPayload):
    """The changed reward."""


@strawberry.type
class RewardStockAdjustPayload(RewardPayload):
    """The reward with its stock."""


@strawberry.type
class RewardPublishPayload(RewardPayload):
    """The reward on sale."""


@strawberry.type
class RewardWithdrawPayload(RewardPayload):
    """The reward that is off."""


@strawberry.type
class RewardLibrarySavePayload:
    """The library as it is now."""

    library: RewardLibrary | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class CatalogueMutations:
    """The life of rewards."""

    @field_for(ForOperators, "A new reward, which nobody can redeem yet. Safe to repeat.")
    async def reward_create(self, info: Info, input: RewardCreateInput) -> RewardCreatePayload:
        named = {"key": input.key, "stock": input.stock}
        made = service.create(info.context.pool, named, input.kind, input.details, _terms(input), info.context.now)
        return await _answer(info, RewardCreatePayload(), made)

    @field_for(ForOperators, "Change what is said of a reward, but its key, kind and stock. Safe to repeat.")
    async def reward_update(self, info: Info, input: RewardUpdateInput) -> RewardUpdatePayload:
        changes = _terms(input)
        if input.details is not strawberry.UNSET:
            changes["details"] = input.details
        reward_id = decode_or_nobody(REWARD, input.reward)
        changed = service.update(info.context.pool, reward_id, input.revision, changes)
        return await _answer(info, RewardUpdatePayload(), changed)

    @field_for(ForOperators, "Add to the stock of a reward, or take from it. Safe to repeat with the same key.")
    async def reward_stock_adjust(self, info: Info, input: RewardStockAdjustInput) -> RewardStockAdjustPayload:
        return await _answer(info, RewardStockAdjustPayload(), _adjusted(info, input))

    @field_for(ForOperators, "Put a reward on sale, within its window. Safe to repeat.")
    async def reward_publish(self, info: Info, input: RewardPublishInput) -> RewardPublishPayload:
        published = service.publish(info.context.pool, decode_or_nobody(REWARD, input.reward))
        return await _answer(info, RewardPublishPayload(), published)

    @field_for(ForOperators, "Take a reward off; what members have of it stays theirs. Safe to repeat.")
    async def reward_withdraw(self, info: Info, input: RewardWithdrawInput) -> RewardWithdrawPayload:
        withdrawn = service.withdraw(info.context.pool, decode_or_nobody(REWARD, input.reward))
        return await _answer(info, RewardWithdrawPayload(), withdrawn)

    @field_for(ForOperators, "Make a library of rewards in steps, or change it. Safe to repeat.")
    async def reward_library_save(self, info: Info, input: RewardLibrarySaveInput) -> RewardLibrarySavePayload:
        context = info.context
        context.loaders.forget()
        try:
            row = await service.save_library(
                context.pool, input.key, input.title_zh, input.title_en, input.measure, context.now
            )
        except MENDABLE as error:
            return RewardLibrarySavePayload(user_errors=user_errors(error))
        return RewardLibrarySavePayload(library=RewardLibrary(row=row))


async def _adjusted(info: Info, given: RewardStockAdjustInput) -> RewardRow:
    context, principal = info.context, info.context.principal
    key = own_key(principal, given.idempotency_key)
    change = RewardStockChange(decode_or_nobody(REWARD, given.reward), given.difference, key, principal.subject)
    return await adjust_reward_stock(context.pool, change, context.now)


async def _answer(info: Info, payload: PayloadT, done: Awaitable[RewardRow]) -> PayloadT:
    """The payload with what came of it."""
    info.context.loaders.forget()
    try:
        payload.reward = Reward(row=await done)
    except MENDABLE as error:
        payload.user_errors = user_errors(error)
    return payload


def _terms(given: RewardTermsInput) -> dict[str, Any]:
    """What was said, as JSON."""
    said = {name: getattr(given, name) for name in RewardTerms.model_fields}
    return {name: _json(value) for name, value in said.items() if value is not strawberry.UNSET}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, LimitPeriod) else value
