"""The stretches of time a leaderboard ranks, and the keys that name them."""

from datetime import date
from enum import Enum
from functools import lru_cache

ALL_TIME = "all"
# Facts of a run fall on few days; an import of thirty years still fits.
DAYS_REMEMBERED = 16_384


class BoardWindow(Enum):
    """How long a stretch of time a ranking covers; days begin at midnight of the shop's time zone."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    ALL = "all"


@lru_cache(maxsize=DAYS_REMEMBERED)
def window_keys(day: date) -> tuple[str, str, str, str]:
    """The keys of the four windows a day of the shop belongs to, in the order of `BoardWindow`.

    >>> window_keys(date(2026, 11, 21))
    ('d:2026-11-21', 'w:2026-W47', 'm:2026-11', 'all')
    """
    week = day.isocalendar()
    text = day.isoformat()
    return f"d:{text}", f"w:{week.year:04}-W{week.week:02}", f"m:{text[:7]}", ALL_TIME


def window_key(window: BoardWindow, day: date) -> str:
    """The key of the window of this length that holds the day.

    >>> window_key(BoardWindow.WEEK, date(2027, 1, 1))
    'w:2026-W53'
    """
    return window_keys(day)[tuple(BoardWindow).index(window)]


def day_of(window_key: str) -> date | None:
    """The day that a key names; None for a key of a longer window.

    >>> day_of("d:2026-11-21")
    datetime.date(2026, 11, 21)
    """
    return date.fromisoformat(window_key[2:]) if window_key.startswith("d:") else None
