"""The engine behind one face, in memory and on PostgreSQL, so that one machine can drive both."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import orjson

from siyu.campaigns import LiveCampaign
from siyu.db import Pool, open_database
from siyu.engine import Engine, NewFact, Outcome
from siyu.engine.world import World
from siyu.ids import new_id
from siyu.sdk import MemberView
from tests.factories import LONG_AGO, SHANGHAI, add_campaign, add_members, shop_engine, shop_registry
from tests.siyu.engine.model import ModelCampaign
from tests.siyu.engine.stage import play

NOW = datetime(2026, 12, 31, tzinfo=UTC)

POOL_MAX = 6

T = TypeVar("T")


@contextmanager
def own_pool(url: str) -> Iterator[tuple[asyncio.AbstractEventLoop, Pool]]:
    """A loop that a synchronous machine can run, and a pool on it."""
    with closing(asyncio.new_event_loop()) as loop:
        opening = open_database(url, POOL_MAX)
        pool = loop.run_until_complete(opening.__aenter__())
        try:
            yield loop, pool
        finally:
            loop.run_until_complete(opening.__aexit__(None, None, None))


class Moved(NamedTuple):
    """A transfer, as far as the invariants look at it."""

    id: UUID
    debit_id: UUID
    credit_id: UUID
    amount: int
    member_balance: int
    kind: str
    reverses_id: UUID | None
    member_id: UUID


class Dump(NamedTuple):
    """What a system holds: balances, states as JSON values, orders, and the transfers in their order."""

    balances: dict[UUID, int]
    states: dict[tuple[UUID, UUID], Any]
    orders: dict[str, tuple[UUID, int, int]]
    transfers: list[Moved]


class InMemory:
    """One world kept alive: the deciding half of the engine and the ledger's book, without a database."""

    def __init__(self, campaigns: Sequence[ModelCampaign], members: int) -> None:
        registry = shop_registry()
        self.member_ids = [new_id() for _ in range(members)]
        live = []
        for campaign in campaigns:
            kind = registry.types[campaign.type_key]
            config = kind.config.model_validate_json(orjson.dumps(campaign.config()))
            window = (campaign.state, campaign.starts_at, campaign.ends_at)
            live.append(LiveCampaign(new_id(), kind, 1, *window, config, {"points": new_id()}))
        self.campaign_ids = [campaign.id for campaign in live]
        views = {member_id: MemberView(member_id, LONG_AGO) for member_id in self.member_ids}
        self._world = World(live, views, SHANGHAI, new_id)

    def submit(self, facts: Sequence[NewFact], _: Callable[[NewFact], int]) -> list[Outcome]:
        """Decide them one after the other."""
        return [play(self._world, fact, NOW) for fact in facts]

    def set_state(self, campaign_id: UUID, state: str) -> None:
        """Pause, resume or end a campaign: a world with that campaign changed, and the same memory."""
        old = self._world
        live = [replace(c, state=state) if c.id == campaign_id else c for c in old.campaigns]
        self._world = World(live, old.members, SHANGHAI, new_id, old.once)
        self._world.book, self._world.orders = old.book, old.orders
        self._world.participations = old.participations

    def dump(self) -> Dump:
        """Everything there is."""
        world = self._world
        return Dump(
            {account.member_id: account.balance for account in world.book.changed_accounts()},
            {
                (record.campaign_id, record.subject_id): json.loads(record.state_json())
                for record in world.participations.changed()
            },
            {o.number: (o.member_id, o.amount_fen, o.refunded_fen) for o in world.orders.changed.values()},
            [Moved(*(getattr(transfer, name) for name in Moved._fields)) for transfer in world.book.transfers],
        )

    def close(self) -> None:
        """Nothing to close."""


ENTER_CAMPAIGN = "UPDATE campaign SET state = $2, starts_at = $3, ends_at = $4 WHERE id = $1"
BALANCES = "SELECT member_id, balance FROM account WHERE member_id = ANY($1::uuid[])"
STATES = "SELECT campaign_id, subject_id, state FROM participation WHERE subject_id = ANY($1::uuid[])"
ORDERS = "SELECT number, member_id, amount_fen, refunded_fen FROM shop_order WHERE member_id = ANY($1::uuid[])"
TRANSFERS = """
SELECT transfer.id, debit_id, credit_id, amount, member_balance, kind, reverses_id, account.member_id
FROM transfer JOIN account ON account.id IN (debit_id, credit_id) AND account.member_id = ANY($1::uuid[])
ORDER BY transfer.id
"""


class OnPostgres:
    """Two engines on one database. Each life has its own members and campaigns; earlier ones become drafts."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, pool: Pool, campaigns: Sequence[ModelCampaign], members: int
    ) -> None:
        self._loop, self._pool = loop, pool
        self.engines = [shop_engine(pool), shop_engine(pool)]
        self.run(pool.execute("UPDATE campaign SET state = 'draft'"))
        self.member_ids = self.run(add_members(pool, members))
        self.campaign_ids = [self.run(self._add(campaign)) for campaign in campaigns]

    async def _add(self, campaign: ModelCampaign) -> UUID:
        campaign_id = await add_campaign(self._pool, campaign.type_key, campaign.config())
        window = (campaign.state, campaign.starts_at, campaign.ends_at)
        await self._pool.execute(ENTER_CAMPAIGN, campaign_id, *window)
        return campaign_id

    def run(self, work: Awaitable[T]) -> T:
        """Wait for it on the system's own loop."""
        return self._loop.run_until_complete(work)

    def engine(self, number: int) -> Engine:
        """One of the two."""
        return self.engines[number % 2]

    def submit(self, facts: Sequence[NewFact], engine_of: Callable[[NewFact], int]) -> list[Outcome]:
        """Submit them all at once."""

        async def at_once() -> list[Outcome]:
            return await asyncio.gather(*(self.engine(engine_of(fact)).submit(fact) for fact in facts))

        return self.run(at_once())

    def set_state(self, campaign_id: UUID, state: str) -> None:
        """Pause, resume or end a campaign."""
        self.run(self._pool.execute("UPDATE campaign SET state = $2 WHERE id = $1", campaign_id, state))

    def dump(self) -> Dump:
        """Everything of this life."""
        return self.run(self._dump())

    async def _dump(self) -> Dump:
        ids = self.member_ids
        balances = {row[0]: row[1] for row in await self._pool.fetch(BALANCES, ids)}
        states = {(row[0], row[1]): json.loads(row[2]) for row in await self._pool.fetch(STATES, ids)}
        orders = {row[0]: (row[1], row[2], row[3]) for row in await self._pool.fetch(ORDERS, ids)}
        return Dump(balances, states, orders, [Moved(*row) for row in await self._pool.fetch(TRANSFERS, ids)])

    def close(self) -> None:
        """Leave nothing running."""
        for engine in self.engines:
            self.run(engine.drain())
