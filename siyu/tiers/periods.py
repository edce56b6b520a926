"""The shop's days: where review periods and windows begin and end."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from siyu.tiers.ladder import Period

DAY = timedelta(days=1)
MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}
MONTHS_A_YEAR = 12
# The end of what has none.
FOR_EVER = date.max


def first_day(period: Period, day: date) -> date:
    """The first day of the period that holds the day."""
    months = MONTHS[period]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def last_day(period: Period, day: date, later: int = 0) -> date:
    """The last day of the period that holds the day, or of a later one."""
    first, months = first_day(period, day), MONTHS[period] * (later + 1)
    years, month = divmod(first.month - 1 + months, MONTHS_A_YEAR)
    return date(first.year + years, month + 1, 1) - DAY


def year_before(day: date) -> date:
    """The same day a year before; of a leap day the 28th."""
    year = day.year - 1
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which the day begins in the shop."""
    return datetime.combine(day, time.min, zone)
