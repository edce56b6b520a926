"""Data folders that leave nothing behind, and users of the servers that live in processes of their own."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
import redis

from api.embedded import Servers

REPOSITORY = Path(__file__).parents[3]
AS_ROOT = os.geteuid() == 0
USER_EXIT_TIMEOUT_S = 120
USER_PROGRAM = """
import sys
from pathlib import Path
from api.embedded import embedded_servers
with embedded_servers(Path(sys.argv[1])) as servers:
    print(servers.database_url, servers.redis_url, flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True)
class User:
    """Another process that uses the servers until it is told to leave, or is killed."""

    process: subprocess.Popen[str]
    servers: Servers

    def leave(self) -> None:
        """Go properly."""
        self.process.communicate(timeout=USER_EXIT_TIMEOUT_S)

    def kill(self) -> None:
        """Go without a word."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that every account may enter (pytest's own are closed)."""
    path = Path(tempfile.mkdtemp(prefix="siyu-test-"))
    path.chmod(0o755)
    yield path
    for pid in processes_of(path):
        os.kill(pid, 9)
    shutil.rmtree(path)


@pytest.fixture
def data(folder: Path) -> Path:
    """A data folder that does not exist yet."""
    return folder / "data"


@pytest.fixture
def new_user(data: Path) -> Iterator[Callable[[], User]]:
    """Starts another process that uses the data folder; all end with the test."""
    with ExitStack() as started:

        def start() -> User:
            command = [sys.executable, "-c", USER_PROGRAM, str(data)]
            process = subprocess.Popen(
                command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            started.enter_context(process)
            started.callback(process.kill)
            assert process.stdout is not None
            return User(process, Servers(*process.stdout.readline().split()))

        yield start


def processes_of(path: Path) -> dict[int, str]:
    """The living processes whose command line names something below the path."""
    found = {}
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # ended meanwhile
        if f"{path}/" in command and int(file.parent.name) != os.getpid():
            found[int(file.parent.name)] = command
    return found


def store(servers: Servers, text: str) -> None:
    """Leave the text in both servers, safely on the disk."""
    query(servers, "CREATE TABLE note (text text)", f"INSERT INTO note VALUES ('{text}')")
    with redis.Redis.from_url(servers.redis_url) as client:
        client.set("note", text)
        client.waitaof(1, 0, 5000)


def stored(servers: Servers) -> tuple[str, str]:
    """What `store` left in PostgreSQL and in Valkey."""
    (text,) = query(servers, "SELECT text FROM note")
    with redis.Redis.from_url(servers.redis_url, decode_responses=True) as client:
        return text, client.get("note")


def query(servers: Servers, *statements: str) -> list[str]:
    """Run the statements; return each one's first value, where it has one."""

    async def run() -> list[str]:
        connection = await asyncpg.connect(servers.database_url)
        try:
            values = [await connection.fetchval(statement) for statement in statements]
        finally:
            await connection.close()
        return [value for value in values if value is not None]

    return asyncio.run(run())
