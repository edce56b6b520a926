"""What is previewed of referrals is what is then committed: both sides, windows, refunds and commission included."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.referral.campaign import REFERRAL
from siyu.campaigns.drafts import Draft
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine
from siyu.engine.preview import Previewer, PreviewFact
from siyu.sdk import member_code
from tests.clock import TestClock
from tests.factories import SHANGHAI, add_campaign, add_members
from tests.plugins.referring import REGISTRY, add_newcomers
from tests.siyu.engine.happening import Said, decided, happen, told

NEWCOMERS = 3
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
CONFIG: dict[str, Any] = {
    "trigger": "amount",
    "trigger_amount_fen": 1_000,
    "refund_days": 2,
    "commission": {"rates": [10, 5]},
    "steps": [{"invitees": 1, "points": 5, "reward": "mug"}, {"invitees": 2, "points": 7}],
    "invitee": {"points": 20, "reward": "cup"},
    "caps": {"total": 2},
    "risk": {"burst_invitees": 2},
}
CONFIGS = st.sampled_from([CONFIG, CONFIG | {"trigger": "registered"}, CONFIG | {"refund_days": 0}])

# How many hours after the one before, which newcomer, and what they do: name somebody, pay, or send something back.
DEEDS = st.one_of(
    st.tuples(st.just("bind"), st.integers(0, NEWCOMERS)),
    st.tuples(st.just("pay"), st.sampled_from([1_000, 600, 401])),
    st.tuples(st.just("refund"), st.sampled_from([600, 1, 200])),
)
HAPPENINGS = st.tuples(st.sampled_from([1, 0, 20, 50]), st.integers(0, NEWCOMERS - 1), DEEDS)
Happening = tuple[int, int, tuple[str, int]]


@dataclass
class Paid:
    """An order, and what is left of it."""

    buyer: UUID
    number: str
    left_fen: int

    def data(self, fen: int) -> dict[str, object]:
        """What the shop tells of so much of it."""
        return {"order": self.number, "amount_fen": fen}


class Life:
    """A referral on a database that had others before."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.clock = pool, TestClock()
        self.engine = Engine(pool, REGISTRY, SHANGHAI, BatchLimits(), self.clock)
        self.members: Sequence[UUID] = ()
        self.campaign = UUID(int=0)
        self.orders: list[Paid] = []

    async def open(self, config: dict[str, Any]) -> None:
        """Earlier lives are over. The last of the members has been one for long."""
        await self.pool.execute("UPDATE campaign SET state = 'archived', published_at = NULL")
        await self.pool.execute("DELETE FROM pending_fact")
        self.members = [*await add_newcomers(self.pool, NEWCOMERS), *await add_members(self.pool, 1)]
        self.campaign = await add_campaign(self.pool, "referral", config)

    def facts(self, happenings: Sequence[Happening]) -> list[PreviewFact]:
        """What happens from now on."""
        at, facts = self.clock.now, []
        for hours, number, (what, argument) in happenings:
            # Never at one moment: which of two windows closes first is then nobody's promise.
            at += timedelta(hours=hours, seconds=7)
            facts.append(self.fact(what, argument, number, at))
        return facts

    def fact(self, what: str, argument: int, number: int, at: datetime) -> PreviewFact:
        """One of them."""
        member = self.members[number]
        if what == "bind":
            data = {"code": member_code(self.members[argument])}
            return PreviewFact(at, member, action="bind", data=data)
        paid = [order for order in self.orders if order.left_fen]
        if what == "pay" or not paid:
            order = Paid(member, f"{self.campaign}/{len(self.orders)}"[-60:], argument if what == "pay" else 1_000)
            self.orders.append(order)
            return PreviewFact(at, member, type="order.paid", data=order.data(order.left_fen))
        order = paid[-1 - number % len(paid)]
        fen = min(argument, order.left_fen)
        order.left_fen -= fen
        return PreviewFact(at, order.buyer, type="order.refunded", data=order.data(fen))

    async def commit(self, facts: Sequence[PreviewFact]) -> None:
        """One after the other."""
        await happen(self.pool, self.engine, self.clock, REFERRAL, self.campaign, facts)


def in_order(said: Sequence[Said]) -> list[str]:
    """By moment and member: what follows at one moment for two members comes in whatever order."""
    lines = [(each.seconds, str(each.member), json.dumps(each, default=str, sort_keys=True)) for each in said]
    return [line for *_, line in sorted(lines)]


async def live(pool: Pool, config: dict[str, Any], before: list[Happening], after: list[Happening]) -> list[Said]:
    """Preview what is then committed, and compare; what was said."""
    life = Life(pool)
    await life.open(config)
    await life.commit(life.facts([(0, 0, ("bind", NEWCOMERS)), *before]))
    passed, facts = len(await decided(pool, life.campaign, 0)), life.facts(after)
    # Timers are known of those alone whom the preview is about.
    nobody = {"code": "nobody"}
    facts += [PreviewFact(facts[-1].at, member, action="bind", data=nobody) for member in life.members]

    preview = await Previewer(pool, REGISTRY, SHANGHAI).preview(Draft(life.campaign), facts, life.clock.now)
    await life.commit(facts)

    previewed, committed = told(preview.steps), await decided(pool, life.campaign, passed)
    assert in_order(previewed) == in_order(committed)
    assert sum(not step.is_follow_up for step in preview.steps) == len(facts)
    return previewed


LIVES = (CONFIGS, st.lists(HAPPENINGS, max_size=4), st.lists(HAPPENINGS, min_size=1, max_size=6))


@settings(max_examples=8, deadline=None, suppress_health_check=SLOW)
@given(*LIVES)
async def test_what_is_previewed_of_referrals_is_what_is_then_committed(
    pool: Pool, config: dict[str, Any], before: list[Happening], after: list[Happening]
) -> None:
    await live(pool, config, before, after)


@pytest.mark.prove
@settings(max_examples=400, deadline=None, suppress_health_check=SLOW)
@given(*LIVES)
async def test_what_is_previewed_of_referrals_is_what_is_then_committed_at_length(
    pool: Pool, config: dict[str, Any], before: list[Happening], after: list[Happening]
) -> None:
    await live(pool, config, before, after)


async def test_a_reward_is_previewed_to_the_end(pool: Pool) -> None:
    """The first order, its window, and what the inviter gets of it; then it goes back."""
    said = await live(pool, CONFIG, [], [(0, 0, ("pay", 1_000)), (50, 0, ("refund", 600))])

    assert [each.type.partition(".")[2] for each in said] == [
        "paid",
        "commission",
        "qualified",
        "answered",
        "mature",
        "matured",
        "close",
        "confirmed",
        "prize",
        "prize",
        "refunded",
        "refunded",
        *["bind"] * (NEWCOMERS + 1),
    ]
