"""Alerts as operators read and acknowledge them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from siyu.db import Pool
from siyu.errors import NotFound
from siyu.inputs import check_words
from siyu.metrics.definition import Cut, Status
from siyu.paging import Page, cut_page

NOTE_LENGTH_MAX = 500

COLUMNS = (
    "id, metric, cut, cut_key, status, value, low, high, opened_on, opened_at, "
    "acknowledged_by, acknowledged_at, note, closed_at"
)
STATES = {
    "open": "closed_at IS NULL AND acknowledged_at IS NULL",
    "acknowledged": "closed_at IS NULL AND acknowledged_at IS NOT NULL",
    "closed": "closed_at IS NOT NULL",
}
PAGE = f"""
SELECT {COLUMNS} FROM metric_alert WHERE {{state}} AND ($1::uuid IS NULL OR id < $1) ORDER BY id DESC LIMIT $2
"""
# The first one's note stays.
ACKNOWLEDGE = """
UPDATE metric_alert SET acknowledged_by = $2, acknowledged_at = $3, note = $4 WHERE id = $1 AND acknowledged_at IS NULL
"""
ONE = f"SELECT {COLUMNS} FROM metric_alert WHERE id = $1"


class AlertState(Enum):
    """Whether an alert waits for an operator, is known to one, or is over."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Alert:
    """That a metric is out of its range since a day: of the whole shop where `cut` is None, else of one key of it."""

    id: UUID
    metric: str
    cut: Cut | None
    cut_key: str
    status: Status
    value: float
    low: float | None
    high: float | None
    opened_on: date
    opened_at: datetime
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    note: str | None
    closed_at: datetime | None

    @property
    def state(self) -> AlertState:
        """Where it stands."""
        if self.closed_at is not None:
            return AlertState.CLOSED
        return AlertState.OPEN if self.acknowledged_at is None else AlertState.ACKNOWLEDGED


def _alert(record: Iterable[object]) -> Alert:
    found = list(record)
    found[2] = Cut(found[2]) if found[2] else None
    found[4] = Status(found[4])
    return Alert(*found)  # type: ignore[arg-type]  # the driver's types are the columns'


async def alert_page(pool: Pool, state: AlertState, limit: int, after: UUID | None) -> Page[Alert]:
    """The alerts of a state, the newest first."""
    records = await pool.fetch(PAGE.format(state=STATES[state.value]), after, limit + 1)
    return cut_page([_alert(record) for record in records], limit)


async def acknowledge(pool: Pool, alert_id: UUID, note: str, author: str, now: datetime) -> Alert:
    """Note that an operator knows; a second one changes nothing. Raises InvalidInput and NotFound."""
    text = check_words(note, ("note",), NOTE_LENGTH_MAX)
    await pool.execute(ACKNOWLEDGE, alert_id, author, now, text)
    record = await pool.fetchrow(ONE, alert_id)
    if record is None:
        raise NotFound("there is no such alert")
    return _alert(record)
