"""Members as they are read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from siyu.db import Pool
from siyu.inputs import is_storable
from siyu.paging import Page, cut_page
from siyu.privacy import PHONE_KIND, PersonalField, Vault, normalised


class MemberRow(NamedTuple):
    """One member."""

    id: UUID
    nickname: str | None
    avatar_url: str | None
    joined_at: datetime
    tier: str | None = None
    tags: Sequence[str] = ()
    groups: Sequence[str] = ()
    erased_at: datetime | None = None

    @property
    def key(self) -> "MemberKey":
        """Where the member stands in the order of joining."""
        return self.joined_at, self.id


# Members in the order of joining; the id tells apart those of one moment.
MemberKey = tuple[datetime, UUID]

COLUMNS = "id, nickname, avatar_url, joined_at, tier, tags, groups, erased_at"

# Who was merged into another is that other one.
BY_IDS = f"""
SELECT asked.id AS asked_id, {", ".join(f"member.{column}" for column in COLUMNS.split(", "))}
FROM member AS asked JOIN member ON member.id = coalesce(asked.merged_into, asked.id)
WHERE asked.id = ANY($1::uuid[])
"""

BY_IDENTITY = "SELECT member_id FROM identity WHERE kind = $1 AND value = ANY($2::text[])"

FOUND = """
SELECT coalesce(had.merged_into, had.id) FROM personal JOIN member AS had ON had.id = personal.member_id
WHERE field = ${} AND blind_index = ANY(${}::text[])"""


@dataclass(frozen=True, slots=True)
class MembersWanted:
    """A page of members who are not erased: at most `limit` strictly between two keys.

    Listed by time of joining, `oldest_first` or newest first; taken from the end of that list where `from_end`.
    """

    limit: int
    oldest_first: bool = False
    after: MemberKey | None = None
    before: MemberKey | None = None
    from_end: bool = False


async def members_by_id(pool: Pool, ids: Collection[UUID]) -> dict[UUID, MemberRow]:
    """Those of these members who exist; for one who was merged into another, that one."""
    return {asked_id: MemberRow(*row) for asked_id, *row in await pool.fetch(BY_IDS, list(ids))}


async def member_id_of(pool: Pool, kind: str, value: str, vault: Vault) -> UUID | None:
    """The member whom a system knows by this identity. Raises InvalidInput for a phone that is none."""
    if not (is_storable(kind) and is_storable(value)):
        return None
    values = [value]
    if kind == PHONE_KIND:
        phone = normalised(PersonalField.PHONE, value, ("identity", "value"))
        values = [index.value for index in vault.indexes(PersonalField.PHONE, phone)]
    found: UUID | None = await pool.fetchval(BY_IDENTITY, kind, values)
    return found


async def member_page(
    pool: Pool, wanted: MembersWanted, found: Collection[tuple[PersonalField, Sequence[str]]] = ()
) -> Page[MemberRow]:
    """The wanted members, in the order they are listed in; of those alone with one of these blind indexes of each field
    in `found`."""
    conditions, arguments, order = keyset(wanted, 2 * len(found))
    known = [f"id IN ({FOUND.format(2 * place + 1, 2 * place + 2)})" for place in range(len(found))]
    given = [value for field, indexes in found for value in (field.value, list(indexes))]
    there = ["erased_at IS NULL", "merged_into IS NULL", *known, *conditions]
    records = await pool.fetch(
        f"SELECT {COLUMNS} FROM member WHERE {' AND '.join(there)} {order}",
        *given,
        *arguments,
    )
    page = cut_page([MemberRow._make(record) for record in records], wanted.limit)
    return Page(page.rows[::-1], page.has_more) if wanted.from_end else page


def keyset(wanted: MembersWanted, parameters: int = 0, table: str = "") -> tuple[list[str], list[object], str]:
    """The conditions of a page, their arguments, and its order and size, for a statement that lists members.

    `parameters` is how many the statement has before; `table` is what it calls members, with a point.
    """
    low, high = (wanted.after, wanted.before) if wanted.oldest_first else (wanted.before, wanted.after)
    conditions: list[str] = []
    arguments: list[object] = []
    for key, sign in ((low, ">"), (high, "<")):
        if key is not None:
            arguments += key
            last = parameters + len(arguments)
            conditions.append(f"({table}joined_at, {table}id) {sign} (${last - 1}::timestamptz, ${last}::uuid)")
    direction = "ASC" if wanted.oldest_first != wanted.from_end else "DESC"
    order = f"ORDER BY {table}joined_at {direction}, {table}id {direction} LIMIT {wanted.limit + 1:d}"
    return conditions, arguments, order
