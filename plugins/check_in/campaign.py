"""The check-in: its config, its state and its decision."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from siyu.sdk import (
    Action,
    CampaignConfig,
    CampaignState,
    CampaignType,
    Effect,
    Fact,
    Grant,
    Once,
    Progress,
    Refuse,
    Score,
    SetState,
    Text,
    View,
)

ONE_DAY = timedelta(days=1)
Points = Annotated[int, Field(ge=0, le=10_000)]


class CheckInConfig(CampaignConfig):
    """What an operator sets. The default is the handbooks' 5 to 10 points, rising over a week."""

    streak_points: tuple[Points, ...] = Field(
        default=(5, 5, 6, 6, 8, 8, 10),
        min_length=1,
        max_length=366,
        title="Points by day of the streak",
        description="The first entry is for the first day; after the last the table starts again.",
    )


class CheckInState(CampaignState):
    """Where a member stands: the last day signed, the streak up to it, and the totals."""

    last_day: date | None = None
    streak: int = 0
    best_streak: int = 0
    days: int = 0


def decide(fact: Fact, view: View[CheckInConfig, CheckInState]) -> Iterator[Effect]:
    """Sign the member in for the fact's day, or say why not."""
    state, table = view.state, view.config.streak_points
    if state.last_day is not None and fact.day <= state.last_day:
        yield Refuse("ALREADY_SIGNED" if fact.day == state.last_day else "DAY_IS_PAST")
        return
    streak = state.streak + 1 if state.last_day == fact.day - ONE_DAY else 1
    points = table[(streak - 1) % len(table)]
    yield Once(fact.day.isoformat(), "ALREADY_SIGNED")
    if points:
        yield Grant("points", points)
    yield SetState(
        CheckInState(last_day=fact.day, streak=streak, best_streak=max(streak, state.best_streak), days=state.days + 1)
    )
    yield Score("streak", streak)


def describe(config: CheckInConfig, state: CheckInState) -> Progress:
    """The streak, against the length of the table."""
    text = Text(zh=f"已连续签到 {state.streak} 天", en=f"Days in a row: {state.streak}")
    return Progress(current=state.streak, target=len(config.streak_points), text=text)


CHECK_IN = CampaignType(
    key="check_in",
    title=Text(zh="签到", en="Check-in"),
    sdk=">=1.0,<2",
    version="1.0.0",
    config=CheckInConfig,
    state=CheckInState,
    actions=(Action("sign", Text(zh="签到", en="Check in")),),
    effects=frozenset({Grant, Once, Refuse, Score, SetState}),
    refusals={
        "ALREADY_SIGNED": Text(zh="今天已经签到过了", en="Already checked in today"),
        "DAY_IS_PAST": Text(zh="不能补签更早的日期", en="A later day has been signed already"),
    },
    decide=decide,
    describe=describe,
)
