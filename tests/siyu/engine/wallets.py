"""Members with value, and facts for the desks of wallets."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from siyu.db import Pool
from siyu.engine import Decision, Engine, NewFact
from siyu.ids import new_id
from siyu.ledger.verify import verify_ledger
from tests.factories import add_members, shop_engine

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
LIN, WANG = "lin", "wang"
STATES = "SELECT state FROM {table} ORDER BY id"


class Desks:
    """An engine whose clock stands until it is moved, and what its desks answer."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.now = pool, NOON
        self.engine: Engine = shop_engine(pool, clock=lambda: self.now)

    async def member(self, **value: int) -> UUID:
        """A member to whom the shop gave so much of each unit."""
        [member_id] = await add_members(self.pool, 1)
        for unit, amount in value.items():
            await self.give(member_id, unit, amount)
        return member_id

    async def give(self, member_id: UUID, unit: str, amount: int) -> None:
        """Two operators agree to give it."""
        asked = await self.ask("value.adjusted", member_id, unit=unit, amount=amount, reason="gift", made_by=LIN)
        if record(asked)["state"] == "open":
            said = {"approved": True, "note": "yes", "made_by": WANG}
            await self.ask("value.adjustment_decided", member_id, adjustment=record(asked)["id"], **said)

    async def ask(self, kind: str, member_id: UUID, key: str | None = None, **data: object) -> Decision:
        """What the desk says to a fact of now."""
        fact = NewFact(kind, member_id, self.now, data, key or new_id().hex, stamped=True)
        [decision] = (await self.engine.submit(fact)).decisions
        assert decision.campaign_id is None
        return decision

    async def hold(self, member_id: UUID, amount: int, reference: str = "R-1", lasts_s: int = 900) -> Decision:
        """Keep points of the member."""
        data = {"unit": "points", "amount": amount, "reference": reference, "lasts_s": lasts_s}
        return await self.ask("value.held", member_id, **data)

    async def balance(self, member_id: UUID, unit: str = "points") -> int:
        """What the member's account has."""
        sql = "SELECT balance FROM account WHERE member_id = $1 AND unit = $2"
        return await self.pool.fetchval(sql, member_id, unit) or 0

    async def states(self, table: str) -> list[str]:
        """The states of a table's rows, the oldest first."""
        return [row[0] for row in await self.pool.fetch(STATES.format(table=table))]

    def wait(self, **time: int) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


def record(decision: Decision) -> Mapping[str, Any]:
    """The hold, adjustment, payout or freeze that a decision was about."""
    [found] = [logged for logged in decision.effects if logged["kind"] == "wallet"]
    return found


def code(decision: Decision) -> str | None:
    """The refusal's code."""
    return decision.refusal.code if decision.refusal else None


async def violations(pool: Pool) -> list[str]:
    """What the ledger's check finds."""
    return [sentence for finding in await verify_ledger(pool, lambda *_: None) for sentence in finding.first]
