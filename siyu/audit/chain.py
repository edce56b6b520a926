"""The chain of the audit log: what an entry holds, its canonical JSON, and the hash of it and the one before."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

# What the first entry has for the hash of the one before.
BEGINNING = bytes(32)
# In the order of the table; `before` is the database's own.
COLUMNS = (
    "number, at, intent, role, name, session, field, arguments, objects, reason, request, outcome, codes, "
    "previous, hash"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the log: an intent, or with the number of one in `intent` what became of it."""

    number: int
    at: datetime
    intent: int | None
    role: str | None
    name: str | None
    session: UUID | None
    field: str | None
    arguments: str | None
    objects: tuple[str, ...]
    reason: str | None
    request: str | None
    outcome: str | None
    codes: tuple[str, ...]
    previous: bytes
    hash: bytes

    def canonical(self) -> bytes:
        """All of the entry but its hash, always as the same bytes."""
        told = {each.name: _plain(getattr(self, each.name)) for each in fields(self) if each.name != "hash"}
        return canonical_json(told).encode()

    def is_sound(self) -> bool:
        """Whether the hash is that of the rest."""
        return sha256(self.canonical()).digest() == self.hash


def entry_of(record: Iterable[object]) -> Entry:
    """A row of COLUMNS."""
    values = [tuple(value) if isinstance(value, list) else value for value in record]
    return Entry(*values)  # type: ignore[arg-type]  # the driver's types are the columns'


def canonical_json(value: Mapping[str, object]) -> str:
    """JSON with sorted keys and no space."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, UUID):
        # Of the driver's own class or the standard library's: the text is the same.
        return str(value)
    return value
