"""Writes the scores of facts into every window they fall into, as part of the worker's fold."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from operator import itemgetter

import asyncpg

from siyu.boards.changes import BoardChange, Changes, gather
from siyu.boards.entries import EPOCH
from siyu.boards.registry import BOARDS, BoardKind
from siyu.boards.scopes import WHOLE_SHOP, ranking_name
from siyu.boards.windows import day_of, window_keys
from siyu.db import Connection, array_of
from siyu.outbox import append

OUTBOX_TOPIC = "boards"
MEMBER_BYTES = 16

# Name of the ranking → day → the ids of its members, as one string of hexadecimal digits.
PackedRows = dict[str, dict[str, str]]

# One row for each change and window, written in the order of the key for the index's sake.
CHANGES = """
    unnest($1::text::text[], $2::text::uuid[], $3::text::uuid[], $4::text::text[], $5::text::text[],
           $6::text::text[], $7::text::bigint[], $8::text::bigint[])
        AS change (board, scope, member_id, day, week, month, micros, amount)
    CROSS JOIN LATERAL (SELECT TIMESTAMPTZ 'epoch' + micros * interval '1 microsecond' AS at) AS moment
    CROSS JOIN LATERAL (VALUES (day), (week), (month), ('all')) AS belongs (window_key)
"""
TOTALS = f"""
    SELECT board, scope, window_key, member_id, sum(amount)::bigint AS amount, max(at) AS at
    FROM {CHANGES} GROUP BY board, scope, window_key, member_id
"""
INSERT = "INSERT INTO board_score AS kept (board, scope, window_key, member_id, score, reached_at, version)"
ADD_TO_KEPT = """
    ON CONFLICT (board, scope, window_key, member_id) DO UPDATE SET
        score = kept.score + EXCLUDED.score,
        reached_at = greatest(kept.reached_at, EXCLUDED.reached_at),
        version = kept.version + 1
"""
RAISE_SUMS = f"""
    {INSERT}
    SELECT board, scope, window_key, member_id, amount, at, 1 FROM ({TOTALS}) AS total
    ORDER BY board, scope, window_key, member_id
    {ADD_TO_KEPT}
"""
# Where every member has one day there is nothing to add up: sorting and grouping would be half of what the rows cost.
RAISE_ONCE = f"""
    {INSERT}
    SELECT board, scope, window_key, member_id, amount, at, 1 FROM {CHANGES}
    {ADD_TO_KEPT}
"""
# The table's check looks at the row as proposed, before ON CONFLICT, so an upsert cannot lower a score. A total below
# zero updates its row; where there is none it is inserted, which the check refuses, as it should.
RAISE_AND_LOWER_SUMS = f"""
    WITH total AS MATERIALIZED ({TOTALS}),
    lowered AS (
        UPDATE board_score AS kept SET
            score = kept.score + total.amount,
            reached_at = greatest(kept.reached_at, total.at),
            version = kept.version + 1
        FROM total
        WHERE (kept.board, kept.scope, kept.window_key, kept.member_id)
            = (total.board, total.scope, total.window_key, total.member_id) AND total.amount < 0
        RETURNING kept.board, kept.scope, kept.window_key, kept.member_id
    )
    {INSERT}
    SELECT board, scope, window_key, member_id, amount, at, 1 FROM total
    WHERE amount >= 0 OR (board, scope, window_key, member_id) NOT IN (TABLE lowered)
    ORDER BY board, scope, window_key, member_id
    {ADD_TO_KEPT}
"""
RAISE_BESTS = f"""
    {INSERT}
    SELECT DISTINCT ON (board, scope, window_key, member_id) board, scope, window_key, member_id, amount, at, 1
    FROM {CHANGES}
    ORDER BY board, scope, window_key, member_id, amount DESC, at
    ON CONFLICT (board, scope, window_key, member_id) DO UPDATE SET
        score = EXCLUDED.score, reached_at = EXCLUDED.reached_at, version = kept.version + 1
    WHERE EXCLUDED.score > kept.score
        OR (EXCLUDED.score = kept.score AND EXCLUDED.reached_at < kept.reached_at)
"""


# A row that stays tells the copy in Redis that its member has no rank there any more.
FORGET = """
    UPDATE board_score SET score = 0, reached_at = to_timestamp(0), version = version + 1
    FROM unnest($1::text[], $2::uuid[]) AS forgotten (board, member_id)
    WHERE board_score.board = forgotten.board AND board_score.member_id = forgotten.member_id
    RETURNING board_score.board, board_score.member_id, window_key
"""
# Board, scope and member in hexadecimal digits, day, microseconds since 1970 and the amount.
ScopedChange = tuple[str, str, str, date, int, int]


class UnknownBoard(Exception):
    """A change for a board, or for a scope of one, that this version does not have; a newer one left it."""


async def write_changes(connection: Connection, changes: Sequence[Changes]) -> None:
    """Add the changes to all their windows, and leave the projection a message that names the rows.

    The caller has a transaction open and is the one writer of scores. Raises asyncpg.CheckViolationError where a score
    would leave the range from 0 to MAX_SCORE, and UnknownBoard.
    """
    if not changes:
        return
    if unknown := {some.board for some in changes if not _is_known(some)}:
        raise UnknownBoard(", ".join(sorted(unknown)))
    for part in _parted(changes):
        await _write(connection, part)


def _parted(changes: Sequence[Changes]) -> list[list[Changes]]:
    """The changes, cut before each run of those that forget: what came before must not count again."""
    parts: list[list[Changes]] = [[]]
    for some in changes:
        if some.forget and parts[-1] and not parts[-1][-1].forget:
            parts.append([])
        parts[-1].append(some)
    return parts


async def _write(connection: Connection, changes: Sequence[Changes]) -> None:
    forgotten = [change for some in changes if some.forget for change in some.single()]
    changes = [some for some in changes if not some.forget]
    if forgotten:
        keys = [change.board for change in forgotten], [change.member_id for change in forgotten]
        rows = await connection.fetch(FORGET, *keys)
        await append(connection, OUTBOX_TOPIC, pack_rows(gather([*forgotten, *_days_of(rows)])))
    sums = [some for some in changes if BOARDS[some.board].kind is BoardKind.SUM]
    bests = [some for some in changes if BOARDS[some.board].kind is BoardKind.BEST]
    if sums:
        await _write_sums(connection, sums)
    if bests:
        best = [(some.board, WHOLE_SHOP.hex, *row) for some in bests for row in _rows(some)]
        await connection.execute(RAISE_BESTS, *_columns(best))
    if changes:
        await append(connection, OUTBOX_TOPIC, pack_rows(changes))


async def _write_sums(connection: Connection, changes: Sequence[Changes]) -> None:
    totals = _summed(changes)
    if any(amount < 0 for some in changes for amount in some.amounts if amount is not None):
        statement = RAISE_AND_LOWER_SUMS
    else:
        places = {(board, scope, member) for board, scope, member, *_ in totals}
        statement = RAISE_ONCE if len(places) == len(totals) else RAISE_SUMS
    await connection.execute(statement, *_columns(totals))


def _days_of(rows: Sequence[asyncpg.Record]) -> list[BoardChange]:
    """One for each day that a member had a score for: those name all other windows, too."""
    days = [(row["board"], row["member_id"], day_of(row["window_key"])) for row in rows]
    return [BoardChange(board, member_id, day, EPOCH, None) for board, member_id, day in days if day is not None]


def _is_known(changes: Changes) -> bool:
    board = BOARDS.get(changes.board)
    return board is not None and (board.has_scopes or not changes.scopes)


def _rows(changes: Changes) -> Iterator[tuple[str, date, int, int]]:
    """Member, day, moment and amount of each."""
    for member, micros, amount in zip(changes.members, changes.micros, changes.amounts, strict=True):
        yield member, changes.day, micros, amount or 0


def _summed(changes: Iterable[Changes]) -> list[ScopedChange]:
    """What the changes come to in each scope, in the order of the key but for the window.

    Who talks much is in many changes of a pass, but one row.
    """
    places: defaultdict[tuple[str, str, date], dict[str, tuple[int, int]]] = defaultdict(dict)
    for some in changes:
        for scope in (WHOLE_SHOP, *some.scopes):
            totals = places[some.board, scope.hex, some.day]
            for member, micros, amount in zip(some.members, some.micros, some.amounts, strict=True):
                latest, total = totals.get(member, (micros, 0))
                totals[member] = (micros if micros > latest else latest, total + (amount or 0))
    return [
        (board, scope, member, day, *totals[member])
        for (board, scope, day), totals in sorted(places.items(), key=itemgetter(0))
        for member in sorted(totals)
    ]


def _columns(changes: Iterable[ScopedChange]) -> tuple[str, ...]:
    """The eight arrays of CHANGES. Keys of boards and windows need no quotes, either."""
    boards, scopes, members, dates, micros, amounts = zip(*changes, strict=True)
    days, weeks, months, _ = zip(*map(window_keys, dates), strict=True)
    arrays = boards, scopes, members, days, weeks, months, map(str, micros), map(str, amounts)
    return tuple(map(array_of, arrays))


def pack_rows(changes: Iterable[Changes]) -> PackedRows:
    """The message to the projection: which rows changed, not how, so that late and repeated ones do no harm."""
    members: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for some in changes:
        for name in (some.board, *(ranking_name(some.board, scope) for scope in some.scopes)):
            members[name][some.day.isoformat()].update(some.members)
    return {name: {day: "".join(sorted(ids)) for day, ids in days.items()} for name, days in members.items()}
