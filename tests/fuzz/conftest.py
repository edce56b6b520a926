"""A shop with something of everything, two members and the callers that documents are sent by."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import pytest

from api.embedded import Servers
from api.identity import Tokens
from api.services import open_services
from api.settings import Settings
from schema import Principal, Role
from schema.ids import MEMBER, encode_id
from siyu.access import Scope, create_api_key
from tests.api.applications import application
from tests.api.conftest import settings, tokens
from tests.api.graphql import TOKEN_LIFE
from tests.databases import Databases
from tests.docs.test_graphql import ids_of_a_small_shop
from tests.fuzz.other_member import add_other_member
from tests.fuzz.target import Target
from tests.schema.conftest import NOON, Shop, schema_of

# Whatever the documents cost together.
RATE_POINTS = 10**9


@pytest.fixture(scope="module")
async def target(settings: Settings, tokens: Tokens, servers: Servers, databases: Databases) -> AsyncIterator[Target]:
    """The application, on a database that all documents share: what one changed, the next one finds."""
    async with (
        databases.fresh() as url,
        open_services(settings, Servers(url, servers.redis_url), lambda: NOON) as services,
        application(services, environment="production", rate_points=RATE_POINTS) as client,
    ):
        # Its boards are of another database, whose members this one does not have.
        await services.redis.flushall()
        shop = Shop(services.pool, services.engine, services.leaderboards, services.live, schema_of(services.registry))
        member, ids = await ids_of_a_small_shop(shop)
        other = await add_other_member(shop)
        key = await create_api_key(services.pool, "till", set(Scope), timedelta(days=1), "lin", NOON)
        bearers: Mapping[str, str] = {
            "stranger": "",
            "member": tokens.issue(Principal(Role.MEMBER, member_id=member), NOON, TOKEN_LIFE),
            "operator": tokens.issue(Principal(Role.OPERATOR, subject="lin"), NOON, TOKEN_LIFE),
            "service": key.text,
        }
        yield Target(client, {**ids, "OTHER_MEMBER_ID": encode_id(MEMBER, other)}, bearers)


__all__ = ["settings", "tokens"]
