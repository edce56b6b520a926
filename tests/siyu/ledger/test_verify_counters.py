"""The check of counters: clean on what the engine writes, and naming whatever was broken behind its back."""

import pytest

from siyu.db import Pool
from siyu.ledger import counter_invariants
from siyu.ledger.verify import verify_ledger
from siyu.sdk import Period, Scope
from tests.factories import add_campaign, add_members
from tests.siyu.engine.tally import go, take, tally, tally_engine


async def use_counters(pool: Pool) -> None:
    """Some is used, some held, some confirmed, some given back, in two campaigns."""
    lin, bo = await add_members(pool, 2)
    for period in (Period.EVER, Period.DAY):
        campaign = await add_campaign(pool, "tally", {"limit": 9})
        engine = tally_engine(pool, tally(Scope.CAMPAIGN, period))
        await engine.submit(go(campaign, lin, take(2, key="a"), take(1, key="b"), take(1, key="c"), take(1)))
        await engine.submit(go(campaign, bo, take(3, key="a")))
        await engine.submit(go(campaign, lin, ("confirm", "a"), ("release", "b")))


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
    ],
)
async def test_damage_to_counters_is_named(pool: Pool, damage: str, invariant: str) -> None:
    await use_counters(pool)
    await pool.execute(damage)

    assert invariant in await violated(pool)
