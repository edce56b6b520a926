"""Takes members who were erased off the boards, as the worker folds what was left for them."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from siyu.boards.scopes import ranking_name
from siyu.boards.scores import OUTBOX_TOPIC, PackedRows
from siyu.boards.windows import ALL_TIME
from siyu.db import Connection, array_of
from siyu.outbox import append

ERASED = "SELECT id FROM member WHERE id = ANY(ARRAY(SELECT unnest($1::text::uuid[]))) AND erased_at IS NOT NULL"
# No index finds a member's rows: boards are written all the time, and hardly anybody is erased.
DROP = """
UPDATE board_score SET score = 0, version = version + 1
WHERE member_id = ANY(ARRAY(SELECT unnest($1::text::uuid[]))) AND score > 0
RETURNING board, scope, window_key, member_id
"""
# A day for rows of all time alone.
ANY_DAY = date(2000, 1, 1)


async def erased_among(connection: Connection, members: Collection[str]) -> set[str]:
    """Those of these members (ids in hexadecimal digits) who are erased: nothing is folded for them any more."""
    return {row[0].hex for row in await connection.fetch(ERASED, array_of(members))}


async def drop(connection: Connection, erased: Collection[str]) -> None:
    """Give these members no score anywhere, and tell the projection; the caller is the one writer of scores."""
    packed: defaultdict[str, defaultdict[str, set[bytes]]] = defaultdict(lambda: defaultdict(set))
    for board, scope, window_key, member_id in await connection.fetch(DROP, array_of(erased)):
        packed[ranking_name(board, scope)][day_of(window_key).isoformat()].add(member_id.bytes)
    message: PackedRows = {
        name: {day: b"".join(sorted(ids)).hex() for day, ids in days.items()} for name, days in packed.items()
    }
    if message:
        await append(connection, OUTBOX_TOPIC, message)


def day_of(window_key: str) -> date:
    """A day in the window of this key.

    >>> day_of("w:2026-W47"), day_of("m:2026-11")
    (datetime.date(2026, 11, 16), datetime.date(2026, 11, 1))
    """
    if window_key == ALL_TIME:
        return ANY_DAY
    kind, _, text = window_key.partition(":")
    if kind == "w":
        return date.fromisocalendar(int(text[:4]), int(text[6:]), 1)
    return date.fromisoformat(f"{text}-01" if kind == "m" else text)
