"""A replay of the campaign as it is finds no difference, whatever the shop did beside it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime
from random import Random
from uuid import UUID

import pytest

from siyu.campaigns import counter_store
from siyu.campaigns.counters import CounterKey, Counters
from siyu.campaigns.drafts import Draft, DraftChanges
from siyu.campaigns.stock import StockChange, adjust_stock
from siyu.clock import utc_now
from siyu.db import Connection, Pool
from siyu.engine import BatchLimits, Engine, history, loading
from siyu.engine.firing import fire_due
from siyu.engine.replay import Difference, Replay, ReplaySummary
from siyu.errors import CampaignStateError
from siyu.ids import new_id
from tests.factories import SHANGHAI, add_campaign, add_members, registry_of
from tests.siyu.engine.stall import STALL, buy
from tests.siyu.engine.till import TILL, grant, play, spend

REGISTRY = registry_of(STALL, TILL)
# Small enough that batches overlap, and that facts are decided in another order than they came.
LIMITS = BatchLimits(facts_max=4, share_min=1, in_flight_max=3, delay_ms=0.1)
MEMBERS, ROUNDS, CROWD = 12, 10, 30
MEETING_TIMEOUT_S = 60

REFUSALS = "SELECT refusal_code, count(*) FROM decision WHERE campaign_id = $1 GROUP BY 1"
FACTS_OVERTAKEN = """
SELECT count(*) FROM (
    SELECT fact_id, lag(fact_id) OVER (ORDER BY id) AS before FROM decision WHERE campaign_id = $1
) AS decided WHERE fact_id < before
"""


async def replay(
    pool: Pool, campaign: UUID, since: datetime | None = None, **config: object
) -> tuple[list[Difference], ReplaySummary]:
    """Replay to the end."""
    summary, changes = ReplaySummary(), DraftChanges(config=config) if config else DraftChanges()
    plan = Replay(pool, REGISTRY, SHANGHAI, Draft(campaign, None, changes), since)
    return [found async for found in plan.differences(summary, lambda done, total: None)], summary


async def adjust(pool: Pool, campaign: UUID, difference: int) -> None:
    """An operator changes the stock, unless more is taken than would be left."""
    change = StockChange(campaign, "units", None, None, difference, new_id().hex, "tests")
    with suppress(CampaignStateError):
        await adjust_stock(pool, REGISTRY, change, utc_now(), SHANGHAI)


async def one_is_overtaken(pool: Pool, stall: UUID, members: Sequence[UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    """The first fact's batch stops before it locks what members share, until a later fact is decided."""
    arrived, decided = asyncio.Event(), asyncio.Event()

    async def lock_counters(connection: Connection, counters: Counters, keys: Collection[CounterKey]) -> None:
        if not arrived.is_set():
            arrived.set()
            await decided.wait()
        await counter_store.lock_counters(connection, counters, keys)

    slow, fast = (Engine(pool, REGISTRY, SHANGHAI, LIMITS) for _ in range(2))
    with monkeypatch.context() as patch:
        patch.setattr(loading, "lock_counters", lock_counters)
        async with asyncio.timeout(MEETING_TIMEOUT_S):
            overtaken = asyncio.create_task(slow.submit(buy(stall, members[0], utc_now())))
            await arrived.wait()
            await fast.submit(buy(stall, members[1], utc_now()))
            decided.set()
            await overtaken
    for engine in (slow, fast):
        await engine.drain()


async def a_busy_day(pool: Pool, stall: UUID, till: UUID, members: Sequence[UUID], rng: Random) -> datetime:
    """Two engines, operators and timers at once; the moment of the middle."""
    engines = [Engine(pool, REGISTRY, SHANGHAI, LIMITS) for _ in range(2)]

    def something() -> Awaitable[object]:
        engine, member, now = rng.choice(engines), rng.choice(members), utc_now()
        choices: list[Callable[[], Awaitable[object]]] = [
            lambda: engine.submit(buy(stall, member, now)),
            lambda: engine.submit(buy(stall, member, now, held_ms=rng.randint(0, 40))),
            lambda: engine.submit(play(till, member, now, grant(rng.randint(1, 15)))),
            lambda: engine.submit(play(till, member, now, spend(rng.randint(1, 9)))),
            lambda: adjust(pool, stall, rng.choice([-2, -1, 1, 2])),
            lambda: fire_due(engine),
        ]
        [chosen] = rng.choices(choices, weights=[8, 6, 6, 3, 2, 2])
        return chosen()

    # Nobody has anything yet.
    middle = utc_now()
    await asyncio.gather(*(engine.submit(buy(stall, member, middle)) for engine in engines for member in members))
    for number in range(ROUNDS):
        if number == ROUNDS // 2:
            middle = utc_now()
        await asyncio.gather(*(something() for _ in range(CROWD)))
    for engine in engines:
        await engine.drain()
    return middle


@pytest.mark.parametrize("seed", range(3))
async def test_spends_stock_and_timers_of_a_busy_shop_replay_as_they_were(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(history, "PAGE_ROWS", 16)
    members = await add_members(pool, MEMBERS)
    stall, till = await add_campaign(pool, "stall"), await add_campaign(pool, "till")
    await one_is_overtaken(pool, stall, members, monkeypatch)
    middle = await a_busy_day(pool, stall, till, members, Random(seed))  # noqa: S311 - a test's numbers

    whole, summary = await replay(pool, stall)
    half, half_summary = await replay(pool, stall, since=middle)
    elsewhere, _ = await replay(pool, till)

    refused = {row[0]: row[1] for row in await pool.fetch(REFUSALS, stall)}
    assert refused.keys() >= {None, "POOR", "NONE"}, "the shop was neither empty nor idle"
    assert await pool.fetchval("SELECT count(*) FROM stock_change") > 2
    assert await pool.fetchval(FACTS_OVERTAKEN, stall) > 0, "nothing overtook anything"
    assert (whole, summary.drifted, summary.compared) == ([], 0, sum(refused.values()))
    assert summary.before == summary.after
    assert (half, half_summary.drifted) == ([], 0)
    assert 0 < half_summary.compared < summary.compared
    assert elsewhere == []
