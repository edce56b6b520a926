"""A clock that tests move."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)  # noon in Shanghai


class TestClock:
    """It stands still, at noon first, until it is moved."""

    __test__ = False

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
