"""Copies of boards of single scopes: which of them are kept warm, who asked for others, and which have to go.

A scope's copy has keys of its own, with a hash tag of its own: a Redis Cluster spreads scopes over its nodes. It is
valid while the board's `meta` names its epoch (field `s:` and the scope), so that it is lost whenever the board's own
is, and never read while nobody keeps it current. Scopes that a pass left half applied are named there too (`o:`).
"""

from asyncio import gather
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from siyu.boards.copy import BoardCopy, CopyAnswer, tag
from siyu.boards.entries import EPOCH, Stretch, moment_of
from siyu.boards.scopes import ranking_name
from siyu.cache import RedisClient

# Scopes of one board whose copies are kept current; those read longest ago make room for others.
WARM_MAX = 256
# Windows of one board's scopes that readers may have asked for at a time; a later reader asks again.
ASKED_MAX = 256
# Scopes of one board of which is known when they were last read.
READ_MAX = 1_024

# Commands about scopes that are under way at once: a quarter of the connections.
AT_ONCE_MAX = 16

WARM, OPEN = b"s:", b"o:"


@dataclass(frozen=True, slots=True)
class Scopes:
    """What a board's `meta` says of its scopes: the epochs of the warm ones, and which a pass left half applied."""

    epochs: Mapping[UUID, str]
    unfinished: frozenset[UUID]
    as_of: datetime | None


def _meta(name: str) -> str:
    return f"{tag(name)}:meta"


def _windows(name: str) -> str:
    return f"{tag(name)}:windows"


class ScopedCopy:
    """What can be done with them. Every method raises redis.exceptions.RedisError when Redis does not answer."""

    def __init__(self, redis: RedisClient, copy: BoardCopy) -> None:
        self._redis, self._copy = redis, copy

    async def scopes(self, board: str) -> Scopes:
        """The board's scopes as they are now."""
        # redis-py types the answer of a client of bytes as text.
        fields: Mapping[bytes, bytes] = await self._redis.hgetall(_meta(board))  # type: ignore[assignment]  # of a client that decodes nothing
        as_of = fields.get(b"as_of")
        return Scopes(
            {_scope(name): epoch.decode() for name, epoch in fields.items() if name.startswith(WARM)},
            frozenset(_scope(name) for name in fields if name.startswith(OPEN)),
            moment_of(int(as_of)) if as_of else None,
        )

    async def read(
        self, board: str, scope: UUID, window_key: str, stretches: Sequence[Stretch], now: datetime
    ) -> CopyAnswer | None:
        """Stretches of a scope's window, as `BoardCopy.read` answers; a cold one is asked for."""
        name, field = ranking_name(board, scope), WARM.decode() + scope.hex
        async with self._redis.pipeline(transaction=False) as pipeline:
            # Before the lines, which are then no older than this.
            pipeline.hmget(_meta(board), "as_of", field)
            pipeline.zadd(f"{tag(board)}:read", {scope.hex: now.timestamp()})
            (as_of, epoch), _ = await pipeline.execute()
        answer = await self._copy.read(name, window_key, stretches, asked_max=0) if as_of and epoch else None
        if answer is None or answer.epoch != epoch.decode():
            await self._ask(board, scope, window_key)
            return None
        return replace(answer, as_of=max(answer.as_of, moment_of(int(as_of))))

    async def _ask(self, board: str, scope: UUID, window_key: str) -> None:
        asked = f"{tag(board)}:asked"
        if await self._redis.scard(asked) < ASKED_MAX:
            await self._redis.sadd(asked, f"{scope.hex} {window_key}")

    async def asked_for(self, board: str, most: int) -> list[tuple[UUID, str]]:
        """Some of the scopes' windows that readers asked for since they were last built."""
        asked = await self._redis.srandmember(f"{tag(board)}:asked", most)
        pairs = [member.decode().split(" ") for member in asked or () if isinstance(member, bytes)]
        return sorted((UUID(hex=scope), window_key) for scope, window_key in pairs)

    async def warm(self, board: str, scope: UUID) -> str:
        """Have the scope kept current from now on; its epoch. The caller writes the copy, and nobody else does."""
        name = ranking_name(board, scope)
        epoch = await self._copy.open_board(name)
        await self._redis.hset(_meta(board), WARM.decode() + scope.hex, epoch)
        return epoch

    async def built(self, board: str, scope: UUID, window_key: str, epoch: str, known: Scopes) -> None:
        """Note that a window of a warm scope is as SQL has it, which is no older than what the board's copy has."""
        name = ranking_name(board, scope)
        await self._redis.sadd(_windows(name), window_key)
        await self._redis.srem(f"{tag(board)}:asked", f"{scope.hex} {window_key}")
        # A board that is still to be projected knows of no moment, and is not read before it does.
        await self._copy.mark_projected(name, epoch, known.as_of or EPOCH, scope not in known.unfinished)

    async def still_warm(self, board: str, known: Scopes, scopes: Collection[UUID]) -> dict[UUID, str]:
        """Those of these scopes that are to be kept current and that Redis still knows, with their epochs."""
        wanted = [scope for scope in scopes if scope in known.epochs]
        found: list[str] = []
        for some in _few(wanted):
            found += await gather(*(self._copy.open_board(ranking_name(board, scope)) for scope in some))
        return {scope: epoch for scope, epoch in zip(wanted, found, strict=True) if epoch == known.epochs[scope]}

    async def finish(
        self, board: str, known: Scopes, applied: Mapping[UUID, str], as_of: datetime | None, *, is_drained: bool
    ) -> None:
        """End a pass: what it applied is whole once everything is, with what earlier passes left half applied."""
        if not is_drained:
            if applied:
                # redis-py's own alias for a mapping's keys is Any.
                fields: dict[Any, Any] = {OPEN.decode() + scope.hex: "1" for scope in applied}
                await self._redis.hset(_meta(board), mapping=fields)
            return
        finished = [scope for scope in known.unfinished | applied.keys() if scope in known.epochs]
        for some in _few(finished):
            await gather(
                *(
                    self._copy.mark_projected(ranking_name(board, scope), known.epochs[scope], as_of, is_drained=True)
                    for scope in some
                )
            )
        if known.unfinished:
            await self._redis.hdel(_meta(board), *(OPEN.decode() + scope.hex for scope in known.unfinished))

    async def make_room(self, board: str) -> int:
        """Let go of the scopes beyond WARM_MAX that were read longest ago; how many."""
        known, read = await self.scopes(board), f"{tag(board)}:read"
        await self._redis.zremrangebyrank(read, 0, -READ_MAX - 1)
        excess = len(known.epochs) - WARM_MAX
        if excess <= 0:
            return 0
        times = {scope: await self._redis.zscore(read, scope.hex) or 0.0 for scope in known.epochs}
        for scope in sorted(known.epochs, key=lambda scope: (times[scope], scope.hex))[:excess]:
            await self.let_go(board, scope)
        return excess

    async def let_go(self, board: str, scope: UUID) -> list[str]:
        """No longer keep the scope's copy; the windows that it had."""
        name = ranking_name(board, scope)
        await self._redis.hdel(_meta(board), WARM.decode() + scope.hex, OPEN.decode() + scope.hex)
        members: Iterable[bytes] = await self._redis.smembers(_windows(name))  # type: ignore[assignment]  # of a client that decodes nothing
        windows = sorted(member.decode() for member in members)
        stems = [f"{tag(name)}:{window_key}" for window_key in windows]
        kept = [f"{stem}:{part}" for stem in stems for part in ("ready", "rank", "seen")]
        await self._redis.unlink(*kept, _windows(name), _meta(name))
        await self._redis.zrem(f"{tag(board)}:read", scope.hex)
        return windows


def _few(scopes: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """The scopes, AT_ONCE_MAX at a time."""
    return (scopes[start : start + AT_ONCE_MAX] for start in range(0, len(scopes), AT_ONCE_MAX))


def _scope(field: bytes) -> UUID:
    return UUID(hex=field[len(WARM) :].decode())
