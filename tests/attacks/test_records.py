"""What is written down (rows 29, 32 and 33 of the attack table): secrets nowhere, identities once."""

import logging
from datetime import timedelta

import asyncpg
import httpx
import pytest

from api.services import Services
from siyu.access import Scope, create_api_key
from siyu.clock import utc_now
from siyu.ledger.verify import verify_ledger
from tests.api.graphql import VIEWER, ask
from tests.factories import add_campaign, add_members, paid

# A number that nobody has.
NUMBER = "19900005555"
START = f"""
mutation Start {{
  sessionStart(input: {{ identity: {{ kind: "phone", value: "{NUMBER}" }} }}) {{
    session {{ accessToken refreshToken }}
  }}
}}
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
TENANTS = (
    "SELECT table_name FROM information_schema.columns WHERE column_name LIKE '%tenant%' AND table_schema = 'public'"
)
UNGUARDED = "SET LOCAL session_replication_role = replica"
# With a column of each.
WRITTEN = {"transfer": "amount", "campaign_revision": "revision", "stock_change": "difference"}


async def tables_with(services: Services, text: str) -> list[str]:
    """The tables in which a row has this text anywhere."""
    found = []
    for [table] in await services.pool.fetch(TABLES):
        holds = f"SELECT EXISTS (SELECT FROM {table} AS row WHERE position($1 IN row::text) > 0)"
        if await services.pool.fetchval(holds, text):
            found.append(table)
    return found


async def test_secrets_and_numbers_are_kept_nowhere(
    http: httpx.AsyncClient, services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    made = await create_api_key(services.pool, "login", {Scope.SESSIONS}, timedelta(days=1), "lin", utc_now())
    with caplog.at_level(logging.DEBUG):
        session = (await ask(http, START, made.text))["sessionStart"]["session"]
        await ask(http, VIEWER, session["accessToken"])
    # The secret itself may hold underscores.
    _, _, secret = made.text.split("_", 2)
    secrets = [secret, session["accessToken"], session["refreshToken"]]

    assert [await tables_with(services, secret) for secret in secrets] == [[], [], []]
    assert await tables_with(services, NUMBER) == []
    assert not [text for text in (NUMBER, *secrets) if text in caplog.text]
    kept = [key async for key in services.redis.scan_iter("*")]
    assert not [key for key in kept if any(text.encode() in key for text in (NUMBER, *secrets))]


@pytest.mark.parametrize("table", WRITTEN)
@pytest.mark.parametrize("change", ["DELETE FROM {0}", "UPDATE {0} SET {1} = {1}", "TRUNCATE {0} CASCADE"])
async def test_what_is_written_is_neither_changed_nor_deleted(services: Services, table: str, change: str) -> None:
    with pytest.raises(asyncpg.RaiseError, match=f"rows of {table} are kept as they are"):
        await services.pool.execute(change.format(table, WRITTEN[table]))


async def test_whoever_gets_round_that_is_found_out(services: Services) -> None:
    await add_campaign(services.pool, "purchase")
    [member] = await add_members(services.pool, 1)
    await services.engine.submit(paid(member, "tampered", 10_000, utc_now()))
    assert await violated(services) == set()

    async with services.pool.acquire() as connection, connection.transaction():
        await connection.execute(UNGUARDED)
        await connection.execute("UPDATE transfer SET amount = amount + 1 WHERE reference = 'tampered'")

    assert await violated(services)


async def violated(services: Services) -> set[str]:
    """What the ledger's verifier finds."""
    findings = await verify_ledger(services.pool, lambda _done, _total: None)
    return {finding.invariant for finding in findings if finding.violations}


async def test_a_database_has_one_brands_data(services: Services) -> None:
    """Whoever adds tenants adds row-level security, and tries it here."""
    assert await services.pool.fetch(TENANTS) == []
