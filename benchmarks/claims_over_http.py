"""Clients of a flash sale over HTTP: requests made beforehand, sent over connections that stay open, at little cost."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID

import orjson
import uvloop

from schema.ids import CAMPAIGN, encode_id
from siyu.ids import new_id

CLAIM = """mutation Claim($input: FlashSaleClaimInput!) {
  flashSaleClaim(input: $input) { effects { kind ... on ReserveEffect { reservation } } userErrors { code } }
}"""
HEAD = (
    "POST /graphql HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    "Authorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n"
)
ANSWER_TIMEOUT_S = 300.0


def claim_request(address: str, campaign_id: UUID, item: str, token: str) -> bytes:
    """The whole request of a member who claims one unit."""
    claim = {"campaign": encode_id(CAMPAIGN, campaign_id), "item": item, "idempotencyKey": new_id().hex}
    body = orjson.dumps({"query": CLAIM, "variables": {"input": claim}})
    return HEAD.format(host=urlsplit(address).netloc, token=token, length=len(body)).encode() + body


@dataclass(slots=True)
class Answers:
    """What came back: when the first request was sent and the last answered, each one's latency in s, the bodies."""

    began: float = 0.0
    ended: float = 0.0
    latencies: list[float] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


class _Connection(asyncio.Protocol):
    """Sends the next request of the queue as soon as the last one is answered."""

    def __init__(self, waiting: deque[bytes], answers: Answers, done: asyncio.Future[None]) -> None:
        self._waiting, self._answers, self.done = waiting, answers, done
        self._received = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of it.
        self._transport = cast(asyncio.Transport, transport)

    def send_next(self) -> None:
        """Send a request, or close where none is left."""
        assert self._transport is not None
        if not self._waiting:
            self._transport.close()
            return
        self._sent_at = perf_counter()
        self._transport.write(self._waiting.popleft())

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or len(body) < int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]):
            return
        assert head.startswith(b"HTTP/1.1 200"), self._received
        self._received = b""
        self._answers.ended = perf_counter()
        self._answers.latencies.append(self._answers.ended - self._sent_at)
        self._answers.bodies.append(body)
        self.send_next()

    def connection_lost(self, error: Exception | None) -> None:
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


def send_all(address: str, requests: Sequence[bytes], connections: int, begin_at: float) -> Answers:
    """Send the requests over so many connections, all from a moment of `perf_counter` on, which processes share."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_send_all(urlsplit(address).port or 80, requests, connections, begin_at))


async def _send_all(port: int, requests: Sequence[bytes], connections: int, begin_at: float) -> Answers:
    answers, waiting = Answers(), deque(requests)
    opened = [await _open(port, waiting, answers) for _ in range(connections)]
    await asyncio.sleep(begin_at - perf_counter())
    answers.began = perf_counter()
    for connection in opened:
        connection.send_next()
    async with asyncio.timeout(ANSWER_TIMEOUT_S):
        await asyncio.gather(*(connection.done for connection in opened))
    return answers


async def _open(port: int, waiting: deque[bytes], answers: Answers) -> _Connection:
    loop = asyncio.get_running_loop()
    connection = _Connection(waiting, answers, loop.create_future())
    await loop.create_connection(lambda: connection, "127.0.0.1", port)
    return connection
