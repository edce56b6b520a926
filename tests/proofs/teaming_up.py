"""A process in which members form teams: `python -m tests.proofs.teaming_up URL`.

It reads one line – the campaign, when it began, the members who open teams and those who join, a seed – says "ready",
waits for another line, lets every member live, fires what is due meanwhile, and prints what they did.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Awaitable
from datetime import datetime, timedelta
from itertools import count
from random import Random
from uuid import UUID

from siyu.db import open_database
from siyu.engine import NewFact
from siyu.engine.firing import run_pending
from tests.clock import NOON
from tests.plugins.team_shop import PRICE_FEN, TeamShop, refusal

POOL_MAX = 6
# An hour of theirs takes 15 seconds.
SPEED = 240
TRIES_MAX = 8
KEYS = "SELECT team FROM participation WHERE team IS NOT NULL ORDER BY team"


class FastClock:
    """The members' clock: equal in all processes that began at one moment of the machine's."""

    def __init__(self, began_s: float) -> None:
        self.began_s = began_s

    def __call__(self) -> datetime:
        return NOON + timedelta(seconds=(time.time() - self.began_s) * SPEED)


class Crowd:
    """Some members, who meet others in teams; `done` counts what they did."""

    def __init__(self, shop: TeamShop, name: str, seed: int) -> None:
        self.shop, self.name, self.random = shop, name, Random(f"{name}/{seed}")  # noqa: S311 - no secret
        self.done: Counter[str] = Counter()
        self._numbers = count(1)

    async def tell(self, what: str, fact: NewFact) -> str | None:
        """Submit a fact, and count what it was refused with."""
        code = refusal(await self.shop.engines[0].submit(fact))
        self.done[f"{what}: {code or 'done'}"] += 1
        return code

    async def pause(self, least: float, most: float) -> None:
        """So many minutes of theirs pass."""
        await asyncio.sleep(self.random.uniform(least, most) * 60 / SPEED)

    async def open(self, member: UUID) -> None:
        """Open a team and do something about it."""
        await self.pause(0, 10)
        fact = self.shop.act("open", member)
        outcome = await self.shop.engines[0].submit(fact)
        assert refusal(outcome) is None
        await self.take_part(member, outcome.fact_id.hex)

    async def join(self, member: UUID) -> None:
        """Look for a team, and for another where that is full or over."""
        await self.pause(0, 30)
        for _ in range(TRIES_MAX):
            keys = [row[0] for row in await self.shop.pool.fetch(KEYS)]
            if keys:
                team = self.random.choice(keys)
                if await self.tell("join", self.shop.act("join", member, team=team)) is None:
                    await self.take_part(member, team)
                    return
            await self.pause(0, 10)

    async def take_part(self, member: UUID, team: str) -> None:
        """Pay in time, late or never, or leave; most do what they should."""
        match self.random.choices(("pay", "late", "very late", "leave", "never"), (60, 15, 12, 8, 5))[0]:
            case "pay":
                await self.pause(0, 12)
                await self.pay(member, team)
            case "late":
                await self.pause(14, 17)
                await self.pay(member, team)
            case "very late":
                await self.pause(30, 75)
                await self.pay(member, team)
            case "leave":
                await self.pause(0, 10)
                await self.tell("leave", self.shop.act("leave", member, team=team))
                if self.random.random() < 0.5:
                    await self.pay(member, team)

    async def pay(self, member: UUID, team: str) -> None:
        """Report an order, as shops do: sometimes twice at once, with another one, or after its own refund."""
        order = f"{self.name}-{next(self._numbers)}"
        paid = self.shop.paid(member, team, order)
        back = self.shop.order("refunded", member, order, amount_fen=PRICE_FEN)
        reports: list[Awaitable[str | None]] = [self.tell("pay", paid)]
        if self.random.random() < 0.3:
            reports += [self.tell("pay", paid), self.tell("pay", self.shop.paid(member, team, order))]
        if self.random.random() < 0.1:
            other = self.shop.paid(member, team, f"{order}-again", fen=self.random.choice([PRICE_FEN, 1]))
            reports.append(self.tell("pay another", other))
        if self.random.random() < 0.1:
            reports.insert(0, self.tell("refund", back))
        await asyncio.gather(*reports)
        if self.random.random() < 0.1:
            await self.pause(0, 20)
            named = {"team": team} if self.random.random() < 0.5 else {}
            again = self.shop.order("refunded", member, order, amount_fen=PRICE_FEN, **named)
            await self.tell("refund", again)


async def live(url: str) -> str:
    """What the members did, as JSON."""
    given = json.loads(await asyncio.to_thread(sys.stdin.readline))
    async with open_database(url, POOL_MAX) as pool:
        await pool.fetchval("SELECT 1")
        print("ready", flush=True)
        began_s = float(await asyncio.to_thread(sys.stdin.readline))
        shop = TeamShop(FastClock(began_s), pool)
        shop.campaign = UUID(given["campaign"])
        crowd, stop = Crowd(shop, given["name"], given["seed"]), asyncio.Event()
        firing = asyncio.create_task(run_pending(shop.engines[0], stop))
        lives = [crowd.open(UUID(member)) for member in given["openers"]]
        await asyncio.gather(*lives, *(crowd.join(UUID(member)) for member in given["joiners"]))
        stop.set()
        await firing
        await shop.engines[0].drain()
    return json.dumps(crowd.done)


if __name__ == "__main__":
    print(asyncio.run(live(sys.argv[1])), flush=True)
