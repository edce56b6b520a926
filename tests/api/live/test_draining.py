"""A reader that takes nothing is cut off by the transport itself; whoever takes something in time is not."""

import asyncio

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from api.live import DrainingProtocol

DRAIN_S = 0.01
PATIENCE_S = 60.0


class Transport(asyncio.Transport):
    """One that notes that it was aborted."""

    def __init__(self) -> None:
        super().__init__({"sockname": ("127.0.0.1", 80), "peername": ("127.0.0.1", 5_000)})
        self.aborted = asyncio.Event()

    def abort(self) -> None:
        """Cut off."""
        self.aborted.set()

    def close(self) -> None:
        """The end of a test."""


async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """Nobody gets so far."""


def connected(drain_s: float) -> tuple[DrainingProtocol, Transport]:
    """A connection of a server."""
    config = uvicorn.Config(app, ws=DrainingProtocol, log_config=None)
    config.load()
    protocol, transport = DrainingProtocol(config, ServerState(), {}), Transport()
    protocol.drain_s = drain_s
    protocol.connection_made(transport)
    return protocol, transport


async def test_who_takes_nothing_is_cut_off() -> None:
    protocol, transport = connected(DRAIN_S)
    protocol.pause_writing()

    async with asyncio.timeout(PATIENCE_S):
        await transport.aborted.wait()
    protocol.connection_lost(None)


async def test_who_takes_something_in_time_stays() -> None:
    protocol, transport = connected(PATIENCE_S)
    protocol.pause_writing()
    protocol.resume_writing()

    assert protocol._cutting_off is None
    assert protocol.writable.is_set()
    protocol.pause_writing()
    timer = protocol._cutting_off
    protocol.connection_lost(None)
    assert timer is not None
    assert timer.cancelled()
    assert not transport.aborted.is_set()
