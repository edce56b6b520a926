"""Counters without their lock: what two processes do that both read before either has written."""

import asyncio
from collections.abc import Collection

import pytest

from siyu.campaigns import counter_store
from siyu.campaigns.counters import CounterKey, Counters
from siyu.db import Connection
from siyu.engine import loading

MEETING_TIMEOUT_S = 60


def take_the_lock_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read counters without a lock; the first two batches wait for each other, so that both have read the same."""
    meeting = asyncio.Barrier(2)
    arrivals = iter(range(2))

    async def lock_counters(connection: Connection, counters: Counters, keys: Collection[CounterKey]) -> None:
        await counter_store.lock_counters(connection, counters, keys)
        if next(arrivals, None) is not None:
            async with asyncio.timeout(MEETING_TIMEOUT_S):
                await meeting.wait()

    monkeypatch.setattr(counter_store, "LOCK", counter_store.LOAD)
    monkeypatch.setattr(loading, "lock_counters", lock_counters)
