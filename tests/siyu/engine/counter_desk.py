"""A shop where members redeem rewards: an engine, a clock, members with points, and what became of all of it."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from siyu.db import Pool
from siyu.engine import BatchLimits, Engine
from siyu.engine.outcome import Decision
from siyu.engine.reward_delivery import deliver_due
from siyu.engine.reward_intake import (
    Asking,
    Redeeming,
    cancel_redemption,
    confirm_redemption,
    redeem_reward,
    use_redemption,
)
from siyu.ids import new_id
from siyu.ledger.verify import verify_ledger
from siyu.rewards import Redemption
from siyu.rewards.redemption_queries import redemptions_by_id
from tests.clock import TestClock
from tests.factories import SHANGHAI, add_campaign, add_members, paid, points_of, shop_registry


class Counter:
    """One engine, and the clock that it goes by."""

    def __init__(self, pool: Pool, limits: BatchLimits | None = None, clock: TestClock | None = None) -> None:
        self.pool, self.clock = pool, clock or TestClock()
        self.engine = Engine(pool, shop_registry(), SHANGHAI, limits or BatchLimits(), self.clock)

    async def members(self, count: int, points: int) -> list[UUID]:
        """Members with so many points each, from an order."""
        if not await self.pool.fetchval("SELECT count(*) FROM campaign WHERE type_key = 'purchase'"):
            await add_campaign(self.pool, "purchase", {"points_per_yuan": 1})
        ids = await add_members(self.pool, count)
        if points:
            orders = [paid(member, new_id().hex, points * 100, self.clock.now) for member in ids]
            await asyncio.gather(*map(self.engine.submit, orders))
        return ids

    async def member(self, points: int) -> UUID:
        """One of them."""
        [member] = await self.members(1, points)
        return member

    def asking(self, key: str | None = None, by: str = "lin", member: UUID | None = None) -> Asking:
        """Somebody asks now."""
        return Asking(key or new_id().hex, by, member)

    async def redeem(self, reward_id: UUID, member: UUID, key: str | None = None) -> Redeeming:
        """A member redeems a reward."""
        return await redeem_reward(self.engine, reward_id, member, self.asking(key))

    async def redeemed(self, reward_id: UUID, member: UUID) -> Redemption:
        """The same, where nothing hinders them."""
        decided = await self.redeem(reward_id, member)
        assert decided.redemption_id is not None, decided.decision.refusal
        return await self.redemption(decided.redemption_id)

    async def confirm(self, redemption_id: UUID, order: str = "A-1", key: str | None = None) -> Decision:
        """The shop says that an order was paid."""
        return (await confirm_redemption(self.engine, redemption_id, order, self.asking(key))).decision

    async def cancel(self, redemption_id: UUID, member: UUID | None = None, key: str | None = None) -> Decision:
        """The member, or else the shop, gives it up."""
        return (await cancel_redemption(self.engine, redemption_id, self.asking(key, member=member))).decision

    async def use(self, code: str, key: str | None = None) -> Decision:
        """A clerk hands it over."""
        return (await use_redemption(self.engine, code, self.asking(key))).decision

    async def work(self) -> None:
        """Let a worker do what is due now."""
        for _ in range(10):
            if await deliver_due(self.engine) and not await self._waits():
                break
        await self.engine.drain()

    async def _waits(self) -> bool:
        due = "SELECT EXISTS (SELECT FROM redemption WHERE deliver_at <= $1 OR expires_at <= $1)"
        waits: bool = await self.pool.fetchval(due, self.clock.now)
        return waits

    async def redemption(self, redemption_id: UUID) -> Redemption:
        """As it is now."""
        return (await redemptions_by_id(self.pool, [redemption_id]))[redemption_id]

    async def points(self, member: UUID) -> int:
        """What the member has."""
        return await points_of(self.pool, member)

    async def taken(self, reward_id: UUID) -> int:
        """How many of the reward are taken."""
        taken: int = await self.pool.fetchval("SELECT taken FROM reward WHERE id = $1", reward_id)
        return taken

    async def verify(self) -> None:
        """Everything that `ledger verify` looks at holds, but for the boards, which nobody folds here."""
        findings = await verify_ledger(self.pool, lambda done, total: None)
        assert [(finding.invariant, finding.first) for finding in findings if finding.violations] == []


def refusal(decision: Decision) -> tuple[str, Mapping[str, Any]]:
    """What was refused, and what is missing."""
    assert decision.refusal is not None
    return decision.refusal.code, decision.refusal.missing
