"""The moments that a rule can name: points in time, and times so long before now."""

import re
from datetime import datetime, timedelta

from siyu.rules.syntax import Span
from siyu.rules.tree import Aged, Condition, Literal, Not, Operand, Read

# A century. It also keeps `now` minus a duration a date of both Python and PostgreSQL.
DURATION_MAX = timedelta(days=36_500)
YEAR_MIN, YEAR_MAX = 1900, 2999
# A century of days either way; beyond it a count of days is compared as the number it is.
AGED_DAYS_MAX = 36_500

# Only these units and only in this order, so that every reader of CEL reads the same.
DURATION = re.compile(r"(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?")
TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")


def duration_of(text: str) -> timedelta | None:
    """The duration that the text is; None for what is none, and for more than DURATION_MAX."""
    found = DURATION.fullmatch(text)
    if not text or found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    duration = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return duration if duration <= DURATION_MAX else None


def timestamp_of(text: str) -> datetime | None:
    """The moment that the text is, as RFC 3339 writes it; None for what is none, and outside the years that we keep."""
    if not TIMESTAMP.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if YEAR_MIN <= moment.year <= YEAR_MAX else None


def aged(left: Operand, operator: str, right: Operand, span: Span) -> Condition | None:
    """A comparison of days since a moment as bounds of the moment itself; None for any other comparison."""
    if not isinstance(left, Read) or not left.feature.counts_days or not isinstance(right, Literal):
        return None
    days = right.value
    if not isinstance(days, int) or abs(days) >= AGED_DAYS_MAX:
        return None
    least, most = {
        "<": (None, days - 1),
        "<=": (None, days),
        ">": (days + 1, None),
        ">=": (days, None),
    }.get(operator, (days, days))
    within = Aged(left.feature, least, most, span)
    return Not(within, span) if operator == "!=" else within
