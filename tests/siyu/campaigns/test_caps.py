"""Caps as counters of the core: their names, and what is looked at when they are saved."""

from dataclasses import replace

import pytest

from siyu.campaigns import build_registry
from siyu.campaigns.caps import live_cap
from siyu.campaigns.service import CampaignSettings, create
from siyu.db import Pool
from siyu.errors import InvalidInput
from siyu.ledger import UNITS
from siyu.ledger.unit_service import create_unit
from siyu.sdk import Cap, Measure, Period, Scope
from siyu.sdk.caps import CAP_LIMIT_MAX, UNIT_LENGTH_MAX
from tests.factories import LONG_AGO, plugin_of, shop_registry
from tests.siyu.engine.capped import cap
from tests.siyu.engine.tally import tally

# The width of the column.
NAME_LENGTH_MAX = 32


def test_every_cap_has_a_counter_of_its_own_that_no_type_can_declare() -> None:
    periods = [period.value for period in Period if period is not Period.SLOT]
    caps = [
        cap(1, measure, scope, p) for measure in ("value", "count") for scope in ("campaign", "member") for p in periods
    ]
    names = [live_cap(each).counter for each in caps]

    assert len(set(names)) == len(caps) == 16
    for name in names:
        kind = tally(Scope.CAMPAIGN)
        taken = replace(kind, counters=(replace(kind.counters[0], name=name),))
        [broken] = build_registry([("plugin", lambda taken=taken: plugin_of(taken))]).broken
        assert "snake_case" in broken.problem


def test_the_longest_name_fits_its_column() -> None:
    longest = Cap(
        measure=Measure.VALUE,
        unit="x" * UNIT_LENGTH_MAX,
        scope=Scope.CAMPAIGN,
        period=Period.MONTH,
        limit=CAP_LIMIT_MAX,
    )

    assert len(live_cap(longest).counter) == NAME_LENGTH_MAX
    assert max(map(len, UNITS)) <= UNIT_LENGTH_MAX


async def test_a_unit_that_the_shop_lacks_is_told_with_its_path(pool: Pool) -> None:
    caps = [each.model_dump(mode="json") for each in (cap(1), cap(1, scope="member"))]
    caps[1]["unit"] = "gems"
    settings = CampaignSettings(name="x", config={}, terms={"caps": caps})

    with pytest.raises(InvalidInput) as raised:
        await create(pool, shop_registry(), "check_in", settings, LONG_AGO)
    await create_unit(pool, "gems", "宝石", "Gems")
    made = await create(pool, shop_registry(), "check_in", settings, LONG_AGO)

    assert [(each.path, each.message) for each in raised.value.problems] == [
        (("terms", "caps", "1", "unit"), "must be one of commission, growth, points")
    ]
    assert await pool.fetch("SELECT id FROM account WHERE campaign_id = $1 AND unit = 'gems'", made.id)
