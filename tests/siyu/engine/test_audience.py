"""Audiences: who is not in one is told what is missing, and nothing else happens."""

from datetime import timedelta
from typing import Any

import pytest

from siyu.campaigns import LiveCampaign
from siyu.db import Pool
from siyu.sdk import Audience, CampaignTerms, Features
from tests.clock import NOON
from tests.factories import add_campaign, add_members, paid, refunded, shop_engine, sign
from tests.siyu.engine.stage import MEMBER, gives, live, paying, play, told, world_of

KNOWN = Features(
    joined_at=NOON - timedelta(days=10),
    tier="gold",
    tags=frozenset({"tea", "early"}),
    groups=frozenset({"g-1"}),
    has_ordered=True,
)


def choosy(**conditions: object) -> LiveCampaign:
    """A campaign with this audience."""
    return live(paying(gives(1)), 1, CampaignTerms(audience=Audience.model_validate(conditions)))


@pytest.mark.parametrize(
    ("met", "missed"),
    [
        ({"tiers": ["silver", "gold"]}, {"tiers": ["silver"]}),
        ({"tags_any": ["tea", "coffee"]}, {"tags_any": ["coffee"]}),
        ({"tags_none": ["coffee"]}, {"tags_none": ["coffee", "tea"]}),
        ({"groups_any": ["g-1"]}, {"groups_any": ["g-2"]}),
        ({"joined_from": "2026-11-11T04:00:00+00:00"}, {"joined_from": "2026-11-11T04:00:01+00:00"}),
        ({"joined_before": "2026-11-11T04:00:01+00:00"}, {"joined_before": "2026-11-11T04:00:00+00:00"}),
        ({"joined_days_min": 10}, {"joined_days_min": 11}),
        ({"joined_days_max": 10}, {"joined_days_max": 9}),
        ({"first_order": "after"}, {"first_order": "before"}),
    ],
    ids=lambda conditions: next(iter(conditions)),
)
def test_each_condition_lets_in_and_keeps_out(met: dict[str, Any], missed: dict[str, Any]) -> None:
    fact = paid(MEMBER, "A1", 100, NOON)

    admitted = play(world_of([choosy(**met)], features=KNOWN), fact)
    kept_out = play(world_of([choosy(**missed)], features=KNOWN), fact)

    assert told(admitted) == [(1, None, 1)]
    assert told(kept_out) == [(1, "NOT_IN_AUDIENCE", 0)]
    assert kept_out.decisions[0].refusal is not None
    assert kept_out.decisions[0].refusal.missing == missed


def test_whoever_the_shop_knows_nothing_of_misses_every_wish() -> None:
    campaign = choosy(tiers=["gold"], tags_any=["tea"], groups_any=["g-1"], first_order="after", tags_none=["coffee"])

    refusal = play(world_of([campaign]), paid(MEMBER, "A1", 100, NOON)).decisions[0].refusal

    assert refusal is not None
    assert set(refusal.missing) == {"tiers", "tags_any", "groups_any", "first_order"}


def test_days_since_joining_are_days_of_the_campaigns_zone() -> None:
    # Five past midnight in Shanghai, still the day before in London.
    features = Features(joined_at=NOON.replace(hour=16, minute=5) - timedelta(days=1))
    at = NOON.replace(hour=15)
    audience = Audience(joined_days_min=1)

    for zone, in_audience in (("Asia/Shanghai", False), ("Europe/London", True)):
        campaign = live(paying(gives(1)), 1, CampaignTerms(audience=audience, time_zone=zone))
        [(_, code, _)] = told(play(world_of([campaign], features=features), paid(MEMBER, "A1", 100, at)))
        assert (code is None) == in_audience


@pytest.mark.parametrize(
    "conditions",
    [
        {"joined_from": "2026-11-11T00:00:00Z", "joined_before": "2026-11-11T00:00:00Z"},
        {"joined_days_min": 3, "joined_days_max": 2},
        {"joined_from": "2026-11-11T00:00:00"},
        {"tiers": [""]},
        {"tags_any": ["x" * 33]},
        {"tags_none": [str(n) for n in range(65)]},
        {"vip": True},
    ],
)
def test_an_audience_that_cannot_be_is_refused(conditions: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Audience"):
        Audience.model_validate(conditions)


FOR_NEW_BUYERS = """UPDATE campaign SET terms = '{"audience": {"first_order": "before"}}', revision = 2"""


async def test_a_first_order_was_the_first_for_every_engine(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await add_campaign(pool, "purchase")
    await pool.execute(FOR_NEW_BUYERS)
    engine = shop_engine(pool)

    outcomes = [await engine.submit(paid(member, number, 100, NOON)) for number in ("A1", "A2")]
    elsewhere = await shop_engine(pool).submit(paid(member, "A3", 100, NOON))

    codes = [d.refusal and d.refusal.code for outcome in (*outcomes, elsewhere) for d in outcome.decisions]
    assert codes == [None, "NOT_IN_AUDIENCE", "NOT_IN_AUDIENCE"]


def test_two_first_orders_that_are_decided_together_are_one() -> None:
    world = world_of([choosy(first_order="before")])

    first = play(world, paid(MEMBER, "A1", 100, NOON))
    second = play(world, paid(MEMBER, "A2", 100, NOON))

    assert told(first) + told(second) == [(1, None, 1), (1, "NOT_IN_AUDIENCE", 0)]


async def test_what_the_shop_knows_is_read_from_the_member(pool: Pool) -> None:
    gold, none = await add_members(pool, 2)
    await pool.execute("UPDATE member SET tier = 'gold', tags = '{tea}', groups = '{g}' WHERE id = $1", gold)
    campaign = await add_campaign(pool, "check_in")
    audience = '{"audience": {"tiers": ["gold"], "tags_any": ["tea"], "groups_any": ["g"]}}'
    await pool.execute("UPDATE campaign SET terms = $1, revision = 2", audience)
    engine = shop_engine(pool)

    admitted = await engine.submit(sign(campaign, gold, NOON))
    refused = await engine.submit(sign(campaign, none, NOON))

    assert admitted.decisions[0].refusal is None
    assert refused.decisions[0].refusal is not None
    assert refused.decisions[0].refusal.missing == {"tiers": ["gold"], "tags_any": ["tea"], "groups_any": ["g"]}
    assert await pool.fetchval("SELECT count(*) FROM decision WHERE refusal_code = 'NOT_IN_AUDIENCE'") == 1


async def test_a_refund_is_settled_for_whoever_has_left_the_audience(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await pool.execute("UPDATE member SET tier = 'gold'")
    await add_campaign(pool, "purchase")
    await pool.execute("""UPDATE campaign SET terms = '{"audience": {"tiers": ["gold"]}}', revision = 2""")
    engine = shop_engine(pool)
    await engine.submit(paid(member, "A1", 1_000, NOON))
    await pool.execute("UPDATE member SET tier = NULL")

    outcome = await engine.submit(refunded(member, "A1", 1_000, NOON))

    assert [effect["kind"] for effect in outcome.decisions[0].effects] == ["reverse"]
