"""Folds the changes that commits left into the scores of every window, each message exactly once."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import asyncpg

from siyu import outbox
from siyu.boards.changes import SCORES_TOPIC, Changes, read_changes
from siyu.boards.erased import drop, erased_among
from siyu.boards.locking import try_lock, wait_for_lock
from siyu.boards.scores import UnknownBoard, write_changes
from siyu.clock import Clock, utc_now
from siyu.db import Connection, Pool
from siyu.outbox import OutboxMessage

# Up to 64,000 facts, so that a backlog is caught up with: who is in many of them is written once, and the more there
# are, the fewer rows a fact costs. A transaction of a few seconds at most.
MESSAGES_MAX = 256
# Where messages go that cannot be folded: they would hold up all others.
SET_ASIDE_TOPIC = "scores.set_aside"
UNFOLDABLE = (asyncpg.IntegrityConstraintViolationError, UnknownBoard)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FoldReport:
    """What one pass did. With `is_drained`, every change committed by `as_of` is in the scores."""

    messages: int
    as_of: datetime
    is_drained: bool


class Told(NamedTuple):
    """A message and the changes in it."""

    message: OutboxMessage
    changes: list[Changes]


async def fold(pool: Pool, clock: Clock = utc_now) -> FoldReport | None:
    """One pass over the oldest messages; None if another process is at it. Raises what asyncpg raises.

    The scores change and the messages go in one transaction, so nothing counts twice and nothing is lost.
    """
    async with pool.acquire() as connection, connection.transaction():
        return await _pass(connection, clock) if await try_lock(connection) else None


async def fold_everything(pool: Pool) -> None:
    """Fold until nothing that was committed before the call is left, waiting for another process's pass."""
    async with pool.acquire() as connection:
        newest = await outbox.newest_id(connection, SCORES_TOPIC)
        while newest is not None:
            async with connection.transaction():
                await wait_for_lock(connection)
                await _pass(connection, utc_now)
            oldest = await outbox.oldest(connection, SCORES_TOPIC, 1)
            if not oldest or oldest[0].id > newest:
                return


async def _pass(connection: Connection, clock: Clock) -> FoldReport:
    """Fold and discard the oldest messages; the caller holds the lock."""
    # Taken before the messages are read: what was committed by now is among them.
    as_of = clock()
    messages = await outbox.oldest(connection, SCORES_TOPIC, MESSAGES_MAX)
    if messages:
        told = [Told(message, read_changes(message.payload)) for message in messages]
        erased = await erased_among(connection, {member for each in told for c in each.changes for member in c.members})
        await _fold_all(connection, told, erased)
        if erased:
            await drop(connection, erased)
        await outbox.discard(connection, messages)
    return FoldReport(len(messages), as_of, len(messages) < MESSAGES_MAX)


def _counting(told: Told, erased: Collection[str]) -> list[Changes]:
    """A message's changes but those of members who are erased."""
    return [left for changes in told.changes for left in changes.without(erased)] if erased else told.changes


async def _fold_all(connection: Connection, messages: Sequence[Told], erased: Collection[str]) -> None:
    """All messages at once; where that cannot be, one by one, and those that cannot be folded are set aside."""
    try:
        async with connection.transaction():
            await write_changes(connection, [c for message in messages for c in _counting(message, erased)])
    except UNFOLDABLE:
        for message in messages:
            await _fold_one(connection, message, erased)


async def _fold_one(connection: Connection, told: Told, erased: Collection[str]) -> None:
    try:
        async with connection.transaction():
            await write_changes(connection, _counting(told, erased))
    except UNFOLDABLE:
        logger.exception("scores of outbox message %d cannot be folded and are set aside", told.message.id)
        await outbox.append(connection, SET_ASIDE_TOPIC, told.message.payload)
