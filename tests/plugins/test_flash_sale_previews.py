"""What is previewed of flash sales is what is then committed, orders, deadlines and late payers included."""

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.flash_sale.campaign import FLASH_SALE
from siyu.campaigns.drafts import Draft
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine
from siyu.engine.preview import Previewer, PreviewFact
from tests.clock import NOON, TestClock
from tests.factories import SHANGHAI, add_campaign, add_members, registry_of
from tests.siyu.engine.happening import Said, decided, happen, told

REGISTRY = registry_of(FLASH_SALE)
MEMBERS, PRICE_FEN = 3, 700
TIGHT = {
    "items": [{"key": "mug", "price_fen": PRICE_FEN, "stock": 3, "slot_stock": 2, "per_member": 2, "per_claim": 2}],
    # Noon is in the first.
    "slots": [{"start": "12:00", "end": "12:20"}, {"start": "12:30", "end": "24:00"}],
}
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
KEYS = "SELECT key FROM reservation WHERE campaign_id = $1 AND key NOT LIKE '%.slot' ORDER BY id"
KEY = re.compile(r"[0-9a-f]{32}")

# How many minutes after the one before, whose it is, and what: a claim of so many, or what is done about one of the
# claims that there were before.
DEEDS = st.one_of(
    st.tuples(st.just("claim"), st.integers(1, 3)),
    st.tuples(st.sampled_from(["cancel", "off", "pay", "pay", "pay 1 fen"]), st.integers(0, 3)),
)
HAPPENINGS = st.tuples(st.sampled_from([0, 0, 1, 15, 16]), st.integers(0, MEMBERS - 1), DEEDS)
Happening = tuple[int, int, tuple[str, int]]


class Life:
    """A sale on a database that had others before."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.clock = pool, TestClock()
        self.engine = Engine(pool, REGISTRY, SHANGHAI, BatchLimits(), self.clock)
        self.members: Sequence[UUID] = ()
        self.campaign, self.orders = UUID(int=0), 0

    async def open(self) -> None:
        """Earlier lives are over."""
        await self.pool.execute("UPDATE campaign SET state = 'draft'")
        await self.pool.execute("DELETE FROM pending_fact")
        self.members = await add_members(self.pool, MEMBERS)
        self.campaign = await add_campaign(self.pool, "flash_sale", TIGHT)

    async def keys(self) -> list[str]:
        """The claims there were, the oldest first."""
        return [row[0] for row in await self.pool.fetch(KEYS, self.campaign)]

    async def facts(self, happenings: Sequence[Happening]) -> list[PreviewFact]:
        """What happens from now on."""
        keys, at, facts = await self.keys() or ["nobody's"], self.clock.now, []
        for minutes, number, (what, argument) in happenings:
            # Never at one moment: which of two deadlines comes first is then nobody's promise.
            at += timedelta(minutes=minutes, seconds=1)
            facts.append(self.fact(what, argument, keys, number, at))
        return facts

    def fact(self, what: str, argument: int, keys: Sequence[str], number: int, at: datetime) -> PreviewFact:
        """One of them."""
        member, key = self.members[number], keys[argument % len(keys)]
        if what == "claim":
            return PreviewFact(at, member, action="claim", data={"item": "mug", "quantity": argument})
        if what == "cancel":
            return PreviewFact(at, member, action="cancel", data={"reservation": key})
        self.orders += 1
        data: dict[str, object] = {"order": f"{self.campaign}/{self.orders}", "reservation": key}
        if what == "off":
            return PreviewFact(at, member, type="order.cancelled", data=data)
        data |= {"amount_fen": 1 if what == "pay 1 fen" else PRICE_FEN}
        return PreviewFact(at, member, type="order.paid", data=data)

    async def commit(self, facts: Sequence[PreviewFact]) -> None:
        """One after the other."""
        await happen(self.pool, self.engine, self.clock, FLASH_SALE, self.campaign, facts)


def renamed(said: Sequence[Said], known: Sequence[str]) -> list[str]:
    """Each as JSON, with the keys of new claims, which are others every time, by their number."""
    names = {key: key for key in known}
    lines = [json.dumps(each, default=str, sort_keys=True) for each in said]
    return [KEY.sub(lambda found: names.setdefault(found[0], f"new {len(names)}"), line) for line in lines]


async def live(pool: Pool, claimants: list[int], before: list[Happening], after: list[Happening]) -> None:
    """Preview what is then committed, and compare."""
    life = Life(pool)
    await life.open()
    await life.commit(await life.facts([(0, number, ("claim", 1)) for number in claimants]))
    await life.commit(await life.facts(before))
    keys, passed = await life.keys(), len(await decided(pool, life.campaign, 0))
    facts = await life.facts(after)
    # Timers are known of those alone whom the preview is about.
    none = {"reservation": "none"}
    facts += [PreviewFact(facts[-1].at, member, action="cancel", data=none) for member in life.members]

    steps = (await Previewer(pool, REGISTRY, SHANGHAI).preview(Draft(life.campaign), facts, life.clock.now)).steps
    await life.commit(facts)

    assert renamed(told(steps), keys) == renamed(await decided(pool, life.campaign, passed), keys)
    assert sum(not step.is_follow_up for step in steps) == len(facts)


LIVES = (
    st.lists(st.integers(0, MEMBERS - 1), min_size=1, max_size=3),
    st.lists(HAPPENINGS, max_size=4),
    st.lists(HAPPENINGS, min_size=1, max_size=6),
)


@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(*LIVES)
async def test_what_is_previewed_of_sales_is_what_is_then_committed(
    pool: Pool, claimants: list[int], before: list[Happening], after: list[Happening]
) -> None:
    await live(pool, claimants, before, after)


@pytest.mark.prove
@settings(max_examples=500, deadline=None, suppress_health_check=SLOW)
@given(*LIVES)
async def test_what_is_previewed_of_sales_is_what_is_then_committed_at_length(
    pool: Pool, claimants: list[int], before: list[Happening], after: list[Happening]
) -> None:
    await live(pool, claimants, before, after)


async def test_a_late_payer_is_previewed_to_the_end(pool: Pool) -> None:
    life = Life(pool)
    await life.open()
    await life.commit(await life.facts([(0, 0, ("claim", 1))]))
    late = await life.facts([(20, 0, ("pay", 0))])

    steps = (await Previewer(pool, REGISTRY, SHANGHAI).preview(Draft(life.campaign), late, NOON)).steps

    assert [step.fact.type.partition(".")[2] for step in steps] == ["expire", "paid", "late"]
    assert [effect["kind"] for effect in steps[-1].effects] == ["reserve", "set_state"]
