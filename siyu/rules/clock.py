"""The moment at which a rule is asked, and the days of the shop around it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


class RuleClock:
    """A moment in the shop's time zone; one for all that is asked at that moment. `now` is aware."""

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        self.now = now
        self.zone = zone
        self.today = now.astimezone(zone).date()
        self._midnights: dict[int, datetime] = {}

    def midnight(self, days_ago: int) -> datetime:
        """The first moment of the day so many days before today; of tomorrow for -1."""
        found = self._midnights.get(days_ago)
        if found is None:
            day = self.today - timedelta(days=days_ago)
            found = self._midnights[days_ago] = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return found

    def days_since(self, moment: datetime) -> int:
        """The calendar days from the moment's day to today; negative for a day to come."""
        return (self.today - moment.astimezone(self.zone).date()).days
