"""Analytics: RFM, retention, funnels and the life cycle of all members at once, asked of the engine the shop chose."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import strawberry

from schema.codes import ErrorCode
from schema.context import Info
from schema.errors import ApiError, invalid_argument
from schema.fields import field
from schema.scalars import BigInt
from siyu.errors import InvalidInput
from siyu.metrics import AnalyticsUnavailable, CohortBy

if TYPE_CHECKING:
    from siyu.metrics.analytics import Analytics as Asked

Answer = TypeVar("Answer")
From = Annotated[date, strawberry.argument(name="from")]

strawberry.enum(CohortBy, name="CohortBy", description="How long a cohort joins; weeks begin on Monday.")
# A snapshot is taken now and then, and a library installed by somebody.
RETRY_AFTER_MS = 60_000


@strawberry.type(
    description="Buyers with the same scores, 1 to 5 each: how lately, how often and how much they bought."
)
class RfmCell:
    """A cell as a GraphQL object."""

    recency: int
    frequency: int
    monetary: int
    members: BigInt
    spend_fen: BigInt = strawberry.field(description="What they spent in the window, less what was paid back.")


@strawberry.type(
    description="How a cohort was active in one period: period k is the days k · periodDays to (k + 1) · periodDays - "
    "1 after joining, period 0 is everybody."
)
class CohortPeriod:
    """A period as a GraphQL object."""

    first_day: date = strawberry.field(description="When the first of the cohort could join.")
    period: int
    members: BigInt = strawberry.field(description="How many joined.")
    active: BigInt = strawberry.field(description="How many of them ordered or interacted in the period.")
    is_complete: bool = strawberry.field(description="Whether the period has passed for all of them.")


@strawberry.type(description="How many members came to a step.")
class FunnelStep:
    """A step as a GraphQL object."""

    type: str
    members: BigInt


@strawberry.type(description="How many members are in a stage or layer; a null key: in none.")
class StandingCount:
    """A count as a GraphQL object."""

    key: str | None
    members: BigInt


@strawberry.type(description="How many members came from one stage into another; before is null for who joined since.")
class StageMove:
    """A move as a GraphQL object."""

    before: str | None
    after: str
    members: BigInt


@strawberry.type(description="The figures of some days; a ratio is null where there is nothing to divide by.")
class ShopFigures:
    """Figures as a GraphQL object."""

    revenue_fen: BigInt
    orders: BigInt
    buyers: BigInt
    repeat_buyers: BigInt = strawberry.field(description="Those with two orders or more.")
    active_members: BigInt = strawberry.field(description="Those who ordered or interacted.")
    average_order_fen: float | None
    arpu_fen: float | None = strawberry.field(description="Revenue by active members.")
    repurchase: float | None = strawberry.field(description="Repeat buyers by buyers.")


@strawberry.type(description="Questions about all members at once; days are of the shop's time zone.")
class Analytics:
    """The questions as a GraphQL object."""

    @field("The moment up to which the shop is known: now, or when the snapshot was taken that is asked.")
    async def known_at(self, info: Info) -> datetime:
        return await _answered(info, lambda asked: asked.taken_at()) or info.context.now

    @field("RFM of the buyers of so many days up to a day, today by default; cells without anybody are left out.")
    async def rfm(self, info: Info, on: date | None = strawberry.UNSET, window_days: int = 365) -> list[RfmCell]:
        cells = await _answered(info, lambda asked: asked.rfm(on or _today(info), window_days))
        return [RfmCell(**asdict(cell)) for cell in cells]

    @field("Retention of those who joined from one day to another, cohort by cohort and period by period.")
    async def retention(
        self,
        info: Info,
        first: From,
        to: date,
        by: CohortBy = CohortBy.WEEK,
        period_days: int = 30,
        periods: int = 3,
    ) -> list[CohortPeriod]:
        found = await _answered(info, lambda asked: asked.retention(first, to, _today(info), by, period_days, periods))
        return [CohortPeriod(**asdict(each)) for each in found]

    @field(
        "How many members came how far: each step is a type of fact, after the one before, all within `windowDays` of "
        "the first, which happened from one day to another."
    )
    async def funnel(
        self, info: Info, steps: list[str], first: From, to: date, window_days: int = 7
    ) -> list[FunnelStep]:
        found = await _answered(info, lambda asked: asked.funnel(steps, first, to, window_days))
        return [FunnelStep(**asdict(each)) for each in found]

    @field("How many members are in each stage of the life cycle at the end of a day, today by default.")
    async def stages(self, info: Info, on: date | None = strawberry.UNSET) -> list[StandingCount]:
        found = await _answered(info, lambda asked: asked.stages(on or _today(info)))
        return [StandingCount(**asdict(each)) for each in found]

    @field("How many members are in each layer at the end of a day, today by default.")
    async def layers(self, info: Info, on: date | None = strawberry.UNSET) -> list[StandingCount]:
        found = await _answered(info, lambda asked: asked.layers(on or _today(info)))
        return [StandingCount(**asdict(each)) for each in found]

    @field("From which stage into which members came between the ends of two days.")
    async def stage_moves(self, info: Info, first: From, to: date) -> list[StageMove]:
        found = await _answered(info, lambda asked: asked.stage_moves(first, to))
        return [StageMove(**asdict(each)) for each in found]

    @field("Revenue, orders, buyers and active members from one day to another.")
    async def figures(self, info: Info, first: From, to: date) -> ShopFigures:
        found = await _answered(info, lambda asked: asked.figures(first, to))
        return ShopFigures(
            **asdict(found),
            average_order_fen=found.average_order_fen,
            arpu_fen=found.arpu_fen,
            repurchase=found.repurchase,
        )


async def _answered(info: Info, question: Callable[["Asked"], Awaitable[Answer]]) -> Answer:
    """What analytics answer. Raises ApiError."""
    try:
        return await question(await info.context.analytics.open())
    except InvalidInput as error:
        raise invalid_argument(str(error)) from error
    except AnalyticsUnavailable as error:
        raise ApiError(ErrorCode.UNAVAILABLE, str(error), retry_after_ms=RETRY_AFTER_MS) from error


def _today(info: Info) -> date:
    return info.context.rule_clock.today
