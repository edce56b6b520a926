"""Where made-up documents are sent, and what is wrong with an answer."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from time import process_time

import httpx
import orjson

from schema import ErrorCode
from tests.docs.pages import ROOT
from tests.fuzz.other_member import CANARY

CAPITALS = re.compile(r"\b[A-Z_]+_ID\b")
# Longer than anything takes on a busy machine; what keeps the process itself busy shows in its CPU.
HANG_S = 120.0
CPU_S = 2.0
CODES = {code.value for code in ErrorCode}
# Of a bug, of an outage, or of somebody who asked for too much: none of them has a place here.
NEVER = {ErrorCode.INTERNAL.value, ErrorCode.UNAVAILABLE.value, ErrorCode.TIMED_OUT.value, ErrorCode.RATE_LIMITED.value}
INSIDES = re.compile(
    rf"Traceback|File \"|\.py\b|asyncpg|psycopg|graphql-core|Python|Error\(|<\w+ object|{re.escape(str(ROOT))}"
    r"|\bSELECT .* FROM\b|\bINSERT INTO\b|\bUPDATE \w+ SET\b|violates|constraint|relation \"|column \"|syntax error at"
)
SEES_THE_OTHER = {"operator", "service"}


@dataclass(frozen=True, slots=True)
class Target:
    """An application, the ids that words in capitals stand for, and callers by name with what they bear."""

    client: httpx.AsyncClient = field(repr=False)
    ids: Mapping[str, str] = field(repr=False)
    bearers: Mapping[str, str] = field(repr=False)

    async def send(self, caller: str, document: str) -> list[str]:
        """Send a document: what is wrong with the answer."""
        text = CAPITALS.sub(lambda found: self.ids.get(found[0], found[0]), document)
        bearer = self.bearers[caller]
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
        began_s = process_time()
        async with asyncio.timeout(HANG_S):
            reply = await self.client.post("/graphql", content=orjson.dumps({"query": text}), headers=headers)
        return list(wrongs(caller, reply, process_time() - began_s))


def wrongs(caller: str, reply: httpx.Response, taken_s: float) -> Iterator[str]:
    """What no answer may be or tell."""
    if reply.status_code not in {200, 400, 403}:
        yield f"status {reply.status_code}"
    if taken_s > CPU_S:
        yield f"{taken_s:.1f} s of CPU"
    if CANARY in reply.text and caller not in SEES_THE_OTHER:
        yield "another member's data"
    for error in reply.json().get("errors", ()):
        if error["extensions"]["code"] not in CODES - NEVER:
            yield f"an error {error}"
    for inside in INSIDES.findall(reply.text):
        yield f"insides: {inside}"
