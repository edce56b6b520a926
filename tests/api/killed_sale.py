"""A flash sale while servers, PostgreSQL and Valkey are killed, and what must hold of it afterwards."""

import asyncio
from dataclasses import dataclass, field
from random import Random
from time import monotonic
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from schema.ids import CAMPAIGN, encode_id
from siyu.cache import open_redis
from siyu.engine.hint_board import LIFETIME_S
from siyu.ledger.verify import verify_ledger
from tests.api.graphql import token_of
from tests.api.killed_shop import VICTIMS, KilledShop
from tests.factories import add_campaign, add_members

UNITS, MEMBERS = 30, 100
# Members come within so many seconds, and within as many everything is killed once.
COMING_S = 2.0
# One in so many of those who got a unit gives it back.
GIVING_BACK = 5
REQUEST_TIMEOUT_S = 5.0
PAUSE_S = 0.1
SALE_TIMEOUT_S = 400.0
WATCH_S = 0.02

ANSWER = "decision { id } effects { kind ... on ReserveEffect { reservation } } userErrors { code }"
CLAIM = f"""mutation Claim($campaign: ID!, $key: String!) {{
  action: flashSaleClaim(input: {{ campaign: $campaign, item: "mug", idempotencyKey: $key }}) {{ {ANSWER} }}
}}"""
CANCEL = f"""mutation Cancel($campaign: ID!, $key: String!, $reservation: String!) {{
  action: flashSaleCancel(input: {{ campaign: $campaign, reservation: $reservation, idempotencyKey: $key }}) {{
    {ANSWER}
  }}
}}"""
TAKEN = "SELECT coalesce(sum(used + held), 0)::int FROM counter WHERE campaign_id = $1 AND name = 'stock'"
RESERVED = "SELECT key, member_id, state FROM reservation WHERE campaign_id = $1"
LOGGED = """
SELECT (SELECT count(*) FROM fact WHERE campaign_id = $1), (SELECT count(*) FROM decision WHERE campaign_id = $1),
       (SELECT count(DISTINCT fact_id) FROM decision WHERE campaign_id = $1)
"""
KNOWN = "SELECT idempotency_key FROM fact WHERE idempotency_key = ANY($1::text[])"
# What it looks like to somebody who asks PostgreSQL directly while it is away.
AWAY = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


@dataclass(frozen=True, slots=True)
class Told:
    """What a member was told: the reservation, or why not; `decided` says whether that is written down."""

    reservation: str | None
    codes: tuple[str, ...]
    decided: bool


@dataclass(slots=True)
class Figures:
    """What happened in a sale."""

    seed: int
    killed: list[str] = field(default_factory=list)
    asked_again: int = 0
    hinted: int = 0
    looks: int = 0
    granted: int = 0
    given_back: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"seed {self.seed}: killed {', '.join(self.killed)}; {self.granted} units acknowledged, {self.given_back} "
            f"of them given back; {self.asked_again} times asked again, {self.hinted} hints, {self.looks} looks at the "
            f"counter; {self.seconds:.1f} s"
        )


class KilledSale:
    """One sale of a seed: who came, and what they were told; `told` is written down, hints are not."""

    def __init__(self, shop: KilledShop, client: httpx.AsyncClient, seed: int) -> None:
        self.shop, self.client, self.figures = shop, client, Figures(seed)
        self.random = Random(seed)  # noqa: S311 - nothing is kept secret by it
        self.campaign, self.tokens = UUID(int=0), dict[UUID, str]()
        self.told: dict[tuple[UUID, str], Told] = {}
        self.hinted: set[tuple[UUID, str]] = set()
        self.given_back: set[str] = set()

    async def run(self) -> None:
        """Open the sale, let everybody come, kill everything once, and sell what was given back."""
        began = monotonic()
        stock = {"items": [{"key": "mug", "stock": UNITS}]}
        self.campaign = await add_campaign(self.shop.pool, "flash_sale", stock)
        members = await add_members(self.shop.pool, MEMBERS)
        self.tokens = {member: token_of(self.shop.tokens, member) for member in members}
        over = asyncio.Event()
        watching = asyncio.create_task(self._watch(over))
        async with asyncio.timeout(SALE_TIMEOUT_S):
            await asyncio.gather(self._kill_everything(), *(self._play(member) for member in members))
            await self.shop.until_all_serve()
            # Connections to a server that died count for nothing, also those that its children still serve.
            await self.shop.pool.expire_connections()
            await self._sell_the_rest()
            await self._find_what_nobody_was_told()
        over.set()
        await watching
        self.figures.hinted = len(self.hinted)
        self.figures.granted = sum(told.reservation is not None for told in self.told.values())
        self.figures.given_back = len(self.given_back)
        self.figures.seconds = monotonic() - began

    async def _sell_the_rest(self) -> None:
        """Let those who have nothing claim what was given back, again and again until all is sold."""
        turn = 0
        while await self.shop.pool.fetchval(TAKEN, self.campaign) < UNITS:
            turn += 1
            held = {told.reservation for told in self.told.values()} - self.given_back
            owners = {member for (member, _), told in self.told.items() if told.reservation in held - {None}}
            without = [member for member in self.tokens if member not in owners]
            await asyncio.gather(
                *(self._claim(member, f"turn-{turn}") for member in self.random.sample(without, UNITS))
            )
            await asyncio.sleep(LIFETIME_S)

    async def _find_what_nobody_was_told(self) -> None:
        """A request that was lost with its server may have been decided while its repetition met a hint."""
        keys = {f"member/{member}/{key}": (member, key) for member, key in self.hinted}
        known = await self.shop.pool.fetch(KNOWN, list(keys))
        for member, key in [keys[row["idempotency_key"]] for row in known]:
            self.told[member, key] = await self.ask(CLAIM, member, key)

    async def _kill_everything(self) -> None:
        """Each once, at a moment of its own."""
        moments = sorted((self.random.uniform(0, COMING_S), victim) for victim in VICTIMS)
        began = monotonic()
        for moment, victim in moments:
            await asyncio.sleep(max(0.0, began + moment - monotonic()))
            self.figures.killed.append(f"{victim} at {moment:.2f} s")
            await self.shop.kill(victim, self.random)

    async def _play(self, member: UUID) -> None:
        """A member comes, claims until they are answered, and may give it back."""
        await asyncio.sleep(self.random.uniform(0, COMING_S))
        told = await self._claim(member, "first")
        if told.reservation is not None and self.random.randrange(GIVING_BACK) == 0:
            back = await self.ask(CANCEL, member, f"back-{member.hex}", reservation=told.reservation)
            assert back.codes == (), back
            self.given_back.add(told.reservation)

    async def _claim(self, member: UUID, time: str) -> Told:
        key = f"{time}-{member.hex}"
        told = await self.ask(CLAIM, member, key)
        assert told.codes in {(), ("SOLD_OUT",), ("SOLD_OUT_FOR_NOW",)}, told
        assert (told.reservation is None) == (told.codes != ()), told
        if told.decided:
            self.told[member, key] = told
        else:
            self.hinted.add((member, key))
        return told

    async def ask(self, document: str, member: UUID, key: str, **variables: str) -> Told:
        """What a member is told, by whichever server; where that is nothing, they ask again with the same key."""
        campaign = encode_id(CAMPAIGN, self.campaign)
        body = {"query": document, "variables": {"campaign": campaign, "key": key, **variables}}
        headers = {"Authorization": f"Bearer {self.tokens[member]}"}
        while True:
            address = self.random.choice(self.shop.servers).address
            try:
                reply = await self.client.post(f"{address}/graphql", json=body, headers=headers)
            except httpx.TransportError:
                answer: dict[str, Any] = {"errors": "no answer"}
            else:
                answer = reply.json()
            if "errors" not in answer:
                return _told(answer["data"]["action"])
            self.figures.asked_again += 1
            await asyncio.sleep(self.random.uniform(0, 2 * PAUSE_S))

    async def _watch(self, over: asyncio.Event) -> None:
        """Look at the counter again and again: more than there are must never be taken."""
        while not over.is_set():
            try:
                taken = await self.shop.pool.fetchval(TAKEN, self.campaign)
            except AWAY:
                await asyncio.sleep(PAUSE_S)
                continue
            assert taken <= UNITS
            self.figures.looks += 1
            await asyncio.sleep(WATCH_S)

    async def check(self) -> None:
        """The invariants, by SQL, by the ledger's own check and by what everybody was told."""
        pool = self.shop.pool
        reserved = {row["key"]: (row["member_id"], row["state"]) for row in await pool.fetch(RESERVED, self.campaign)}
        expected = {
            told.reservation: (member, "released" if told.reservation in self.given_back else "held")
            for (member, _), told in self.told.items()
            if told.reservation is not None
        }
        assert len(expected) == self.figures.granted, "a reservation was acknowledged to two"
        assert reserved == expected
        owners = [member for member, state in reserved.values() if state == "held"]
        assert await pool.fetchval(TAKEN, self.campaign) == len(owners) == len(set(owners)) == UNITS
        facts, decisions, decided = await pool.fetchrow(LOGGED, self.campaign) or (0, 1, 2)
        assert facts == decisions == decided == len(self.told) + len(self.given_back)
        again = await asyncio.gather(*(self.ask(CLAIM, member, key) for member, key in self.told))
        assert again == list(self.told.values())
        assert not any(finding.violations for finding in await verify_ledger(pool, lambda done, total: None))
        async with open_redis(self.shop.redis_url) as redis:
            for key in await redis.keys("{siyu:hint:*"):
                assert await redis.pttl(key) <= LIFETIME_S * 1000


def _told(payload: dict[str, Any]) -> Told:
    codes = tuple(error["code"] for error in payload["userErrors"])
    keys = [effect["reservation"] for effect in payload["effects"] if effect["kind"] == "reserve"]
    return Told(keys[0] if keys else None, codes, payload["decision"] is not None)


async def run_killed_sale(shop: KilledShop, seed: int) -> Figures:
    """A sale of this seed in which everything is killed once, checked."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=REQUEST_TIMEOUT_S, limits=limits) as client:
        sale = KilledSale(shop, client, seed)
        await sale.run()
        await sale.check()
    return sale.figures
