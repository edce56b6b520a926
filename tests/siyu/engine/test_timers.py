"""Timers: they fire once, whatever happens to the process that set them, and in whatever state their campaign is."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from siyu.campaigns.pending_store import claim_due
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine, NewFact, Outcome
from siyu.engine.firing import fire_due
from siyu.engine.intake import action_fact
from siyu.ids import new_id
from tests.factories import add_campaign, add_members
from tests.siyu.engine.relay import RELAY, WITNESS, relay_engine, relay_registry

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
HOUR_S = 3_600.0
MEMBERS = 300


class TestClock:
    """A clock that stands until it is moved."""

    __test__ = False

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> TestClock:
    """Noon."""
    return TestClock()


def act(name: str, campaign: UUID, member: UUID, at: datetime = NOON, **data: object) -> NewFact:
    """What a member does in a relay."""
    action = next(action for action in RELAY.actions if action.name == name)
    return action_fact(RELAY, action, campaign, member, data, new_id().hex, at)


async def fire_all(engine: Engine) -> None:
    """What a worker does while something is due."""
    while not await fire_due(engine):
        pass
    await engine.drain()


async def points_of(pool: Pool, member: UUID) -> int:
    """The balance of the member."""
    return await pool.fetchval("SELECT balance FROM account WHERE member_id = $1", member) or 0


async def rung_of(pool: Pool, member: UUID) -> str | None:
    """The bells that the member heard, as JSON text."""
    text: str | None = await pool.fetchval("SELECT state->>'rung' FROM participation WHERE subject_id = $1", member)
    return text


async def count(pool: Pool, what: str) -> int:
    """How many rows."""
    return int(await pool.fetchval(f"SELECT count(*) FROM {what}"))


def kinds(outcome: Outcome) -> list[str]:
    """The kinds of effects of the only decision."""
    [decision] = outcome.decisions
    assert decision.refusal is None
    return [effect["kind"] for effect in decision.effects]


async def test_a_timer_fires_once_and_only_when_it_is_due(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    outcome = await engine.submit(act("wind", campaign, member, seconds=HOUR_S))
    await fire_all(engine)
    assert kinds(outcome) == ["schedule"]
    assert await points_of(pool, member) == 0

    clock.forward(HOUR_S + 60)
    await fire_all(engine)
    clock.forward(HOUR_S)
    await fire_all(engine)

    assert await points_of(pool, member) == 1
    fact = await pool.fetchrow("SELECT type, at, arrived_at, campaign_id, data FROM fact WHERE type = 'relay.ring'")
    assert fact is not None
    assert (fact["at"], fact["arrived_at"]) == (NOON + timedelta(hours=1), NOON + timedelta(seconds=HOUR_S + 60))
    assert fact["campaign_id"] == campaign
    assert await count(pool, "pending_fact") == 0


async def test_the_log_leads_from_the_decision_to_the_timers_fact(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    outcome = await engine.submit(act("wind", campaign, member, seconds=1))
    clock.forward(1)
    await fire_all(engine)

    [effect] = outcome.decisions[0].effects
    assert effect["type"] == "relay.ring"
    assert effect["at"] == "2026-11-21T04:00:01+00:00"
    assert await count(pool, f"fact WHERE idempotency_key = 'timer/{effect['pending']}'") == 1


async def test_a_timer_survives_its_process(pool: Pool, other_pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "relay")

    await relay_engine(pool, clock).submit(act("wind", campaign, member, seconds=HOUR_S))
    clock.forward(HOUR_S)
    await fire_all(relay_engine(other_pool, clock))

    assert await points_of(pool, member) == 1


async def test_a_second_timer_of_a_key_replaces_the_first(pool: Pool, clock: TestClock) -> None:
    first, second = await add_members(pool, 2)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    for member in (first, second):
        await engine.submit(act("wind", campaign, member, seconds=HOUR_S, note="early"))
    await engine.submit(act("wind", campaign, first, seconds=2 * HOUR_S, note="late"))
    clock.forward(HOUR_S)
    await fire_all(engine)
    assert (await rung_of(pool, first), await rung_of(pool, second)) == (None, '["early"]')
    clock.forward(HOUR_S)
    await fire_all(engine)

    assert (await rung_of(pool, first), await rung_of(pool, second)) == ('["late"]', '["early"]')


async def test_timers_of_two_keys_are_two(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    await engine.submit(act("wind", campaign, member, seconds=2, key="a", note="a"))
    await engine.submit(act("wind", campaign, member, seconds=1, key="b", note="b"))
    clock.forward(2)
    await fire_all(engine)

    assert await rung_of(pool, member) == '["b", "a"]'


async def test_a_cancelled_timer_never_fires(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    await engine.submit(act("wind", campaign, member, seconds=HOUR_S))
    outcome = await engine.submit(act("stop", campaign, member))
    again = await engine.submit(act("stop", campaign, member))
    clock.forward(HOUR_S)
    await fire_all(engine)

    assert [kinds(outcome), kinds(again)] == [["cancel"]] * 2
    assert await points_of(pool, member) == 0
    assert await count(pool, "pending_fact") == 0


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_timer_that_is_cancelled_while_it_is_on_its_way_does_nothing(
    pool: Pool, clock: TestClock, at_once: bool
) -> None:
    """In one batch with what cancels it, and in the batch after: the same rows are left."""
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)
    await engine.submit(act("wind", campaign, member, seconds=1, key="first", stops="second"))
    await engine.submit(act("wind", campaign, member, seconds=2, key="second"))
    clock.forward(2)

    if at_once:
        await fire_all(engine)
    else:
        await fire_all(relay_engine(pool, clock, limits=BatchLimits(facts_max=1)))

    assert await points_of(pool, member) == 1
    assert await count(pool, "fact") == 3
    assert await count(pool, "pending_fact") == 0


async def test_what_was_scheduled_and_cancelled_in_one_batch_leaves_nothing(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    await asyncio.gather(
        engine.submit(act("wind", campaign, member, seconds=-5)), engine.submit(act("stop", campaign, member))
    )
    await fire_all(engine)

    assert await points_of(pool, member) == 0
    assert await count(pool, "pending_fact") == 0


async def test_a_timer_in_the_past_fires_at_once_without_a_worker(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    await engine.submit(act("wind", campaign, member, seconds=-HOUR_S))
    await engine.drain()

    assert await points_of(pool, member) == 1
    assert await pool.fetchval("SELECT at FROM fact WHERE type = 'relay.ring'") == NOON


async def test_a_timer_can_set_itself_again(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    await engine.submit(act("wind", campaign, member, seconds=1, then_s=60))
    for _ in range(2):
        clock.forward(61)
        await fire_all(engine)

    assert await rung_of(pool, member) == '["ding", "again"]'


@pytest.mark.parametrize("state", ["paused", "ended"])
async def test_timers_of_a_campaign_that_stands_still_fire(pool: Pool, clock: TestClock, state: str) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)
    await engine.submit(act("wind", campaign, member, seconds=HOUR_S))

    await pool.execute("UPDATE campaign SET state = $1", state)
    clock.forward(HOUR_S)
    await fire_all(engine)

    assert await points_of(pool, member) == 1


async def test_a_timer_is_heard_by_its_own_campaign_alone(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)
    await add_campaign(pool, "relay")
    await add_campaign(pool, "witness")

    await engine.submit(act("wind", campaign, member, seconds=1))
    clock.forward(1)
    await fire_all(engine)

    assert await pool.fetch("SELECT DISTINCT campaign_id FROM decision") == [(campaign,)]
    assert await points_of(pool, member) == 1


async def test_a_campaign_whose_type_is_not_loaded_keeps_its_timers(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)
    await engine.submit(act("wind", campaign, member, seconds=1))
    clock.forward(1)

    await fire_all(relay_engine(pool, clock, relay_registry(WITNESS)))
    assert await count(pool, "pending_fact WHERE claimed_until IS NULL") == 1
    await fire_all(engine)

    assert await points_of(pool, member) == 1


async def test_a_campaign_whose_config_is_not_accepted_keeps_its_timers(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)
    await engine.submit(act("wind", campaign, member, seconds=1))
    await pool.execute("""UPDATE campaign SET config = '{"of": "another version"}', revision = 2""")
    clock.forward(1)

    await fire_all(engine)
    assert (await count(pool, "pending_fact"), await count(pool, "fact")) == (1, 1)
    await pool.execute("UPDATE campaign SET config = '{}', revision = 3")
    clock.forward(15)
    await fire_all(engine)

    assert await points_of(pool, member) == 1


async def earners(pool: Pool) -> Sequence[UUID]:
    """Who has points, as often as they have."""
    rows = await pool.fetch("SELECT member_id, balance FROM account WHERE member_id IS NOT NULL ORDER BY 1")
    return [row["member_id"] for row in rows for _ in range(row["balance"])]


async def test_many_that_two_processes_enter_at_once_fire_once_each(
    pool: Pool, other_pool: Pool, clock: TestClock
) -> None:
    """Both have claimed every due fact, as when leases ran out; the DELETE of the deciding commit tells them apart."""
    members = await add_members(pool, MEMBERS)
    campaign = await add_campaign(pool, "relay")
    engines = relay_engine(pool, clock), relay_engine(other_pool, clock)
    await asyncio.gather(*(engines[0].submit(act("wind", campaign, member, seconds=1)) for member in members))
    clock.forward(1)

    claimed = []
    for engine in engines:
        await pool.execute("UPDATE pending_fact SET claimed_until = NULL")
        claimed.append(await claim_due(engine.pool, ["relay"], clock(), MEMBERS))
        assert len(claimed[-1]) == MEMBERS
    entered = [engine.enter_pending(fact) for engine, due in zip(engines, claimed, strict=True) for fact in due]
    outcomes = await asyncio.gather(*(future for future in entered if future is not None))

    assert [kinds(outcome) for outcome in outcomes] == [["grant", "set_state"]] * (2 * MEMBERS)
    assert len({outcome.fact_id for outcome in outcomes}) == MEMBERS
    assert await earners(pool) == sorted(members)
    assert await count(pool, "fact WHERE type = 'relay.ring'") == MEMBERS
    assert await count(pool, "pending_fact") == 0


async def test_a_stale_claim_is_answered_from_the_log(pool: Pool, other_pool: Pool, clock: TestClock) -> None:
    """A process that was asleep enters a fact which another one has decided meanwhile."""
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)
    await engine.submit(act("wind", campaign, member, seconds=1))
    clock.forward(1)
    [asleep] = await claim_due(other_pool, ["relay"], clock(), 10)
    clock.forward(15)
    await fire_all(engine)

    entered = relay_engine(other_pool, clock).enter_pending(asleep)
    assert entered is not None
    outcome = await entered

    assert kinds(outcome) == ["grant", "set_state"]
    assert outcome.fact_id == await pool.fetchval("SELECT id FROM fact WHERE type = 'relay.ring'")
    assert await points_of(pool, member) == 1


async def test_a_stale_claim_of_a_cancelled_timer_does_nothing(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)
    await engine.submit(act("wind", campaign, member, seconds=1))
    clock.forward(1)
    [asleep] = await claim_due(pool, ["relay"], clock(), 10)
    await engine.submit(act("stop", campaign, member))

    entered = engine.enter_pending(asleep)
    assert entered is not None

    assert (await entered).decisions == ()
    assert await count(pool, "fact") == 2
    assert await points_of(pool, member) == 0


async def test_a_lease_keeps_others_away_until_it_ends(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)
    await engine.submit(act("wind", campaign, member, seconds=1))

    claimed = []
    for seconds in (0, 1, 14, 1):
        clock.forward(seconds)
        claimed.append(len(await claim_due(pool, ["relay"], clock(), 10)))

    assert claimed == [0, 1, 0, 1]


async def test_callers_come_before_timers(pool: Pool, clock: TestClock) -> None:
    """What campaigns asked for may fill half of the queue; members' own facts find room in the other half."""
    members = await add_members(pool, 8)
    campaign = await add_campaign(pool, "relay")
    engine = relay_engine(pool, clock, limits=BatchLimits(queue_max=8))
    for member in members:
        await engine.submit(act("wind", campaign, member, seconds=1))
    clock.forward(1)

    firing = asyncio.create_task(fire_due(engine))
    for _ in range(50):
        await asyncio.sleep(0)
        if engine.room < 4:
            break
    outcomes = await asyncio.gather(
        *(engine.submit(act("stop", campaign, member, key="other")) for member in members[:4])
    )
    await firing
    await fire_all(engine)

    assert len(outcomes) == 4
    assert [await points_of(pool, member) for member in members] == [1] * 8
