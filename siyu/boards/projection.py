"""Carries changed scores from SQL to the copy in Redis, as the outbox names them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from siyu import outbox
from siyu.boards.copy import BoardCopy, ScoreRow
from siyu.boards.locking import try_lock
from siyu.boards.registry import BOARDS, SCOPED_BOARDS
from siyu.boards.scoped_copy import ScopedCopy, Scopes
from siyu.boards.scopes import WHOLE_SHOP, place_of, ranking_name
from siyu.boards.scores import MEMBER_BYTES, OUTBOX_TOPIC, PackedRows
from siyu.boards.windows import window_keys
from siyu.cache import RedisClient
from siyu.db import Connection, Pool, array_of
from siyu.live import board_topic, publish

MESSAGES_MAX = 32
# Entries a script applies at a time: a few milliseconds in which Redis does nothing else.
APPLY_MAX = 500

LOAD = """
    SELECT board, window_key, member_id, score, reached_at, version, scope
    FROM board_score
    JOIN unnest($1::text[], $2::text::uuid[], $3::text[], $4::text::uuid[])
        AS wanted (board, scope, window_key, member_id) USING (board, scope, window_key, member_id)
"""

# Name of the ranking and window → the members that changed there.
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
    """The rows that the messages name (`siyu.boards.scores.pack_rows` packs them), each once."""
    touched: defaultdict[tuple[str, str], set[UUID]] = defaultdict(set)
    for payload in payloads:
        for name, days in payload.items():
            for day, packed in days.items():
                members = unpack_members(packed)
                for window_key in window_keys(date.fromisoformat(day)):
                    touched[name, window_key] |= members
    return touched


def unpack_members(packed: str) -> set[UUID]:
    """The ids in a string of 32 hexadecimal digits each."""
    ids = bytes.fromhex(packed)
    return {UUID(bytes=ids[start : start + MEMBER_BYTES]) for start in range(0, len(ids), MEMBER_BYTES)}


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
    for (name, window_key), members in touched.items():
        board, scope = place_of(name)
        if scope == WHOLE_SHOP or scope in warm.get(board, ()):
            kept[name, window_key] = members
    return kept


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
    keys = [
        (*place_of(name), window_key, member) for (name, window_key), members in touched.items() for member in members
    ]
    if not keys:
        return {}
    boards, scopes, windows, members = zip(*keys, strict=True)
    wanted = boards, array_of(scope.hex for scope in scopes), windows, array_of(member.hex for member in members)
    rows: defaultdict[tuple[str, str], list[ScoreRow]] = defaultdict(list)
    for board, window_key, member_id, score, reached_at, version, scope in await connection.fetch(LOAD, *wanted):
        rows[ranking_name(board, scope), window_key].append(ScoreRow(member_id, score, reached_at, version))
    return rows
