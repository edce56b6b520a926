"""The copy of the leaderboards in Redis: its keys, and one method a script."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from siyu.boards import scripts
from siyu.boards.entries import BoardEntry, Stretch, Top, decode_member, encode_time, micros_of, moment_of
from siyu.cache import RedisClient

# Windows of one board that readers may have asked for at a time; a later reader asks again.
COLD_MAX = 64
# Stretches that a process remembers, of 100 lines at most: some 3 MB.
KNOWN_MAX = 64
# A build that died leaves its keys behind for so long.
BUILD_LIFETIME_S = 600


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A member's score in a window as SQL has it now; `version` grows with every change."""

    member_id: UUID
    score: int
    reached_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class CopyAnswer:
    """Stretches of a window's copy: no older than `as_of`, and of one moment if `is_drained`."""

    as_of: datetime
    is_drained: bool
    epoch: str
    revision: str
    total: int
    stretches: list[tuple[BoardEntry, ...]]


class Lines(NamedTuple):
    """Lines as they were at a revision."""

    revision: str
    entries: tuple[BoardEntry, ...]


NOTHING = Lines("", ())


@dataclass(frozen=True, slots=True)
class Build:
    """The keys of a copy that is being built beside the live one."""

    rank: str
    seen: str


def tag(name: str) -> str:
    """What all keys of a board, or of one in a scope (`ranking_name`), begin with.

    The braces put them on one node of a Redis Cluster.
    """
    return f"{{siyu:lb:{name}}}"


def _meta(board: str) -> str:
    return f"{tag(board)}:meta"


def _cold(board: str) -> str:
    return f"{tag(board)}:cold"


def _window(board: str, window_key: str) -> tuple[str, str, str]:
    """The keys ready, rank and seen."""
    stem = f"{tag(board)}:{window_key}"
    return f"{stem}:ready", f"{stem}:rank", f"{stem}:seen"


class BoardCopy:
    """What can be done with the copy. Every method raises redis.exceptions.RedisError when Redis does not answer."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis
        self._open = redis.register_script(scripts.OPEN_BOARD)
        self._warm = redis.register_script(scripts.WARM_WINDOWS)
        self._apply = redis.register_script(scripts.APPLY)
        self._mark = redis.register_script(scripts.MARK_PROJECTED)
        self._publish = redis.register_script(scripts.PUBLISH)
        self._read = redis.register_script(scripts.READ)
        self._known: OrderedDict[tuple[str, str, Stretch], Lines] = OrderedDict()

    async def open_board(self, board: str) -> str:
        """The board's epoch: another one, and all its windows cold, if Redis was flushed or restarted since."""
        epoch: bytes = await self._open([_meta(board)], [uuid4().hex])
        return epoch.decode()

    async def as_of(self, board: str) -> datetime | None:
        """Up to when changes are in its warm windows; None for a board that was never projected."""
        micros = await self._redis.hget(_meta(board), "as_of")
        return moment_of(int(micros)) if isinstance(micros, bytes) else None

    async def forget(self, board: str) -> None:
        """Make all windows of the board cold."""
        await self._redis.unlink(_meta(board))

    async def cold_of(self, board: str, window_keys: Sequence[str]) -> list[str]:
        """Those of the windows that have no valid copy."""
        keys = [key for window_key in window_keys for key in _window(board, window_key)]
        warm: list[int] = await self._warm([_meta(board), *keys])
        return [window_key for window_key, is_warm in zip(window_keys, warm, strict=True) if not is_warm]

    async def asked_for(self, board: str) -> list[str]:
        """The cold windows that readers asked for since they were last built."""
        members = await self._redis.smembers(_cold(board))
        return sorted(member.decode() for member in members if isinstance(member, bytes))

    async def apply(self, board: str, window_key: str, rows: Sequence[ScoreRow]) -> int:
        """Set the rows (one or more, of as many members) that are newer than the copy's, and tell how many.

        A cold window stays cold.
        """
        written = [(row.member_id.bytes, encode_time(row.reached_at), str(row.version), str(row.score)) for row in rows]
        return await self.apply_written(board, window_key, written)

    async def apply_written(self, board: str, window_key: str, rows: Sequence[Iterable[bytes | str]]) -> int:
        """`apply` of rows as the script takes them: id, time (`encode_time`), version and score."""
        keys = [_meta(board), *_window(board, window_key)]
        applied: int = await self._apply(keys, list(chain.from_iterable(rows)))
        return applied

    async def mark_projected(self, board: str, epoch: str, as_of: datetime | None, is_drained: bool) -> None:
        """Note that every change up to `as_of` was applied (None: as before), or (not drained) that more wait."""
        micros = "" if as_of is None else micros_of(as_of)
        await self._mark([_meta(board)], [epoch, micros, int(is_drained)])

    def begin_build(self, board: str, window_key: str) -> Build:
        """Names for a new copy of the window."""
        stem = f"{tag(board)}:{window_key}:build:{uuid4().hex}"
        return Build(f"{stem}:rank", f"{stem}:seen")

    async def build(self, build: Build, rows: Sequence[ScoreRow]) -> None:
        """Add the rows, each once, to a copy that is being built."""
        times = {row.member_id.bytes: encode_time(row.reached_at) for row in rows}
        ranked: dict[Any, Any] = {  # redis-py's own alias for a mapping's keys is Any
            times[row.member_id.bytes] + row.member_id.bytes: row.score for row in rows if row.score > 0
        }
        seen: dict[Any, Any] = {
            row.member_id.bytes: times[row.member_id.bytes] + str(row.version).encode() for row in rows
        }
        async with self._redis.pipeline(transaction=False) as pipeline:
            if ranked:
                pipeline.zadd(build.rank, ranked)
            pipeline.hset(build.seen, mapping=seen)
            pipeline.expire(build.rank, BUILD_LIFETIME_S)
            pipeline.expire(build.seen, BUILD_LIFETIME_S)
            await pipeline.execute()

    async def publish(
        self, board: str, window_key: str, epoch: str, build: Build, lifetime_ms: int, sizes: tuple[int, int]
    ) -> bool:
        """Put what was built (`sizes`: ranked, known) in the window's place; False if Redis lost a part of it."""
        keys = [_meta(board), *_window(board, window_key), _cold(board), build.rank, build.seen]
        return bool(await self._publish(keys, [epoch, window_key, lifetime_ms, *sizes]))

    async def read(
        self, board: str, window_key: str, stretches: Sequence[Stretch], asked_max: int = COLD_MAX
    ) -> CopyAnswer | None:
        """Stretches of the window's lines, of one moment; None if the window is cold.

        Then it is asked for, unless `asked_max` windows of the board are.
        """
        keys = [_meta(board), *_window(board, window_key), _cold(board)]
        known = [self._known.get((board, window_key, stretch), NOTHING) for stretch in stretches]
        args = [part for pair in zip(stretches, known, strict=True) for part in _arguments(*pair)]
        reply = await self._read(keys, [window_key, asked_max, *args])
        if reply is None:
            return None
        as_of, drained, epoch, revision, total, *parts = reply
        # A revision counts within its epoch, so that no two contents ever share a name.
        name = f"{epoch.decode()}.{revision.decode()}"
        lines = [
            each.entries if flat is None else _lines(first, flat)
            for each, (first, flat) in zip(known, parts, strict=True)
        ]
        for stretch, entries in zip(stretches, lines, strict=True):
            self._remember((board, window_key, stretch), Lines(name, entries))
        return CopyAnswer(moment_of(int(as_of)), drained == b"1", epoch.decode(), name, total, lines)

    def _remember(self, place: tuple[str, str, Stretch], lines: Lines) -> None:
        """Of what many ask for: reading them out of Redis's answer costs more than the answer."""
        if isinstance(place[2], Top):
            self._known[place] = lines
            self._known.move_to_end(place)
            if len(self._known) > KNOWN_MAX:
                self._known.popitem(last=False)


def _arguments(stretch: Stretch, known: Lines) -> tuple[bytes, int, int, str]:
    if isinstance(stretch, Top):
        return b"", stretch.after_rank, stretch.first, known.revision
    return stretch.member_id.bytes, 0, stretch.radius, ""


def _lines(first: int, flat: list[bytes]) -> tuple[BoardEntry, ...]:
    lines = zip(flat[::2], flat[1::2], strict=True)
    return tuple(_entry(rank, member, score) for rank, (member, score) in enumerate(lines, first + 1))


def _entry(rank: int, member: bytes, score: bytes) -> BoardEntry:
    member_id, reached_at = decode_member(member)
    return BoardEntry(rank, member_id, int(float(score)), reached_at)
