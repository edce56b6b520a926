"""Reads the cells of a row: ids, names, amounts, counts and times, each or a reason why not."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from api.imports.errors import BadRow
from siyu.errors import InvalidInput
from siyu.orders import AMOUNT_FEN_MAX
from siyu.privacy import PHONE_KIND, PersonalField, normalised

TEXT_LENGTH_MAX = 64
FEN_PER_YUAN = 100
AMOUNT = re.compile(r"(?P<sign>-?)\d{1,20}(\.(?P<decimals>\d{1,20}))?", re.ASCII)
# Not “whatever cannot be printed”: the joiners inside emoji cannot, and belong into nicknames.
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
COUNT = re.compile(r"\d{1,9}", re.ASCII)
# What Excel makes of a date: 2024/1/5, 2024-1-5 13:00, 2024/1/5 13:00:59.
LOOSE_TIME = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
# Another machine's clock may be this much ahead of ours.
CLOCK_SKEW_MAX = timedelta(minutes=5)
TIMES_REMEMBERED = 4_096


def read_id(column: str, text: str) -> str:
    """An id of at most 64 characters. Raises BadRow."""
    if not text:
        raise BadRow("MISSING_ID", f"{column} is empty.")
    return _text(column, text)


def read_identity(kind: str, column: str, text: str) -> str:
    """What a system knows a member by; of phones the one form of a number, which no reason repeats. Raises BadRow."""
    value = read_id(column, text)
    if kind != PHONE_KIND:
        return value
    try:
        return normalised(PersonalField.PHONE, value, (column,))
    except InvalidInput as error:
        raise BadRow("BAD_PHONE", f"{column} {error.problems[0].message}.") from error


def read_name(column: str, text: str) -> str | None:
    """A name of at most 64 characters, or None. Raises BadRow."""
    return _text(column, text) if text else None


def _text(column: str, text: str) -> str:
    if len(text) > TEXT_LENGTH_MAX:
        raise BadRow("TOO_LONG", f"{column} has {len(text)} characters; at most {TEXT_LENGTH_MAX} are allowed.")
    if CONTROL.search(text):
        raise BadRow("BAD_CHARACTER", f"{column} holds a control character.")
    return text


def read_amount_fen(column: str, text: str) -> int:
    """An amount in yuan with at most two decimals, exactly, in fen. Raises BadRow."""
    if not text:
        raise BadRow("MISSING_AMOUNT", f"{column} is empty.")
    match = AMOUNT.fullmatch(text)
    if match is None:
        raise BadRow("BAD_AMOUNT", f"{column} is not an amount such as 12.50: {text[:TEXT_LENGTH_MAX]}")
    if match["sign"]:
        raise BadRow("NEGATIVE_AMOUNT", f"{column} is negative; refunds are not imported.")
    if len(match["decimals"] or "") > 2:
        raise BadRow("TOO_MANY_DECIMALS", f"{column} has more than two decimals.")
    amount_fen = int(Decimal(text) * FEN_PER_YUAN)
    if amount_fen > AMOUNT_FEN_MAX:
        raise BadRow("AMOUNT_TOO_LARGE", f"{column} is above {AMOUNT_FEN_MAX // FEN_PER_YUAN} yuan.")
    return amount_fen


def check_count(column: str, text: str) -> None:
    """A count may be left out; otherwise it is a whole number from 0. Raises BadRow."""
    if text and not COUNT.fullmatch(text):
        raise BadRow("BAD_QUANTITY", f"{column} is not a whole number from 0: {text[:TEXT_LENGTH_MAX]}")


def read_time(column: str, text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """A date or a moment, in UTC; without an offset it is in the shop's time zone. Raises BadRow."""
    if not text:
        raise BadRow("MISSING_TIME", f"{column} is empty.")
    at = _moment(text, zone)
    if at is None:
        raise BadRow("BAD_TIME", f"{column} is not a time such as 2024-01-05 13:00:00: {text[:TEXT_LENGTH_MAX]}")
    if at < EARLIEST:
        raise BadRow("BAD_TIME", f"{column} lies before {EARLIEST.year}.")
    if at > now + CLOCK_SKEW_MAX:
        raise BadRow("TIME_IN_FUTURE", f"{column} lies in the future.")
    return at


@lru_cache(maxsize=TIMES_REMEMBERED)
def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        loose = LOOSE_TIME.fullmatch(text)
        if loose is not None:
            year, month, day, hour, minute, second = (int(part or 0) for part in loose.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=at.tzinfo or zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
