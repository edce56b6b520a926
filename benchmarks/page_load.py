"""Clients that ask one server for the same page over and over, and look at every answer, at little cost."""

import asyncio
from dataclasses import dataclass
from time import perf_counter
from typing import cast

import orjson

CONNECTIONS = 16
ANSWER_TIMEOUT_S = 10.0
HEAD = (
    "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: application/json\r\n"
    "{authorization}Content-Length: {length}\r\n\r\n"
)


def page_request(document: str, variables: dict[str, object], token: str | None) -> bytes:
    """The whole request, as clients send it."""
    body = orjson.dumps({"query": document, "variables": variables})
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    return HEAD.format(authorization=authorization, length=len(body)).encode() + body


@dataclass(slots=True)
class Load:
    """What is asked, what the body of each answer has to be (None: it is taken from the first), how many came."""

    request: bytes
    body: bytes | None
    until_s: float
    answers: int = 0

    def take(self, body: bytes) -> bool:
        """Look at an answer: whether there is time for another."""
        if self.body is None:
            self.body = body
        assert body == self.body, body
        self.answers += 1
        return perf_counter() < self.until_s


class _Client(asyncio.Protocol):
    """Asks again as soon as it is answered."""

    def __init__(self, load: Load) -> None:
        self._load, self._received = load, b""
        self._transport: asyncio.Transport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of it.
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._load.request)

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or len(body) < int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]):
            return
        assert head.startswith(b"HTTP/1.1 200"), self._received
        self._received = b""
        if self._load.take(body):
            self._transport.write(self._load.request)
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


async def ask_once(port: int, request: bytes) -> bytes:
    """The body of one answer."""
    load = Load(request, None, 0.0)
    await _ask(port, load, 1)
    assert load.body is not None
    return load.body


async def ask_for(port: int, request: bytes, body: bytes, seconds: float) -> tuple[int, float]:
    """Ask for so long, over all connections: how many answers, and in how many seconds. Asserts that each is `body`."""
    began_s = perf_counter()
    load = Load(request, body, began_s + seconds)
    await _ask(port, load, CONNECTIONS)
    return load.answers, perf_counter() - began_s


async def _ask(port: int, load: Load, connections: int) -> None:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(max(0.0, load.until_s - perf_counter()) + ANSWER_TIMEOUT_S):
        opened = [await loop.create_connection(lambda: _Client(load), "127.0.0.1", port) for _ in range(connections)]
        await asyncio.gather(*(client.done for _, client in opened))
