"""Cursors of connections in order of time: a moment, and the id among what has the same."""

from datetime import UTC, datetime
from uuid import UUID

from schema.connections import bad_cursor, decode_cursor, encode_cursor
from schema.ids import parse_uuid


def moment_cursor(moment: datetime, key: UUID) -> str:
    """The cursor of a place."""
    return encode_cursor(moment.isoformat(), key)


def moment_key(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The place in a cursor. Raises ApiError for one that is not of such a connection."""
    if cursor is None:
        return None
    text, key_text = decode_cursor(cursor, 2)
    key = parse_uuid(key_text)
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise bad_cursor() from None
    if key is None:
        raise bad_cursor()
    return moment, key
