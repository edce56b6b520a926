"""What is previewed of group-buys is what is then committed: orders, deadlines, late payers and refunds included."""

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.group_buy.campaign import GROUP_BUY
from siyu.campaigns.drafts import Draft
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine
from siyu.engine.preview import Previewer, PreviewFact
from tests.clock import NOON, TestClock
from tests.factories import SHANGHAI, add_campaign, add_members, registry_of
from tests.siyu.engine.happening import Said, decided, happen, told

REGISTRY = registry_of(GROUP_BUY)
MEMBERS, PRICE_FEN = 4, 900
CONFIG = {
    "sizes": [2, 3],
    "items": [{"key": "mug", "prices_fen": [PRICE_FEN, 700], "stock": 6}],
    "hours": 1,
    "minutes_to_pay": 15,
    "seats_per_member": 2,
    "newcomer_seats": 1,
    "leader": {"points": 10, "off_fen": 100},
    "when_full": "new_team",
    "late_payer": "new_team",
}
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
KEYS = "SELECT team FROM participation WHERE campaign_id = $1 AND team IS NOT NULL ORDER BY created_at, team"
ORDERS = """
SELECT number, member_id FROM shop_order
WHERE refunded_fen = 0 AND amount_fen > 1 AND member_id = ANY($1) ORDER BY paid_at, number
"""
KEY = re.compile(r"[0-9a-f]{32}")

# How many minutes after the one before, whose it is, and what: a team is opened, or something is done about one of
# those, or about one of the orders, that there were before.
DEEDS = st.one_of(
    st.tuples(st.just("open"), st.just(0)),
    st.tuples(
        st.sampled_from(["join", "join", "leave", "off", "pay", "pay", "pay", "pay 1 fen", "refund"]),
        st.integers(0, 3),
    ),
)
HAPPENINGS = st.tuples(st.sampled_from([0, 0, 1, 15, 16, 61]), st.integers(0, MEMBERS - 1), DEEDS)
Happening = tuple[int, int, tuple[str, int]]


class Life:
    """A group-buy on a database that had others before."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.clock = pool, TestClock()
        self.engine = Engine(pool, REGISTRY, SHANGHAI, BatchLimits(), self.clock)
        self.members: Sequence[UUID] = ()
        self.campaign, self.orders = UUID(int=0), 0

    async def begin(self) -> None:
        """Earlier lives are over."""
        await self.pool.execute("UPDATE campaign SET state = 'draft'")
        await self.pool.execute("DELETE FROM pending_fact")
        self.members = await add_members(self.pool, MEMBERS)
        self.campaign = await add_campaign(self.pool, "group_buy", CONFIG)

    async def keys(self) -> list[str]:
        """The teams there were."""
        return [row[0] for row in await self.pool.fetch(KEYS, self.campaign)]

    async def facts(self, happenings: Sequence[Happening]) -> list[PreviewFact]:
        """What happens from now on."""
        keys, at, facts = await self.keys() or ["nobody's"], self.clock.now, []
        orders = [(row[0], row[1]) for row in await self.pool.fetch(ORDERS, self.members)]
        for minutes, number, (what, argument) in happenings:
            # Never at one moment: which of two deadlines comes first is then nobody's promise.
            at += timedelta(minutes=minutes, seconds=1)
            member, key = self.members[number], keys[argument % len(keys)]
            if what == "refund" and orders:
                # Once each: what the core refuses no campaign decides about.
                order, payer = orders.pop(argument % len(orders))
                facts.append(self.order("refunded", order, payer, key, PRICE_FEN, at))
            else:
                facts.append(self.fact(what, member, key, at))
        return facts

    def fact(self, what: str, member: UUID, key: str, at: Any) -> PreviewFact:
        """One that is no refund; instead of one that nobody can have, an order is called off."""
        if what in {"open", "join", "leave"}:
            wanted = {"open": {"item": "mug"}, "join": {"item": "mug", "team": key}, "leave": {"team": key}}
            return PreviewFact(at, member, action=what, data=wanted[what])
        self.orders += 1
        number = f"{self.campaign}/{self.orders}"
        if what in {"off", "refund"}:
            return PreviewFact(at, member, type="order.cancelled", data={"order": number, "team": key})
        return self.order("paid", number, member, key, 1 if what == "pay 1 fen" else PRICE_FEN, at)

    def order(self, what: str, order: str, member: UUID, key: str, fen: int, at: Any) -> PreviewFact:
        """What the shop reports of an order."""
        data = {"order": order, "amount_fen": fen, "team": key}
        return PreviewFact(at, member, type=f"order.{what}", data=data)

    async def commit(self, facts: Sequence[PreviewFact]) -> None:
        """One after the other."""
        await happen(self.pool, self.engine, self.clock, GROUP_BUY, self.campaign, facts)


def renamed(said: Sequence[Said], known: Sequence[str]) -> list[str]:
    """Each as JSON, with the keys of new teams and seats, which are others every time, by their number."""
    names = {key: key for key in known}
    lines = [json.dumps(each, default=str, sort_keys=True) for each in said]
    return [KEY.sub(lambda found: names.setdefault(found[0], f"new {len(names)}"), line) for line in lines]


async def live(pool: Pool, openers: list[int], before: list[Happening], after: list[Happening]) -> None:
    """Preview what is then committed, and compare."""
    life = Life(pool)
    await life.begin()
    await life.commit(await life.facts([(0, number, ("open", 0)) for number in openers]))
    await life.commit(await life.facts(before))
    keys, passed = await life.keys(), len(await decided(pool, life.campaign, 0))
    facts = await life.facts(after)
    # Timers are known of those alone whom the preview is about.
    facts += [PreviewFact(facts[-1].at, member, action="leave", data={"team": "none"}) for member in life.members]

    steps = (await Previewer(pool, REGISTRY, SHANGHAI).preview(Draft(life.campaign), facts, life.clock.now)).steps
    await life.commit(facts)

    assert renamed(told(steps), keys) == renamed(await decided(pool, life.campaign, passed), keys)
    assert sum(not step.is_follow_up for step in steps) == len(facts)


LIVES = (
    st.lists(st.integers(0, MEMBERS - 1), min_size=1, max_size=2),
    st.lists(HAPPENINGS, max_size=6),
    st.lists(HAPPENINGS, min_size=1, max_size=6),
)


@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(*LIVES)
async def test_what_is_previewed_of_teams_is_what_is_then_committed(
    pool: Pool, openers: list[int], before: list[Happening], after: list[Happening]
) -> None:
    await live(pool, openers, before, after)


@pytest.mark.prove
@settings(max_examples=500, deadline=None, suppress_health_check=SLOW)
@given(*LIVES)
async def test_what_is_previewed_of_teams_is_what_is_then_committed_at_length(
    pool: Pool, openers: list[int], before: list[Happening], after: list[Happening]
) -> None:
    await live(pool, openers, before, after)


async def test_a_deadline_is_previewed_to_the_last_member(pool: Pool) -> None:
    life = Life(pool)
    await life.begin()
    await life.commit(await life.facts([(0, 0, ("open", 0))]))
    await life.commit(await life.facts([(0, 1, ("join", 0)), (0, 0, ("pay", 0)), (0, 1, ("pay", 0))]))
    later = await life.facts([(61, 0, ("leave", 0))])

    steps = (await Previewer(pool, REGISTRY, SHANGHAI).preview(Draft(life.campaign), later, NOON)).steps

    names = [step.fact.type.partition(".")[2] for step in steps]
    assert names == ["deadline", "settled", "settled", "perk", "leave"]


async def test_a_team_that_a_late_order_opens_is_previewed_to_its_deadline(pool: Pool) -> None:
    """Its key is one that a follow-up made, and its timer and its settling name it."""
    life = Life(pool)
    await life.begin()
    await life.commit(await life.facts([(0, 0, ("open", 0))]))
    later = await life.facts([(16, 0, ("pay", 0)), (61, 0, ("leave", 0))])

    steps = (await Previewer(pool, REGISTRY, SHANGHAI).preview(Draft(life.campaign), later, NOON)).steps

    names = [step.fact.type.partition(".")[2] for step in steps]
    assert names == ["expire", "paid", "late", "deadline", "settled", "leave"]
    opened = steps[2].effects[2]["team"]
    assert [step.fact.data["team"] for step in steps[3:5]] == [opened, opened]
