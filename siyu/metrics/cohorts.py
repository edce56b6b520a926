"""How long a cohort joins."""

from datetime import date, timedelta
from enum import Enum


class CohortBy(Enum):
    """A week, which begins on Monday, or a month."""

    WEEK = "week"
    MONTH = "month"

    def first_day(self, day: date) -> date:
        """The first day of the cohort in which the day is."""
        return day - timedelta(days=day.weekday()) if self is CohortBy.WEEK else day.replace(day=1)

    def last_day(self, day: date) -> date:
        """Its last day."""
        if self is CohortBy.WEEK:
            return self.first_day(day) + timedelta(days=6)
        return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
