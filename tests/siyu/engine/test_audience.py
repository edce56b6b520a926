"""Audiences: who is not in one is told which part of the rule fails, and nothing else happens."""

from datetime import timedelta
from json import dumps
from typing import Any

import pytest

from siyu.campaigns import LiveCampaign
from siyu.db import Pool
from siyu.rules import MEMBER_FEATURES
from siyu.rules.known import NEWCOMER
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


def choosy(rule: str) -> LiveCampaign:
    """A campaign with this audience."""
    return live(paying(gives(1)), 1, CampaignTerms(audience=Audience(rule=rule)))


@pytest.mark.parametrize(
    ("met", "missed"),
    [
        ('member.tier in ["silver", "gold"]', 'member.tier in ["silver"]'),
        ('"tea" in member.tags', '"coffee" in member.tags'),
        ('!("coffee" in member.tags)', '!("tea" in member.tags)'),
        ('"g-1" in member.groups', '"g-2" in member.groups'),
        (
            'member.joined_at >= timestamp("2026-11-11T04:00:00Z")',
            'member.joined_at >= timestamp("2026-11-11T04:00:01Z")',
        ),
        ("member.joined_days == 10", "member.joined_days != 10"),
        ("member.has_ordered", "!member.has_ordered"),
        ("member.spend_30d_fen == 700", "member.spend_30d_fen < 700"),
        ("!is_set(member.stage)", "is_set(member.stage)"),
    ],
    ids=["tier", "tags", "no tag", "groups", "joined", "days", "ordered", "kept", "unknown"],
)
def test_a_rule_lets_in_and_keeps_out(met: str, missed: str) -> None:
    fact = paid(MEMBER, "A1", 100, NOON)
    worlds = [world_of([choosy(rule)], features=KNOWN) for rule in (met, f"true && {missed}")]
    for world in worlds:
        kept = list(NEWCOMER)
        kept[MEMBER_FEATURES.columns.index("f.spend_30d_fen")] = 700
        world.rows[MEMBER] = kept

    admitted, kept_out = (play(world, fact) for world in worlds)

    assert told(admitted) == [(1, None, 1)]
    assert told(kept_out) == [(1, "NOT_IN_AUDIENCE", 0)]
    assert kept_out.decisions[0].refusal is not None
    assert kept_out.decisions[0].refusal.missing == {"rule": [missed]}


def test_whoever_the_shop_knows_nothing_of_misses_every_wish() -> None:
    wishes = ['member.tier == "gold"', '"tea" in member.tags || member.orders > 0', "member.has_ordered"]
    campaign = choosy(" && ".join([*(f"({wish})" for wish in wishes), '!("coffee" in member.tags)']))

    refusal = play(world_of([campaign]), paid(MEMBER, "A1", 100, NOON)).decisions[0].refusal

    assert refusal is not None
    assert refusal.missing == {"rule": wishes}


def test_days_since_joining_are_days_of_the_campaigns_zone() -> None:
    # Five past midnight in Shanghai, still the day before in London.
    features = Features(joined_at=NOON.replace(hour=16, minute=5) - timedelta(days=1))
    at = NOON.replace(hour=15)
    audience = Audience(rule="member.joined_days >= 1")

    for zone, in_audience in (("Asia/Shanghai", False), ("Europe/London", True)):
        campaign = live(paying(gives(1)), 1, CampaignTerms(audience=audience, time_zone=zone))
        [(_, code, _)] = told(play(world_of([campaign], features=features), paid(MEMBER, "A1", 100, at)))
        assert (code is None) == in_audience


@pytest.mark.parametrize("conditions", [{}, {"rule": None}, {"rule": "true", "tiers": ["gold"]}])
def test_an_audience_that_cannot_be_is_refused(conditions: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Audience"):
        Audience.model_validate(conditions)


def test_the_row_of_a_newcomer_is_what_the_database_begins_with() -> None:
    unknown = [column for column, value in zip(MEMBER_FEATURES.columns, NEWCOMER, strict=True) if value is None]

    assert {"f.spend_fen", "f.has_ordered", "f.invitees_30d"}.isdisjoint(unknown)
    assert {"m.tier", "f.last_order_at", "f.rfm_recency", "f.stage"} <= set(unknown)


FOR_NEW_BUYERS = """UPDATE campaign SET terms = '{"audience": {"rule": "!member.has_ordered"}}', revision = 2"""


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
    world = world_of([choosy("!member.has_ordered")])

    first = play(world, paid(MEMBER, "A1", 100, NOON))
    second = play(world, paid(MEMBER, "A2", 100, NOON))

    assert told(first) + told(second) == [(1, None, 1), (1, "NOT_IN_AUDIENCE", 0)]


async def test_what_the_shop_knows_is_read_from_the_member(pool: Pool) -> None:
    gold, none = await add_members(pool, 2)
    await pool.execute("UPDATE member SET tier = 'gold', tags = '{tea}', groups = '{g}' WHERE id = $1", gold)
    campaign = await add_campaign(pool, "check_in")
    wishes = ['member.tier == "gold"', '"tea" in member.tags', '"g" in member.groups', "member.spend_fen >= 5"]
    await pool.execute("UPDATE member_feature SET spend_fen = 5")
    await pool.execute(
        "UPDATE campaign SET terms = $1, revision = 2", dumps({"audience": {"rule": " && ".join(wishes)}})
    )
    engine = shop_engine(pool)

    admitted = await engine.submit(sign(campaign, gold, NOON))
    refused = await engine.submit(sign(campaign, none, NOON))

    assert admitted.decisions[0].refusal is None
    assert refused.decisions[0].refusal is not None
    assert refused.decisions[0].refusal.missing == {"rule": wishes[:3]}
    assert await pool.fetchval("SELECT count(*) FROM decision WHERE refusal_code = 'NOT_IN_AUDIENCE'") == 1


async def test_a_refund_is_settled_for_whoever_has_left_the_audience(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await pool.execute("UPDATE member SET tier = 'gold'")
    await add_campaign(pool, "purchase")
    await pool.execute(
        "UPDATE campaign SET terms = $1, revision = 2", dumps({"audience": {"rule": "member.tier == 'gold'"}})
    )
    engine = shop_engine(pool)
    await engine.submit(paid(member, "A1", 1_000, NOON))
    await pool.execute("UPDATE member SET tier = NULL")

    outcome = await engine.submit(refunded(member, "A1", 1_000, NOON))

    assert [effect["kind"] for effect in outcome.decisions[0].effects] == ["reverse"]
