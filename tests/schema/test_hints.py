"""What a member is told who comes when everything is gone."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from schema.ids import CAMPAIGN, encode_id
from siyu.cache import RedisClient
from siyu.clock import utc_now
from siyu.db import Pool
from siyu.engine import HintBoard
from tests.factories import add_campaign, add_members
from tests.schema.conftest import Shop, as_member

CLAIM = """
mutation Claim($campaign: ID!, $key: String!) {
  flashSaleClaim(input: { campaign: $campaign, item: "mug", idempotencyKey: $key }) {
    decision { id }
    effects { kind }
    participation { progress { current } }
    userErrors { field code message }
  }
}
"""


@pytest.fixture
async def board(shop: Shop, redis: RedisClient) -> AsyncIterator[HintBoard]:
    """The hints of the shop's process."""
    shop.engine.hints = HintBoard(redis, utc_now)
    yield shop.engine.hints
    await shop.engine.hints.close()


async def claim(shop: Shop, campaign: UUID, member: UUID, key: str) -> dict[str, Any]:
    """The payload of a member's claim."""
    data = await shop.data(as_member(member), CLAIM, campaign=encode_id(CAMPAIGN, campaign), key=key)
    payload: dict[str, Any] = data["flashSaleClaim"]
    return payload


@pytest.mark.usefixtures("board")
async def test_a_hint_says_what_a_refusal_says_and_is_no_decision(shop: Shop, pool: Pool) -> None:
    shop.now = utc_now()
    winner, second, third = await add_members(pool, 3)
    campaign = await add_campaign(pool, "flash_sale", {"items": [{"key": "mug", "stock": 1}]})
    won = await claim(shop, campaign, winner, "the-first-claim")
    refused = await claim(shop, campaign, second, "the-second-claim")
    hinted = await claim(shop, campaign, third, "the-third-claim")

    assert won["userErrors"] == []
    assert refused["decision"] is not None
    assert [error["code"] for error in refused["userErrors"]] == ["SOLD_OUT_FOR_NOW"]
    assert hinted == {"decision": None, "effects": [], "participation": None, "userErrors": refused["userErrors"]}
    assert await pool.fetchval("SELECT count(*) FROM fact") == 2

    assert await claim(shop, campaign, winner, "the-first-claim") == won
    assert await claim(shop, campaign, second, "the-second-claim") == refused
    once_more = await claim(shop, campaign, winner, "another-claim")
    assert (once_more["decision"], once_more["participation"]) == (None, won["participation"])
