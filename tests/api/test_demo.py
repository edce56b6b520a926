"""The demo shop: filled once, greeted with what works, never mixed with another shop."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api import demo
from api.embedded import Servers
from api.errors import SetupError
from api.identity import load_tokens
from api.services import Services, open_services
from api.settings import load_settings
from siyu.clock import utc_now
from tests.factories import add_members

ORDERS = """order_id,customer_id,paid_at,quantity,amount
C1,1,1997-01-01,1,9.00
C2,2,1997-01-02,1,8.00
C3,2,1997-01-03,1,7.00
"""
ROWS = "SELECT (SELECT count(*) FROM campaign), (SELECT count(*) FROM shop_order), (SELECT sum(amount) FROM transfer)"


@pytest.fixture
async def shop(
    servers: Servers, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Services]:
    """A shop that no worker works for, to be filled with three orders."""
    orders = tmp_path / "orders.csv"
    orders.write_text(ORDERS)
    monkeypatch.setattr(demo, "ORDERS_FILE", orders)
    async with open_services(load_settings(data=tmp_path), Servers(database_url, servers.redis_url)) as services:
        yield services


async def test_the_first_start_greets_with_the_token_of_the_best_customer(shop: Services) -> None:
    await demo.fill_shop(shop, asyncio.Event())
    lines = (await demo.describe_shop(shop, "http://here")).splitlines()

    [token] = [lines[number + 1] for number, line in enumerate(lines) if line.startswith("Token of the member")]
    member = load_tokens(shop.settings).verify(token, utc_now()).principal.member_id
    assert member == await shop.pool.fetchval("SELECT member_id FROM identity WHERE value = '2'")
    assert "  http://here/graphql" in lines


async def test_a_second_start_changes_nothing(shop: Services) -> None:
    await demo.fill_shop(shop, asyncio.Event())
    before = await shop.pool.fetchrow(ROWS)
    await demo.fill_shop(shop, asyncio.Event())

    assert await shop.pool.fetchrow(ROWS) == before == (2, 3, 24)


async def test_a_start_that_was_stopped_is_completed_by_the_next(shop: Services) -> None:
    stopped = asyncio.Event()
    stopped.set()
    await demo.fill_shop(shop, stopped)
    await demo.fill_shop(shop, asyncio.Event())

    assert await shop.pool.fetchrow(ROWS) == (2, 3, 24)


async def test_a_shop_with_other_members_is_left_alone(shop: Services) -> None:
    await add_members(shop.pool, 1)

    with pytest.raises(SetupError, match="holds a shop already"):
        await demo.fill_shop(shop, asyncio.Event())
    assert await shop.pool.fetchval("SELECT count(*) FROM campaign") == 0
