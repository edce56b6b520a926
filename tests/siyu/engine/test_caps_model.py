"""Whatever is given, promised and taken back: caps are as plain Python says, in memory and on PostgreSQL."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.db import Pool
from siyu.engine import BatchLimits, NewFact, Outcome
from siyu.sdk import Cap, Measure, Period, Scope
from tests.clock import NOON
from tests.factories import SHANGHAI, add_campaign, add_members
from tests.siyu.engine import till
from tests.siyu.engine.capped import CappedTill, cap, set_caps
from tests.siyu.engine.stage import play
from tests.siyu.engine.systems import own_pool
from tests.siyu.engine.test_model import SLOW, check_ledger
from tests.siyu.engine.test_value_model import EFFECTS, REFERENCES, Model, seen

MEMBERS = 2
REWARDS = {"Grant", "Hold", "Issue"}
# The last hours of a week, a month's end and the next one.
MOMENTS = st.sampled_from([NOON, NOON + timedelta(hours=11), NOON + timedelta(days=1), NOON + timedelta(days=9)])
PLAYS = st.lists(
    st.tuples(st.integers(0, MEMBERS - 1), MOMENTS, REFERENCES, st.lists(EFFECTS, min_size=1, max_size=3)),
    min_size=1,
    max_size=24,
)
CAPS = st.lists(
    st.builds(
        cap,
        st.integers(0, 40),
        st.sampled_from(["value", "count"]),
        st.sampled_from(["campaign", "member"]),
        st.sampled_from(["ever", "day", "week", "month"]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda each: (each.measure, each.scope, each.period),
)
Play = tuple[int, datetime, str, list[till.Told]]


class Given(NamedTuple):
    """What one decision gave: to whom, when, how much, and whether it rewarded."""

    member_id: UUID
    at: datetime
    value: int
    rewards: bool


@dataclass
class CappedModel(Model):
    """The till under caps that were there from the beginning."""

    caps: Sequence[Cap] = ()
    log: list[Given] = field(default_factory=list)
    kept: Counter[UUID] = field(default_factory=Counter)

    def play(self, fact: NewFact) -> tuple[str | None, list[int]]:
        """As Model."""
        code, moved = super().play(fact)
        if code is None:
            self.log.append(_given(fact))
            for (name, values), amount in zip(fact.data["effects"], moved, strict=True):
                if name in ("Grant", "Settle"):
                    self.kept[fact.member_id] += amount
                elif name == "Reverse" and values["of"] == "grant":
                    self.kept[fact.member_id] -= amount
        return code, moved

    def _refusal(self, fact: NewFact, effects: Sequence[till.Told]) -> str | None:
        code, given = super()._refusal(fact, effects), _given(fact)
        if code is not None:
            return code
        for each in self.caps:
            amount = given.value if each.measure is Measure.VALUE else int(given.rewards)
            if amount and self.counted(each, fact.member_id, fact.at) + amount > each.limit:
                return "CAP_REACHED"
        return None

    def counted(self, each: Cap, member_id: UUID, at: datetime) -> int:
        """What the cap has counted for a fact of that member and moment."""
        if each.measure is Measure.VALUE and each.period is Period.EVER:
            open_ = [(k[1], held) for k, (state, held, _) in self.holds.items() if state == "open"]
            return sum(v for who, v in [*self.kept.items(), *open_] if _is_meant(each, who, member_id))
        then = [
            given
            for given in self.log
            if _is_meant(each, given.member_id, member_id) and _period(each, given.at) == _period(each, at)
        ]
        return sum(given.value if each.measure is Measure.VALUE else given.rewards for given in then)


def _given(fact: NewFact) -> Given:
    effects = fact.data["effects"]
    value = sum(values["amount"] for name, values in effects if name in ("Grant", "Hold"))
    return Given(fact.member_id, fact.at, value, any(name in REWARDS for name, _ in effects))


def _is_meant(each: Cap, whose: UUID, member_id: UUID) -> bool:
    return each.scope is Scope.CAMPAIGN or whose == member_id


def _period(each: Cap, at: datetime) -> Any:
    local = at.astimezone(SHANGHAI)
    week = local.isocalendar()[:2]
    return {Period.EVER: None, Period.DAY: local.date(), Period.WEEK: week, Period.MONTH: (local.year, local.month)}[
        each.period
    ]


def facts_of(campaign: UUID, members: Sequence[UUID], plays: Sequence[Play]) -> list[NewFact]:
    """The plays as facts; a reversal gets the reference of its fact."""
    return [
        till.play(
            campaign,
            members[member],
            at,
            *((n, v | {"reference": reference} if n == "Reverse" else v) for n, v in effects),
            reference=reference,
        )
        for member, at, reference, effects in plays
    ]


def check(facts: Sequence[NewFact], outcomes: Sequence[Outcome], caps: Sequence[Cap]) -> CappedModel:
    """Every outcome is the model's."""
    model = CappedModel(caps=caps)
    assert [seen(outcome) for outcome in outcomes] == [model.play(fact) for fact in facts]
    return model


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(CAPS, PLAYS)
def test_caps_in_memory_equal_the_model(caps: list[Cap], plays: list[Play]) -> None:
    shop = CappedTill(*caps)
    facts = facts_of(shop.campaign.id, shop.members, plays)

    model = check(facts, [play(shop.world, fact, fact.at) for fact in facts], caps)

    for live in shop.campaign.caps:
        for member_id in shop.members:
            for _, at, _, _ in plays:
                row = shop.world.counters.row(live.key(shop.campaign.id, member_id, at, SHANGHAI))
                assert row.used == model.counted(live.cap, member_id, at) <= live.cap.limit


def prove_on_postgres(url: str, examples: int) -> None:
    """Many lives on one database, in batches of any size, then one look at all of them."""
    with own_pool(url) as (loop, pool):

        @settings(max_examples=examples, deadline=None, suppress_health_check=SLOW)
        @given(CAPS, PLAYS, st.sampled_from([1, 3, 256]))
        def one_life(caps: list[Cap], plays: list[Play], facts_max: int) -> None:
            facts, outcomes = loop.run_until_complete(_live(pool, caps, plays, facts_max))
            check(facts, outcomes, caps)

        one_life()
        loop.run_until_complete(check_ledger(pool))


async def _live(pool: Pool, caps: list[Cap], plays: list[Play], facts_max: int) -> tuple[list[NewFact], list[Outcome]]:
    members = await add_members(pool, MEMBERS)
    campaign = await add_campaign(pool, "till")
    await set_caps(pool, campaign, *caps)
    engine = till.till_engine(pool, BatchLimits(facts_max=facts_max, share_min=1, in_flight_max=1))
    facts = facts_of(campaign, members, plays)
    outcomes = await asyncio.gather(*(engine.submit(fact) for fact in facts))
    await pool.execute("UPDATE campaign SET state = 'draft' WHERE id = $1", campaign)
    return facts, outcomes


def test_caps_on_postgres_equal_the_model(database_url: str) -> None:
    prove_on_postgres(database_url, examples=25)


@pytest.mark.prove
def test_caps_on_postgres_equal_the_model_at_length(database_url: str) -> None:
    prove_on_postgres(database_url, examples=500)
