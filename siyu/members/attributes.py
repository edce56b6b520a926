"""Attributes: what a shop keeps of members beyond siyu's own columns, each a key with a typed value."""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from siyu.db import Connection, Pool, append_rows
from siyu.errors import InvalidInput, Problem
from siyu.inputs import PHONE_NUMBER, check_text
from siyu.members.locking import lock_person

ATTRIBUTES_MAX = 50
VALUE_LENGTH_MAX = 200
KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)
FLAGS = {"true": "true", "false": "false", "1": "true", "0": "false", "是": "true", "否": "false"}

COUNT = "SELECT count(*) FROM member_attribute WHERE member_id = $1"
CLEAR = "DELETE FROM member_attribute WHERE member_id = $1 AND key = ANY($2::varchar[])"
SET = """
INSERT INTO member_attribute (member_id, key, type, value, updated_at)
SELECT * FROM unnest($1::uuid[], $2::varchar[], $3::varchar[], $4::varchar[], $5::timestamptz[])
ON CONFLICT (member_id, key) DO UPDATE
SET type = excluded.type, value = excluded.value, updated_at = excluded.updated_at
WHERE (member_attribute.type, member_attribute.value) <> (excluded.type, excluded.value)
"""
OF_MEMBERS = """
SELECT member_id, key, type, value, updated_at FROM member_attribute WHERE member_id = ANY($1::uuid[])
ORDER BY member_id, key
"""


class AttributeType(Enum):
    """What an attribute's value is."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"


class AttributeRow(NamedTuple):
    """An attribute of a member; the value as its type writes it."""

    key: str
    type: AttributeType
    value: str
    updated_at: datetime


class AttributeChange(NamedTuple):
    """A value to set, or with None to clear."""

    key: str
    type: AttributeType
    value: str | None


def checked_key(key: str, path: tuple[str, ...]) -> str:
    """The key. Raises InvalidInput for what is none."""
    if not KEY.fullmatch(key):
        raise InvalidInput([Problem(path, "must have 1 to 32 small letters, digits and _, the first a letter")])
    return key


def checked_value(kind: AttributeType, value: str, path: tuple[str, ...]) -> str:
    """The value as its type writes it. Raises InvalidInput, for a phone number, too: those are kept encrypted."""
    text = check_text(value, path, VALUE_LENGTH_MAX)
    if PHONE_NUMBER.search(text):
        raise InvalidInput([Problem(path, "must not be a phone number, which is kept encrypted as the member's phone")])
    if kind is AttributeType.NUMBER and not NUMBER.fullmatch(text):
        raise InvalidInput([Problem(path, "must be a number such as -12.5")])
    if kind is AttributeType.FLAG:
        if text.casefold() not in FLAGS:
            raise InvalidInput([Problem(path, "must be true or false")])
        return FLAGS[text.casefold()]
    if kind is AttributeType.DATE:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise InvalidInput([Problem(path, "must be a date such as 2026-11-21")]) from None
    return text


async def change_attributes(pool: Pool, member_id: UUID, changes: Sequence[AttributeChange], now: datetime) -> None:
    """Set and clear attributes of a member. Raises InvalidInput and NotFound."""
    wanted = {}
    for place, (key, kind, value) in enumerate(changes):
        path = ("attributes", str(place))
        checked = None if value is None else checked_value(kind, value, (*path, "value"))
        wanted[checked_key(key, (*path, "key"))] = AttributeChange(key, kind, checked)
    async with pool.acquire() as connection, connection.transaction():
        person_id = await lock_person(connection, member_id)
        await connection.execute(CLEAR, person_id, [key for key, each in wanted.items() if each.value is None])
        await set_attributes(connection, [(person_id, each) for each in wanted.values() if each.value], now)
        if await connection.fetchval(COUNT, person_id) > ATTRIBUTES_MAX:
            raise InvalidInput([Problem(("attributes",), f"a member has at most {ATTRIBUTES_MAX}")])


async def set_attributes(
    connection: Connection, changes: Sequence[tuple[UUID, AttributeChange]], now: datetime
) -> None:
    """Set checked attributes of many members, each key of a member once."""
    columns = [
        [member_id for member_id, _ in changes],
        [each.key for _, each in changes],
        [each.type.value for _, each in changes],
        [each.value for _, each in changes],
        [now] * len(changes),
    ]
    await connection.execute(SET, *columns)


async def add_attributes(
    connection: Connection, changes: Sequence[tuple[UUID, AttributeChange]], now: datetime
) -> None:
    """The same of members who joined in this transaction and have none: at half the cost."""
    rows = [(member_id, each.key, each.type.value, each.value, now) for member_id, each in changes]
    await append_rows(connection, "member_attribute", ("member_id", "key", "type", "value", "updated_at"), rows)


async def attributes_of(pool: Pool, member_ids: Collection[UUID]) -> dict[UUID, list[AttributeRow]]:
    """The attributes of these members, by key; one statement."""
    found: dict[UUID, list[AttributeRow]] = {member_id: [] for member_id in member_ids}
    for member_id, key, kind, value, updated_at in await pool.fetch(OF_MEMBERS, list(member_ids)):
        found[member_id].append(AttributeRow(key, AttributeType(kind), value, updated_at))
    return found
