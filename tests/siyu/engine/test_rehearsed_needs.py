"""What only some campaigns read, tried out: counters, teams and used keys as they are, without a lock or a write."""

from dataclasses import replace

import pytest

from siyu.campaigns import LiveCampaigns, Registry
from siyu.db import Pool
from siyu.engine import NewFact
from siyu.engine.facts import ArrivedFact
from siyu.engine.loading import load_for
from siyu.engine.rehearsal import Rehearsal
from siyu.engine.value_loading import find_used
from siyu.engine.world import World
from siyu.ids import new_id
from siyu.ledger import hold_store
from siyu.members import read_members
from siyu.sdk import Effect, Scope, SetTeam
from tests.factories import SHANGHAI, add_campaign, add_members, registry_of
from tests.siyu.engine.tally import NOON, Memory, TallyConfig, TallyTeam, go, refusal, take, tally, tally_engine
from tests.siyu.engine.till import TILL, hold, play, settle, till_engine

ROWS = "SELECT used, held FROM counter ORDER BY subject"


def arrived(new: NewFact) -> ArrivedFact:
    """The fact as it would enter."""
    return ArrivedFact(new_id(), new.fingerprint(), new.at, new)


async def rehearse(pool: Pool, registry: Registry, *facts: NewFact) -> tuple[list[str | None], World]:
    """The refusals of facts that are decided on what the database holds, in a transaction that can write nothing."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        routes = await LiveCampaigns(registry).load(connection)
        members = await read_members(connection, {fact.member_id for fact in facts})
        world = World(routes.campaigns, members, SHANGHAI, new_id, known_routes=routes)
        entering = [arrived(fact) for fact in facts]
        await load_for(connection, world, entering, lock=False)
        rehearsal = Rehearsal(world)
        return [refusal(rehearsal.play(fact)) for fact in entering], world


async def test_counters_are_tried_out_while_others_have_them_locked(pool: Pool) -> None:
    kind = tally(Scope.CAMPAIGN)
    campaign, [member, other] = await add_campaign(pool, "tally"), await add_members(pool, 2)
    await tally_engine(pool, kind).submit(go(campaign, member, take(1)))

    async with pool.acquire() as busy, busy.transaction():
        await busy.fetch("SELECT 1 FROM counter FOR UPDATE")
        facts = go(campaign, other, take(2)), go(campaign, member, take(1))
        refusals, _ = await rehearse(pool, Registry({"tally": kind}), *facts)

    assert refusals == [None, "NONE_LEFT"]
    assert [tuple(row) for row in await pool.fetch(ROWS)] == [(1, 0)]


async def test_what_nobody_used_is_tried_out_without_a_row(pool: Pool) -> None:
    kind = tally(Scope.ITEM)
    campaign, [member] = await add_campaign(pool, "tally"), await add_members(pool, 1)
    facts = [go(campaign, member, take(amount), item="cup") for amount in (3, 1)]

    refusals, _ = await rehearse(pool, Registry({"tally": kind}), *facts)

    assert refusals == [None, "NONE_LEFT"]
    assert await pool.fetch(ROWS) == []


async def test_a_team_is_tried_out_as_it_is(pool: Pool) -> None:
    kind = tally(Scope.TEAM)
    campaign, [member, other] = await add_campaign(pool, "tally"), await add_members(pool, 2)
    outcome = await tally_engine(pool, kind).submit(go(campaign, member, ("open",)))
    team = outcome.decisions[0].effects[0]["team"]

    joining = go(campaign, other, ("join",), team=team)
    refusals, world = await rehearse(pool, Registry({"tally": kind}), joining, go(campaign, other, ("join",), team="x"))

    record = world.participations.team(campaign, team)
    assert record is not None
    assert record.state == TallyTeam(members=(str(member), str(other)))
    assert refusals == [None, "NO_TEAM"]


async def test_a_limit_is_asked_again_for_another_campaign() -> None:
    """The drafted config counts, and what was taken before stays taken."""
    memory = Memory(tally(Scope.CAMPAIGN), TallyConfig(limit=1))
    [member, *_] = memory.members
    assert refusal(memory.go(member, take(1))) is None
    drafted = replace(memory.campaign, config=TallyConfig(limit=2))

    rehearsal = Rehearsal(memory.world).judged_by([drafted])
    refusals = [refusal(rehearsal.play(arrived(go(drafted.id, member, take(1))))) for _ in range(2)]

    assert refusals == [None, "NONE_LEFT"]


def test_a_teams_state_that_cannot_be_kept_fails_its_decision_alone() -> None:
    """It is turned into text while the campaign can still fail; the team stays unopened."""

    def decide(fact: object, view: object) -> tuple[Effect, ...]:
        return (SetTeam(fact.new_key, TallyTeam(members=("\0",))),)  # type: ignore[attr-defined]  # a fact

    memory = Memory(replace(tally(Scope.TEAM), decide=decide))
    outcome = memory.go(memory.members[0], ("open",))

    assert refusal(outcome) == "CAMPAIGN_FAILED"
    assert memory.world.participations.changed() == []


async def test_a_key_of_long_ago_is_found_used(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys older than the newest few are read with no batch: those that a try used are looked for afterwards."""
    monkeypatch.setattr(hold_store, "LOAD_KEYS", hold_store.LOAD_KEYS.replace("LIMIT 256", "LIMIT 0"))
    campaign, [member] = await add_campaign(pool, "till"), await add_members(pool, 1)
    engine = till_engine(pool)
    await engine.submit(play(campaign, member, NOON, hold(1, "a")))
    await engine.submit(play(campaign, member, NOON, settle("a")))

    refusals, world = await rehearse(pool, registry_of(TILL), play(campaign, member, NOON, hold(1, "a")))

    async with pool.acquire() as connection:
        used = await find_used(connection, world)
    assert refusals == [None]
    assert used.holds == {(campaign, member, "a")}
