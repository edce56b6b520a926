"""What hinders a member: in one order, with what is missing; and when the periods of limits begin and end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.ids import new_id
from siyu.rewards import RewardKind, hindrance
from siyu.rewards.catalogue import LimitPeriod, Measure, Reward, RewardState
from siyu.rewards.redeeming import REDEMPTION_REFUSALS, Hindrance, Standing
from tests.clock import NOON
from tests.factories import SHANGHAI

REWARD = Reward(
    new_id(), "mug", RewardKind.GOODS, "杯子", "Mug", {}, 500, 0, 5, 4, 2, LimitPeriod.WEEK, ("gold",), NOON,
    NOON + timedelta(hours=1), RewardState.ON_SALE, 900, new_id(), Measure.INVITEES, 3, 1,
)  # fmt: skip
STANDING = Standing(points=500, tier="gold", having=1, progress=3, picked=False, left=1)
NEXT_MONDAY = "2026-11-23T00:00:00+08:00"
# In the order in which they are told.
WANTING = {
    "NOT_ON_SALE": ({"state": RewardState.OFF}, {}, {}),
    "OUT_OF_STOCK": ({}, {"left": 0}, {}),
    "TIER_REQUIRED": ({}, {"tier": None}, {"tiers": ["gold"]}),
    "STEP_TAKEN": ({}, {"picked": True}, {"step": 3}),
    "STEP_NOT_REACHED": ({}, {"progress": 1}, {"step": 3, "missing": 2}),
    "LIMIT_REACHED": ({}, {"having": 2}, {"limit": 2, "until": NEXT_MONDAY}),
    "NOT_ENOUGH_POINTS": ({}, {"points": 499}, {"points": 500, "missing": 1}),
}


def told(*codes: str, at: datetime = NOON) -> Hindrance | None:
    """What hinders whoever wants all of this."""
    reward, standing = REWARD, STANDING
    for code in codes:
        of_reward, of_member, _ = WANTING[code]
        reward, standing = replace(reward, **of_reward), standing._replace(**of_member)
    return hindrance(reward, standing, at, SHANGHAI)


def test_who_has_all_that_it_takes_may_redeem_it() -> None:
    assert told() is None
    assert hindrance(replace(REWARD, tiers=()), STANDING._replace(tier=None), NOON, SHANGHAI) is None
    assert hindrance(replace(REWARD, stock=None), STANDING._replace(left=None), NOON, SHANGHAI) is None


@pytest.mark.parametrize("code", WANTING)
def test_what_is_missing_is_told(code: str) -> None:
    found = told(code)

    assert found == (code, WANTING[code][2])
    assert found is not None
    assert REDEMPTION_REFUSALS[code].zh.format_map(found.missing)
    assert REDEMPTION_REFUSALS[code].en.format_map(found.missing)


def test_of_several_the_first_is_told() -> None:
    for first, second in combinations(WANTING, 2):
        assert told(first, second) == (first, WANTING[first][2])


def test_a_window_is_open_from_its_beginning_to_before_its_end() -> None:
    assert told(at=NOON - timedelta(microseconds=1)) == ("NOT_ON_SALE", {"from": NOON.isoformat()})
    assert told("NOT_ON_SALE", at=NOON - timedelta(microseconds=1)) == ("NOT_ON_SALE", {})
    assert told(at=NOON + timedelta(minutes=59)) is None
    assert told(at=NOON + timedelta(hours=1)) == ("NOT_ON_SALE", {})


moments = st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - aware by then
zones = st.sampled_from([SHANGHAI, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")])


@given(moments, zones, st.sampled_from([LimitPeriod.DAY, LimitPeriod.WEEK, LimitPeriod.MONTH]))
def test_periods_follow_one_another_without_a_gap(at: datetime, zone: ZoneInfo, period: LimitPeriod) -> None:
    start, end = period.start(at, zone), period.end(at, zone)
    assert start is not None
    assert end is not None
    first, last = start.astimezone(zone), end.astimezone(zone)

    assert start <= at < end
    assert period.start(end, zone) == end
    assert period.start(end - timedelta(microseconds=1), zone) == start
    assert (first.hour, first.minute, last.hour, last.minute) == (0, 0, 0, 0)
    if period is LimitPeriod.WEEK:
        assert (first.weekday(), last.date() - first.date()) == (0, timedelta(days=7))
    elif period is LimitPeriod.MONTH:
        assert (first.day, last.day) == (1, 1)
    else:
        assert last.date() - first.date() == timedelta(days=1)


def test_ever_has_no_end() -> None:
    assert LimitPeriod.EVER.start(NOON, SHANGHAI) is None
    assert LimitPeriod.EVER.end(NOON, SHANGHAI) is None
