"""Personal data from and to the database: sealed values, and members by the blind indexes of their phones."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import asyncpg

from siyu.db import Connection, Pool
from siyu.errors import InvalidInput, Problem
from siyu.ids import new_id
from siyu.privacy.fields import PersonalField, normalised
from siyu.privacy.vault import Index, Sealed, Vault

# The kind of identities whose value is a blind index.
PHONE_KIND = "phone"

# Of a person what is the survivor's own first, then what those had who were merged into them, the first merged first.
READ = """
SELECT DISTINCT ON (asked, field) asked, field, personal.member_id, cipher_key, cipher
FROM unnest($1::uuid[]) AS each (asked) CROSS JOIN LATERAL (
    SELECT asked AS id, true AS own UNION ALL SELECT member.id, false FROM member WHERE merged_into = asked
) AS kin JOIN personal ON personal.member_id = kin.id ORDER BY asked, field, own DESC, kin.id
"""
# While index keys change, one number has several indexes: who enters or moves it waits here for whoever does the same.
LOCK = "SELECT count(pg_advisory_xact_lock(number)) FROM unnest($1::bigint[]) AS number"
KNOWN = "SELECT value FROM identity WHERE kind = 'phone' AND value = ANY($1::text[])"
ADD = """
INSERT INTO personal (member_id, field, cipher_key, cipher, index_key, blind_index, changed_at)
SELECT member_id, 'phone', cipher_key, cipher, index_key, blind_index, $6
FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::text[], $5::text[])
    AS sealed (member_id, cipher_key, cipher, index_key, blind_index)
ON CONFLICT DO NOTHING
"""
PUT = """
INSERT INTO personal (member_id, field, cipher_key, cipher, index_key, blind_index, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (member_id, field) DO UPDATE SET cipher_key = excluded.cipher_key, cipher = excluded.cipher,
    index_key = excluded.index_key, blind_index = excluded.blind_index, changed_at = excluded.changed_at
"""
# What was merged into the member goes, too: else it would be shown in its place.
DELETE = """
DELETE FROM personal
WHERE field = $2 AND member_id IN (SELECT $1 UNION ALL SELECT id FROM member WHERE merged_into = $1)
"""
OF_ANOTHER = """
SELECT EXISTS (SELECT FROM identity WHERE kind = 'phone' AND value = ANY($1::text[]) AND member_id <> $2)
"""
DROP_IDENTITY = "DELETE FROM identity WHERE kind = 'phone' AND member_id = $1"
ADD_IDENTITY = "INSERT INTO identity (id, member_id, kind, value) VALUES ($1, $2, 'phone', $3)"


class PhoneTaken(InvalidInput):
    """Another member has the number."""

    def __init__(self) -> None:
        super().__init__([Problem(("phone",), "another member has this number", "PHONE_TAKEN")])


class KnownPhone(NamedTuple):
    """A number, and the blind index by which it is or will be an identity."""

    number: str
    blind: Index


@dataclass(frozen=True, slots=True)
class PersonalChanges:
    """What to write of a member's personal data: None clears a field."""

    vault: Vault
    values: Mapping[PersonalField, str | None]


class Kept(NamedTuple):
    """A sealed value, and the member that it is sealed to: one who was merged into whoever has it, maybe."""

    owner_id: UUID
    sealed: Sealed


async def personal_of(pool: Pool | Connection, member_ids: Collection[UUID]) -> dict[UUID, dict[PersonalField, Kept]]:
    """What is kept of these members, of whoever was merged into them too."""
    found: dict[UUID, dict[PersonalField, Kept]] = {}
    for member_id, field, owner_id, key_id, cipher in await pool.fetch(READ, list(member_ids)):
        found.setdefault(member_id, {})[PersonalField(field)] = Kept(owner_id, Sealed(key_id, cipher))
    return found


async def find_by_index(connection: Connection, vault: Vault, typed: Sequence[str]) -> dict[str, KnownPhone]:
    """The numbers that were typed, by what was typed. The caller's transaction keeps them from moving meanwhile.

    Raises InvalidInput for what is no phone number.
    """
    numbers = {text: normalised(PersonalField.PHONE, text, ("identity", "value")) for text in typed}
    indexes = {number: vault.indexes(PersonalField.PHONE, number) for number in numbers.values()}
    await lock_phones(connection, indexes.values())
    values = [index.value for each in indexes.values() for index in each]
    known = {row[0] for row in await connection.fetch(KNOWN, values)}
    phones: dict[str, KnownPhone] = {}
    for text, number in numbers.items():
        written = vault.index(PersonalField.PHONE, number)
        present = next((index for index in indexes[number] if index.value in known), written)
        phones[text] = KnownPhone(number, present)
    return phones


async def lock_phones(connection: Connection, indexes: Collection[Sequence[Index]]) -> None:
    """Keep numbers with these indexes, the newest key's first, to this transaction while there are several of each."""
    places = sorted({_place(each[-1].value) for each in indexes if len(each) > 1})
    if places:
        await connection.fetchval(LOCK, places)


async def seal_phones(connection: Connection, vault: Vault, phones: Mapping[UUID, KnownPhone]) -> None:
    """Keep the numbers of members who are known by them, encrypted, where they are not kept yet."""
    sealed = [(owner, vault.seal(PersonalField.PHONE, owner, each.number)) for owner, each in phones.items()]
    await connection.execute(
        ADD,
        [owner for owner, _ in sealed],
        [each.key_id for _, each in sealed],
        [each.cipher for _, each in sealed],
        [each.blind.key_id for each in phones.values()],
        [each.blind.value for each in phones.values()],
        vault.clock(),
    )


async def write_personal(connection: Connection, member_id: UUID, changes: PersonalChanges) -> None:
    """Write what changed of a member whose row the caller's transaction has locked. Raises InvalidInput."""
    for field, text in changes.values.items():
        value = None if text is None else normalised(field, text, (field.value,))
        if field is PersonalField.PHONE:
            await _write_identity(connection, changes.vault, member_id, value)
        if value is None or field is PersonalField.PHONE:
            # A person has one number as an identity, and so no other one sealed.
            await connection.execute(DELETE, member_id, field.value)
        if value is None:
            continue
        sealed, index = changes.vault.seal(field, member_id, value), changes.vault.index(field, value)
        await connection.execute(PUT, member_id, field.value, *sealed, *index, changes.vault.clock())


async def _write_identity(connection: Connection, vault: Vault, member_id: UUID, number: str | None) -> None:
    """Have the member known by this number alone. Raises PhoneTaken."""
    indexes = vault.indexes(PersonalField.PHONE, number) if number is not None else ()
    if indexes:
        await lock_phones(connection, [indexes])
        if await connection.fetchval(OF_ANOTHER, [index.value for index in indexes], member_id):
            raise PhoneTaken
    await connection.execute(DROP_IDENTITY, member_id)
    if number is not None:
        written = vault.index(PersonalField.PHONE, number).value
        try:
            await connection.execute(ADD_IDENTITY, new_id(), member_id, written)
        except asyncpg.UniqueViolationError as error:
            # At the same time, and first.
            raise PhoneTaken from error


def _place(blind_index: str) -> int:
    """A number's lock."""
    return int.from_bytes(bytes.fromhex(blind_index[:16]), "big", signed=True)
