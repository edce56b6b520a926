"""A Valkey of the test's own, to be killed and started again."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from api.embedded.account import Account
from api.embedded.programs import find_programs
from api.embedded.valkey import SETTINGS

START_TIMEOUT_S = 60.0
POLL_S = 0.01
OURSELVES = Account("ourselves")


class OwnValkey:
    """The server of one folder, with the settings of the embedded one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "valkey.sock"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """The address for redis-py."""
        return f"unix://{self._socket}"

    async def start(self) -> None:
        """Start it, and wait until it has loaded its data."""
        settings = [word for name, value in SETTINGS.items() for word in (f"--{name}", value)]
        self._process = await asyncio.create_subprocess_exec(
            str(find_programs(OURSELVES).valkey),
            *("--dir", str(self._folder), "--unixsocket", str(self._socket), *settings),
            stdout=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(START_TIMEOUT_S):
            while not await self._answers():
                await asyncio.sleep(POLL_S)

    async def kill(self) -> None:
        """End it as kill -9 does."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_unix_connection(self._socket)
        except OSError:
            return False
        writer.write(b"PING\r\n")
        answer = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return answer == b"+PONG\r\n"


@asynccontextmanager
async def own_valkey() -> AsyncIterator[OwnValkey]:
    """A running Valkey, killed and forgotten after the block."""
    # Not pytest's folder: the path of a unix socket may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="siyu-valkey-"))
    valkey = OwnValkey(folder)
    try:
        await valkey.start()
        yield valkey
    finally:
        await valkey.kill()
        shutil.rmtree(folder)
