"""Two hundred at once, at two server processes: one answer is the truth, and everyone gets it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.app import build_app
from api.embedded import Servers
from api.identity import Tokens
from api.services import open_services
from api.settings import Settings
from siyu.db import Pool
from tests.api.graphql import check_in, points_of, token_of
from tests.api.processes import Commands
from tests.factories import add_campaign, add_members

CALLS = 200
# 23:59:59.9 in Shanghai.
BEFORE_MIDNIGHT = datetime(2026, 11, 21, 15, 59, 59, 900_000, tzinfo=UTC)

Payload = dict[str, Any]


@pytest.fixture
async def both(commands: Commands) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """Clients of two server processes of one deployment."""
    async with AsyncExitStack() as stack:
        first, second = await asyncio.gather(
            stack.enter_async_context(commands.serving()),
            stack.enter_async_context(commands.serving("--no-worker")),
        )
        yield (
            await stack.enter_async_context(first.client()),
            await stack.enter_async_context(second.client()),
        )


async def at_both(
    both: tuple[httpx.AsyncClient, httpx.AsyncClient], campaign_id: UUID, keys: list[str], token: str
) -> list[Payload]:
    """A check-in for each key, all at once, every other one at the other process."""
    return await asyncio.gather(
        *(check_in(both[number % 2], campaign_id, key, token) for number, key in enumerate(keys))
    )


def codes(payloads: list[Payload]) -> Counter[str]:
    """How often which error was told, or none."""
    return Counter(payload["userErrors"][0]["code"] if payload["userErrors"] else "" for payload in payloads)


async def test_of_two_hundred_check_ins_one_succeeds(
    both: tuple[httpx.AsyncClient, httpx.AsyncClient], pool: Pool, tokens: Tokens
) -> None:
    campaign_id, [rival, repeater] = await add_campaign(pool, "check_in"), await add_members(pool, 2)

    rivals = await at_both(both, campaign_id, [f"try-number-{n:08}" for n in range(CALLS)], token_of(tokens, rival))
    repeats = await at_both(both, campaign_id, ["always-the-same-key"] * CALLS, token_of(tokens, repeater))

    assert codes(rivals) == {"": 1, "ALREADY_SIGNED": CALLS - 1}
    assert codes(repeats) == {"": CALLS}
    assert all(payload == repeats[0] for payload in repeats)
    assert points_of(repeats[0]) == ["5"]
    assert repeats[0]["participation"]["state"]["days"] == 1
    balances = await pool.fetch("SELECT member_id, balance FROM account WHERE member_id IS NOT NULL")
    assert {row["member_id"]: row["balance"] for row in balances} == {rival: 5, repeater: 5}
    assert await pool.fetchval("SELECT count(*) FROM fact WHERE member_id = $1", repeater) == 1


async def test_the_shops_midnight_parts_two_check_ins(
    settings: Settings, servers: Servers, database_url: str, pool: Pool, tokens: Tokens
) -> None:
    now = BEFORE_MIDNIGHT
    campaign_id, [member] = await add_campaign(pool, "check_in"), await add_members(pool, 1)
    async with open_services(settings, Servers(database_url, servers.redis_url), lambda: now) as services:
        transport = httpx.ASGITransport(build_app(services))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            token = token_of(tokens, member, now)
            evening = await check_in(client, campaign_id, "check-in-evening", token)
            again = await check_in(client, campaign_id, "check-in-evening-again", token)
            now += timedelta(milliseconds=200)
            morning = await check_in(client, campaign_id, "check-in-of-morning", token)

    assert evening["participation"]["state"]["last_day"] == "2026-11-21"
    assert codes([again]) == {"ALREADY_SIGNED": 1}
    days = {"last_day": "2026-11-22", "streak": 2, "best_streak": 2, "days": 2}
    nothing_waits = {"waiting": [], "tried_on": None, "tries": 0}
    recent = {"recent": "11", "run_before": 0, "given": "5,5"}
    assert morning["participation"]["state"] == {**days, **recent, **nothing_waits}
