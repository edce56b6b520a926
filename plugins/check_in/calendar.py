"""The calendar of a month: what became of its days, and what today and the coming days are worth."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import Enum
from typing import Annotated

from pydantic import Field

from plugins.check_in.config import WHOLE_PERCENT, CheckInConfig
from plugins.check_in.counting import Counted, count_last
from plugins.check_in.days import begins_anew, month_of
from plugins.check_in.making_up import refusals
from plugins.check_in.state import MADE_UP, MISSED, CheckInState
from plugins.check_in.waiting import count_waiting
from siyu.sdk import ReadField, Reading, ReadInput, ReadOutput, Text

# Beyond two months nobody plans.
COMING_DAYS_MAX = 62
DAY = timedelta(days=1)


class Month(ReadInput):
    """Which month."""

    month: Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", examples=["2026-02", "2026-11", "2027-01"])]


class DayStatus(Enum):
    """What became of a day."""

    SIGNED = "signed"
    MADE_UP = "made_up"
    # Signed or made up, and an operator is still to look at its photo, or at an earlier day's.
    WAITING = "waiting"
    MISSED = "missed"
    # It is today, and not signed.
    OPEN = "open"
    COMING = "coming"
    # Before the member's first day, or so long ago that nothing is remembered of it.
    NONE = "none"


class CalendarDay(ReadOutput):
    """One day of a check-in's calendar."""

    day: date
    status: DayStatus = Field(
        description="WAITING: to be reviewed, or after a day that is; OPEN: today, not signed; NONE: before the first "
        "day, or longer ago than is remembered."
    )
    points: int | None = Field(
        description="What it brought, milestones included; of a day that waits, of today and of coming days what it "
        "will bring if every day up to it is signed and approved. Null where that is not known."
    )
    rewards: tuple[str, ...] = Field(description="The rewards of milestones that it will bring, by their names.")
    rewarded: bool = Field(description="Whether it has brought points or rewards.")
    can_make_up: bool = Field(description="Whether a card would do now, but for what it costs.")


class Calendar(ReadOutput):
    """A month of a check-in."""

    month: str
    today: date
    signed_today: bool = Field(description="Whether today is signed, reviewed or not.")
    streak: int = Field(description="Days in a row that today goes on from or is part of, if today is signed.")
    days: tuple[CalendarDay, ...]


def read_calendar(config: CheckInConfig, state: CheckInState, asked: Month, reading: Reading) -> Calendar:
    """The days of the month in their order."""
    first, last = month_of(date.fromisoformat(f"{asked.month}-01"))
    percent = WHOLE_PERCENT if reading.features is None else config.percent_of(reading.features.tier)
    coming = dict(_coming(config, state, reading.day, last, percent))
    waiting, given = frozenset(each.day for each in state.waiting), state.given.split(",")
    days = []
    for day in (first + number * DAY for number in range((last - first).days + 1)):
        if day in waiting:
            days.append(_expected(day, DayStatus.WAITING, coming[day]))
        elif state.last_day is None or day > state.last_day:
            days.append(_after(config, state, day, reading.day, coming.get(day)))
        else:
            days.append(_past(config, state, given, day, reading.day))
    return Calendar(
        month=asked.month,
        today=reading.day,
        signed_today=state.claimed_day is not None and state.claimed_day >= reading.day,
        streak=_streak_of(config, state, reading.day),
        days=tuple(days),
    )


def _coming(
    config: CheckInConfig, state: CheckInState, today: date, last: date, percent: int
) -> Iterator[tuple[date, Counted]]:
    """What the days that wait bring, today and those after it, if all goes well; up to the last, within bounds."""
    settled = count_waiting(config, state, state.waiting)
    yield from ((counted.day, counted) for counted in settled.days)
    state, day = settled.state, today
    if state.last_day is not None and state.last_day >= today:
        day = state.last_day + DAY
    while day <= min(last, today + COMING_DAYS_MAX * DAY):
        counted = count_last(config, state, day, percent)
        yield day, counted
        state, day = counted.state, day + DAY


def _streak_of(config: CheckInConfig, state: CheckInState, today: date) -> int:
    last_day = state.last_day
    if last_day is None or last_day >= today:
        return state.streak
    return state.streak if today - last_day == DAY and not begins_anew(today, config.restart) else 0


def _past(config: CheckInConfig, state: CheckInState, given: Sequence[str], day: date, today: date) -> CalendarDay:
    """A day that is not later than the last that counts."""
    assert state.last_day is not None, "some day counts"  # noqa: S101 - our bug
    place = (state.last_day - day).days
    if place >= len(state.recent):
        return _told(day, DayStatus.NONE)
    mark = state.recent[place]
    if mark == MISSED:
        return _missed(config, state, day, today)
    entry = given[place] if place < len(given) else ""
    points = int(entry.rstrip("+")) if entry else None
    status = DayStatus.MADE_UP if mark == MADE_UP else DayStatus.SIGNED
    return _told(day, status, points, rewarded=bool(points) or entry.endswith("+"))


def _after(config: CheckInConfig, state: CheckInState, day: date, today: date, counted: Counted | None) -> CalendarDay:
    """A day later than all that count, and not waiting."""
    if day >= today:
        return _expected(day, DayStatus.OPEN if day == today else DayStatus.COMING, counted)
    return _told(day, DayStatus.NONE) if state.last_day is None else _missed(config, state, day, today)


def _missed(config: CheckInConfig, state: CheckInState, day: date, today: date) -> CalendarDay:
    terms = config.make_up
    can_make_up = terms is not None and next(refusals(terms, state, today, day), None) is None
    return _told(day, DayStatus.MISSED, can_make_up=can_make_up)


def _expected(day: date, status: DayStatus, counted: Counted | None) -> CalendarDay:
    """A day that may bring something; None: nobody plans so far ahead."""
    if counted is None:
        return _told(day, status)
    return _told(day, status, counted.all_points, tuple([reward for reward, _ in counted.rewards()]))


def _told(
    day: date,
    status: DayStatus,
    points: int | None = None,
    rewards: tuple[str, ...] = (),
    *,
    rewarded: bool = False,
    can_make_up: bool = False,
) -> CalendarDay:
    return CalendarDay(
        day=day, status=status, points=points, rewards=rewards, rewarded=rewarded, can_make_up=can_make_up
    )


CALENDAR = ReadField[CheckInConfig, CheckInState](
    name="calendar",
    title=Text(zh="签到日历", en="The calendar of a month"),
    input=Month,
    output=Calendar,
    read=read_calendar,
)
