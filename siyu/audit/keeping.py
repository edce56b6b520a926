"""Appends to the audit log: one writer at a time, who holds the row of the head, so that the chain has no gap."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from siyu.audit.chain import COLUMNS, Entry
from siyu.db import Pool

ARGUMENTS_BYTES_MAX = 65_536
REASON_LENGTH_MAX = 500
REQUEST_LENGTH_MAX = 128
CODE_LENGTH_MAX = 100
CODES_MAX = 50
OBJECTS_MAX = 200
OBJECT_LENGTH_MAX = 200

LOCK_HEAD = "SELECT number, hash FROM audit_head FOR UPDATE"
MOVE_HEAD = "UPDATE audit_head SET number = $1, hash = $2"
APPEND = f"""
INSERT INTO audit_entry ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
"""


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody is about to change; `arguments` is JSON without personal data and secrets."""

    role: str
    name: str
    session: UUID | None
    field: str
    arguments: str
    objects: Sequence[str] = ()
    reason: str | None = None
    request: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of the intent of that number: `ok`, `refused` or `failed`, and with which codes."""

    intent: int
    outcome: str
    codes: Sequence[str] = ()
    objects: Sequence[str] = ()


async def keep_intents(pool: Pool, intents: Sequence[Intent], now: datetime) -> list[int]:
    """Commit the intents, before anything of them is done; their numbers."""
    return await _append(pool, [_of_intent(intent, now) for intent in intents])


async def keep_outcomes(pool: Pool, outcomes: Sequence[Ended], now: datetime) -> list[int]:
    """Commit what became of intents."""
    return await _append(pool, [_of_outcome(ended, now) for ended in outcomes])


def _of_intent(intent: Intent, now: datetime) -> Entry:
    return Entry(
        number=0,
        at=now,
        intent=None,
        role=intent.role,
        name=intent.name,
        session=intent.session,
        field=intent.field,
        arguments=intent.arguments,
        objects=_bounded(intent.objects, OBJECTS_MAX, OBJECT_LENGTH_MAX),
        reason=intent.reason[:REASON_LENGTH_MAX] if intent.reason else None,
        request=intent.request[:REQUEST_LENGTH_MAX] if intent.request else None,
        outcome=None,
        codes=(),
        previous=b"",
        hash=b"",
    )


def _of_outcome(ended: Ended, now: datetime) -> Entry:
    return Entry(
        number=0,
        at=now,
        intent=ended.intent,
        role=None,
        name=None,
        session=None,
        field=None,
        arguments=None,
        objects=_bounded(ended.objects, OBJECTS_MAX, OBJECT_LENGTH_MAX),
        reason=None,
        request=None,
        outcome=ended.outcome,
        codes=_bounded(ended.codes, CODES_MAX, CODE_LENGTH_MAX),
        previous=b"",
        hash=b"",
    )


def _bounded(texts: Sequence[str], count_max: int, length_max: int) -> tuple[str, ...]:
    return tuple(text[:length_max] for text in dict.fromkeys(texts))[:count_max]


async def _append(pool: Pool, unchained: Sequence[Entry]) -> list[int]:
    """Chain the entries to the head and to each other, and commit them."""
    entries: list[Entry] = []
    async with pool.acquire() as connection, connection.transaction():
        head = await connection.fetchrow(LOCK_HEAD)
        assert head is not None, "the migration wrote it"  # noqa: S101 - an invariant
        number, previous = head
        for entry in unchained:
            number += 1
            placed = replace(entry, number=number, previous=previous)
            entries.append(replace(placed, hash=sha256(placed.canonical()).digest()))
            previous = entries[-1].hash
        await connection.executemany(APPEND, [row_of(entry) for entry in entries])
        await connection.execute(MOVE_HEAD, number, previous)
    return [entry.number for entry in entries]


def row_of(entry: Entry) -> tuple[object, ...]:
    """The entry in the order of COLUMNS."""
    return tuple(getattr(entry, name) for name in COLUMNS.split(", "))
