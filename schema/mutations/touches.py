"""touchReport, for members' front ends; channelRuleSet and valueCostSet, for operators."""

from uuid import UUID

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.keys import own_key
from schema.permissions import ForMembers, ForOperators
from schema.scalars import BigInt
from schema.types.figures import ValueCost, ValueCostKind
from schema.types.touch import ArrivalInput, ChannelRules
from siyu.engine.touching import touch_data, touch_fact
from siyu.metrics.rates import Rate, set_rate
from siyu.touches.queries import REPORTS_MAX, reports_too_much
from siyu.touches.shop_rules import set_channel_rules

TOO_MANY_TOUCHES = "TOO_MANY_TOUCHES"


@strawberry.input
class TouchReportInput(ArrivalInput):
    """How the member came just now."""

    idempotency_key: str


@strawberry.input
class ChannelInput:
    """A channel of the shop's own, or new names for one of the preset's."""

    key: str
    title_zh: str
    title_en: str


@strawberry.input(description="Touches that have all that is told here are of the channel; at least one thing is told.")
class ChannelRuleInput:
    """A rule."""

    channel: str
    utm_source: str | None = strawberry.UNSET
    utm_medium: str | None = strawberry.UNSET
    utm_campaign: str | None = strawberry.UNSET
    scenes: list[int] | None = strawberry.field(default=strawberry.UNSET, description="One of these.")


@strawberry.input
class ChannelRuleSetInput:
    """All rules of the shop's own, in their order, in place of those of a revision."""

    revision: int = strawberry.field(description="The revision that the change was made from; 0 for the first.")
    channels: list[ChannelInput] = strawberry.field(default_factory=list)
    rules: list[ChannelRuleInput]


@strawberry.type
class TouchReportPayload:
    """Whether the touch is kept."""

    reported: bool = False
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class ChannelRuleSetPayload:
    """The rules that count now; null where the change was not accepted."""

    channel_rules: ChannelRules | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input(description="What a thousand of a unit, or of a reward that campaigns issue, cost the shop.")
class ValueCostSetInput:
    """A rate."""

    kind: ValueCostKind
    key: str = strawberry.field(description="The unit's key, or the reward's.")
    fen_per_thousand: BigInt


@strawberry.type
class ValueCostSetPayload:
    """The rate as it is now; null where it was not accepted."""

    value_cost: ValueCost | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class TouchMutations:
    """What is told of touches, and how they come to their channels."""

    @field_for(
        ForMembers,
        "Report how you came: by a link, a code, a card. Safe to repeat with the same key; at most 100 an hour.",
    )
    async def touch_report(self, info: Info, input: TouchReportInput) -> TouchReportPayload:
        context = info.context
        try:
            key = own_key(context.principal, input.idempotency_key)
            data = touch_data(input.data(), ())
            if await reports_too_much(context.pool, _member_id(info), context.now, key):
                message = f"more than {REPORTS_MAX} touches were reported within an hour"
                return TouchReportPayload(user_errors=[UserError.at(TOO_MANY_TOUCHES, message)])
            await context.engine.submit(touch_fact(_member_id(info), data, context.now, key))
        except MENDABLE as error:
            return TouchReportPayload(user_errors=user_errors(error, context.language))
        return TouchReportPayload(reported=True)

    @field_for(ForOperators, "Set the shop's own channels and rules; touches count by them from now on.")
    async def channel_rule_set(self, info: Info, input: ChannelRuleSetInput) -> ChannelRuleSetPayload:
        context = info.context
        given = {
            "channels": [vars(channel) for channel in input.channels],
            "rules": [{name: value for name, value in vars(rule).items() if value} for rule in input.rules],
        }
        try:
            author = context.principal.subject
            rules = await set_channel_rules(context.pool, given, input.revision, context.now, author)
        except MENDABLE as error:
            return ChannelRuleSetPayload(user_errors=user_errors(error, context.language))
        return ChannelRuleSetPayload(channel_rules=ChannelRules(shop=rules))

    @field_for(ForOperators, "Say what value costs the shop. The costs of campaigns count by it, past ones too.")
    async def value_cost_set(self, info: Info, input: ValueCostSetInput) -> ValueCostSetPayload:
        context, rate = info.context, Rate(input.kind.value, input.key, input.fen_per_thousand)
        try:
            await set_rate(context.pool, rate, context.now, context.principal.subject)
        except MENDABLE as error:
            return ValueCostSetPayload(user_errors=user_errors(error, context.language))
        return ValueCostSetPayload(value_cost=ValueCost.of(rate.kind, rate.key, rate.fen_per_thousand))


def _member_id(info: Info) -> UUID:
    member_id = info.context.principal.member_id
    assert member_id is not None, "members alone come here"  # noqa: S101 - an invariant
    return member_id
