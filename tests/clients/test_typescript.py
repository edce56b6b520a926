"""The TypeScript client: built, typed, small, and run by Node against a server."""

import gzip
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.app import build_app
from api.embedded import Servers
from api.identity import Tokens
from api.services import Services, open_services
from api.settings import Settings
from siyu.db import Pool
from tests.api.graphql import points_of, token_of
from tests.api.processes import Commands
from tests.clients.npm import CLIENT, NODE, TOOLS, needs_npm, npm, run
from tests.clients.serving import given, served, trusting

pytestmark = needs_npm

SIZE_BYTES_MAX = 3_000
EVERYTHING = 'export {{ createClient, poll }} from "@siyu/client"; export * from "@siyu/client/{platform}";'
BUNDLE = ("--bundle", "--minify", "--format=esm", "--target=es2018")


@pytest.fixture(scope="module", autouse=True)
async def built() -> None:
    """The client as it is published, and its tests."""
    await npm("build")
    await npm("bundle")


@pytest.fixture
async def second(settings: Settings, servers: Servers, database_url: str) -> AsyncIterator[Services]:
    """The open parts of a second server on the test's own database."""
    async with open_services(settings, Servers(database_url, servers.redis_url)) as opened:
        yield opened


@pytest.mark.parametrize("platform", ["wx", "web"])
async def test_all_of_it_with_a_platform_is_at_most_3_kb(platform: str) -> None:
    entry = CLIENT / "build" / f"everything-{platform}.js"
    entry.write_text(EVERYTHING.format(platform=platform))

    code, out = await run(TOOLS / "esbuild", entry, *BUNDLE)

    assert code == 0, out
    assert "pollAfterMs" in out
    assert "siyu.session" in out
    assert len(gzip.compress(out.encode())) <= SIZE_BYTES_MAX


async def test_a_field_that_the_document_does_not_have_does_not_compile() -> None:
    await npm("check")

    code, out = await run(TOOLS / "tsc", "--project", "test/wrong")

    assert code != 0
    assert "test/wrong/field.ts(8,44): error TS2551: Property 'nicknam' does not exist" in out


async def test_by_itself() -> None:
    assert NODE is not None
    code, out = await run(NODE, "--test", *sorted((CLIENT / "build").glob("*.test.js")))

    assert code == 0, out


async def test_against_a_server(services: Services) -> None:
    assert NODE is not None
    async with served(build_app(trusting(services))) as address:
        member, shown = await given(services, address)
        code, out = await run(NODE, "--test", "build/server/server.test.js", SIYU_GIVEN=shown)

    assert code == 0, out
    points = "SELECT balance FROM account WHERE member_id = $1 AND unit = 'points'"
    assert await services.pool.fetchval(points, member) == 5


async def test_a_reply_lost_with_its_server_is_told_to_the_next_run_of_the_app(
    commands: Commands, pool: Pool, tokens: Tokens, second: Services, tmp_path: Path
) -> None:
    assert NODE is not None
    storage, program = tmp_path / "storage.json", ("build/server/lost-reply.js",)
    trusted = {"SIYU_TRUSTED_DOCUMENTS": str(CLIENT / "test" / "gql"), "SIYU_DOCUMENTS": "trusted"}

    async with commands.serving(SIYU_FAIL_POINT="engine.committed", **trusted) as dying:
        member, shown = await given(second, dying.address)
        session = json.loads(shown)["session"] | {"accessToken": token_of(tokens, member)}
        storage.write_text(json.dumps({"siyu.session": json.dumps(session)}))
        code, lost = await run(NODE, *program, storage, "submit", SIYU_GIVEN=shown)
        assert await dying.process.wait() == -signal.SIGKILL
    assert code == 0, lost
    assert [failure["code"] for failure in json.loads(lost)["failures"]] == ["NETWORK"]
    committed = await pool.fetchval("SELECT id FROM decision")
    assert committed is not None

    async with served(build_app(trusting(second))) as address:
        moved = json.dumps(json.loads(shown) | {"url": f"{address}/graphql"})
        code, told = await run(NODE, *program, storage, SIYU_GIVEN=moved)
    assert code == 0, told
    payload = json.loads(told)["data"]["checkInSign"]
    assert (payload["userErrors"], points_of(payload)) == ([], ["5"])
    assert await pool.fetchval("SELECT count(*) FROM fact") == 1
    assert json.loads(json.loads(storage.read_text())["siyu.intents"]) == []
