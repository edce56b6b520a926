"""Carries changed scores from SQL to the copy in Redis, as the outbox names them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from siyu import outbox
from siyu.boards.copy import BoardCopy
from siyu.boards.entries import LATEST_MICROS
from siyu.boards.locking import try_lock
from siyu.boards.registry import BOARDS, SCOPED_BOARDS
from siyu.boards.scoped_copy import ScopedCopy, Scopes
from siyu.boards.scopes import WHOLE_SHOP, place_of
from siyu.boards.scores import MEMBER_BYTES, OUTBOX_TOPIC, PackedRows
from siyu.boards.windows import window_keys
from siyu.cache import RedisClient
from siyu.db import Connection, Pool, array_of
from siyu.live import board_topic, publish

MESSAGES_MAX = 32
# Entries a script applies at a time: a few milliseconds in which Redis does nothing else.
APPLY_MAX = 500

# As the script that applies them takes them (`encode_time`): what Python does to each row is dear.
LOAD = """
    SELECT uuid_send(member_id), int8send($5 - (extract(epoch FROM reached_at) * 1000000)::bigint),
           version::text, score::text
    FROM board_score WHERE board = $1 AND scope = $2 AND window_key = $3
        AND member_id = ANY(ARRAY(SELECT unnest($4::text::uuid[])))
"""

# Name of the ranking and window → the ids of the members that changed there, as messages have them.
Touched = dict[tuple[str, str], list[str]]


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
        scoped = ScopedCopy(redis, copy)
        epochs = {board: await copy.open_board(board) for board in BOARDS}
        touched = touched_by(message.payload for message in messages)
        known = {board: await scoped.scopes(board) for board in SCOPED_BOARDS}
        warm = await _warm_scopes(scoped, known, touched)
        applied = await _apply(connection, copy, _without_cold_scopes(touched, warm))
        is_drained = len(messages) < MESSAGES_MAX
        as_of = folded if is_drained else None
        for board, scopes in known.items():
            await scoped.finish(board, scopes, warm[board], as_of, is_drained=as_of is not None)
        for board, epoch in epochs.items():
            await copy.mark_projected(board, epoch, as_of, is_drained=as_of is not None)
        if messages:
            await publish(redis, {board_topic(name) for name, _ in touched})
            await outbox.discard(connection, messages)
        return ProjectionReport(len(messages), applied, is_drained)


def touched_by(payloads: Iterable[PackedRows]) -> Touched:
    """The rows that the messages name (`siyu.boards.scores.pack_rows` packs them)."""
    touched: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for payload in payloads:
        for name, days in payload.items():
            for day, packed in days.items():
                for window_key in window_keys(date.fromisoformat(day)):
                    touched[name, window_key].append(packed)
    return touched


def unpack_members(packed: Iterable[str]) -> set[str]:
    """The ids in strings of 32 hexadecimal digits each, every id once."""
    ids, digits = "".join(packed), 2 * MEMBER_BYTES
    return {ids[start : start + digits] for start in range(0, len(ids), digits)}


async def _warm_scopes(scoped: ScopedCopy, known: Mapping[str, Scopes], touched: Touched) -> dict[str, dict[UUID, str]]:
    """Of each board, the scopes among what changed whose copies are kept, with their epochs."""
    changed = {place_of(name) for name, _ in touched}
    return {
        board: await scoped.still_warm(board, scopes, {scope for of, scope in changed if of == board})
        for board, scopes in known.items()
    }


def _without_cold_scopes(touched: Touched, warm: Mapping[str, Mapping[UUID, str]]) -> Touched:
    """What changed on boards of the whole shop, and in scopes that are warm."""
    kept: Touched = {}
    for (name, window_key), packed in touched.items():
        board, scope = place_of(name)
        if scope == WHOLE_SHOP or scope in warm.get(board, ()):
            kept[name, window_key] = packed
    return kept


async def _apply(connection: Connection, copy: BoardCopy, touched: Touched) -> int:
    """Bring the warm windows up to date with SQL; how many entries were newer there."""
    applied = 0
    for (name, window_key), packed in (await _only_warm(copy, touched)).items():
        board, scope = place_of(name)
        members = array_of(unpack_members(packed))
        rows = await connection.fetch(LOAD, board, scope, window_key, members, LATEST_MICROS)
        for start in range(0, len(rows), APPLY_MAX):
            applied += await copy.apply_written(name, window_key, rows[start : start + APPLY_MAX])
    return applied


async def _only_warm(copy: BoardCopy, touched: Touched) -> Touched:
    """Without the windows that have no copy: an import of old orders touches hundreds of them."""
    windows: defaultdict[str, list[str]] = defaultdict(list)
    for board, window_key in touched:
        windows[board].append(window_key)
    cold = {(board, key) for board, keys in windows.items() for key in await copy.cold_of(board, keys)}
    return {place: packed for place, packed in touched.items() if place not in cold}
