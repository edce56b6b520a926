"""Shows personal data in clear: to the member, and to whoever says why; each of the latter leaves a row."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from siyu.db import Connection, Pool
from siyu.errors import DomainError, InvalidInput, NotFound, Problem
from siyu.ids import new_id
from siyu.inputs import check_text, without_phones
from siyu.paging import Page, cut_page
from siyu.privacy.fields import PersonalField, masked
from siyu.privacy.store import personal_of
from siyu.privacy.vault import Sealed, Unreadable, Vault

logger = logging.getLogger(__name__)

REASON_LENGTH_MIN, REASON_LENGTH_MAX = 10, 500
# Of one person of the shop: who needs more exports them, which is another's decision.
REVEALED_MAX, REVEALED_WITHIN = 100, timedelta(hours=1)
# Instead of what cannot be read: it begins as no number does.
UNREADABLE = "(unreadable)"

# Nobody erases the member meanwhile.
THERE = """
SELECT person.id FROM member AS asked JOIN member AS person ON person.id = coalesce(asked.merged_into, asked.id)
WHERE asked.id = $1 AND person.erased_at IS NULL FOR SHARE OF person
"""
IN_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('revelation/' || $1, 0))"
COUNT = "SELECT count(*) FROM revelation WHERE revealed_by = $1 AND at > $2"
NOTE = "INSERT INTO revelation (id, member_id, fields, reason, revealed_by, at) VALUES ($1, $2, $3, $4, $5, $6)"
PAGE = """
SELECT id, member_id, fields, reason, revealed_by, at FROM revelation
WHERE ($1::uuid IS NULL OR member_id = ANY (ARRAY(
    SELECT $1 UNION ALL SELECT id FROM member WHERE merged_into = $1)))
    AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3
"""

Values = Mapping[PersonalField, str]


class TooManyRevelations(DomainError):
    """Somebody was shown as much as one person is within an hour."""

    code = "TOO_MANY_REVELATIONS"

    def __init__(self) -> None:
        super().__init__(f"{REVEALED_MAX} revelations within an hour are the most; go on later")


@dataclass(frozen=True, slots=True)
class Wish:
    """Whose fields somebody, named with their role, has to see, and why."""

    member_id: UUID
    fields: Collection[PersonalField]
    reason: str
    by: str


class RevelationRow(NamedTuple):
    """That somebody was shown something."""

    id: UUID
    member_id: UUID
    fields: list[str]
    reason: str
    revealed_by: str
    at: datetime


async def reveal(pool: Pool, vault: Vault, wish: Wish, now: datetime) -> Values:
    """The fields in clear, of those that are kept, once it is written who sees them and why.

    Raises InvalidInput, NotFound and TooManyRevelations.
    """
    reason = check_text(wish.reason, ("reason",), REASON_LENGTH_MAX)
    if len(reason) < REASON_LENGTH_MIN:
        raise InvalidInput([Problem(("reason",), f"must have {REASON_LENGTH_MIN} to {REASON_LENGTH_MAX} characters")])
    if not wish.fields:
        raise InvalidInput([Problem(("fields",), "must name at least one")])
    fields = sorted({field.value for field in wish.fields})
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(IN_TURN, wish.by)
        if await connection.fetchval(COUNT, wish.by, now - REVEALED_WITHIN) >= REVEALED_MAX:
            raise TooManyRevelations
        person_id = await connection.fetchval(THERE, wish.member_id)
        if person_id is None:
            raise NotFound("there is no such member")
        await connection.execute(NOTE, new_id(), person_id, fields, without_phones(reason), wish.by, now)
        values = await _read(connection, vault, person_id)
    return {field: value for field, value in values.items() if field.value in fields}


async def own_values(pool: Pool, vault: Vault, member_id: UUID) -> Values:
    """A member's personal data in clear, for the member alone."""
    return await _read(pool, vault, member_id)


async def masked_of(pool: Pool, vault: Vault, member_ids: Collection[UUID]) -> dict[UUID, Values]:
    """What staff see of these members' personal data; UNREADABLE for what does not open, which hides nobody else's."""
    kept = await personal_of(pool, member_ids)
    return {
        member_id: {field: _masked(vault, field, *each) for field, each in fields.items()}
        for member_id, fields in kept.items()
    }


async def revelation_page(
    pool: Pool, member_id: UUID | None, limit: int, before: UUID | None = None
) -> Page[RevelationRow]:
    """Who was shown what, the latest first: of a member, or of all."""
    records = await pool.fetch(PAGE, member_id, before, limit + 1)
    return cut_page([RevelationRow(*record) for record in records], limit)


def _masked(vault: Vault, field: PersonalField, member_id: UUID, sealed: Sealed) -> str:
    try:
        return masked(field, vault.open(field, member_id, sealed))
    except Unreadable as error:
        # Its words name the row and the key, nothing that is personal.
        logger.error("%s", error)
        return UNREADABLE


async def _read(pool: Pool | Connection, vault: Vault, member_id: UUID) -> Values:
    kept = (await personal_of(pool, [member_id])).get(member_id, {})
    return {field: vault.open(field, *each) for field, each in kept.items()}
