"""A shop with a group-buy of mugs on PostgreSQL, decided by two engines that share a clock."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from plugins.group_buy.campaign import GROUP_BUY
from plugins.group_buy.states import GroupBuyState
from plugins.group_buy.teams import Team
from siyu.campaigns import Registry
from siyu.clock import Clock
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine, NewFact, Outcome
from siyu.engine.intake import action_fact, service_fact
from siyu.ids import new_id
from siyu.ledger.verify import verify_ledger
from tests.docs.pages import ROOT, blocks
from tests.factories import SHANGHAI, add_campaign, registry_of
from tests.siyu.engine.relay import fire_all

REGISTRY = registry_of(GROUP_BUY)
# So that the batches of both engines meet many times.
SMALL_BATCHES = BatchLimits(facts_max=8, share_min=1)
PRICE_FEN = 9_900
CONFIG: dict[str, Any] = {
    "sizes": [3],
    "items": [{"key": "mug", "prices_fen": [PRICE_FEN], "stock": 10_000}],
    "hours": 1,
    "minutes_to_pay": 15,
}
# What operators are told to run.
[RECONCILIATION] = [
    block.text for block in blocks(ROOT / "docs" / "campaigns" / "group-buy.md") if block.language == "sql"
]


class TeamShop:
    """The engines, one a pool, and the campaign."""

    def __init__(self, clock: Clock, *pools: Pool, registry: Registry = REGISTRY) -> None:
        self.pool, self.clock, self.campaign = pools[0], clock, UUID(int=0)
        self.engines = [Engine(pool, registry, SHANGHAI, SMALL_BATCHES, clock) for pool in pools]

    async def begin(self, **fields: Any) -> "TeamShop":
        """With these fields of the config."""
        self.campaign = await add_campaign(self.pool, "group_buy", {**CONFIG, **fields})
        return self

    def act(self, name: str, member: UUID, **data: Any) -> NewFact:
        """A member does something now."""
        [action] = [action for action in GROUP_BUY.actions if action.name == name]
        wanted = data if name == "leave" else {"item": "mug", **data}
        return action_fact(GROUP_BUY, action, self.campaign, member, wanted, new_id().hex, self.clock())

    def order(self, type_: str, member: UUID, order: str, key: str | None = None, **data: Any) -> NewFact:
        """The shop reports something of an order now."""
        at = self.clock()
        told = {"order": order, **data}
        return service_fact(REGISTRY, f"order.{type_}", at, told, key or new_id().hex, at).about(member)

    def paid(self, member: UUID, team: str, order: str, key: str | None = None, fen: int = PRICE_FEN) -> NewFact:
        """The shop reports that an order was paid."""
        return self.order("paid", member, order, key, amount_fen=fen, team=team)

    async def submit(self, facts: Sequence[NewFact]) -> list[Outcome]:
        """All at once, to each engine in turn; and what follows."""
        sent = [self.engines[place % len(self.engines)].submit(fact) for place, fact in enumerate(facts)]
        outcomes = await asyncio.gather(*sent)
        for engine in self.engines:
            await engine.drain()
        return outcomes

    async def fire(self) -> None:
        """Every engine lets fire what is due, and decides what follows."""
        await asyncio.gather(*map(fire_all, self.engines))

    async def opened(self, member: UUID) -> str:
        """Let a member open a team; its key."""
        [outcome] = await self.submit([self.act("open", member)])
        assert refusal(outcome) is None
        return outcome.fact_id.hex

    async def team(self, key: str) -> Team:
        """The team of this key."""
        state = await self.pool.fetchval("SELECT state FROM participation WHERE team = $1", key)
        return Team.model_validate_json(state)

    async def seats(self, member: UUID) -> GroupBuyState:
        """What is kept for a member."""
        found = "SELECT state FROM participation WHERE campaign_id = $1 AND subject_id = $2"
        state = await self.pool.fetchval(found, self.campaign, member)
        return GroupBuyState.model_validate_json(state)

    async def stock(self) -> tuple[int, int]:
        """How many mugs are bought, and how many are held for teams that are not decided."""
        [row] = await self.pool.fetch("SELECT used, held FROM counter WHERE name = 'stock'")
        return row[0], row[1]

    async def refunds(self) -> dict[str, tuple[int, str]]:
        """How much of which order the shop was asked to pay back in all, and why."""
        asked = "SELECT number, asked_fen, reason FROM refund_request JOIN shop_order ON shop_order.id = order_id"
        return {row[0]: (row[1], row[2]) for row in await self.pool.fetch(asked)}

    async def unreconciled(self) -> list[str]:
        """The orders that operators would find by the query of the page."""
        return sorted(row["number"] for row in await self.pool.fetch(RECONCILIATION))

    async def pending(self) -> int:
        """How many facts the campaign has asked for that are not decided."""
        waiting: int = await self.pool.fetchval("SELECT count(*) FROM pending_fact")
        return waiting

    async def verify(self) -> None:
        """Everything that `ledger verify` looks at holds."""
        findings = await verify_ledger(self.pool, lambda done, total: None)
        assert [finding.invariant for finding in findings if finding.violations] == []


def refusal(outcome: Outcome) -> str | None:
    """The code of the only decision's refusal."""
    [decision] = outcome.decisions
    return decision.refusal and decision.refusal.code
