"""What is previewed of timers and emitted facts is what then happens, follow-ups and their order included."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.campaigns.drafts import Draft
from siyu.db import Pool
from siyu.engine.preview import Previewer, PreviewFact
from siyu.engine.preview_rounds import FOLLOW_UPS_MAX
from siyu.errors import InvalidInput
from tests.clock import NOON, TestClock
from tests.factories import SHANGHAI, add_campaign, add_members
from tests.siyu.engine.happening import decided, happen, told
from tests.siyu.engine.relay import RELAY, act, relay_engine, relay_registry

MEMBERS = 2
KEYS = ("bell", "b")
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]

SECONDS = st.sampled_from([-5, 0, 1, 30, 60, 90, 200])
WIND = st.fixed_dictionaries(
    {
        "seconds": SECONDS,
        "key": st.sampled_from(KEYS),
        "then_s": st.none() | SECONDS,
        "stops": st.none() | st.sampled_from(KEYS),
    }
)
STOP = st.fixed_dictionaries({"key": st.sampled_from(KEYS)})
# To oneself, to the other, to nobody; deeper than facts may follow.
THROW = st.fixed_dictionaries({"hops": st.integers(0, 5), "to": st.integers(-1, MEMBERS), "copies": st.integers(1, 3)})
DEEDS = st.one_of(
    st.tuples(st.just("wind"), WIND), st.tuples(st.just("stop"), STOP), st.tuples(st.just("throw"), THROW)
)
# Seconds after the one before, whose it is, and what.
HAPPENINGS = st.tuples(st.sampled_from([0, 1, 45, 100]), st.integers(0, MEMBERS - 1), DEEDS)
Happening = tuple[int, int, tuple[str, dict[str, Any]]]


def preview_facts(happenings: Sequence[Happening], members: Sequence[UUID], seconds: float) -> list[PreviewFact]:
    """What happens, from so many seconds after noon on."""
    facts = []
    for pause, number, (name, given_data) in happenings:
        seconds += pause
        data = dict(given_data)
        if name == "throw":
            to = data["to"]
            data["to"] = None if to < 0 else str(members[to] if to < MEMBERS else UUID(int=1))
        facts.append(PreviewFact(NOON + timedelta(seconds=seconds), members[number], action=name, data=data))
    return facts


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(before=st.lists(HAPPENINGS, max_size=4), after=st.lists(HAPPENINGS, min_size=1, max_size=6))
async def test_a_preview_with_what_follows_says_what_is_then_committed(
    pool: Pool, before: list[Happening], after: list[Happening]
) -> None:
    clock = TestClock()
    members, campaign = await add_members(pool, MEMBERS), await add_campaign(pool, "relay")
    engine, previewer = relay_engine(pool, clock), Previewer(pool, relay_registry(), SHANGHAI)
    await happen(pool, engine, clock, RELAY, campaign, preview_facts(before, members, 0))
    passed = len(await decided(pool, campaign, 0))
    facts = preview_facts(after, members, (clock.now - NOON).total_seconds())
    # Timers are known of those alone whom the preview is about.
    facts += [PreviewFact(facts[-1].at, member, action="stop", data={"key": "none"}) for member in members]

    steps = (await previewer.preview(Draft(campaign), facts, clock.now)).steps
    await happen(pool, engine, clock, RELAY, campaign, facts)

    assert told(steps) == await decided(pool, campaign, passed)
    assert sum(not step.is_follow_up for step in steps) == len(facts)


async def test_a_preview_with_too_many_follow_ups_is_refused(pool: Pool) -> None:
    throw = PreviewFact(NOON, action="throw", data={"hops": 0, "copies": 32})
    previewer = Previewer(pool, relay_registry(), SHANGHAI)

    preview = await previewer.preview(Draft(type_key="relay"), [throw] * (FOLLOW_UPS_MAX // 32), NOON)
    assert sum(step.is_follow_up for step in preview.steps) == FOLLOW_UPS_MAX // 32 * 32
    with pytest.raises(InvalidInput):
        await previewer.preview(Draft(type_key="relay"), [throw] * (FOLLOW_UPS_MAX // 32 + 1), NOON)


async def test_others_that_listen_decide_about_what_is_emitted(pool: Pool) -> None:
    """A preview of the listener shows the fact that another campaign emits; what it does not hear is no step."""
    [member] = await add_members(pool, 1)
    campaign, witness = await add_campaign(pool, "relay"), await add_campaign(pool, "witness")
    engine = relay_engine(pool, clock := TestClock())
    await engine.submit(act("wind", campaign, member, seconds=60))
    await engine.drain()
    previewer = Previewer(pool, relay_registry(), SHANGHAI)
    later = PreviewFact(NOON + timedelta(seconds=60), member, action="stop")

    [ring, stop] = (await previewer.preview(Draft(campaign), [later], clock())).steps

    assert (ring.fact.type, ring.is_follow_up, stop.is_follow_up) == ("relay.ring", True, False)
    assert ring.state == {"rung": ["ding"], "batons": 0}
    with pytest.raises(InvalidInput):
        await previewer.preview(Draft(witness), [later], clock())
