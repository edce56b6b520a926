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
    """How likely the member comes on a day, comes twice, and tries to make up what they missed; and how likely an
    operator looks at a photo on a day, and likes it."""

    comes: float
    twice: float
    makes_up: float
    looks: float
    likes: float


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
    proof=st.just("photo"),
    review=st.sampled_from([False, True]),
)
PHOTO = "https://photos.example.com/1.jpg"
HABITS = st.builds(
    Habit,
    comes=st.sampled_from([0.8, 0.95, 0.99, 0.4]),
    twice=st.just(0.1),
    makes_up=st.sampled_from([0.3, 0.6]),
    looks=st.sampled_from([0.5, 0.9, 0.1, 0.02]),
    likes=st.sampled_from([0.9, 0.5]),
)
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

    def sign(self, day: date, at: time, *, photo: bool) -> None:
        """Sign at a local time, now and then without what has to be shown."""
        self.stage.go_to(datetime.combine(day, at, self.zone))
        played = self.stage.act("lin", "sign", **({"photo": PHOTO} if photo else {}))
        assert played.refusal == self.model.sign(day, photo=photo), day
        self.compare(day)

    def make_up(self, today: date, at: time, day: date) -> None:
        """Make a day up at a local time."""
        self.stage.go_to(datetime.combine(today, at, self.zone))
        assert self.stage.act("lin", "makeUp", day=day).refusal == self.model.make_up(today, day), (today, day)
        self.compare(day)

    def review(self, key: str, *, approved: bool) -> None:
        """An operator says what they think of a photo."""
        day = date.fromisoformat(str(self.stage.reviews("lin")[key].evidence["day"]))
        assert self.stage.review("lin", key, approved=approved).refusal is None
        self.model.review(day, approved=approved)
        self.compare(day)

    def compare(self, day: date) -> None:
        """What the member has, how long they have been coming, and what is known of each day."""
        state, model = self.stage.state("lin"), self.model
        assert self.stage.balance("lin") == model.points, day
        assert (state.streak, state.days, state.best_streak) == (model.streak, len(model.days), model.best), day
        assert sorted(self.stage.rewards("lin").values()) == sorted(model.rewards), day
        assert {each.day: (each.approved, each.made_up) for each in state.waiting} == {
            each: (bool(told.verdict), told.made_up) for each, told in model.waiting.items()
        }, day
        days = model.days
        last, given = max(days, default=day), state.given.split(",")
        for place, mark in enumerate(state.recent):
            then = last - place * DAY
            assert mark == ("1" if then in model.signed else "2" if then in model.made_up else "0"), then
            assert given[place].rstrip("+") == (str(model.brought[then]) if then in days else ""), then


def live(config: CheckInConfig, zone: ZoneInfo, habits: list[Habit], seed: int, days: int) -> None:
    """Play so many days; the habit changes every month or so."""
    both, random = Both(config, zone), Random(seed)  # noqa: S311 - to be the same again is its purpose
    for today in (FIRST + number * DAY for number in range(days)):
        habit, at = habits[(today - FIRST).days // 37 % len(habits)], random.choice(TIMES)
        for likely in (habit.comes, habit.twice):
            if random.random() < likely:
                both.be_of(random.choice(["gold", "iron"]))
                both.sign(today, at, photo=random.random() < 0.95)
        claimed = both.model.days | both.model.waiting.keys()
        missed = [today - back * DAY for back in range(1, 33) if today - back * DAY not in claimed]
        while random.random() < habit.makes_up:
            odd = today - random.randint(-1, 33) * DAY
            both.make_up(today, at, random.choice([*missed[:2], *missed, odd]))
        for key in random.sample(sorted(both.stage.reviews("lin")), len(both.stage.reviews("lin"))):
            if random.random() < habit.looks:
                both.review(key, approved=random.random() < habit.likes)
                # Whose photo of today was rejected can sign again.
                if random.random() < habit.comes:
                    both.sign(today, at, photo=True)


@settings(max_examples=20, deadline=None, suppress_health_check=FOUND_SLOW)
@given(CONFIGS, st.sampled_from(ZONES), st.lists(HABITS, min_size=1, max_size=4), SEEDS)
def test_a_member_gets_what_the_model_says(
    config: CheckInConfig, zone: ZoneInfo, habits: list[Habit], seed: int
) -> None:
    live(config, zone, habits, seed, 110)


DAYS = st.lists(st.tuples(st.integers(0, 40), st.booleans()), unique_by=lambda told: told[0], min_size=1, max_size=18)


@settings(max_examples=40, deadline=None, suppress_health_check=FOUND_SLOW)
@given(CONFIGS, DAYS, st.randoms(use_true_random=False))
def test_whatever_the_order_of_the_verdicts_the_member_ends_as_if_approved_days_alone_had_been_signed(
    config: CheckInConfig, days: list[tuple[int, bool]], random: Random
) -> None:
    reviewed = Stage(CHECK_IN, config.model_copy(update={"review": True}))
    plain = Stage(CHECK_IN, config.model_copy(update={"review": False}))
    verdicts = {(FIRST + offset * DAY).isoformat(): approved for offset, approved in sorted(days)}
    for day, approved in verdicts.items():
        for stage in (reviewed, plain) if approved else (reviewed,):
            stage.go_to(f"{day}T12:00")
            assert stage.act("lin", "sign", photo=PHOTO).refusal is None

    for day in random.sample(list(verdicts), len(verdicts)):
        reviewed.review("lin", day, approved=verdicts[day])

    untried = reviewed.state("lin").model_copy(update={"tried_on": None, "tries": 0})
    assert untried == plain.state("lin")
    assert reviewed.balance("lin") == plain.balance("lin")
    assert reviewed.rewards("lin") == plain.rewards("lin")
    assert reviewed.best("lin", "streak") == plain.best("lin", "streak")


@pytest.mark.prove
@settings(max_examples=30, deadline=None, suppress_health_check=FOUND_SLOW)
@given(CONFIGS, st.sampled_from(ZONES), st.lists(HABITS, min_size=1, max_size=4), SEEDS)
def test_a_member_of_three_years_gets_what_the_model_says(
    config: CheckInConfig, zone: ZoneInfo, habits: list[Habit], seed: int
) -> None:
    live(config, zone, habits, seed, THREE_YEARS_DAYS)
