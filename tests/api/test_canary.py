"""A number and a name enter at every door, and are searched for wherever siyu leaves anything.

They are in no file of the database, heap, index or log of changes; in no key or value of Redis; in no line of a server
with its worker that tells all it can, and in no trace that it sends; in no snapshot; and in no rejects of an import. A
nickname, which is no secret, is found.
"""

import asyncio
import mmap
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from api.identity import Tokens
from schema import Principal, Role
from siyu.cache import RedisClient
from siyu.clock import utc_now
from siyu.db import Pool
from siyu.ids import new_id
from siyu.metrics.analytics import take_snapshot
from tests.api.observing.collecting import listening
from tests.api.processes import Commands, Server
from tests.factories import SHANGHAI

HOUR = timedelta(hours=1)
# Everything that can be told is told.
TALKATIVE = {"SIYU_LOG_LEVEL": "debug", "SIYU_LOG_FORMAT": "text", "SIYU_SLOW_OPERATION_MS": "0", "SIYU_OTEL": "true"}
UPDATE = """
mutation ($member: ID!, $phone: PersonalText, $name: PersonalText) {
  memberUpdate(input: { member: $member, phone: $phone, realName: $name }) {
    member { phoneMasked realNameMasked } userErrors { message }
  }
}
"""
NICKNAME = "mutation ($name: String) { memberUpdate(input: { nickname: $name }) { userErrors { message } } }"
SIGN_IN = """
mutation ($phone: String!) {
  sessionStart(input: { identity: { kind: "phone", value: $phone } }) {
    session { accessToken } userErrors { message }
  }
}
"""
REPORT = """
mutation ($phone: String!, $key: String!, $at: DateTime!, $data: JSON!) {
  factSubmit(input: {
    type: "order.paid", identity: { kind: "phone", value: $phone }, occurredAt: $at, data: $data, idempotencyKey: $key
  }) { fact { id } userErrors { message } }
}
"""
REPORT_MANY = """
mutation ($facts: [FactSubmitInput!]!) {
  factsSubmit(input: { facts: $facts }) { results { fact { id } userErrors { message } } userErrors { message } }
}
"""
FIND = """
query ($phone: String!, $number: PersonalText, $name: PersonalText) {
  member(identity: { kind: "phone", value: $phone }) { id }
  members(filter: { phone: $number, realName: $name }) { nodes { id phoneMasked } }
}
"""
REVEAL = """
mutation ($member: ID!) {
  memberReveal(input: { member: $member, fields: [PHONE, REAL_NAME], reason: "the parcel came back" }) {
    personal { phone realName } userErrors { message }
  }
}
"""
OWN = "{ viewer { ... on MemberViewer { member { id } personal { phone realName } } } }"
ERASE = """
mutation ($member: ID!) {
  memberErase(input: { member: $member, reason: "a letter", idempotencyKey: "letter-00001" }) { userErrors { message } }
}
"""
KEPT = "SELECT count(*) FROM personal"


class Canary:
    """A number and a name that nobody else has, in this run or another."""

    def __init__(self, shown: str | None = None) -> None:
        """`shown`: a name that need not be kept from anybody."""
        drawn = new_id().int
        self.number = f"139{drawn % 10**8:08}"
        self.name = shown or "丝雀" + "".join(chr(0x4E00 + drawn // 10**place % 5_000) for place in (9, 13, 17))

    @property
    def shown(self) -> "Canary":
        """What the member calls themselves, which is kept as it is."""
        return Canary(f"nick {self.number[::-1]}")

    @property
    def traces(self) -> list[bytes]:
        """What would be found of it, as it is written or spelt out."""
        spelt = self.name.encode("unicode_escape")
        return [self.number.encode(), self.name.encode(), self.name.encode("utf-16-le"), spelt, spelt.lower()]

    def found_in(self, text: bytes | mmap.mmap) -> bool:
        """Whether any of it is there."""
        return any(text.find(trace) >= 0 for trace in self.traces)


class Caller:
    """Whoever calls the server with a token, and does not mind errors."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self._client, self._headers = client, {"Authorization": f"Bearer {token}"}

    async def ask(self, document: str, **variables: object) -> dict[str, Any]:
        """The answer."""
        body = {"query": document, "variables": variables}
        answer: dict[str, Any] = (await self._client.post("/graphql", json=body, headers=self._headers)).json()
        return answer


async def every_door(server: Server, tokens: Tokens, canary: Canary) -> None:
    """Send number and name wherever they are taken, rightly and wrongly, and have them erased."""
    issue, now = tokens.issue, utc_now()
    async with server.client() as client:
        till, lin, boss = [
            Caller(client, issue(Principal(role, subject=role.value), now, HOUR))
            for role in (Role.SERVICE, Role.OPERATOR, Role.ADMIN)
        ]
        signed_in = (await till.ask(SIGN_IN, phone=canary.number))["data"]["sessionStart"]["session"]
        own = Caller(client, signed_in["accessToken"])
        member = (await own.ask(OWN))["data"]["viewer"]["member"]["id"]
        await own.ask(NICKNAME, name=canary.shown.name)
        masks = (await lin.ask(UPDATE, member=member, phone=canary.number, name=canary.name))["data"]["memberUpdate"]
        assert masks["member"]["phoneMasked"] == f"{canary.number[:3]}****{canary.number[-4:]}", masks
        seen = (await lin.ask(REVEAL, member=member))["data"]["memberReveal"]["personal"]
        assert seen == {"phone": f"+86{canary.number}", "realName": canary.name}
        assert (await own.ask(OWN))["data"]["viewer"]["personal"] == seen
        found = await lin.ask(FIND, phone=canary.number, number=canary.number, name=canary.name)
        assert found["data"]["members"]["nodes"][0]["id"] == found["data"]["member"]["id"] == member
        order = {"order": "C-1", "amount_fen": 100}
        paid = await till.ask(REPORT, phone=canary.number, key="canary-0001", at=now.isoformat(), data=order)
        assert paid["data"]["factSubmit"]["fact"], paid
        await reported_at_once(till, canary)
        await wrongly(lin, till, member, canary)
        assert (await boss.ask(ERASE, member=member))["data"]["memberErase"]["userErrors"] == []


async def reported_at_once(till: Caller, canary: Canary) -> None:
    """A list of facts, one of which is taken, and others are in forms that nobody takes."""
    order = {"order": "C-3", "amount_fen": 100}
    told: dict[str, Any] = {"type": "order.paid", "occurredAt": utc_now().isoformat(), "data": order}
    named = [{"kind": "phone", "value": f"{canary.number}{more}"} for more in ("", "x")]
    facts = [
        told | {"identity": identity, "idempotencyKey": f"canary-001{number}"} for number, identity in enumerate(named)
    ]
    odd = told | {"identity": named[0], "idempotencyKey": "canary-0013", "data": order | {"amount_fen": canary.name}}
    results = (await till.ask(REPORT_MANY, facts=[*facts, odd]))["data"]["factsSubmit"]["results"]
    assert [bool(each["fact"]) for each in results] == [True, False, False], results


async def wrongly(lin: Caller, till: Caller, member: str, canary: Canary) -> None:
    """In forms that nobody takes, from which errors are made."""
    await lin.ask(UPDATE, member=member, phone=f"{canary.number}9", name=canary.name * 20)
    await lin.ask(UPDATE, member=member, phone=int(canary.number), name=[canary.name])
    await lin.ask(UPDATE.replace("$phone,", f'"{canary.number}" "x",'), member=member)
    await lin.ask(UPDATE, member=canary.number, phone=canary.number, name=canary.name)
    await lin.ask(FIND, phone=f"x{canary.number}", number=f"x{canary.number}")
    await till.ask(SIGN_IN, phone=f"{canary.number}x")
    order = {"order": "C-2", "amount_fen": -1}
    await till.ask(REPORT, phone=canary.number, key="canary-0002", at=utc_now().isoformat(), data=order)


def files_of(folder: Path) -> Iterator[Path]:
    """All files below; some go while they are listed."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield path


def holding(folder: Path, canary: Canary) -> list[str]:
    """The files that hold a trace of it."""
    found = []
    for path in files_of(folder):
        try:
            if path.stat().st_size and canary.found_in(path.read_bytes()):
                found.append(str(path))
        except FileNotFoundError:
            continue
    return found


async def values_of(redis: RedisClient) -> list[bytes]:
    """All keys of Redis, and what they hold."""
    reads: dict[bytes, Any] = {
        b"string": redis.get,
        b"hash": redis.hgetall,
        b"set": redis.smembers,
        b"zset": lambda key: redis.zrange(key, 0, -1),
        b"list": lambda key: redis.lrange(key, 0, -1),
    }
    texts: list[bytes] = []
    async for key in redis.scan_iter():
        kind = await redis.type(key)
        kind = kind.encode() if isinstance(kind, str) else kind
        texts += [repr(key).encode(), repr(await reads[kind](key)).encode()]
    return texts


async def told_by_a_server(commands: Commands, tokens: Tokens, canary: Canary, **environment: str) -> bytes:
    """The log of a server with its worker at whose every door the canary has entered."""
    async with commands.serving(**TALKATIVE, **environment) as server:
        assert server.process.stderr is not None
        telling = asyncio.create_task(server.process.stderr.read())
        await every_door(server, tokens, canary)
        server.process.send_signal(signal.SIGINT)
        log = await telling
        await server.process.wait()
    return log


async def test_a_canary_is_found_nowhere(
    commands: Commands, tokens: Tokens, pool: Pool, redis: RedisClient, tmp_path: Path
) -> None:
    canary, file = Canary(), tmp_path / "members.csv"
    file.write_text(
        f"identity,joined_at\n{canary.number},\n{canary.number}9,\n{canary.number},1800-01-01\nx,y,{canary.number}\n"
    )
    imported = await commands.run("import", "members", file, "--kind", "phone", "--json")
    assert imported.code == 2, imported.err
    snapshot = await take_snapshot(pool, SHANGHAI, tmp_path / "snapshots", utc_now(), lambda _done, _total: None)
    rows = [pq.read_table(snapshot.file(table)).to_pylist() for table in snapshot.rows]
    assert len(rows[0]) == 1
    assert not canary.found_in(repr(rows).encode())
    with listening() as (address, collector):
        log = await told_by_a_server(commands, tokens, canary, OTEL_EXPORTER_OTLP_ENDPOINT=address)
    assert b"slow operation" in log
    assert any(span.name == "mutation factsSubmit" for span in collector.spans)

    assert not canary.found_in(log)
    assert not any(map(canary.found_in, collector.bodies))
    assert not canary.found_in((imported.out + imported.err).encode())
    assert "***" in (tmp_path / "members.csv.rejects.csv").read_text(encoding="utf-8-sig")
    assert [path for path in holding(tmp_path, canary) if not path.endswith("members.csv")] == []
    texts = await values_of(redis)
    assert texts
    assert not any(map(canary.found_in, texts))
    # What was encrypted is gone, too.
    assert await pool.fetchval(KEPT) == 0
    await pool.execute("CHECKPOINT")
    folder = Path(await pool.fetchval("SHOW data_directory"))
    oid = await pool.fetchval("SELECT oid FROM pg_database WHERE datname = current_database()")
    places = [folder / "base" / str(oid), folder / "pg_wal", folder.parent / "log"]
    assert [found for place in places for found in holding(place, canary)] == []
    assert [bool(holding(place, canary.shown)) for place in places] == [True, True, False]


@pytest.mark.parametrize("where", ["number", "name"])
def test_a_search_finds_what_is_there(where: str, tmp_path: Path) -> None:
    canary = Canary()
    text = canary.number if where == "number" else canary.name
    (tmp_path / "heap").write_bytes(b"\0" * 5_000 + text.encode() + b"\0")

    assert holding(tmp_path, canary) == [str(tmp_path / "heap")]
