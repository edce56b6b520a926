"""Points for purchases: config, state and decision."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from siyu.sdk import (
    CampaignConfig,
    CampaignState,
    CampaignType,
    Effect,
    Fact,
    Grant,
    OrderView,
    Progress,
    Refuse,
    Reverse,
    SetState,
    Text,
    View,
)

FEN_PER_YUAN = 100
# A day's earnings are remembered only where a cap needs them; this bounds the state.
CAPPED_LATENESS_DAYS_MAX = 366
# A century: within it no subtraction leaves the calendar.
LATENESS_DAYS_MAX = 36_500

Rate = Annotated[Decimal, Field(gt=0, le=100, decimal_places=2)]


class PurchaseConfig(CampaignConfig):
    """What an operator sets. The default is the handbooks' one point a yuan."""

    points_per_yuan: Rate = Field(default=Decimal(1), title="Points a yuan")
    multiplier: Rate = Field(default=Decimal(1), title="Multiplier", description="2 on a double-points day.")
    cap_per_day: Annotated[int, Field(ge=1)] | None = Field(
        default=None, title="Most points a member and day", description="By the day of payment; empty: no cap."
    )
    lateness_days: Annotated[int, Field(ge=0, le=LATENESS_DAYS_MAX)] | None = Field(
        default=31,
        title="Days an order may arrive late",
        description="Counted back from the member's newest order; empty: any time (not together with a cap).",
    )

    @model_validator(mode="after")
    def a_cap_needs_bounded_lateness(self) -> "PurchaseConfig":
        """Without this bound the state of one member would grow for ever."""
        lateness = self.lateness_days
        if self.cap_per_day is not None and (lateness is None or lateness > CAPPED_LATENESS_DAYS_MAX):
            raise ValueError(f"a daily cap needs lateness_days of at most {CAPPED_LATENESS_DAYS_MAX}")
        return self

    def points_for(self, amount_fen: int) -> int:
        """Points of an amount: whole points, rounded down, each order for itself."""
        return int(amount_fen * self.points_per_yuan * self.multiplier / FEN_PER_YUAN)


class PurchaseState(CampaignState):
    """A member's newest order day, and the points earned on each recent day where a cap needs them."""

    newest_day: date | None = None
    earned_by_day: dict[date, int] = Field(default_factory=dict)
    orders: int = 0


PurchaseView = View[PurchaseConfig, PurchaseState]


def decide(fact: Fact, view: PurchaseView) -> Iterator[Effect]:
    """Reward a paid order; take back what a refunded one no longer deserves."""
    if view.order is None:
        return
    if fact.type == "order.paid":
        yield from _reward(fact, view, view.order)
    elif fact.type == "order.refunded":
        yield from _take_back(view, view.order)


def _reward(fact: Fact, view: PurchaseView, order: OrderView) -> Iterator[Effect]:
    config, state = view.config, view.state
    newest = max(fact.day, state.newest_day or fact.day)
    oldest = date.min if config.lateness_days is None else newest - timedelta(days=config.lateness_days)
    if fact.day < oldest:
        yield Refuse("TOO_LATE", {"lateness_days": config.lateness_days})
        return
    points, earned = config.points_for(order.amount_fen), {}
    if config.cap_per_day is not None:
        earned = {day: amount for day, amount in state.earned_by_day.items() if day >= oldest}
        points = min(points, config.cap_per_day - min(config.cap_per_day, earned.get(fact.day, 0)))
        earned[fact.day] = earned.get(fact.day, 0) + points
    if points:
        yield Grant("points", points, reference=order.number)
    yield SetState(PurchaseState(newest_day=newest, earned_by_day=earned, orders=state.orders + 1))


def _take_back(view: PurchaseView, order: OrderView) -> Iterator[Effect]:
    granted = view.granted("points", order.number)
    if granted is None:
        return
    # What is left of the order keeps the points it would have earned; with a cap that may be all of them.
    excess = granted.amount - view.config.points_for(order.amount_fen - order.refunded_fen)
    if excess > 0:
        yield Reverse("points", excess, reference=order.number)


def describe(_config: PurchaseConfig, state: PurchaseState) -> Progress:
    """How many orders counted; there is no end to reach."""
    text = Text(zh=f"{state.orders} 笔订单已计积分", en=f"{state.orders} orders counted")
    return Progress(current=state.orders, target=None, text=text)


PURCHASE = CampaignType(
    key="purchase",
    title=Text(zh="消费积分", en="Purchase points"),
    sdk=">=1.0,<2",
    version="1.0.0",
    config=PurchaseConfig,
    state=PurchaseState,
    listens=frozenset({"order.paid"}),
    settles=frozenset({"order.refunded"}),
    effects=frozenset({Grant, Refuse, Reverse, SetState}),
    refusals={
        "TOO_LATE": Text(
            zh="订单超过 {lateness_days} 天才上报，不再计积分",
            en="The order arrived more than {lateness_days} days late",
        )
    },
    decide=decide,
    describe=describe,
)
