"""Timers set, replaced, taken back and due in whatever order: PostgreSQL and a dictionary agree on what rings when."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.db import Pool
from siyu.engine import BatchLimits, NewFact
from tests.clock import TestClock
from tests.factories import add_campaign, add_members
from tests.siyu.engine.relay import act, fire_all, relay_engine

MEMBERS = 2
KEYS = ("a", "b", "c")
LATEST_S = 5

RINGS = "SELECT subject_id, state->>'rung' AS rung FROM participation WHERE subject_id = ANY($1::uuid[])"

WIND = st.tuples(
    st.just("wind"),
    st.integers(0, MEMBERS - 1),
    st.sampled_from(KEYS),
    st.integers(1, LATEST_S),
    st.none() | st.sampled_from(KEYS),
)
STOP = st.tuples(st.just("stop"), st.integers(0, MEMBERS - 1), st.sampled_from(KEYS), st.none(), st.none())
# What happens at once, and how long nothing happens after it.
MOMENTS = st.lists(st.tuples(st.lists(WIND | STOP, max_size=6), st.integers(1, 3)), max_size=8)


@dataclass
class Model:
    """What timers mean, with dictionaries. A bell that rings may take another back."""

    timers: dict[tuple[int, str], tuple[datetime, int, str | None]] = field(default_factory=dict)
    rung: dict[int, list[str]] = field(default_factory=dict)
    set: int = 0

    def wind(self, now: datetime, member: int, key: str, seconds: int, stops: str | None) -> str:
        """Set a timer; the note it will ring."""
        self.set += 1
        self.timers[member, key] = (now + timedelta(seconds=seconds), self.set, stops)
        return str(self.set)

    def advance(self, now: datetime) -> None:
        """Let ring what is due, in its order."""
        for due_at, number, stops, member, key in sorted(
            (due_at, number, stops or "", member, key) for (member, key), (due_at, number, stops) in self.timers.items()
        ):
            if due_at <= now and self.timers.get((member, key), (None, 0))[1] == number:
                del self.timers[member, key]
                self.rung.setdefault(member, []).append(str(number))
                self.timers.pop((member, stops), None)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(moments=MOMENTS, facts_max=st.sampled_from([1, 256]))
async def test_what_rings_is_what_a_dictionary_says(
    pool: Pool, moments: list[tuple[list[tuple[str, int, str, int, str | None]], int]], facts_max: int
) -> None:
    clock, model = TestClock(), Model()
    members, campaign = await add_members(pool, MEMBERS), await add_campaign(pool, "relay")
    engine = relay_engine(pool, clock, limits=BatchLimits(facts_max=facts_max))

    for steps, seconds in moments:
        facts: list[NewFact] = []
        for name, number, key, delay_s, stops in steps:
            data: dict[str, object] = {"key": key}
            if name == "wind":
                note = model.wind(clock(), number, key, delay_s, stops)
                data |= {"seconds": delay_s, "note": note, "stops": stops}
            else:
                model.timers.pop((number, key), None)
            facts.append(act(name, campaign, members[number], clock(), **data))
        await asyncio.gather(*(engine.submit(fact) for fact in facts))
        clock.move(seconds)
        model.advance(clock())
        await fire_all(engine)

    assert await rings(pool, members) == {members[number]: notes for number, notes in model.rung.items()}
    assert await pool.fetchval("SELECT count(*) FROM pending_fact WHERE campaign_id = $1", campaign) == len(
        model.timers
    )


async def rings(pool: Pool, members: list[UUID]) -> dict[UUID, list[str]]:
    """The notes that each member heard, in their order."""
    return {row["subject_id"]: orjson.loads(row["rung"]) for row in await pool.fetch(RINGS, members)}
