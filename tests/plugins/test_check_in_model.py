"""Three years of days: what the check-in gives is what a plain model says."""

from datetime import date, datetime, time
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.check_in.campaign import CHECK_IN
from plugins.check_in.config import CheckInConfig, MakeUp, Milestone, TierMultiplier
from siyu.sdk.testing import Stage
from tests.plugins.check_in_model import DAY, ModelMember

FIRST = date(2026, 1, 1)
THREE_YEARS_DAYS = 3 * 365 + 1
# The first and last to see a new day, one that changes its clocks, and the shop's.
ZONES = [ZoneInfo(name) for name in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York", "Asia/Shanghai")]
TIMES = [time(0, 0), time(0, 1), time(12, 0), time(23, 59, 59, 999_999)]
PURSE_POINTS = 100
FOUND_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


class Habit(NamedTuple):
    """How likely the member comes on a day, comes twice, and tries to make up what they missed."""

    comes: float
    twice: float
    makes_up: float


MILESTONES = st.lists(
    st.builds(
        Milestone,
        days=st.integers(1, 12) | st.integers(1, 90),
        points=st.integers(1, 50),
        reward=st.sampled_from([None, "cup"]),
    ),
    max_size=4,
    unique_by=lambda milestone: milestone.days,
).map(tuple)
CONFIGS = st.builds(
    CheckInConfig,
    streak_points=st.lists(st.integers(0, 20), min_size=1, max_size=9).map(tuple),
    after_table=st.sampled_from(["wrap", "stay"]),
    restart=st.sampled_from(["month", "week", "never"]),
    continuous_milestones=MILESTONES,
    cumulative_milestones=MILESTONES,
    tier_multipliers=st.sampled_from([(), (TierMultiplier(tier="gold", percent=150),)]),
    make_up=st.builds(
        MakeUp,
        days_back=st.sampled_from([31, 5, 1]),
        per_month=st.sampled_from([31, 3, 1]),
        cost_points=st.sampled_from([0, 5, 30]),
    ),
)
HABITS = st.builds(Habit, st.sampled_from([0.8, 0.95, 0.99, 0.4]), st.just(0.1), st.sampled_from([0.3, 0.6]))
SEEDS = st.integers(0, 2**32)


class Both:
    """The campaign on a stage and the model, told the same."""

    def __init__(self, config: CheckInConfig, zone: ZoneInfo) -> None:
        self.stage, self.zone = Stage(CHECK_IN, config, zone=zone), zone
        self.stage.give("lin", points=PURSE_POINTS)
        self.model = ModelMember(config, PURSE_POINTS)

    def be_of(self, tier: str) -> None:
        """Have a tier from now on."""
        self.stage.member("lin", tier=tier)
        self.model.tier = tier

    def sign(self, day: date, at: time) -> None:
        """Sign at a local time."""
        self.stage.go_to(datetime.combine(day, at, self.zone))
        assert self.stage.act("lin", "sign").refusal == self.model.sign(day), day
        self.compare(day)

    def make_up(self, today: date, at: time, day: date) -> None:
        """Make a day up at a local time."""
        self.stage.go_to(datetime.combine(today, at, self.zone))
        assert self.stage.act("lin", "makeUp", day=day).refusal == self.model.make_up(today, day), (today, day)
        self.compare(day)

    def compare(self, day: date) -> None:
        """What the member has, and how long they have been coming."""
        state, model = self.stage.state("lin"), self.model
        assert self.stage.balance("lin") == model.points, day
        assert (state.streak, state.days, state.best_streak) == (model.streak, len(model.days), model.best), day
        assert sorted(self.stage.rewards("lin").values()) == sorted(model.rewards), day
        for place, mark in enumerate(state.recent):
            then = max(model.days) - place * DAY
            assert mark == ("1" if then in model.signed else "2" if then in model.made_up else "0"), then


def live(config: CheckInConfig, zone: ZoneInfo, habits: list[Habit], seed: int, days: int) -> None:
    """Play so many days; the habit changes every month or so."""
    both, random = Both(config, zone), Random(seed)  # noqa: S311 - to be the same again is its purpose
    for today in (FIRST + number * DAY for number in range(days)):
        habit, at = habits[(today - FIRST).days // 37 % len(habits)], random.choice(TIMES)
        for likely in (habit.comes, habit.twice):
            if random.random() < likely:
                both.be_of(random.choice(["gold", "iron"]))
                both.sign(today, at)
        missed = [today - back * DAY for back in range(1, 33) if today - back * DAY not in both.model.days]
        while random.random() < habit.makes_up:
            odd = today - random.randint(-1, 33) * DAY
            both.make_up(today, at, random.choice([*missed[:2], *missed, odd]))


@settings(max_examples=20, deadline=None, suppress_health_check=FOUND_SLOW)
@given(CONFIGS, st.sampled_from(ZONES), st.lists(HABITS, min_size=1, max_size=4), SEEDS)
def test_a_member_gets_what_the_model_says(
    config: CheckInConfig, zone: ZoneInfo, habits: list[Habit], seed: int
) -> None:
    live(config, zone, habits, seed, 110)


@pytest.mark.prove
@settings(max_examples=30, deadline=None, suppress_health_check=FOUND_SLOW)
@given(CONFIGS, st.sampled_from(ZONES), st.lists(HABITS, min_size=1, max_size=4), SEEDS)
def test_a_member_of_three_years_gets_what_the_model_says(
    config: CheckInConfig, zone: ZoneInfo, habits: list[Habit], seed: int
) -> None:
    live(config, zone, habits, seed, THREE_YEARS_DAYS)
