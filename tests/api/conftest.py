"""The servers that HTTP and command-line tests talk to: in this process, and as processes of their own."""

import os
from collections.abc import AsyncIterator

import httpx
import pytest

from api.app import build_app
from api.embedded import Servers
from api.identity import Tokens, load_tokens
from api.services import Services, open_services
from api.settings import Settings
from tests.api.processes import Commands
from tests.databases import Databases

# Told not to keep what they compile, the processes would each compile siyu and its libraries anew, for a second or two.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

RATE_POINTS = 1_000_000
# Longer than anything takes on a busy machine; tests of deadlines have their own. A process takes 9 s at most.
REQUEST_S = 60.0
PATIENT = {"SIYU_REQUEST_TIMEOUT_S": "9", "SIYU_STATEMENT_TIMEOUT_S": "30", "SIYU_LOCK_TIMEOUT_S": "30"}


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of one deployment: all of its processes share the key of its data folder."""
    # All tests together are one caller to Redis, and faster than any.
    settings = Settings(data=tmp_path_factory.mktemp("deployment"), rate_points=RATE_POINTS, _env_file=None)
    return settings.model_copy(update={"request_timeout_s": REQUEST_S})


@pytest.fixture(scope="session")
def tokens(settings: Settings) -> Tokens:
    """The deployment's tokens."""
    return load_tokens(settings)


@pytest.fixture
def commands(settings: Settings, servers: Servers, database_url: str) -> Commands:
    """The deployment's commands, against the test's own database."""
    urls = {"SIYU_DATABASE_URL": database_url, "SIYU_REDIS_URL": servers.redis_url}
    return Commands({**PATIENT, **urls, "SIYU_DATA": str(settings.data), "SIYU_RATE_POINTS": str(RATE_POINTS)})


@pytest.fixture(scope="module")
async def services(settings: Settings, servers: Servers, databases: Databases) -> AsyncIterator[Services]:
    """The open parts of a process, on a database that the tests of a module share."""
    async with (
        databases.fresh() as url,
        open_services(settings, Servers(url, servers.redis_url)) as opened,
    ):
        # Its boards are of another database, whose members this one does not have.
        await opened.redis.flushall()
        yield opened


@pytest.fixture(scope="module")
async def http(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application in this process; what the application raises, it answers with 500."""
    transport = httpx.ASGITransport(build_app(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
