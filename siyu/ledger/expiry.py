"""When value expires: the shop's policy for a unit, and the moment that follows from it."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

# A century; beyond it "never" is meant.
MONTHS_MAX = 1_200
# One entry a unit and day on which value was given.
REMEMBERED_MAX = 4_096
LAST_MONTH_OF = {"month": 1, "quarter": 3, "year": 12}


class PeriodEnd(Enum):
    """With which period value expires: on the day itself, or when the month, quarter or year of that day is over."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class ExpiryPolicy:
    """Value lasts `months` from the day it was given, and then until the end of a period of the shop's calendar.

    Raises ValueError for months outside 0 to MONTHS_MAX, and for 0 of a day: that would be gone when it is given.
    """

    months: int
    until: PeriodEnd

    def __post_init__(self) -> None:
        if not 0 <= self.months <= MONTHS_MAX or (self.months == 0 and self.until is PeriodEnd.DAY):
            raise ValueError(f"value cannot last {self.months} months until the end of a {self.until.value}")

    def last_day(self, given: date) -> date:
        """The last day on which it can be spent. For a day that a month lacks its last one stands: 31 January and a
        month is 28 February."""
        month0 = given.year * 12 + given.month - 1 + self.months
        if self.until is not PeriodEnd.DAY:
            length = LAST_MONTH_OF[self.until.value]
            month0 += length - 1 - month0 % length
        year, month = divmod(month0, 12)
        days = monthrange(year, month + 1)[1]
        return date(year, month + 1, min(given.day, days) if self.until is PeriodEnd.DAY else days)


@dataclass(slots=True)
class Expiries:
    """The policies of the units that have one, by the shop's calendar."""

    policies: Mapping[str, ExpiryPolicy]
    zone: ZoneInfo
    _known: dict[tuple[str, date], datetime] = field(default_factory=dict)

    def of(self, unit: str, given_at: datetime) -> datetime | None:
        """The moment from which value of this unit, given at that moment, is gone; None: it never is."""
        policy = self.policies.get(unit)
        if policy is None:
            return None
        day = given_at.astimezone(self.zone).date()
        known = self._known.get((unit, day))
        if known is None:
            if len(self._known) >= REMEMBERED_MAX:
                self._known.clear()
            after = policy.last_day(day) + timedelta(days=1)
            known = self._known[unit, day] = datetime.combine(after, time.min, self.zone).astimezone(UTC)
        return known
