"""A server that dies between commit and reply: the client asks again, and nothing happens twice."""

import asyncio
import signal

import httpx

from api.identity import Tokens
from siyu.db import Pool
from tests.api.graphql import check_in, points_of, token_of
from tests.api.processes import Commands
from tests.factories import add_campaign, add_members

MEMBERS = 20
KEY = "the-key-of-today"
DEATH_TIMEOUT_S = 120.0


async def test_a_reply_lost_with_its_server_is_given_by_another(commands: Commands, pool: Pool, tokens: Tokens) -> None:
    campaign_id, members = await add_campaign(pool, "check_in"), await add_members(pool, MEMBERS)
    callers = [token_of(tokens, member) for member in members]
    async with commands.serving(SIYU_FAIL_POINT="engine.committed") as dying, dying.client() as client:
        lost = await asyncio.gather(
            *(check_in(client, campaign_id, KEY, token) for token in callers), return_exceptions=True
        )
        async with asyncio.timeout(DEATH_TIMEOUT_S):
            assert await dying.process.wait() == -signal.SIGKILL
    assert all(isinstance(answer, httpx.TransportError) for answer in lost)
    committed = await pool.fetchval("SELECT count(*) FROM decision")
    assert committed > 0

    async with commands.serving() as server, server.client() as client:
        answers = await asyncio.gather(*(check_in(client, campaign_id, KEY, token) for token in callers))
        again = await asyncio.gather(*(check_in(client, campaign_id, KEY, token) for token in callers))

    assert [answer["userErrors"] for answer in answers] == [[]] * MEMBERS
    assert [points_of(answer) for answer in answers] == [["5"]] * MEMBERS
    assert again == answers
    for table in ("fact", "decision", "transfer"):
        assert await pool.fetchval(f"SELECT count(*) FROM {table}") == MEMBERS
    assert await pool.fetchval("SELECT array_agg(DISTINCT balance) FROM account WHERE member_id IS NOT NULL") == [5]
    verified = await commands.run("ledger", "verify")
    assert verified.code == 0, verified.out
