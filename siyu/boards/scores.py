"""Writes the scores of facts into every window they fall into, as part of the worker's fold."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import asyncpg

from siyu.boards.changes import BoardChange
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
           $6::text::text[], $7::timestamptz[], $8::text::bigint[])
        AS change (board, scope, member_id, day, week, month, at, amount)
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
# Board, scope and member as numbers, day, the moment and the amount.
ScopedChange = tuple[str, int, int, date, datetime, int]


class UnknownBoard(Exception):
    """A change for a board, or for a scope of one, that this version does not have; a newer one left it."""


async def write_changes(connection: Connection, changes: Sequence[BoardChange]) -> None:
    """Add the changes to all their windows, and leave the projection a message that names the rows.

    The caller has a transaction open and is the one writer of scores. Raises asyncpg.CheckViolationError where a score
    would leave the range from 0 to MAX_SCORE, and UnknownBoard.
    """
    if not changes:
        return
    if unknown := {change.board for change in changes if not _is_known(change)}:
        raise UnknownBoard(", ".join(sorted(unknown)))
    parts = _parted(changes)
    for part in parts[:-1]:
        await _write(connection, part)
    await _write(connection, parts[-1])


def _parted(changes: Sequence[BoardChange]) -> list[list[BoardChange]]:
    """The changes, cut before each run of those that forget: what came before must not count again."""
    parts: list[list[BoardChange]] = [[]]
    for change in changes:
        if change.amount is None and parts[-1] and parts[-1][-1].amount is not None:
            parts.append([])
        parts[-1].append(change)
    return parts


async def _write(connection: Connection, changes: Sequence[BoardChange]) -> None:
    forgotten = [change for change in changes if change.amount is None]
    if forgotten:
        changes = [change for change in changes if change.amount is not None]
        keys = [change.board for change in forgotten], [change.member_id for change in forgotten]
        rows = await connection.fetch(FORGET, *keys)
        await append(connection, OUTBOX_TOPIC, pack_rows([*forgotten, *_days_of(rows)]))
    sums = [change for change in changes if BOARDS[change.board].kind is BoardKind.SUM]
    bests = [change for change in changes if BOARDS[change.board].kind is BoardKind.BEST]
    if sums:
        await _write_sums(connection, sums)
    if bests:
        best = [(c.board, WHOLE_SHOP.int, c.member_id.int, c.day, c.at, c.amount or 0) for c in bests]
        await connection.execute(RAISE_BESTS, *_columns(best))
    if changes:
        await append(connection, OUTBOX_TOPIC, pack_rows(changes))


async def _write_sums(connection: Connection, changes: Sequence[BoardChange]) -> None:
    totals = _summed(changes)
    if any((change.amount or 0) < 0 for change in changes):
        statement = RAISE_AND_LOWER_SUMS
    else:
        places = {(board, scope, member) for board, scope, member, _, _, _ in totals}
        statement = RAISE_ONCE if len(places) == len(totals) else RAISE_SUMS
    await connection.execute(statement, *_columns(totals))


def _days_of(rows: Sequence[asyncpg.Record]) -> list[BoardChange]:
    """One for each day that a member had a score for: those name all other windows, too."""
    days = [(row["board"], row["member_id"], day_of(row["window_key"])) for row in rows]
    return [BoardChange(board, member_id, day, EPOCH, None) for board, member_id, day in days if day is not None]


def _is_known(change: BoardChange) -> bool:
    board = BOARDS.get(change.board)
    return board is not None and (board.has_scopes or not change.scopes)


def _summed(changes: Iterable[BoardChange]) -> list[ScopedChange]:
    """What the changes come to in each scope, in the order of the key but for the window.

    Who talks much is in many changes of a pass, but one row.
    """
    totals: dict[tuple[str, int, int, date], tuple[datetime, int]] = {}
    for board, member_id, day, at, change, scopes in changes:
        amount = change or 0
        for scope in (WHOLE_SHOP, *scopes):
            # By number: the hash of an id is made anew each time, in Python.
            key = board, scope.int, member_id.int, day
            known = totals.get(key)
            totals[key] = (at, amount) if known is None else (max(at, known[0]), amount + known[1])
    return [(*key, *totals[key]) for key in sorted(totals)]


def _columns(changes: Iterable[ScopedChange]) -> tuple[object, ...]:
    """The eight arrays of CHANGES. Keys of boards and windows need no quotes, either."""
    boards, scopes, members, dates, moments, amounts = zip(*changes, strict=True)
    days, weeks, months, _ = zip(*map(window_keys, dates), strict=True)
    return (
        array_of(boards),
        array_of(f"{scope:032x}" for scope in scopes),
        array_of(f"{member:032x}" for member in members),
        array_of(days),
        array_of(weeks),
        array_of(months),
        moments,
        array_of(map(str, amounts)),
    )


def pack_rows(changes: Sequence[BoardChange]) -> PackedRows:
    """The message to the projection: which rows changed, not how, so that late and repeated ones do no harm."""
    members: defaultdict[str, defaultdict[str, set[bytes]]] = defaultdict(lambda: defaultdict(set))
    for change in changes:
        for name in (change.board, *(ranking_name(change.board, scope) for scope in change.scopes)):
            members[name][change.day.isoformat()].add(change.member_id.bytes)
    return {name: {day: b"".join(sorted(ids)).hex() for day, ids in days.items()} for name, days in members.items()}
