"""What siyu remembers of a member in a check-in, and how it came from older versions."""

from datetime import date
from typing import Any

from siyu.sdk import CampaignState

# Two months of 31 days: a day that can be made up, and all of its month.
RECENT_DAYS_MAX = 62
SIGNED, MADE_UP, MISSED = "1", "2", "0"
PRESENT = SIGNED + MADE_UP

STATE_VERSION = 2


class CheckInState(CampaignState):
    """Where a member stands: the last day signed, the streak up to it, the totals, and the latest days.

    `recent` has one character a day, `last_day` first and older days after it: 1 signed, 2 made up, 0 missed; it ends
    with the first day that was ever signed, or after RECENT_DAYS_MAX. `run_before` is how many days in a row were
    signed directly before those.
    """

    last_day: date | None = None
    streak: int = 0
    best_streak: int = 0
    days: int = 0
    recent: str = ""
    run_before: int = 0


def upcast(version: int, data: dict[str, Any]) -> dict[str, Any]:
    """Version 1 knew of no days but those of the streak."""
    if version > 1:
        return data
    streak: int = data.get("streak", 0)
    recent = SIGNED * min(streak, RECENT_DAYS_MAX)
    return {**data, "recent": recent, "run_before": streak - len(recent)}
