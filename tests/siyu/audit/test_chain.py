"""The chain of the audit log: gapless however many write, append-only, and whatever is done to it is found."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.audit import Ended, Intent, Verdict, keep_intents, keep_outcomes, verify_chain
from siyu.audit.chain import BEGINNING, COLUMNS, entry_of
from siyu.audit.keeping import APPEND, row_of
from siyu.audit.verifying import follow
from siyu.db import Connection, Pool

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
AT_ONCE = 20
ROWS = f"SELECT {COLUMNS} FROM audit_entry ORDER BY number"
# As somebody who owns the database can.
UNGUARDED = "SET LOCAL session_replication_role = replica"
# The other value that each column gets: as it was where it has that already.
EDITS = {
    "at": "at + interval '1 microsecond'",
    "intent": "CASE number WHEN 4 THEN 3 WHEN 2 THEN 3 ELSE intent END",
    "role": "'admin'",
    "name": "'mei'",
    "session": "'018f0000-0000-7000-8000-000000000000'",
    "field": "'memberUnfreeze'",
    "arguments": "replace(arguments, '5', '6')",
    "objects": "objects || ARRAY['Member:2']::varchar[]",
    "reason": "'another'",
    "request": "'r-2'",
    "outcome": "CASE WHEN intent IS NULL THEN NULL ELSE 'failed' END",
    "codes": "ARRAY['X']",
    "previous": "decode(repeat('ab', 32), 'hex')",
    "hash": "decode(repeat('cd', 32), 'hex')",
}
NUMBERS = st.integers(1, 8)
TAMPERINGS = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), NUMBERS, st.sampled_from(sorted(EDITS))),
        st.tuples(st.just("delete"), NUMBERS, st.none()),
        st.tuples(st.just("swap"), NUMBERS, NUMBERS),
        st.tuples(st.just("insert"), NUMBERS, st.none()),
        st.tuples(st.just("append"), NUMBERS, st.none()),
        st.tuples(st.just("forge"), NUMBERS, st.sampled_from(["name", "reason", "field", "at"])),
    ),
    min_size=1,
    max_size=4,
)


def intent(amount: int) -> Intent:
    return Intent("operator", "lin", None, "memberFreeze", f'{{"amount":{amount}}}', ("Member:1",), "because", "r-1")


async def a_chain(pool: Pool) -> bytes:
    """Eight entries: three intents with outcomes, one without, and one of two at once. Its head."""
    for amount in (5, 15):
        [number] = await keep_intents(pool, [intent(amount)], NOON)
        await keep_outcomes(pool, [Ended(number, "ok", (), ("Member:1",))], NOON)
    first, _second = await keep_intents(pool, [intent(25), intent(35)], NOON)
    await keep_outcomes(pool, [Ended(first, "refused", ("NOT_FOUND",))], NOON)
    await keep_intents(pool, [intent(45)], NOON)
    verdict = await verified(pool)
    assert verdict == Verdict(8, verdict.head)
    return verdict.head


async def verified(pool: Pool, remembered: bytes | None = None) -> Verdict:
    return await verify_chain(pool, remembered, lambda _done, _total: None)


async def tamper(connection: Connection, what: str, number: int, other: Any) -> None:
    if what == "edit":
        await connection.execute(f"UPDATE audit_entry SET {other} = {EDITS[other]} WHERE number = $1", number)
    elif what == "forge":
        # A new content with its own hash: only the entry after it tells.
        await tamper(connection, "edit", number, other)
        record = await connection.fetchrow(f"SELECT {COLUMNS} FROM audit_entry WHERE number = $1", number)
        if record is not None:
            hashed = sha256(entry_of(record).canonical()).digest()
            await connection.execute("UPDATE audit_entry SET hash = $2 WHERE number = $1", number, hashed)
    elif what == "delete":
        await connection.execute("DELETE FROM audit_entry WHERE number = $1", number)
    elif what == "swap":
        moves = "UPDATE audit_entry SET number = $2 WHERE number = $1"
        for before, after in ((number, 1_000), (other, number), (1_000, other)):
            await connection.execute(moves, before, after)
    else:
        record = await connection.fetchrow(f"SELECT {COLUMNS} FROM audit_entry WHERE number = $1", number)
        if what == "insert":
            await connection.execute("UPDATE audit_entry SET number = number + 2000 WHERE number > $1", number)
            await connection.execute("UPDATE audit_entry SET number = number - 1999 WHERE number > 2000")
        place = number + 1 if what == "insert" else await connection.fetchval("SELECT max(number) + 1 FROM audit_entry")
        if record is not None:
            copied = replace(entry_of(record), number=place, intent=None)
            await connection.execute(APPEND, *row_of(copied))


async def chain_anew(connection: Connection) -> None:
    """What a clever one does: number and hash the whole chain again, the head too."""
    number, previous, chained = 0, BEGINNING, []
    for record in await connection.fetch(ROWS):
        number += 1
        placed = replace(entry_of(record), number=number, previous=previous)
        chained.append(replace(placed, hash=sha256(placed.canonical()).digest()))
        previous = chained[-1].hash
    await connection.execute("DELETE FROM audit_entry")
    await connection.executemany(APPEND, [row_of(entry) for entry in chained])
    await connection.execute("UPDATE audit_head SET number = $1, hash = $2", number, previous)


async def rows_of(connection: Connection) -> Sequence[Any]:
    return [tuple(record) for record in await connection.fetch(ROWS)]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tamperings=TAMPERINGS, is_clever=st.booleans())
async def test_whatever_is_done_to_the_rows_is_found(
    pool: Pool, tamperings: Sequence[tuple[str, int, Any]], is_clever: bool
) -> None:
    head = (await verified(pool)).head
    head = head if head != BEGINNING else await a_chain(pool)
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(UNGUARDED)
        before = await rows_of(connection)
        for what, number, other in tamperings:
            try:
                async with connection.transaction():
                    await tamper(connection, what, number, other)
            except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError):
                continue
        if is_clever:
            try:
                async with connection.transaction():
                    await chain_anew(connection)
            except asyncpg.IntegrityConstraintViolationError:
                pass
        verdict = await follow(connection, head if is_clever else None, lambda _done, _total: None)
        after = await rows_of(connection)
        await transaction.rollback()

    # Who can write chains can go on with this one, and with nothing but this one.
    kept = after[: len(before)] if is_clever else after
    assert verdict.is_sound == (kept == before), verdict
    if not verdict.is_sound and not is_clever:
        # The number is the first at which the rows are not what they were.
        # Of a forged one the next tells, or at the end the head.
        same = next((place for place, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), None)
        expected = (same if same is not None else min(len(before), len(after))) + 1
        assert verdict.bad_number in {expected, expected + 1}


async def test_twenty_at_once_make_one_chain_without_a_gap(pool: Pool) -> None:
    async def one(amount: int) -> int:
        [number] = await keep_intents(pool, [intent(amount)], NOON)
        await keep_outcomes(pool, [Ended(number, "ok")], NOON)
        return number

    numbers = await asyncio.gather(*map(one, range(AT_ONCE)))
    verdict = await verified(pool)

    assert verdict == Verdict(AT_ONCE * 2, verdict.head)
    assert len(set(numbers)) == AT_ONCE
    assert await pool.fetchval("SELECT count(*) FROM audit_entry WHERE intent IS NOT NULL") == AT_ONCE


async def test_a_remembered_head_stays_on_the_chain(pool: Pool) -> None:
    head = await a_chain(pool)
    await keep_intents(pool, [intent(55)], NOON)

    assert (await verified(pool, head)).is_sound
    assert not (await verified(pool, sha256(b"another").digest())).is_sound


async def test_an_intent_that_is_not_committed_leaves_no_trace(pool: Pool) -> None:
    head = await a_chain(pool)
    with pytest.raises(asyncpg.CheckViolationError):
        await keep_intents(pool, [intent(55), replace(intent(1), arguments="x" * 70_000)], NOON)

    assert (await verified(pool)).head == head


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET name = 'mei'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry CASCADE",
        "DELETE FROM audit_head",
        "INSERT INTO audit_entry SELECT 9, at, intent, role, name, session, field, arguments, objects, reason, "
        "request, outcome, codes, previous, hash FROM audit_entry WHERE number = 1",
        "INSERT INTO audit_entry SELECT 3000, at, intent, role, name, session, field, arguments, objects, reason, "
        "request, outcome, codes, previous, hash FROM audit_entry WHERE number = 8",
        "INSERT INTO audit_entry SELECT 9, at, 1, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, 'ok', '{}', "
        "(SELECT hash FROM audit_head), hash FROM audit_entry WHERE number = 8",
    ],
    ids=["update", "delete", "truncate", "head", "not after the last", "gap", "a second outcome"],
)
async def test_the_database_refuses_to_change_what_was_kept(pool: Pool, statement: str) -> None:
    await a_chain(pool)

    with pytest.raises((asyncpg.RaiseError, asyncpg.IntegrityConstraintViolationError)):
        await pool.execute(statement)
