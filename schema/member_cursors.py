"""Cursors of the members' connection: the moment of joining, and the id among those of one moment."""

from datetime import UTC, datetime

from schema.connections import bad_cursor, decode_cursor, encode_cursor
from schema.ids import parse_uuid
from siyu.members.queries import MemberKey, MemberRow


def member_cursor(row: MemberRow) -> str:
    """The cursor of a member's place."""
    return encode_cursor(row.joined_at.isoformat(), row.id)


def member_key(cursor: str | None) -> MemberKey | None:
    """The place in a cursor. Raises ApiError for one that is not of this connection."""
    if cursor is None:
        return None
    moment, text = decode_cursor(cursor, 2)
    member_id = parse_uuid(text)
    try:
        joined_at = datetime.fromisoformat(moment).astimezone(UTC)
    except (ValueError, OverflowError):
        raise bad_cursor() from None
    if member_id is None:
        raise bad_cursor()
    return joined_at, member_id
