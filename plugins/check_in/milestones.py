"""What a day brings by the milestones that it reaches."""

from collections.abc import Iterator
from datetime import date

from plugins.check_in.config import CheckInConfig, Milestone
from siyu.sdk import Effect, Grant, Issue


def reached(
    config: CheckInConfig, day: date, above_days: int, streak_days: int, days: int, code: str
) -> Iterator[Effect]:
    """What a day brings that made a streak longer, from above so many days to its length, and the total `days`."""
    for milestone in config.continuous_milestones:
        if above_days < milestone.days <= streak_days:
            yield from _given(milestone, f"{day.isoformat()}-streak-{milestone.days}", code)
    for milestone in config.cumulative_milestones:
        if milestone.days == days:
            yield from _given(milestone, f"{day.isoformat()}-days-{days}", code)


def _given(milestone: Milestone, key: str, code: str) -> Iterator[Effect]:
    """The key holds the day, for which one decision stands: it is used only where the day itself is signed already."""
    if milestone.points:
        yield Grant("points", milestone.points)
    if milestone.reward is not None:
        yield Issue(milestone.reward, key, code)
