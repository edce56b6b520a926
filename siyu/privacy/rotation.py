"""Moves personal data to the present keys, in bounded steps: killed at any of them, the next run goes on."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from siyu.db import Connection, Pool
from siyu.errors import InvalidInput
from siyu.privacy.fields import PersonalField, normalised
from siyu.privacy.keys import Purpose
from siyu.privacy.store import KnownPhone, lock_phones, seal_phones
from siyu.privacy.vault import Sealed, Vault

# Some 20 ms of work, for which a member whose row it is may wait.
ROWS_AT_ONCE = 500
# What somebody else keeps is looked at again so often, each time after a pause.
ATTEMPTS_MAX, PAUSE_S = 60, 0.5

COLUMNS: Mapping[Purpose, str] = {Purpose.CIPHER: "cipher_key", Purpose.INDEX: "index_key"}
COUNT = "SELECT {column}, count(*) FROM personal GROUP BY 1"
STALE = """
SELECT member_id, field, cipher_key, cipher FROM personal WHERE cipher_key = ANY($1::text[]) LIMIT $2
FOR UPDATE SKIP LOCKED
"""
RESEAL = """
UPDATE personal SET cipher_key = new.cipher_key, cipher = new.cipher
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[]) AS new (member_id, field, cipher_key, cipher)
WHERE (personal.member_id, personal.field) = (new.member_id, new.field)
"""
INDEXED = """
SELECT member_id, field, cipher_key, cipher, blind_index FROM personal WHERE index_key = ANY($1::text[]) LIMIT $2
"""
# First identities, then what they rest on: in the order of whoever gives a member another number.
RENAME = """
UPDATE identity SET value = new.value FROM unnest($1::text[], $2::text[]) AS new (old, value)
WHERE kind = 'phone' AND identity.value = new.old
"""
REINDEX = """
UPDATE personal SET index_key = new.index_key, blind_index = new.value
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) AS new (member_id, field, old, index_key, value)
WHERE (personal.member_id, personal.field, personal.blind_index) = (new.member_id, new.field, new.old)
"""
IN_CLEAR = """
SELECT id, member_id, value FROM identity WHERE kind = 'phone' AND value !~ '^[0-9a-f]{64}$' AND id > $1
ORDER BY id LIMIT $2 FOR UPDATE
"""
BLIND = """
UPDATE identity SET value = $2 WHERE id = $1
    AND NOT EXISTS (SELECT FROM identity AS other WHERE other.kind = 'phone' AND other.value = $2)
"""
FIRST = UUID(int=0)

# Told how many rows are done and how many there are.
Report = Callable[[int, int], None]


async def rows_by_key(pool: Pool, purpose: Purpose) -> dict[str, int]:
    """How many rows need each key."""
    return {row[0]: row[1] for row in await pool.fetch(COUNT.format(column=COLUMNS[purpose]))}


async def move_to_present(pool: Pool, vault: Vault, purpose: Purpose, report: Report) -> int:
    """Encrypt, or index, with the present key whatever another key did; how many rows that were.

    Raises TimeoutError where somebody keeps rows for too long, Unreadable where a key is missing.
    """
    step = reseal_some if purpose is Purpose.CIPHER else reindex_some
    present = vault.keys(True).present(purpose, vault.clock()).id
    stale = {key: count for key, count in (await rows_by_key(pool, purpose)).items() if key != present}
    total, done = sum(stale.values()), 0
    for _ in range(ATTEMPTS_MAX):
        while moved := await step(pool, vault, sorted(stale)):
            done += moved
            report(done, max(total, done))
        stale = {key: count for key, count in (await rows_by_key(pool, purpose)).items() if key != present}
        if not stale:
            return done
        await asyncio.sleep(PAUSE_S)
    raise TimeoutError(f"{sum(stale.values())} rows are kept by others; run it again")


async def reseal_some(pool: Pool, vault: Vault, stale: Sequence[str], limit: int = ROWS_AT_ONCE) -> int:
    """Encrypt some rows of these keys with the present one; how many."""
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(STALE, stale, limit)
        sealed: list[tuple[UUID, str, str, bytes]] = []
        for member_id, name, key_id, cipher in rows:
            field = PersonalField(name)
            value = vault.open(field, member_id, Sealed(key_id, cipher))
            sealed.append((member_id, name, *vault.seal(field, member_id, value)))
        if sealed:
            await connection.execute(RESEAL, *map(list, zip(*sealed, strict=True)))
        return len(rows)


async def reindex_some(pool: Pool, vault: Vault, stale: Sequence[str], limit: int = ROWS_AT_ONCE) -> int:
    """Index some rows of these keys with the present one, and identities with them; how many."""
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(INDEXED, stale, limit)
        locks, phones, moved = [], [], []
        for member_id, name, key_id, cipher, old in rows:
            field = PersonalField(name)
            value = vault.open(field, member_id, Sealed(key_id, cipher))
            new = vault.index(field, value)
            moved.append((member_id, name, old, *new))
            if field is PersonalField.PHONE:
                locks.append(vault.indexes(field, value))
                phones.append((old, new.value))
        if phones:
            await lock_phones(connection, locks)
            await connection.execute(RENAME, *map(list, zip(*phones, strict=True)))
        if moved:
            await connection.execute(REINDEX, *map(list, zip(*moved, strict=True)))
        return len(rows)


async def seal_what_is_in_clear(pool: Pool, vault: Vault) -> int:
    """Make identities of the kind phone blind that were written before there were keys; how many stay in clear, since
    another member has the same number, or they are none."""
    after, left = FIRST, 0
    while True:
        async with pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(IN_CLEAR, after, ROWS_AT_ONCE)
            for row_id, member_id, value in rows:
                left += not await _blind(connection, vault, row_id, member_id, value)
        if len(rows) < ROWS_AT_ONCE:
            return left
        after = rows[-1][0]


async def _blind(connection: Connection, vault: Vault, row_id: UUID, member_id: UUID, value: str) -> bool:
    try:
        number = normalised(PersonalField.PHONE, value, ("value",))
    except InvalidInput:
        return False
    index = vault.index(PersonalField.PHONE, number)
    if (await connection.execute(BLIND, row_id, index.value)).endswith("0"):
        return False
    await seal_phones(connection, vault, {member_id: KnownPhone(number, index)})
    return True
