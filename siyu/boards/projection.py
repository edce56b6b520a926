"""Carries changed scores from SQL to the copy in Redis, as the outbox names them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from siyu import outbox
from siyu.boards.copy import BoardCopy, ScoreRow
from siyu.boards.locking import try_lock
from siyu.boards.registry import BOARDS
from siyu.boards.scores import MEMBER_BYTES, OUTBOX_TOPIC, PackedRows
from siyu.boards.windows import window_keys
from siyu.cache import RedisClient
from siyu.db import Connection, Pool
from siyu.live import board_topic, publish

MESSAGES_MAX = 32
# Entries a script applies at a time: a few milliseconds in which Redis does nothing else.
APPLY_MAX = 500

LOAD = """
    SELECT board_score.*
    FROM board_score
    JOIN unnest($1::text[], $2::text[], $3::uuid[]) AS wanted (board, window_key, member_id)
        USING (board, window_key, member_id)
"""

# Board and window → the members that changed there.
Touched = dict[tuple[str, str], set[UUID]]


@dataclass(frozen=True, slots=True)
class ProjectionReport:
    """What one pass did. `is_drained`: every score folded before the pass began is now in the warm windows."""

    messages: int
    applied: int
    is_drained: bool


async def project(pool: Pool, redis: RedisClient, folded: datetime | None) -> ProjectionReport | None:
    """One pass: apply the oldest messages and delete them; None if another process is projecting.

    `folded`: every change committed by then is in the scores; None where nobody can say.
    Nothing is lost when it fails midway: the messages stay, and applying a row twice changes nothing. Raises what
    asyncpg and redis raise.
    """
    async with pool.acquire() as connection, connection.transaction():
        if not await try_lock(connection):
            return None
        messages = await outbox.oldest(connection, OUTBOX_TOPIC, MESSAGES_MAX)
        copy = BoardCopy(redis)
        epochs = {board: await copy.open_board(board) for board in BOARDS}
        touched = touched_by(message.payload for message in messages)
        applied = await _apply(connection, copy, touched)
        is_drained = len(messages) < MESSAGES_MAX
        as_of = folded if is_drained else None
        for board, epoch in epochs.items():
            await copy.mark_projected(board, epoch, as_of, is_drained=as_of is not None)
        if messages:
            await publish(redis, {board_topic(board) for board, _ in touched})
            await outbox.discard(connection, messages)
        return ProjectionReport(len(messages), applied, is_drained)


def touched_by(payloads: Iterable[PackedRows]) -> Touched:
    """The rows that the messages name (`siyu.boards.scores.pack_rows` packs them), each once."""
    touched: defaultdict[tuple[str, str], set[UUID]] = defaultdict(set)
    for payload in payloads:
        for board, days in payload.items():
            for day, packed in days.items():
                members = unpack_members(packed)
                for window_key in window_keys(date.fromisoformat(day)):
                    touched[board, window_key] |= members
    return touched


def unpack_members(packed: str) -> set[UUID]:
    """The ids in a string of 32 hexadecimal digits each."""
    ids = bytes.fromhex(packed)
    return {UUID(bytes=ids[start : start + MEMBER_BYTES]) for start in range(0, len(ids), MEMBER_BYTES)}


async def _apply(connection: Connection, copy: BoardCopy, touched: Touched) -> int:
    """Bring the warm windows up to date with SQL; how many entries were newer there."""
    applied = 0
    for (board, window_key), rows in (await _load(connection, await _only_warm(copy, touched))).items():
        for start in range(0, len(rows), APPLY_MAX):
            applied += await copy.apply(board, window_key, rows[start : start + APPLY_MAX])
    return applied


async def _only_warm(copy: BoardCopy, touched: Touched) -> Touched:
    """Without the windows that have no copy: an import of old orders touches hundreds of them."""
    windows: defaultdict[str, list[str]] = defaultdict(list)
    for board, window_key in touched:
        windows[board].append(window_key)
    cold = {(board, key) for board, keys in windows.items() for key in await copy.cold_of(board, keys)}
    return {place: members for place, members in touched.items() if place not in cold}


async def _load(connection: Connection, touched: Touched) -> Mapping[tuple[str, str], list[ScoreRow]]:
    """The present rows, by board and window."""
    keys = [(board, window_key, member) for (board, window_key), members in touched.items() for member in members]
    if not keys:
        return {}
    rows: defaultdict[tuple[str, str], list[ScoreRow]] = defaultdict(list)
    for row in await connection.fetch(LOAD, *map(list, zip(*keys, strict=True))):
        rows[row["board"], row["window_key"]].append(
            ScoreRow(row["member_id"], row["score"], row["reached_at"], row["version"])
        )
    return rows
