"""Whether a fact has come before, asked for many facts at a time: far cheaper than deciding them."""

import asyncio
from collections.abc import Sequence

import orjson

from siyu.db import Pool
from siyu.engine.batcher import RETRY_AFTER_MS
from siyu.errors import Busy
from siyu.loops import DATABASE_OUTAGES

# Of one statement.
KEYS_MAX = 1_000

FIND = """
SELECT idempotency_key FROM fact WHERE idempotency_key = ANY(ARRAY(SELECT json_array_elements_text($1::text::json)))
"""

Asker = tuple[str, asyncio.Future[bool]]


class Answered:
    """Looks idempotency keys up, all that wait with one statement. Belongs to one event loop.

    At most `waiting_max` may wait; a further one is told Busy.
    """

    def __init__(self, pool: Pool, waiting_max: int) -> None:
        self._pool, self._waiting_max = pool, waiting_max
        self._waiting: list[Asker] = []
        self._asking: asyncio.Task[None] | None = None

    async def may_be(self, key: str) -> bool:
        """Whether a fact with the key was committed; True as well where the database cannot say. Raises Busy."""
        if len(self._waiting) >= self._waiting_max:
            raise Busy(RETRY_AFTER_MS)
        found: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, found))
        self._wake()
        return await found

    def _wake(self) -> None:
        if self._waiting and self._asking is None:
            self._asking = asyncio.create_task(self._ask())
            self._asking.add_done_callback(self._asked)

    def _asked(self, task: asyncio.Task[None]) -> None:
        self._asking = None
        task.result()
        self._wake()

    async def _ask(self) -> None:
        asked, self._waiting = self._waiting[:KEYS_MAX], self._waiting[KEYS_MAX:]
        known: set[str] | None = None
        try:
            known = await self._find([key for key, _ in asked])
        finally:
            for key, found in asked:
                if not found.done():
                    found.set_result(known is None or key in known)

    async def _find(self, keys: Sequence[str]) -> set[str] | None:
        """Those that are known; None while the database is away."""
        try:
            return {row[0] for row in await self._pool.fetch(FIND, orjson.dumps(keys).decode())}
        except DATABASE_OUTAGES:
            return None
