"""What facts do to scores, as a commit leaves it for the worker: the message of the topic `scores`."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from siyu.boards.registry import MAX_SCORE
from siyu.db import Connection
from siyu.outbox import append

SCORES_TOPIC = "scores"
# Many changes are in few scopes.
SCOPES_REMEMBERED = 1_024


class BoardChange(NamedTuple):
    """What one fact does to one member's score; `day` is the day of the shop that `at` falls on.

    `amount` is a difference on a board of sums (it may be negative) and a value on a board of bests; None there: the
    member's scores so far are forgotten, and what comes after counts from nothing. It counts in the whole shop and in
    each of the `scopes`, of which none comes twice.
    """

    board: str
    member_id: UUID
    day: date
    at: datetime
    amount: int | None
    scopes: tuple[UUID, ...] = ()


async def leave_changes(connection: Connection, changes: Sequence[BoardChange]) -> None:
    """Leave the changes to the worker, which folds them into the boards once and in order.

    They exist if and only if the caller's transaction commits. Raises ValueError for an amount beyond MAX_SCORE.
    """
    if any(abs(change.amount or 0) > MAX_SCORE for change in changes):
        raise ValueError(f"a score changes by at most {MAX_SCORE}")
    if changes:
        await append(connection, SCORES_TOPIC, [_written(*change) for change in changes])


def _written(
    board: str, member_id: UUID, day: date, at: datetime, amount: int | None, scopes: tuple[UUID, ...]
) -> tuple[object, ...]:
    """A change in its message; the versions before had no scopes."""
    written = board, member_id.hex, day, at, amount
    return (*written, [scope.hex for scope in scopes]) if scopes else written


@lru_cache(SCOPES_REMEMBERED)
def _scope(written: str) -> UUID:
    return UUID(hex=written)


def read_changes(payload: Iterable[Sequence[Any]]) -> list[BoardChange]:
    """The changes in a message."""
    return [
        BoardChange(
            board,
            UUID(hex=member),
            date.fromisoformat(day),
            datetime.fromisoformat(at),
            amount,
            tuple(_scope(scope) for each in scopes for scope in each),
        )
        for board, member, day, at, amount, *scopes in payload
    ]
