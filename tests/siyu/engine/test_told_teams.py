"""Teams whose keys the type tells: they are there from the start, for whoever comes first."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from siyu.campaigns import AnyCampaignType, participation_store
from siyu.campaigns.describing import describe
from siyu.campaigns.participation_queries import participations_by_key
from siyu.campaigns.participations import team_id
from siyu.campaigns.queries import campaigns_by_id
from siyu.db import Pool
from siyu.engine import BatchLimits
from siyu.sdk import Scope, TeamOf
from tests.clock import NOON
from tests.factories import add_campaign, add_members
from tests.siyu.engine.tally import Memory, TallyConfig, TallyTeam, go, refusal, take, tally, tally_engine

DAY = "2026-11-21"
SMALL_BATCHES = BatchLimits(facts_max=5, share_min=1)


def club(config: TallyConfig, data: Mapping[str, Any], local: datetime) -> str | None:
    """A team for each item and day; a mug breaks it."""
    item = data.get("item")
    if item == "mug":
        raise RuntimeError("the mug is broken")
    return f"{item}@{local.date()}" if item in config.items else None


def clubs(hidden: frozenset[str] = frozenset()) -> AnyCampaignType:
    """A tally whose teams are clubs."""
    return replace(tally(Scope.TEAM), team=TeamOf("team", TallyTeam, key=club, hidden=hidden))


async def size(pool: Pool, key: str) -> int:
    """How many members a club has."""
    count = "SELECT jsonb_array_length(state->'members') FROM participation WHERE team = $1"
    return int(await pool.fetchval(count, key))


def test_whoever_comes_first_finds_it_empty() -> None:
    shop = Memory(clubs())
    lin, bo, _ = shop.members

    assert [refusal(shop.go(member, ("join",), item="cup")) for member in (lin, bo)] == [None, None]
    assert refusal(shop.go(lin, ("join",), item="cup", at=NOON + timedelta(days=1))) is None
    assert refusal(shop.go(bo, ("join",), team=f"hat@{DAY}")) is None
    assert refusal(shop.go(lin, ("join",), item="shoe")) == "NO_TEAM"

    told = {record.team: record.state_json() for record in shop.world.participations.changed()}
    assert told == {
        f"cup@{DAY}": f'{{"members":["{lin}","{bo}"]}}',
        "cup@2026-11-22": f'{{"members":["{lin}"]}}',
        f"hat@{DAY}": f'{{"members":["{bo}"]}}',
    }


def test_what_the_data_names_goes_before_what_the_type_tells() -> None:
    shop = Memory(clubs())
    lin, *_ = shop.members

    shop.go(lin, ("join",), item="cup", team=f"hat@{DAY}")
    shop.go(lin, ("join",), item="cup", team=None)

    assert [record.team for record in shop.world.participations.changed()] == [f"hat@{DAY}"]


def test_its_counters_are_those_of_the_team() -> None:
    shop = Memory(clubs())
    lin, bo, _ = shop.members

    refusals = [refusal(shop.go(member, take(2), item="cup")) for member in (lin, bo)]

    assert (refusals, shop.counted()) == ([None, "NONE_LEFT"], {(f"cup@{DAY}", ""): (2, 0)})


async def test_many_who_come_first_at_once_do_not_lose_one_another(pool: Pool, other_pool: Pool) -> None:
    members = await add_members(pool, 40)
    campaign = await add_campaign(pool, "tally")
    engines = [tally_engine(each, clubs(), SMALL_BATCHES) for each in (pool, other_pool)]

    await asyncio.gather(
        *(engines[n % 2].submit(go(campaign, m, ("join",), item="cup")) for n, m in enumerate(members))
    )

    assert await size(pool, f"cup@{DAY}") == 40


async def test_those_who_come_first_need_no_row_to_be_all_counted(
    pool: Pool, other_pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a fact names a team that nobody has locked, one of two loses the race, and is decided again."""
    nothing = "SELECT $1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::timestamptz[], $7::text[]"
    monkeypatch.setattr(participation_store, "OPEN_TEAMS", nothing)

    await test_many_who_come_first_at_once_do_not_lose_one_another(pool, other_pool)


async def test_a_type_that_cannot_tell_fails_alone(pool: Pool) -> None:
    lin, bo = await add_members(pool, 2)
    campaign, engine = await add_campaign(pool, "tally"), tally_engine(pool, clubs())

    outcomes = await asyncio.gather(
        *(engine.submit(go(campaign, m, ("join",), item=i)) for m, i in ((lin, "cup"), (bo, "mug"), (bo, "cup")))
    )

    assert [refusal(outcome) for outcome in outcomes] == [None, "CAMPAIGN_FAILED", None]
    assert await size(pool, f"cup@{DAY}") == 2


@pytest.mark.parametrize(("hidden", "shown"), [(frozenset(), ["members"]), (frozenset({"members"}), [])])
async def test_what_is_hidden_nobody_is_shown(pool: Pool, hidden: frozenset[str], shown: list[str]) -> None:
    [lin] = await add_members(pool, 1)
    campaign, kind = await add_campaign(pool, "tally"), clubs(hidden)
    await tally_engine(pool, kind).submit(go(campaign, lin, ("join",), item="cup"))

    described = await told(pool, kind, campaign, f"cup@{DAY}")

    assert described == (shown, 1)


async def told(pool: Pool, kind: AnyCampaignType, campaign: UUID, key: str) -> tuple[list[str], int]:
    """Which fields of a team are shown, and its progress."""
    place = campaign, team_id(campaign, key)
    [row] = (await campaigns_by_id(pool, [campaign], NOON)).values()
    found = describe(kind, row, (await participations_by_key(pool, [place]))[place])
    assert found is not None
    assert found.progress is not None
    return list(found.state), found.progress.current
