"""A server with every hostile plugin there is: it answers, the other campaigns are right, the culprits are named."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from api.identity import Tokens
from schema.ids import CAMPAIGN, MEMBER, encode_id
from siyu.db import Pool, open_database
from siyu.engine import running
from siyu.sdk import ENTRY_POINT_GROUP
from tests.api.graphql import CHECK_IN, ask, operator_token, token_of
from tests.api.processes import STOP_TIMEOUT_S, Commands
from tests.databases import Databases
from tests.factories import add_campaign, add_members, paid, shop_engine, sign

HOSTILE = Path(__file__).parent / "hostile"
PLUGINS = ("decisions", "manners", "raises", "leaves", "loops", "future", "thief", "clash", "misspelt")
FAILING = (
    *("raises", "leaves", "loops", "swallows", "sleeps", "backtracks", "junk", "floods", "takes_a_million"),
    *("bloats", "stores_nonsense", "reaches_over", "changes_the_fact"),
)
# What each broken plugin is told to be wrong with.
BROKEN = {
    "hostile_raises": "No module named 'colours'",
    "hostile_leaves": "I am leaving",
    "hostile_loops": "Overran",
    "hostile_future": "needs SDK >=9",
    "hostile_thief": "'check_in' is taken already by plugins.check_in",
    "check": "checkInSign",
    "hostile_misspelt": "siyu_campaign_type",
}
MEMBERS, ORDERS = 5, 40
AT = datetime(2026, 11, 20, 4, tzinfo=UTC)
LOADING_S = 2.0
# Each culprit is interrupted a few times before it is paused, one after the other, which may take longer than a request
# may: whoever is told TIMED_OUT sends the same again, and is given the first answer.
ASKED_MAX = 40

SUBMIT = """
mutation ($input: FactSubmitInput!) {
  factSubmit(input: $input) { decisions { campaign { name } refusal { code missing } } userErrors { code message } }
}
"""
TYPES = "{ campaignTypes { key version status problem } }"
GO = """
mutation ($campaign: ID!) {
  muteGo(input: { campaign: $campaign, idempotencyKey: "go-and-tell" }) {
    userErrors { code } participation { progress { text } }
  }
}
"""
UNREAD = """
query ($campaign: ID!) { participation(campaign: $campaign) { status ... on MuteParticipation { secret { words } } } }
"""
GRANTED = "SELECT sum(amount) FROM transfer JOIN account ON account.id = debit_id WHERE campaign_id = $1"
CAMPAIGNS = "SELECT type_key, state, problem FROM campaign"
# What the campaigns that siyu ships did.
TRANSFERS = """
SELECT receiving.member_id, transfer.reference, transfer.amount FROM transfer
JOIN account paying ON paying.id = debit_id
JOIN account receiving ON receiving.id = credit_id
JOIN campaign ON campaign.id = paying.campaign_id AND type_key IN ('purchase', 'check_in')
ORDER BY receiving.member_id, reference, amount
"""
STATES = """
SELECT type_key, subject_id, participation.state::text FROM participation
JOIN campaign ON campaign.id = campaign_id AND type_key IN ('purchase', 'check_in')
ORDER BY type_key, subject_id
"""


@dataclass(frozen=True)
class Shop:
    """A shop with members and the campaigns that siyu ships."""

    pool: Pool
    members: Sequence[UUID]
    check_in: UUID

    async def done(self) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """The transfers and states of the shipped campaigns, with members by their number."""
        numbers = {member: number for number, member in enumerate(self.members)}
        transfers = [(numbers[row[0]], *row[1:]) for row in await self.pool.fetch(TRANSFERS)]
        return transfers, [(row[0], numbers[row[1]], row[2]) for row in await self.pool.fetch(STATES)]


async def new_shop(pool: Pool) -> Shop:
    """The shop both runs start from."""
    members = await add_members(pool, MEMBERS)
    await add_campaign(pool, "purchase")
    return Shop(pool, members, await add_campaign(pool, "check_in"))


def install(site: Path) -> None:
    """A distribution with all hostile plugins; their modules are on the path themselves."""
    info = site / "hostile-6.6.6.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hostile\nVersion: 6.6.6\n")
    lines = [f"hostile_{name} = hostile_{name}" for name in PLUGINS]
    (info / "entry_points.txt").write_text("\n".join([f"[{ENTRY_POINT_GROUP}]", *lines]))
    # The same patience as ever, but shorter: an import that loops is waited for at every start.
    (site / "sitecustomize.py").write_text(f"import siyu.deadline\nsiyu.deadline.LOADING_S = {LOADING_S}\n")


async def ask_until_told(client: httpx.AsyncClient, document: str, token: str = "", **variables: object) -> Any:
    """The data of an answer; what had no answer in time is sent again."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = {"query": document, "variables": variables}
    for _ in range(ASKED_MAX):
        answer = (await client.post("/graphql", json=body, headers=headers)).json()
        if "errors" not in answer:
            return answer["data"]
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["TIMED_OUT"], answer
    raise AssertionError("nobody was told anything")


async def submit(client: httpx.AsyncClient, shop: Shop, number: int) -> Any:
    """An order is reported over GraphQL."""
    given = {
        "type": "order.paid",
        "member": encode_id(MEMBER, shop.members[number % MEMBERS]),
        "occurredAt": AT.isoformat(),
        "data": {"order": f"A-{number}", "amount_fen": 1_000 + 100 * number},
        "idempotencyKey": f"order-number-{number}",
    }
    payload = (await ask_until_told(client, SUBMIT, input=given))["factSubmit"]
    assert payload["userErrors"] == []
    return payload["decisions"]


async def sign_in_today(client: httpx.AsyncClient, shop: Shop, token: str) -> Any:
    """A member checks in."""
    variables = {"campaign": encode_id(CAMPAIGN, shop.check_in), "key": "check-in-today"}
    return (await ask_until_told(client, CHECK_IN, token, **variables))["checkInSign"]


@asynccontextmanager
async def reference(databases: Databases) -> AsyncIterator[Shop]:
    """A shop of its own, for the run without a hostile plugin."""
    async with databases.fresh() as url, open_database(url, 5) as pool:
        yield await new_shop(pool)


async def undisturbed(databases: Databases) -> Any:
    """What the shipped campaigns do when they are alone."""
    async with reference(databases) as shop, running(shop_engine(shop.pool)) as engine:
        for number in range(ORDERS):
            member = shop.members[number % MEMBERS]
            await engine.submit(paid(member, f"A-{number}", 1_000 + 100 * number, AT))
        for member in shop.members:
            await engine.submit(sign(shop.check_in, member, datetime.now(UTC)))
        return await shop.done()


async def test_hostile_plugins_harm_nobody_and_are_named(
    commands: Commands, pool: Pool, databases: Databases, tokens: Tokens, tmp_path: Path
) -> None:
    install(tmp_path)
    shop = await new_shop(pool)
    hostile = {key: await add_campaign(pool, key) for key in (*FAILING, "scribbles", "eavesdrops", "mute")}

    async with (
        commands.serving(PYTHONPATH=f"{tmp_path}:{HOSTILE}") as server,
        server.client(operator_token(tokens)) as operator,
        server.client() as member,
    ):
        # All at once: the culprits' first decisions are in one batch with everybody's.
        answers = await asyncio.gather(*(submit(operator, shop, number) for number in range(ORDERS - 1)))
        signed = await asyncio.gather(*(sign_in_today(member, shop, token_of(tokens, each)) for each in shop.members))
        mute = encode_id(CAMPAIGN, hostile["mute"])
        told = await ask_until_told(member, GO, token_of(tokens, shop.members[0]), campaign=mute)
        unread = await member.post(
            "/graphql",
            json={"query": UNREAD, "variables": {"campaign": mute}},
            headers={"Authorization": f"Bearer {token_of(tokens, shop.members[0])}"},
        )

        calm = await submit(operator, shop, ORDERS - 1)
        types = {kind["key"]: kind for kind in (await ask(operator, TYPES))["campaignTypes"]}
        health = await member.get("/healthz")
        server.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(STOP_TIMEOUT_S):
            _, error = await server.process.communicate()
    assert server.process.returncode == 0
    assert health.json() == {"status": "ok"}

    refused = {decision["campaign"]["name"] for answer in answers for decision in answer if decision["refusal"]}
    assert refused == set(FAILING)
    assert {decision["campaign"]["name"] for decision in calm} == {"purchase", "scribbles"}
    assert [payload["userErrors"] for payload in signed] == [[]] * MEMBERS
    assert told["muteGo"] == {"userErrors": [], "participation": {"progress": {"text": "进度暂不可用"}}}
    assert unread.json()["data"] == {"participation": {"status": "active", "secret": None}}
    assert [error["extensions"]["code"] for error in unread.json()["errors"]] == ["INTERNAL"]
    assert await shop.done() == await undisturbed(databases)
    # What it changed in place was never there again.
    assert await pool.fetchval(GRANTED, hostile["scribbles"]) == ORDERS

    log = error.decode()
    states = {row["type_key"]: row for row in await pool.fetch(CAMPAIGNS)}
    for key in FAILING:
        assert (states[key]["state"], types[key]["status"]) == ("paused", "FAILING"), key
        assert f"{key} 6.6.6" in types[key]["problem"]
        assert f"campaign type {key} failed" in log
    for key in ("purchase", "check_in", "scribbles", "eavesdrops", "mute"):
        assert (states[key]["state"], types[key]["status"], types[key]["problem"]) == ("running", "ACTIVE", None), key
    assert "campaign type mute 6.6.6: the field secret failed" in log
    for name, problem in BROKEN.items():
        assert types[name]["status"] == "BROKEN"
        assert problem in types[name]["problem"]
        assert f"{name} is left out" in log
