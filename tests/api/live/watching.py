"""Members who watch a board over WebSocket, many in one process; each comes back when its server is gone."""

import asyncio
import json
import random
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

GRAPHQL = Subprotocol("graphql-transport-ws")
BOARD = """
subscription { leaderboardChanged(board: "points", window: ALL) { revision entries(first: 3) { nodes { score } } } }
"""
# A client that comes back waits so long at most, each another time.
BACK_AFTER_S = 1.0
NARROW_BYTES = 4_096
LOST = (WebSocketException, OSError, TimeoutError)


@dataclass
class Watcher:
    """One member: what they saw last, and how often they were told or came back."""

    token: str
    addresses: Sequence[str]
    place: int
    revision: str = ""
    scores: Sequence[int] = ()
    told: int = 0
    came_back: int = 0
    signed_in: asyncio.Event = field(default_factory=asyncio.Event)

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                address = self.addresses[self.place % len(self.addresses)].replace("http", "ws", 1)
                async with connect(f"{address}/graphql", subprotocols=[GRAPHQL], compression=None) as client:
                    await subscribe(client, self.token, BOARD)
                    async for message in client:
                        self._take(json.loads(message))
            except LOST:
                pass
            # To another server, if this one is gone.
            self.place += 1
            self.came_back += 1
            await asyncio.sleep(random.uniform(0, BACK_AFTER_S))  # noqa: S311 - no secret

    def _take(self, message: dict[str, object]) -> None:
        assert message["type"] == "next", message
        board = message["payload"]["data"]["leaderboardChanged"]  # type: ignore[index]  # JSON
        self.revision, self.told = board["revision"], self.told + 1
        self.scores = [int(node["score"]) for node in board["entries"]["nodes"]]
        self.signed_in.set()


async def subscribe(client: ClientConnection, token: str, *documents: str) -> None:
    """Sign in and subscribe to each."""
    await client.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
    assert json.loads(await client.recv()) == {"type": "connection_ack"}
    for place, document in enumerate(documents):
        await client.send(json.dumps({"type": "subscribe", "id": str(place), "payload": {"query": document}}))


async def until_cut_off(address: str, token: str, document: str, subscriptions: int, timeout_s: float) -> float:
    """How many seconds a reader is kept that subscribes so often and then takes nothing."""
    host, _, port = address.removeprefix("http://").partition(":")
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW_BYTES)
    narrow.setblocking(False)
    await asyncio.get_running_loop().sock_connect(narrow, (host, int(port)))
    async with connect(f"ws://{host}:{port}/graphql", sock=narrow, subprotocols=[GRAPHQL], compression=None) as client:
        await subscribe(client, token, *[document] * subscriptions)
        client.transport.pause_reading()
        began_s = monotonic()
        while monotonic() - began_s < timeout_s:
            try:
                # Who takes nothing learns of the end when it says something.
                await client.ping()
            except LOST:
                break
            await asyncio.sleep(0.5)
        return monotonic() - began_s
