"""What siyu remembers of a member in a check-in, and how it came from older versions."""

from datetime import date
from typing import Any

from plugins.check_in.config import WHOLE_PERCENT
from siyu.sdk import CampaignState

# Two months of 31 days: a day that can be made up, and all of its month.
RECENT_DAYS_MAX = 62
SIGNED, MADE_UP, MISSED = "1", "2", "0"
PRESENT = SIGNED + MADE_UP

STATE_VERSION = 3


class Waiting(CampaignState):
    """A day that does not count yet, because it is to be reviewed itself or an earlier one is.

    `review` is the key of its review, `approved` whether nothing stands against it but earlier days. `percent` is what
    the table was worth to the member on that day, `group` the group that they signed in for.
    """

    day: date
    review: str = ""
    approved: bool = False
    made_up: bool = False
    percent: int = WHOLE_PERCENT
    group: str | None = None


class CheckInState(CampaignState):
    """Where a member stands: the last day that counts, the streak up to it, the totals, and the latest days.

    `recent` has one character a day, `last_day` first and older days after it: 1 signed, 2 made up, 0 missed; it ends
    with the first day that was ever signed, or after RECENT_DAYS_MAX. `run_before` is how many days in a row were
    signed directly before those. `given` tells of the same days, in the same order and between commas, which points
    each brought, with a + where it brought rewards too; nothing where that is not known, or the day was missed.

    `waiting` are days later than `last_day` that do not count yet, the earliest first. `tries` is how often the member
    has signed on `tried_on`, the last day that they put up for review.
    """

    last_day: date | None = None
    streak: int = 0
    best_streak: int = 0
    days: int = 0
    recent: str = ""
    run_before: int = 0
    given: str = ""
    waiting: tuple[Waiting, ...] = ()
    tried_on: date | None = None
    tries: int = 0

    @property
    def claimed_day(self) -> date | None:
        """The latest day that is signed or made up, whether it counts yet or not."""
        return self.waiting[-1].day if self.waiting else self.last_day


def upcast(version: int, data: dict[str, Any]) -> dict[str, Any]:
    """Version 1 knew of no days but those of the streak; version 2 not what they brought, and nothing waited."""
    if version > 1:
        return data
    streak: int = data.get("streak", 0)
    recent = SIGNED * min(streak, RECENT_DAYS_MAX)
    return {**data, "recent": recent, "run_before": streak - len(recent)}
