"""What facts do to scores, as a commit leaves it for the worker: the message of the topic `scores`."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from siyu.boards.entries import micros_of, moment_of
from siyu.boards.registry import BOARDS, MAX_SCORE, BoardKind
from siyu.db import Connection
from siyu.outbox import Note, append_all

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


class Changes(NamedTuple):
    """Changes of one board, day and list of scopes, as columns: many facts have these in common.

    Of each change the member's id in hexadecimal digits, microseconds since 1970, and the amount, which is None in all
    of them or in none.
    """

    board: str
    day: date
    scopes: tuple[UUID, ...]
    members: list[str]
    micros: list[int]
    amounts: list[int | None]

    @property
    def forget(self) -> bool:
        """Whether they have the members' scores forgotten."""
        return self.amounts[0] is None

    def without(self, members: Collection[str]) -> list["Changes"]:
        """Those of other members: one, or none where there are none."""
        rows = [row for row in zip(self.members, self.micros, self.amounts, strict=True) if row[0] not in members]
        return [Changes(self.board, self.day, self.scopes, *map(list, zip(*rows, strict=True)))] if rows else []

    def single(self) -> list[BoardChange]:
        """Each by itself."""
        return [
            BoardChange(self.board, UUID(hex=member), self.day, moment_of(micros), amount, self.scopes)
            for member, micros, amount in zip(self.members, self.micros, self.amounts, strict=True)
        ]


def gather(changes: Iterable[BoardChange]) -> list[Changes]:
    """The changes as columns, those of a member on a board of sums added up.

    What has scores forgotten stays between what came before and what comes after.
    """
    gathered: list[Changes] = []
    for forget, run in groupby(changes, lambda change: change.amount is None):
        gathered += _gather_run(run, forget)
    return gathered


def _gather_run(run: Iterable[BoardChange], forget: bool) -> Iterator[Changes]:
    kinds: dict[tuple[str, date, tuple[UUID, ...]], list[tuple[str, int, int | None]]] = {}
    for board, member_id, day, at, amount, scopes in run:
        kinds.setdefault((board, day, scopes), []).append((member_id.hex, micros_of(at), amount))
    for (board, day, scopes), rows in kinds.items():
        is_sum = board in BOARDS and BOARDS[board].kind is BoardKind.SUM and not forget
        members, micros, amounts = zip(*(_added_up(rows) if is_sum else rows), strict=True)
        yield Changes(board, day, scopes, list(members), list(micros), list(amounts))


def _added_up(rows: Iterable[tuple[str, int, int | None]]) -> list[tuple[str, int, int | None]]:
    """One row a member: the sum of the amounts, at the last of the moments."""
    totals: dict[str, tuple[int, int]] = {}
    for member, micros, amount in rows:
        latest, total = totals.get(member, (micros, 0))
        totals[member] = (max(micros, latest), total + (amount or 0))
    return [(member, *total) for member, total in totals.items()]


def notes_of_changes(changes: Sequence[BoardChange]) -> list[Note]:
    """The changes as the worker is left them, which folds them into the boards once and in order.

    Raises ValueError for an amount beyond MAX_SCORE.
    """
    if any(abs(change.amount or 0) > MAX_SCORE for change in changes):
        raise ValueError(f"a score changes by at most {MAX_SCORE}")
    return [Note(SCORES_TOPIC, [_written(each) for each in gather(changes)])] if changes else []


async def leave_changes(connection: Connection, changes: Sequence[BoardChange]) -> None:
    """Leave the changes to the worker; they exist if and only if the caller's transaction commits. Raises ValueError
    for an amount beyond MAX_SCORE."""
    await append_all(connection, notes_of_changes(changes))


def _written(changes: Changes) -> tuple[object, ...]:
    scopes = [scope.hex for scope in changes.scopes]
    return changes.board, changes.day, scopes, changes.members, changes.micros, changes.amounts


@lru_cache(SCOPES_REMEMBERED)
def _scope(written: str) -> UUID:
    return UUID(hex=written)


def read_changes(payload: Iterable[Sequence[Any]]) -> list[Changes]:
    """The changes in a message; the versions before wrote each by itself."""
    read = []
    for written in payload:
        if isinstance(written[2], list):
            board, day, scopes, *columns = written
            read.append(Changes(board, date.fromisoformat(day), tuple(map(_scope, scopes)), *columns))
        else:
            read += gather([_single(*written)])
    return read


def _single(board: str, member: str, day: str, at: str, amount: int | None, scopes: Iterable[str] = ()) -> BoardChange:
    moment = datetime.fromisoformat(at)
    return BoardChange(board, UUID(hex=member), date.fromisoformat(day), moment, amount, tuple(map(_scope, scopes)))
