"""The bargain of examples/ in a real engine: what is previewed is committed, and no deadline meets a last cut twice."""

import asyncio
import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.campaigns.drafts import Draft
from siyu.db import Pool, open_database
from siyu.engine import BatchLimits, Engine, NewFact
from siyu.engine.intake import action_fact
from siyu.engine.preview import Previewer, PreviewFact
from siyu.ids import new_id
from siyu.ledger.verify import verify_ledger
from siyu_bargain.campaign import CAMPAIGN as BARGAIN
from tests.clock import NOON, TestClock
from tests.factories import SHANGHAI, add_campaign, add_members, registry_of
from tests.siyu.engine.happening import Said, decided, happen, told
from tests.siyu.engine.relay import fire_all
from tests.siyu.engine.test_preview import everything

REGISTRY = registry_of(BARGAIN)
MEMBERS = 4
TIGHT = {"cuts": 2, "stock": 3, "bargains": 2, "cuts_a_day": 3, "hours": 10}
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
OWNERS = 40
# So that a worker's facts come between those of the server.
SMALL_BATCHES = BatchLimits(facts_max=4, share_min=1)
KEYS = "SELECT team FROM participation WHERE campaign_id = $1 AND team IS NOT NULL ORDER BY id"
KEY = re.compile(r"[0-9a-f]{32}")

MEMBER_NUMBERS = st.integers(0, MEMBERS - 1)
# How many minutes after the one before, whose it is, and which bargain to cut of those there were before; -1: none of
# them, None: start one.
HAPPENINGS = st.tuples(
    st.sampled_from([0, 0, 1, 299, 300, 600]),
    MEMBER_NUMBERS,
    st.one_of(st.integers(0, 3), st.integers(0, 3), st.sampled_from([-1, None])),
)
Happening = tuple[int, int, int | None]


class Life(NamedTuple):
    """Who starts a bargain at noon, what is committed then, and what is previewed and then committed."""

    owners: list[int]
    before: list[Happening]
    after: list[Happening]


LIVES = st.builds(
    Life,
    st.lists(MEMBER_NUMBERS, min_size=1, max_size=3),
    st.lists(HAPPENINGS, max_size=4),
    st.lists(HAPPENINGS, min_size=1, max_size=6),
)


def bargain_engine(pool: Pool, clock: TestClock, limits: BatchLimits | None = None) -> Engine:
    """An engine of a shop that has bargains."""
    return Engine(pool, REGISTRY, SHANGHAI, limits or BatchLimits(), clock)


def deeds(
    happenings: Sequence[Happening], members: Sequence[UUID], keys: Sequence[str], clock: TestClock
) -> list[PreviewFact]:
    """What members do from now on."""
    at, facts = clock.now, []
    for minutes, number, place in happenings:
        # Never at one moment: which of two deadlines comes first is then nobody's promise.
        at += timedelta(minutes=minutes, seconds=1)
        key = keys[place % len(keys)] if place is not None and place >= 0 else "nobody's"
        name, data = ("start", {}) if place is None else ("cut", {"bargain": key})
        facts.append(PreviewFact(at, members[number], action=name, data=data))
    return facts


def renamed(said: Sequence[Said], known: Sequence[str]) -> list[str]:
    """Each as JSON, with the keys of new bargains, which are others every time, by their number."""
    names = {key: key for key in known}
    lines = [json.dumps(each, default=str, sort_keys=True) for each in said]
    return [KEY.sub(lambda found: names.setdefault(found[0], f"new {len(names)}"), line) for line in lines]


async def live(pool: Pool, life: Life) -> None:
    """Preview what is then committed, and compare; earlier lives on the database are over."""
    await pool.execute("UPDATE campaign SET state = 'draft'")
    await pool.execute("DELETE FROM pending_fact")
    clock, members = TestClock(), await add_members(pool, MEMBERS)
    campaign, engine = await add_campaign(pool, "bargain", TIGHT), bargain_engine(pool, clock)
    for happenings in ([(0, owner, None) for owner in life.owners], life.before):
        keys = [row[0] for row in await pool.fetch(KEYS, campaign)]
        await happen(pool, engine, clock, BARGAIN, campaign, deeds(happenings, members, keys, clock))
    keys = [row[0] for row in await pool.fetch(KEYS, campaign)]
    passed = len(await decided(pool, campaign, 0))
    facts = deeds(life.after, members, keys, clock)
    # Timers are known of those alone whom the preview is about.
    facts += [PreviewFact(facts[-1].at, member, action="cut", data={"bargain": "none"}) for member in members]

    steps = (await Previewer(pool, REGISTRY, SHANGHAI).preview(Draft(campaign), facts, clock.now)).steps
    await happen(pool, engine, clock, BARGAIN, campaign, facts)

    assert renamed(told(steps), keys) == renamed(await decided(pool, campaign, passed), keys)
    assert sum(not step.is_follow_up for step in steps) == len(facts)


@settings(max_examples=15, deadline=None, suppress_health_check=SLOW)
@given(LIVES)
async def test_what_is_previewed_of_bargains_is_what_is_then_committed(pool: Pool, life: Life) -> None:
    await live(pool, life)


@pytest.mark.prove
@settings(max_examples=500, deadline=None, suppress_health_check=SLOW)
@given(LIVES)
async def test_what_is_previewed_of_bargains_is_what_is_then_committed_at_length(pool: Pool, life: Life) -> None:
    await live(pool, life)


async def test_a_preview_of_bargains_writes_nothing(database_url: str) -> None:
    async with open_database(database_url, 2) as pool:
        lin, wang = await add_members(pool, 2)
        campaign, clock = await add_campaign(pool, "bargain", {"cuts": 1}), TestClock()
        outcome = await bargain_engine(pool, clock).submit(act(campaign, lin, "start", NOON))
    before = await everything(database_url)

    async with open_database(database_url, 2) as pool:
        cut = PreviewFact(NOON, wang, action="cut", data={"bargain": outcome.fact_id.hex})
        late = [PreviewFact(NOON + timedelta(days=days), wang, action="start") for days in (0, 2)]
        steps = (await Previewer(pool, REGISTRY, SHANGHAI).preview(Draft(campaign), [cut, *late], NOON)).steps

    assert [step.fact.type.partition(".")[2] for step in steps] == ["cut", "won", "start", "expire", "start"]
    assert await everything(database_url) == before


def act(campaign: UUID, member: UUID, name: str, at: datetime, **data: str) -> NewFact:
    """What a member does."""
    action = next(action for action in BARGAIN.actions if action.name == name)
    return action_fact(BARGAIN, action, campaign, member, data, new_id().hex, at)


async def test_a_bargain_ends_once_however_near_its_last_cut_is_to_its_deadline(pool: Pool, other_pool: Pool) -> None:
    *owners, friend = await add_members(pool, OWNERS + 1)
    config = {"cuts": 1, "stock": OWNERS, "cuts_a_day": 100, "hours": 1}
    campaign, deadline = await add_campaign(pool, "bargain", config), NOON + timedelta(hours=1)
    clock, late = TestClock(), TestClock()
    shop, worker = bargain_engine(pool, clock, SMALL_BATCHES), bargain_engine(other_pool, late, SMALL_BATCHES)
    started = [await shop.submit(act(campaign, owner, "start", NOON)) for owner in owners]
    clock.now, late.now = deadline - timedelta(microseconds=1), deadline

    cuts = (shop.submit(act(campaign, friend, "cut", clock.now, bargain=each.fact_id.hex)) for each in started)
    firing = asyncio.create_task(fire_all(worker))
    cut = await asyncio.gather(*cuts)
    await firing
    await shop.drain()
    clock.now = deadline
    await fire_all(shop)

    won = [owner for owner, outcome in zip(owners, cut, strict=True) if outcome.decisions[0].refusal is None]
    rewarded = await pool.fetch("SELECT member_id FROM issued_reward")
    consoled = await pool.fetch("SELECT member_id FROM account WHERE unit = 'points' AND balance = 20")
    assert sorted(row[0] for row in rewarded) == sorted(won)
    assert sorted(row[0] for row in consoled) == sorted(set(owners) - set(won))
    stock = await pool.fetch("SELECT used, held FROM counter WHERE name = 'stock'")
    assert [tuple(row) for row in stock] == [(len(won), 0)]
    assert not await pool.fetchval("SELECT count(*) FROM pending_fact")
    assert sum(finding.violations for finding in await verify_ledger(pool, lambda *_: None)) == 0
