"""The TypeScript client: built, typed, small, and run by Node against a server."""

import gzip
import json
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from api.app import build_app
from api.identity import Tokens
from api.services import Services
from tests.api.graphql import points_of, token_of
from tests.api.processes import Commands
from tests.clients.npm import CLIENT, MANIFESTS, NODE, TOOLS, needs_node, needs_packages, npm, run
from tests.clients.serving import given, served, trusting
from tests.docs.pages import blocks

pytestmark = [needs_node, needs_packages]

SIZE_BYTES_MAX = 3_000
EVERYTHING = 'export {{ createClient, poll }} from "@siyu/client"; export * from "@siyu/client/{platform}";'
BUNDLE = ("--bundle", "--minify", "--format=esm", "--target=es2018")


@pytest.fixture(scope="module", autouse=True)
async def built() -> None:
    """The client as it is published, and its tests."""
    await npm("build")
    await npm("bundle")


@pytest.fixture
def examples() -> Iterator[None]:
    """The TypeScript of the manual, beside the documents that it imports."""
    shown = [block.text for block in blocks(CLIENT / "README.md") if block.language == "ts"]
    files = [CLIENT / "test" / f"example-{place}.ts" for place, _ in enumerate(shown)]
    for file, text in zip(files, shown, strict=True):
        file.write_text(text)
    yield
    for file in files:
        file.unlink()


@pytest.fixture(scope="module")
async def address(services: Services) -> AsyncIterator[str]:
    """Where a server runs the documents of the client's tests, and no other."""
    async with served(build_app(trusting(services))) as found:
        yield found


@pytest.fixture(scope="module")
def commands(services: Services) -> Commands:
    """Other servers on the same database."""
    servers, data = services.servers, services.settings.data
    trusted = {"SIYU_TRUSTED_DOCUMENTS": str(MANIFESTS), "SIYU_DOCUMENTS": "trusted"}
    urls = {"SIYU_DATABASE_URL": servers.database_url, "SIYU_REDIS_URL": servers.redis_url}
    return Commands({**urls, "SIYU_DATA": str(data), **trusted})


@pytest.mark.parametrize("platform", ["wx", "web"])
async def test_all_of_it_with_a_platform_is_at_most_3_kb(platform: str) -> None:
    entry = CLIENT / "build" / f"everything-{platform}.js"
    entry.write_text(EVERYTHING.format(platform=platform))

    code, out = await run(TOOLS / "esbuild", entry, *BUNDLE)

    assert code == 0, out
    assert "pollAfterMs" in out
    assert "siyu.session" in out
    assert len(gzip.compress(out.encode())) <= SIZE_BYTES_MAX


async def test_a_field_that_the_document_does_not_have_does_not_compile_and_all_else_does(examples: None) -> None:
    code, out = await run(TOOLS / "tsc", "--project", "test/wrong")

    assert code != 0
    [error] = [line for line in out.splitlines() if "error TS" in line]
    assert error.startswith("test/wrong/field.ts(8,44): error TS2551: Property 'nicknam' does not exist on type")


@pytest.mark.prove
async def test_it_is_published_in_a_shape_that_every_tool_understands() -> None:
    await npm("shape")


async def test_what_is_generated_is_what_the_configuration_generates() -> None:
    await npm("generate", "--check")


async def test_by_itself() -> None:
    assert NODE is not None
    code, out = await run(NODE, "--test", *sorted((CLIENT / "build").glob("*.test.js")))

    assert code == 0, out


async def test_against_a_server(services: Services, address: str) -> None:
    assert NODE is not None
    member, shown = await given(services, address)

    code, out = await run(NODE, "--test", "build/server/server.test.js", SIYU_GIVEN=shown)

    assert code == 0, out
    points = "SELECT balance FROM account WHERE member_id = $1 AND unit = 'points'"
    assert await services.pool.fetchval(points, member) == 5


@pytest.mark.prove
async def test_a_reply_lost_with_its_server_is_told_to_the_next_run_of_the_app(
    services: Services, address: str, commands: Commands, tokens: Tokens, tmp_path: Path
) -> None:
    assert NODE is not None
    storage, program = tmp_path / "storage.json", "build/server/lost-reply.js"
    member, shown = await given(services, address)
    session = json.loads(shown)["session"] | {"accessToken": token_of(tokens, member)}
    storage.write_text(json.dumps({"siyu.session": json.dumps(session)}))

    async with commands.serving(SIYU_FAIL_POINT="engine.committed") as dying:
        there = json.dumps(json.loads(shown) | {"url": f"{dying.address}/graphql"})
        code, lost = await run(NODE, program, storage, "submit", SIYU_GIVEN=there)
        assert await dying.process.wait() == -signal.SIGKILL
    assert code == 0, lost
    assert [failure["code"] for failure in json.loads(lost)["failures"]] == ["NETWORK"]
    decisions = "SELECT count(*) FROM decision JOIN fact ON fact.id = fact_id WHERE member_id = $1"
    assert await services.pool.fetchval(decisions, member) == 1

    code, told = await run(NODE, program, storage, SIYU_GIVEN=shown)

    assert code == 0, told
    payload = json.loads(told)["data"]["checkInSign"]
    assert (payload["userErrors"], points_of(payload)) == ([], ["5"])
    assert await services.pool.fetchval(decisions, member) == 1
    assert json.loads(json.loads(storage.read_text())["siyu.intents"]) == []
