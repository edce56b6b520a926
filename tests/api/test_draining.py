"""A server that is told to stop: nobody new gets in, and whoever is in gets an answer."""

import asyncio
import signal

import httpx

from api.identity import Tokens
from schema.ids import CAMPAIGN, encode_id
from siyu.db import Pool
from tests.api.graphql import CHECK_IN, points_of, token_of
from tests.api.processes import STOP_TIMEOUT_S, Commands
from tests.factories import add_campaign, add_members
from tests.locks import until_waiting

POLL_S = 0.02


async def until_closed(address: str) -> None:
    """Wait until nobody new gets in."""
    async with asyncio.timeout(STOP_TIMEOUT_S), httpx.AsyncClient() as stranger:
        while True:
            try:
                await stranger.get(f"{address}/healthz")
            except httpx.TransportError:
                return
            await asyncio.sleep(POLL_S)


async def test_what_is_under_way_is_answered_and_the_process_ends_well(
    commands: Commands, pool: Pool, tokens: Tokens
) -> None:
    campaign_id, [member_id] = await add_campaign(pool, "check_in"), await add_members(pool, 1)
    variables = {"campaign": encode_id(CAMPAIGN, campaign_id), "key": "check-in-1"}
    token = token_of(tokens, member_id)

    async with commands.serving(SIYU_LOCK_TIMEOUT_S="20") as server, server.client(token) as client:
        async with pool.acquire() as holder, holder.transaction():
            await holder.execute("SELECT 1 FROM member WHERE id = $1 FOR UPDATE", member_id)
            asked = asyncio.create_task(client.post("/graphql", json={"query": CHECK_IN, "variables": variables}))
            await until_waiting(pool)
            server.process.send_signal(signal.SIGTERM)
            await until_closed(server.address)
        reply = await asked
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await server.process.wait()

    assert len(points_of(reply.json()["data"]["checkInSign"])) == 1
    assert reply.headers["connection"] == "close"
    assert server.process.returncode == 0
