"""The rule of tiers: what it says equals what a person would say who walks from day to day."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.tiers.ladder import Ladder, Measure, Period
from siyu.tiers.periods import first_day, last_day, midnight, year_before
from siyu.tiers.presets import COMMUNITY, RETAIL
from siyu.tiers.record import Record, SetByHand
from siyu.tiers.rule import Standing, earned_days, falls, is_flagged, standing_on, tier_at
from tests.factories import SHANGHAI
from tests.siyu.tiers.history import Bought, Deed, random_deeds, record_of
from tests.siyu.tiers.ladders import LADDERS
from tests.siyu.tiers.walker import Walker, end_of

FIRST = date(2023, 12, 1)
DAYS = 500
SILVER, GOLD = 1, 2


def bought(*orders: tuple[date, int]) -> Record:
    """A record of orders, in yuan."""
    record = Record()
    for day, yuan in orders:
        record.spend.add(day, yuan * 100)
    return record


@pytest.mark.parametrize("ladder", LADDERS.values(), ids=LADDERS)
@given(random=st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_rule_is_what_a_walk_from_day_to_day_comes_to(ladder: Ladder, random: Random) -> None:
    deeds = random_deeds(random, SHANGHAI, FIRST, DAYS, most=12)
    walk = Walker(ladder, deeds, SHANGHAI).days(FIRST - timedelta(days=40), FIRST + timedelta(days=DAYS + 800))

    for day, place, until in walk:
        if day.day in {1, 2, 15, 28, 29, 30, 31} or day in {deed.at.astimezone(SHANGHAI).date() for deed in deeds}:
            record = record_of(deeds, SHANGHAI, midnight(day + timedelta(days=1), SHANGHAI) - timedelta.resolution)
            assert tier_at(record, ladder, day) == Standing(place, until), day


@pytest.mark.parametrize("ladder", LADDERS.values(), ids=LADDERS)
@given(random=st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_what_was_known_before_need_not_be_looked_at_again(ladder: Ladder, random: Random) -> None:
    deeds = sorted(random_deeds(random, SHANGHAI, FIRST, DAYS, most=20))
    cut = FIRST + timedelta(days=random.randrange(DAYS))
    before = record_of(deeds, SHANGHAI, midnight(cut + timedelta(days=1), SHANGHAI) - timedelta.resolution)
    known = earned_days(ladder, before)

    assert earned_days(ladder, record_of(deeds, SHANGHAI), known, cut) == earned_days(
        ladder, record_of(deeds, SHANGHAI)
    )


@pytest.mark.parametrize("ladder", LADDERS.values(), ids=LADDERS)
@given(random=st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_falling_step_by_step_ends_where_one_step_would(ladder: Ladder, random: Random) -> None:
    earned = earned_days(ladder, record_of(random_deeds(random, SHANGHAI, FIRST, DAYS, most=20), SHANGHAI))
    begin = FIRST + timedelta(days=DAYS + 40)
    standing = standing_on(ladder, earned, begin)
    for days in range(0, 900, 61):
        day = begin + timedelta(days=days)
        steps = list(falls(ladder, earned, standing, day))
        assert (steps[-1].after if steps else standing) == standing_on(ladder, earned, day)
        assert len(steps) < len(ladder.tiers)


@pytest.mark.parametrize(
    ("day", "place"),
    [
        (date(2024, 2, 28), 0),
        (date(2024, 2, 29), SILVER),
        (date(2024, 3, 31), SILVER),
        (date(2024, 4, 1), SILVER),
        (date(2024, 6, 30), SILVER),
        (date(2024, 7, 1), 0),
    ],
)
def test_silver_is_kept_until_the_end_of_the_quarter_after(day: date, place: int) -> None:
    record = bought((date(2024, 2, 1), 299), (date(2024, 2, 29), 1))

    until = Record()
    for spent in record.spend.days(date.min):
        if spent <= day:
            until.spend.add(spent, record.spend.between(spent, spent))

    assert tier_at(until, COMMUNITY, day).place == place


def test_a_month_ends_at_the_shops_midnight() -> None:
    last = Bought(datetime(2024, 1, 31, 15, 59, 59, tzinfo=UTC), 29_999)
    for at, place in (
        (datetime(2024, 1, 31, 15, 59, 59, 999_999, UTC), SILVER),
        (datetime(2024, 1, 31, 16, tzinfo=UTC), 0),
    ):
        deeds: list[Deed] = [last, Bought(at, 1)]
        assert tier_at(record_of(deeds, SHANGHAI), COMMUNITY, date(2024, 2, 1)).place == place


def test_gold_asks_for_over_2000_yuan_and_is_lowered_by_one_tier_a_year_after_its_year() -> None:
    assert tier_at(bought((date(2023, 5, 1), 2_000)), COMMUNITY, date(2023, 5, 1)).place == SILVER
    record = bought((date(2021, 5, 1), 250), (date(2022, 5, 1), 250), (date(2023, 5, 1), 1_501))

    assert tier_at(record, COMMUNITY, date(2024, 12, 31)) == Standing(GOLD, date(2024, 12, 31))
    # From gold to silver, though silver was earned last in 2023; and from there down at the quarter's end.
    assert tier_at(record, COMMUNITY, date(2025, 1, 1)) == Standing(SILVER, date(2025, 3, 31))
    assert tier_at(record, COMMUNITY, date(2025, 4, 1)) == Standing(0, None)


def test_who_lost_gold_earns_it_again_by_as_much_within_one_year() -> None:
    orders = [(date(2021, 5, 1), 2_001), (date(2023, 5, 1), 1_999)]

    assert tier_at(bought(*orders), COMMUNITY, date(2023, 12, 31)).place == 0
    assert tier_at(bought(*orders, (date(2023, 12, 31), 2)), COMMUNITY, date(2023, 12, 31)).place == GOLD
    assert tier_at(bought(*orders, (date(2024, 1, 1), 2)), COMMUNITY, date(2024, 1, 1)).place == 0


def test_black_is_for_ever_and_covers_what_is_lost_below() -> None:
    record = bought((date(2020, 1, 1), 50_000))

    assert tier_at(record, RETAIL, date(2040, 1, 1)) == Standing(3, None)


def test_a_year_goes_back_to_the_same_day() -> None:
    orders = [(date(2023, 2, 28), 7_500), (date(2024, 2, 29), 7_500)]

    assert tier_at(bought(*orders), RETAIL, date(2024, 2, 29)).place == GOLD
    assert tier_at(bought((date(2023, 2, 27), 7_500), orders[1]), RETAIL, date(2024, 2, 29)).place == SILVER


def test_what_an_operator_says_outweighs_what_was_before() -> None:
    record = bought((date(2024, 1, 10), 5_000))
    record.by_hand = SetByHand("bronze", date(2024, 2, 1))
    assert tier_at(record, COMMUNITY, date(2024, 2, 1)).place == 0

    record.spend.add(date(2024, 2, 2), 30_000)
    assert tier_at(record, COMMUNITY, date(2024, 2, 2)).place == SILVER

    record.by_hand = SetByHand("gold", date(2024, 2, 3))
    assert tier_at(record, COMMUNITY, date(2024, 2, 3)) == Standing(GOLD, date(2025, 12, 31))

    record.by_hand = SetByHand("gone", date(2024, 2, 3))
    assert tier_at(record, COMMUNITY, date(2024, 2, 3)).place == GOLD


def test_a_flag_needs_30_days_without_a_purchase_and_changes_nothing() -> None:
    bronze, silver = Standing(0, None), Standing(SILVER, date(2024, 6, 30))

    flagged = [is_flagged(COMMUNITY, bronze, date(2024, 1, 1), date(2024, 1, day)) for day in (30, 31)]

    assert flagged == [False, True]
    assert not is_flagged(COMMUNITY, silver, date(2020, 1, 1), date(2024, 1, 1))


@pytest.mark.parametrize("period", [Period.MONTH, Period.QUARTER, Period.YEAR])
def test_periods_end_where_the_calendar_says(period: Period) -> None:
    for days in range(0, 1_600, 7):
        day = date(2023, 1, 1) + timedelta(days=days)
        end = end_of(period, day)
        assert last_day(period, day) == end
        assert last_day(period, day, later=1) == end_of(period, end + timedelta(days=1))
        assert first_day(period, end + timedelta(days=1)) == end + timedelta(days=1)


def test_a_year_before_a_leap_day_is_the_28th() -> None:
    assert [year_before(date(2024, 2, day)) for day in (28, 29)] == [date(2023, 2, 28)] * 2
    assert year_before(date(2025, 2, 28)) == date(2024, 2, 28)


def test_measures_of_the_presets() -> None:
    assert COMMUNITY.measures == {Measure.SPEND_MONTH, Measure.SPEND_TOTAL}
