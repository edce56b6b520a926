"""Checks the audit log from its first entry to its head: nothing changed, removed, put in or moved."""

from collections.abc import Callable
from dataclasses import dataclass

from siyu.audit.chain import BEGINNING, COLUMNS, Entry, entry_of
from siyu.db import Connection, Pool

ROWS_AT_ONCE = 1_000
# The rows and the head as they were at one moment, however long it takes.
ALL = f"SELECT {COLUMNS} FROM audit_entry ORDER BY number"
HEAD = "SELECT number, hash FROM audit_head"
COUNT = "SELECT count(*) FROM audit_entry"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: how many entries are sound, the head, and where and why the chain breaks, if it does."""

    entries: int
    head: bytes
    bad_number: int | None = None
    problem: str | None = None

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return self.problem is None


async def verify_chain(pool: Pool, remembered: bytes | None, report: Callable[[int, int], None]) -> Verdict:
    """Follow the chain; `remembered` is the hash of an entry that has to be on it, such as a head of last month.

    `report` is told how many entries were looked at, and how many there are.
    """
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        return await follow(connection, remembered, report)


async def follow(connection: Connection, remembered: bytes | None, report: Callable[[int, int], None]) -> Verdict:
    """The same within a transaction."""
    head, total = await connection.fetchrow(HEAD), await connection.fetchval(COUNT)
    number, previous, is_remembered = 0, BEGINNING, remembered in {None, BEGINNING}
    intents: set[int] = set()
    async for record in connection.cursor(ALL, prefetch=ROWS_AT_ONCE):
        entry = entry_of(record)
        problem = _problem(entry, number, previous, intents)
        if problem is not None:
            return Verdict(number, previous, number + 1, problem)
        number, previous = entry.number, entry.hash
        is_remembered = is_remembered or entry.hash == remembered
        if number % ROWS_AT_ONCE == 0:
            report(number, total)
    if head is None or (head["number"], head["hash"]) != (number, previous):
        return Verdict(number, previous, number + 1, "the head tells of another last entry: entries were removed")
    if not is_remembered:
        return Verdict(number, previous, number + 1, "the remembered head is not on the chain: its end was replaced")
    return Verdict(number, previous)


def _problem(entry: Entry, number: int, previous: bytes, intents: set[int]) -> str | None:
    """Why the entry cannot follow; `intents` are those that nothing was told of yet."""
    if entry.number != number + 1:
        return "an entry is missing here"
    if entry.previous != previous:
        return "the entry does not follow the one before"
    if not entry.is_sound():
        return "the entry was changed"
    if entry.intent is None:
        intents.add(entry.number)
    elif entry.intent not in intents:
        return "the entry tells of an intent that there is not"
    else:
        intents.remove(entry.intent)
    return None
