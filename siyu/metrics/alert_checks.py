"""Opens an alert for each metric that is out of range, and closes it when it has been back for some days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.db import Connection
from siyu.ids import new_id
from siyu.metrics.catalogue import ALL, CATALOGUE
from siyu.metrics.definition import Cut, Status
from siyu.metrics.evaluating import Value
from siyu.metrics.figures import Window
from siyu.metrics.queries import cut_values, values
from siyu.metrics.ranges import load_ranges

# Judged by the last so many whole days, compared with as many before.
ALERT_DAYS = 30
# So many checks in a row back in range close an alert: one good day is none.
CLOSE_CHECKS = 3
# What can no longer be judged, because the group is gone or nobody does anything, is given up after so many days.
GIVEN_UP = timedelta(days=30)
# Of fewer members, orders or clicks a quotient says nothing.
SAMPLE_MIN = 20
ALERT_CUTS = tuple(Cut)
KEY_LENGTH_MAX = 64

BEGIN_DAY = "UPDATE metric_checked SET checked_on = $1 WHERE checked_on < $1 RETURNING true"
OPEN = "SELECT metric, cut, cut_key, id, checked_on, days_back FROM metric_alert WHERE closed_at IS NULL"
INSERT = """
INSERT INTO metric_alert (id, metric, cut, cut_key, status, value, low, high, opened_on, opened_at, checked_on)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9)
"""
STILL = """
UPDATE metric_alert SET status = $2, value = $3, low = $4, high = $5, checked_on = $6, days_back = 0 WHERE id = $1
"""
BACK = """
UPDATE metric_alert SET value = $2, checked_on = $3, days_back = $4,
    closed_at = CASE WHEN $4::int >= $5::int THEN $6::timestamptz END
WHERE id = $1
"""
GIVE_UP = "UPDATE metric_alert SET closed_at = $2 WHERE closed_at IS NULL AND checked_on <= $1"

# A metric, a cut ('' for none) and its key.
Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Open:
    id: UUID
    checked_on: date
    days_back: int


async def check_alerts(connection: Connection, zone: ZoneInfo, now: datetime) -> bool:
    """Judge yesterday unless that was done; whether it was done now. The caller has a transaction and METRICS_LOCK."""
    yesterday = now.astimezone(zone).date() - timedelta(days=1)
    if not await connection.fetchval(BEGIN_DAY, yesterday):
        return False
    rows = await connection.fetch(OPEN)
    known: dict[Place, _Open] = {(row[0], row[1], row[2]): _Open(row[3], row[4], row[5]) for row in rows}
    judged = await _judged(connection, zone, Window(yesterday - timedelta(days=ALERT_DAYS - 1), yesterday))
    new, still, back = [], [], []
    for place, value in judged.items():
        alert = known.get(place)
        if value.status is Status.UNKNOWN or _is_small(place[0], value):
            continue
        if value.status is Status.HEALTHY:
            if alert is not None:
                back.append((alert.id, value.value, yesterday, alert.days_back + 1, CLOSE_CHECKS, now))
        elif alert is not None:
            still.append((alert.id, value.status.value, value.value, *_bounds(value), yesterday))
        else:
            new.append((new_id(), *place, value.status.value, value.value, *_bounds(value), yesterday, now))
    for statement, arguments in ((INSERT, new), (STILL, still), (BACK, back)):
        if arguments:
            await connection.executemany(statement, arguments)
    await connection.execute(GIVE_UP, yesterday - GIVEN_UP, now)
    return True


def _is_small(metric: str, value: Value) -> bool:
    """Whether the value is of too few to say anything; the depth of a tree is divided by nothing."""
    return CATALOGUE[metric].denominator != "one" and (value.denominator or 0) < SAMPLE_MIN


def _bounds(value: Value) -> tuple[float | None, float | None]:
    """The bounds that it was judged by, where growth is asked for as the value that it had to reach."""
    low = value.healthy.low
    if value.healthy.growth is not None and value.previous is not None:
        grown = value.previous * (1 + value.healthy.growth)
        low = grown if low is None else max(low, grown)
    return low, value.healthy.high


async def _judged(connection: Connection, zone: ZoneInfo, window: Window) -> dict[Place, Value]:
    """Every metric that can be out of range, of the whole shop and by the cuts that alerts are about."""
    ranges = await load_ranges(connection)
    wanted = [each for each in ALL if each.can_alert or each.key in ranges]
    whole = await values(connection, zone, wanted, window, ranges)
    found: dict[Place, Value] = {(key, "", ""): value for key, value in whole.items()}
    for cut in ALERT_CUTS:
        for key, told in (await cut_values(connection, zone, wanted, window, cut, ranges)).items():
            for each in told:
                if each.key and len(each.key) <= KEY_LENGTH_MAX:
                    found[key, cut.value, each.key] = each.value
    return found
