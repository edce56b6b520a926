"""The check of counters: clean on what the engine writes, and naming whatever was broken behind its back."""

import pytest

from siyu.campaigns import service
from siyu.campaigns.service import CampaignSettings
from siyu.db import Pool
from siyu.ledger import counter_invariants
from siyu.ledger.verify import verify_ledger
from siyu.sdk import CampaignTerms, Period, Scope
from tests.clock import NOON
from tests.factories import add_campaign, add_members, registry_of
from tests.siyu.engine.capped import cap, set_caps
from tests.siyu.engine.tally import go, take, tally, tally_engine
from tests.siyu.engine.till import TILL, grant, play, till_engine


async def use_counters(pool: Pool) -> None:
    """Some is used, some held, some confirmed, some given back, in two campaigns."""
    lin, bo = await add_members(pool, 2)
    for period in (Period.EVER, Period.DAY):
        campaign = await add_campaign(pool, "tally", {"limit": 9})
        engine = tally_engine(pool, tally(Scope.CAMPAIGN, period))
        await engine.submit(go(campaign, lin, take(2, key="a"), take(1, key="b"), take(1, key="c"), take(1)))
        await engine.submit(go(campaign, bo, take(3, key="a")))
        await engine.submit(go(campaign, lin, ("confirm", "a"), ("release", "b")))
    capped = await add_campaign(pool, "till")
    await set_caps(pool, capped, cap(5), cap(5, "count", "member", "day"))
    await till_engine(pool).submit(play(capped, lin, NOON, grant(4)))


async def violated(pool: Pool) -> set[str]:
    """The invariants that do not hold."""
    findings = await verify_ledger(pool, lambda done, total: None)
    return {finding.invariant for finding in findings if finding.violations}


async def test_what_the_engine_counts_holds(pool: Pool) -> None:
    await use_counters(pool)

    assert await violated(pool) == set()
    assert await pool.fetchval("SELECT count(*) FROM counter WHERE used = 3 AND held = 4") == 2


@pytest.mark.parametrize(
    ("damage", "invariant"),
    [
        ("UPDATE counter SET held = held + 1 WHERE bucket = ''", counter_invariants.HELD),
        ("UPDATE reservation SET state = 'released' WHERE state = 'held'", counter_invariants.HELD),
        ("UPDATE counter SET used = 1", counter_invariants.CONFIRMED),
        ("UPDATE counter SET extra = 5", counter_invariants.EXTRA),
        ("UPDATE reservation SET bucket = 'x' WHERE state = 'confirmed'", counter_invariants.COUNTED),
        ("UPDATE counter SET used = 6 WHERE name = '$value.points.campaign.ever'", counter_invariants.CAPPED),
        ("UPDATE counter SET used = 6 WHERE name = '$count.member.day'", counter_invariants.CAPPED),
        ("""UPDATE campaign SET terms = '{"caps": []}'""", counter_invariants.CAPPED),
    ],
)
async def test_damage_to_counters_is_named(pool: Pool, damage: str, invariant: str) -> None:
    await use_counters(pool)
    await pool.execute(damage)

    assert invariant in await violated(pool)


async def test_what_a_cap_let_through_before_its_limit_was_lowered_is_no_fault(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    registry = registry_of(TILL)
    settings = CampaignSettings(name="till", config={}, terms=CampaignTerms(caps=(cap(5),)).model_dump(mode="json"))
    campaign = await service.create(pool, registry, "till", settings, NOON)
    await service.publish(pool, registry, campaign.id, NOON)
    await till_engine(pool).submit(play(campaign.id, lin, NOON, grant(4)))

    await service.update(pool, registry, campaign.id, 1, CampaignSettings(terms={}), NOON)

    assert await violated(pool) == set()
    assert await pool.fetchval("SELECT used FROM counter") == 4
