"""Experiments: members are shared out by weight, play by their arm's config, and stay in it."""

import json
from collections import Counter
from uuid import UUID

import pytest

from siyu.campaigns import service
from siyu.campaigns.queries import CampaignRow
from siyu.campaigns.service import CampaignSettings
from siyu.db import Pool
from siyu.errors import InvalidInput
from siyu.sdk import Arm, CampaignTerms
from siyu.sdk.arms import draw_arm, merged
from tests.clock import NOON
from tests.factories import add_members, shop_engine, shop_registry, sign
from tests.siyu.engine.stage import gives, live, paying

CAMPAIGN = UUID(int=1)
DRAWS = 20_000


def arms(**weights: int) -> list[dict[str, object]]:
    """Arms that give one point a letter of their key."""
    return [{"key": key, "weight": n, "override": {"streak_points": [len(key)]}} for key, n in weights.items()]


async def experiment(pool: Pool, **weights: int) -> CampaignRow:
    """A running check-in with these arms."""
    settings = CampaignSettings(name="实验", config={"streak_points": [9]}, terms={"arms": arms(**weights)})
    made = await service.create(pool, shop_registry(), "check_in", settings, NOON)
    return await service.publish(pool, shop_registry(), made.id, NOON)


async def set_weights(pool: Pool, campaign: CampaignRow, revision: int, **weights: int) -> None:
    """A new revision with other weights."""
    changes = CampaignSettings(terms={"arms": arms(**weights)})
    await service.update(pool, shop_registry(), campaign.id, revision, changes, NOON)


@pytest.mark.parametrize("weights", [{"a": 1, "b": 1}, {"a": 80, "b": 15, "c": 5}, {"a": 0, "b": 3}])
def test_members_are_shared_out_by_weight(weights: dict[str, int]) -> None:
    members = [UUID(int=number) for number in range(DRAWS)]

    drawn = Counter(draw_arm(CAMPAIGN, member, list(weights.items())) for member in members)

    for key, weight in weights.items():
        share = weight / sum(weights.values())
        # Four standard deviations of a binomial count.
        assert abs(drawn[key] - DRAWS * share) <= 4 * (DRAWS * share * (1 - share)) ** 0.5


def test_two_campaigns_draw_apart() -> None:
    weights = [("a", 1), ("b", 1)]
    pairs = Counter(
        (draw_arm(CAMPAIGN, UUID(int=n), weights), draw_arm(UUID(int=2), UUID(int=n), weights)) for n in range(4_000)
    )

    assert min(pairs.values()) > 850
    assert len(pairs) == 4


def test_a_merge_patch_is_applied_as_the_rfc_says() -> None:
    assert merged({"a": 1, "b": {"c": 2}, "d": [1, 2]}, {"a": None, "b": {"e": {"f": None, "g": 3}}, "d": [3]}) == {
        "b": {"c": 2, "e": {"g": 3}},
        "d": [3],
    }


async def test_a_member_plays_by_their_arms_config_and_stays_in_it(pool: Pool) -> None:
    members = await add_members(pool, 12)
    campaign, engine = await experiment(pool, a=1, bb=1), shop_engine(pool)
    first = {m: (await engine.submit(sign(campaign.id, m, NOON))).decisions[0] for m in members}
    points = {m: next(e["amount"] for e in d.effects if e["kind"] == "grant") for m, d in first.items()}
    assert set(points.values()) == {1, 2}

    await set_weights(pool, campaign, 1, a=0, bb=0, ccc=1)
    later = NOON.replace(day=NOON.day + 1)
    for member in members:
        [decision] = (await engine.submit(sign(campaign.id, member, later))).decisions
        assert next(e["amount"] for e in decision.effects if e["kind"] == "grant") == points[member]

    [newcomer] = await add_members(pool, 1)
    [decision] = (await shop_engine(pool).submit(sign(campaign.id, newcomer, later))).decisions
    assert next(e["amount"] for e in decision.effects if e["kind"] == "grant") == 3
    kept = {row[0]: row[1] for row in await pool.fetch("SELECT subject_id, arm FROM participation")}
    assert kept == {**{m: "a" if n == 1 else "bb" for m, n in points.items()}, newcomer: "ccc"}


async def test_who_was_refused_keeps_the_arm_too(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await experiment(pool, a=1), shop_engine(pool)
    await engine.submit(sign(campaign.id, member, NOON))
    await pool.execute("UPDATE participation SET arm = NULL")

    [refused] = (await engine.submit(sign(campaign.id, member, NOON))).decisions

    assert refused.refusal is not None
    assert refused.refusal.code == "ALREADY_SIGNED"
    row = await pool.fetchrow("SELECT arm, state FROM participation")
    assert row["arm"] == "a"
    assert json.loads(row["state"])["days"] == 1


async def test_an_arm_with_members_is_not_taken_away(pool: Pool) -> None:
    campaign = await experiment(pool, a=1, bb=1)

    with pytest.raises(InvalidInput, match=r"terms\.arms: members may be in bb"):
        await set_weights(pool, campaign, 1, a=1)


async def test_an_arm_of_a_draft_may_go(pool: Pool) -> None:
    settings = CampaignSettings(name="实验", config={}, terms={"arms": arms(a=1, bb=1)})
    draft = await service.create(pool, shop_registry(), "check_in", settings, NOON)

    await set_weights(pool, draft, 1, a=1)

    assert await pool.fetchval("SELECT revision FROM campaign") == 2


@pytest.mark.parametrize(
    ("terms", "path"),
    [
        ({"arms": [{"key": "a", "weight": 1}, {"key": "a", "weight": 1}]}, "terms.arms"),
        ({"arms": [{"key": "a", "weight": 0}]}, "terms.arms"),
        ({"arms": [{"key": "a b", "weight": 1}]}, "terms.arms.0.key"),
        ({"arms": [{"key": "a", "weight": -1}]}, "terms.arms.0.weight"),
        ({"arms": [{"key": "a", "weight": 1, "override": {"points": 3}}]}, "terms.arms.0.override.points"),
        ({"arms": [{"key": "a", "weight": 1, "override": {"streak_points": []}}]}, "terms.arms.0.override.streak"),
        ({"arms": [{"key": str(n), "weight": 1} for n in range(9)]}, "terms.arms"),
        ({"time_zone": "Asia/Atlantis"}, "terms.time_zone"),
        ({"time_zone": "../etc/passwd"}, "terms.time_zone"),
        ({"time_zone": "Asia"}, "terms.time_zone"),
        ({"lane": "Upper"}, "terms.lane"),
        ({"lane": "unlisted"}, "terms.lane"),
        ({"commission_levels": 3}, "terms.commission_levels"),
        ({"colour": "red"}, "terms.colour"),
    ],
)
async def test_terms_that_cannot_be_are_told_with_their_path(pool: Pool, terms: object, path: str) -> None:
    settings = CampaignSettings(name="实验", config={}, terms=terms)

    with pytest.raises(InvalidInput) as caught:
        await service.create(pool, shop_registry(), "check_in", settings, NOON)

    assert str(caught.value).startswith(path)
    assert await pool.fetchval("SELECT count(*) FROM campaign") == 0


async def test_days_are_those_of_the_campaigns_own_zone_and_boards_count_the_shops(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    settings = CampaignSettings(name="London", config={}, terms={"time_zone": "Europe/London"})
    campaign = await service.create(pool, shop_registry(), "check_in", settings, NOON)
    await service.publish(pool, shop_registry(), campaign.id, NOON)
    engine = shop_engine(pool)

    # One in the morning in Shanghai, the evening before in London.
    codes = []
    for at in (NOON.replace(hour=17), NOON.replace(hour=23, minute=59), NOON.replace(day=22, hour=0)):
        [decision] = (await engine.submit(sign(campaign.id, member, at))).decisions
        codes.append(decision.refusal and decision.refusal.code)

    assert codes == [None, "ALREADY_SIGNED", None]
    state = json.loads(await pool.fetchval("SELECT state FROM participation"))
    assert state["last_day"] == "2026-11-22"
    payload = json.loads(await pool.fetchval("SELECT payload::text FROM outbox ORDER BY id LIMIT 1"))
    assert {day for _, day, *_ in payload} == {"2026-11-22"}


def test_default_terms_compile_to_nothing() -> None:
    assert live(paying(gives(1)), 1).terms is None
    assert live(paying(gives(1)), 1, CampaignTerms(arms=(Arm(key="a", weight=1),))).terms is not None
