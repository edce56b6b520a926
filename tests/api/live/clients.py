"""A client of graphql-transport-ws in this process: what it sends and is sent, without a network between."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import Message
from starlette.websockets import WebSocket

from api.live import LiveSockets
from api.live.messages import SUBPROTOCOL

PATIENCE_S = 120.0


class Client:
    """One socket. While `reads` is cleared it takes nothing, as a slow reader does."""

    def __init__(self) -> None:
        self._to_server: asyncio.Queue[Message] = asyncio.Queue()
        self._from_server: asyncio.Queue[Message] = asyncio.Queue()
        self._to_server.put_nowait({"type": "websocket.connect"})
        self.reads = asyncio.Event()
        self.reads.set()

    async def sent(self, message: Message) -> None:
        """The server's `send`."""
        await self.reads.wait()
        self._from_server.put_nowait(message)

    async def to_receive(self) -> Message:
        """The server's `receive`."""
        return await self._to_server.get()

    def say(self, **message: object) -> None:
        """Send a message of the protocol."""
        self.say_text(json.dumps(message))

    def say_text(self, text: str) -> None:
        """Send a text."""
        self._to_server.put_nowait({"type": "websocket.receive", "text": text})

    def say_bytes(self) -> None:
        """Send what is no text."""
        self._to_server.put_nowait({"type": "websocket.receive", "bytes": b"\x00"})

    def leave(self) -> None:
        """Go away without a word."""
        self._to_server.put_nowait({"type": "websocket.disconnect", "code": 1005})

    async def event(self) -> Message:
        """What the server does next."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._from_server.get()

    async def hear(self) -> dict[str, Any]:
        """The next message."""
        event = await self.event()
        assert event["type"] == "websocket.send", event
        message: dict[str, Any] = json.loads(event["text"])
        return message

    @property
    def unread(self) -> int:
        """How many messages wait."""
        return self._from_server.qsize()

    async def closed(self) -> tuple[int, str]:
        """The code and reason that the server closes with; what it says before is passed over."""
        while (event := await self.event())["type"] != "websocket.close":
            assert event["type"] == "websocket.send", event
        return event["code"], event["reason"]

    async def sign_in(self, token: str) -> None:
        """Be let in."""
        assert (await self.event())["type"] == "websocket.accept"
        self.say(type="connection_init", payload={"authorization": f"Bearer {token}"})
        assert await self.hear() == {"type": "connection_ack"}

    def subscribe(self, document: str, id_: str = "1", **variables: object) -> None:
        """Ask for live data."""
        self.say(type="subscribe", id=id_, payload={"query": document, "variables": variables})

    async def data(self, id_: str = "1") -> dict[str, Any]:
        """The data of the next message, which must be news of the subscription and without errors."""
        message = await self.hear()
        assert (message["type"], message["id"]) == ("next", id_), message
        assert "errors" not in message["payload"], message
        data: dict[str, Any] = message["payload"]["data"]
        return data

    async def codes(self, id_: str = "1") -> list[str]:
        """The codes of the error that ends the subscription."""
        message = await self.hear()
        assert (message["type"], message["id"]) == ("error", id_), message
        return [error["extensions"]["code"] for error in message["payload"]]


@asynccontextmanager
async def connected(
    sockets: LiveSockets, *subprotocols: str, origin: str | None = None, language: str = "en"
) -> AsyncIterator[Client]:
    """A client that has sent the request of its handshake."""
    client = Client()
    headers = [(b"host", b"shop.example"), (b"accept-language", language.encode())]
    scope = {
        "type": "websocket",
        "path": "/graphql",
        "headers": [*headers, *([(b"origin", origin.encode())] if origin else [])],
        "subprotocols": list(subprotocols or (SUBPROTOCOL,)),
        "client": ("203.0.113.7", 50_000),
        "extensions": {"websocket.http.response": {}},
    }
    serving = asyncio.create_task(sockets.serve(WebSocket(scope, client.to_receive, client.sent)))
    try:
        yield client
        client.reads.set()
        client.leave()
        async with asyncio.timeout(PATIENCE_S):
            await serving
    finally:
        serving.cancel()
