"""Teams: opened under their fact's key, shared by their members, none of whom loses another."""

import asyncio
from dataclasses import replace

import pytest

from siyu.campaigns import participation_store
from siyu.db import Pool
from siyu.engine import BatchLimits
from siyu.sdk import Scope
from tests.factories import add_campaign, add_members
from tests.siyu.engine.tally import Memory, go, refusal, take, tally, tally_engine


def test_a_team_is_opened_under_the_facts_own_key_and_no_other() -> None:
    shop = Memory(tally(Scope.TEAM))
    lin, bo, _ = shop.members
    team = shop.go(lin, ("open",)).fact_id.hex

    assert refusal(shop.go(bo, ("join",), team=team)) is None
    assert refusal(shop.go(bo, ("join",), team="nobody's")) == "NO_TEAM"
    assert refusal(shop.go(bo, ("join",))) == "NO_TEAM"
    record = shop.world.participations.team(shop.campaign.id, team)
    assert record is not None
    assert record.state_json() == f'{{"members":["{lin}","{bo}"]}}'


async def test_whoever_opens_a_team_can_take_of_its_counter_at_once(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "tally"), tally_engine(pool, tally(Scope.TEAM))

    opened = await engine.submit(go(campaign, lin, ("open",), take(2, key="seats")))
    await engine.submit(go(campaign, lin, ("release", "seats"), take(1), team=opened.fact_id.hex))

    counted = await pool.fetchrow("SELECT subject, used, held FROM counter")
    assert tuple(counted) == (opened.fact_id.hex, 1, 0)
    assert await pool.fetchval("SELECT team FROM participation") == opened.fact_id.hex


async def test_members_of_one_team_do_not_lose_one_another(pool: Pool, other_pool: Pool) -> None:
    members = await add_members(pool, 60)
    campaign = await add_campaign(pool, "tally")
    kind = tally(Scope.TEAM)
    team = (await tally_engine(pool, kind).submit(go(campaign, members[0], ("open",)))).fact_id.hex
    engines = [tally_engine(place, kind, BatchLimits(facts_max=5, share_min=1)) for place in (pool, other_pool)]

    await asyncio.gather(
        *(engines[n % 2].submit(go(campaign, m, ("join",), team=team)) for n, m in enumerate(members) if n)
    )

    count = "SELECT jsonb_array_length(state->'members') FROM participation WHERE team = $1"
    assert await pool.fetchval(count, team) == 60


async def test_the_lock_of_a_team_is_what_keeps_its_members(
    pool: Pool, other_pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof that the test of teams can fail."""
    plain = participation_store.LOCK_TEAMS.replace("FOR NO KEY UPDATE OF participation", "")
    monkeypatch.setattr(participation_store, "LOCK_TEAMS", plain)

    with pytest.raises(AssertionError):
        await test_members_of_one_team_do_not_lose_one_another(pool, other_pool)


async def test_an_older_state_of_a_team_is_brought_up_to_date(pool: Pool) -> None:
    lin, bo = await add_members(pool, 2)
    campaign, kind = await add_campaign(pool, "tally"), tally(Scope.TEAM)
    team = (await tally_engine(pool, kind).submit(go(campaign, lin, ("open",)))).fact_id.hex
    await pool.execute("""UPDATE participation SET state = '{"who": "nobody"}' WHERE team IS NOT NULL""")
    newer = replace(kind, state_version=2, upcast_team=lambda version, data: {"members": [data["who"], str(version)]})

    await tally_engine(pool, newer).submit(go(campaign, bo, ("join",), team=team))

    state = await pool.fetchrow("SELECT state->'members', state_version FROM participation WHERE team = $1", team)
    assert tuple(state) == (f'["nobody", "1", "{bo}"]', 2)
