"""Days in a row: how a new day is put before the recent ones, how long runs are, where calendar periods begin."""

from datetime import date, timedelta

from plugins.check_in.config import Restart
from plugins.check_in.state import MISSED, PRESENT, RECENT_DAYS_MAX


def put_before(recent: str, run_before: int, gap_days: int, mark: str) -> tuple[str, int]:
    """The recent days, and the run before them, after a new last day so many days (at least 1) after the old one."""
    longer = f"{mark}{MISSED * min(gap_days - 1, RECENT_DAYS_MAX)}{recent}"
    dropped = longer[RECENT_DAYS_MAX:]
    if not dropped:
        return longer, run_before
    run = run_from(dropped)
    return longer[:RECENT_DAYS_MAX], run + run_before if run == len(dropped) else run


def put_given_before(given: str, gap_days: int, entry: str) -> str:
    """What the recent days brought, after a new last day so many days (at least 1) after the old one."""
    longer = f"{entry}{',' * min(gap_days, RECENT_DAYS_MAX)}{given}"
    if longer.count(",") < RECENT_DAYS_MAX:
        return longer
    return ",".join(longer.split(",", RECENT_DAYS_MAX)[:RECENT_DAYS_MAX])


def given_at(given: str, place: int, entry: str) -> str:
    """What the recent days brought, with another entry at a place, which may be after the last that is known."""
    entries = given.split(",")
    entries += [""] * (place + 1 - len(entries))
    entries[place] = entry
    return ",".join(entries)


def run_from(days: str) -> int:
    """How many days in a row are signed from the first of these, the latest, backwards."""
    return len(days) - len(days.lstrip(PRESENT))


def run_towards(days: str) -> int:
    """How many days in a row are signed from the last of these, the oldest, forwards."""
    return len(days) - len(days.rstrip(PRESENT))


def begins_anew(day: date, restart: Restart) -> bool:
    """Whether a streak begins with this day whatever was before."""
    if restart == "never":
        return False
    return day.weekday() == 0 if restart == "week" else day.day == 1


def period_of(day: date, restart: Restart) -> tuple[date, date]:
    """The first and the last day of the period within which streaks count."""
    if restart == "never":
        return date.min, date.max
    if restart == "month":
        return month_of(day)
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of the calendar month."""
    first = day.replace(day=1)
    later = first + timedelta(days=31)
    return first, later - timedelta(days=later.day)
