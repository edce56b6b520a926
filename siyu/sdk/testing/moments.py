"""A moment as tests write it, read as aware UTC."""

from datetime import UTC, datetime, tzinfo

When = datetime | str


def moment(when: When, zone: tzinfo) -> datetime:
    """The moment; a text without an offset is in the zone. Raises ValueError for a time without one."""
    read = datetime.fromisoformat(when) if isinstance(when, str) else when
    if read.tzinfo is None:
        if not isinstance(when, str):
            raise ValueError(f"{when!r} has no time zone")
        read = read.replace(tzinfo=zone)
    return read.astimezone(UTC)
