"""What campaigns cost: value both ways, rewards by the shop's word, coupons by what they took off."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from siyu.attribution.asked import Asked
from siyu.attribution.cost import Cost
from siyu.attribution.rates import REWARD, UNIT, Rate, set_rate
from siyu.attribution.results import campaign_figures
from siyu.db import Pool
from siyu.engine import running
from siyu.errors import InvalidInput
from siyu.ids import new_id
from siyu.rewards import RewardKind
from tests.factories import add_campaign, add_members, shop_engine, sign
from tests.siyu.coupons.shop import add_template
from tests.siyu.rewards.catalogue import add_reward

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
ASKED = Asked(NOON, NOON + timedelta(days=1))


async def cost_of(pool: Pool, campaign_id: UUID, asked: Asked = ASKED) -> Cost:
    """What the campaign cost."""
    [figures] = await campaign_figures(pool, [campaign_id], asked)
    return figures.cost


async def issue(pool: Pool, campaign_id: UUID, member_id: UUID, reward: str, state: str = "issued") -> UUID:
    """A reward that the campaign issued at noon."""
    issued_id = new_id()
    await pool.execute(
        "INSERT INTO issued_reward (id, campaign_id, member_id, key, reward, state, issued_at, revoked_at) "
        "VALUES ($1, $2, $3, gen_random_uuid()::text, $4, $5::text, $6::timestamptz, "
        "CASE WHEN $5 = 'revoked' THEN $6 END)",
        issued_id,
        campaign_id,
        member_id,
        reward,
        state,
        NOON,
    )
    return issued_id


async def opened(pool: Pool, issued_id: UUID, member_id: UUID, reward_id: UUID, kind: str, gives: str) -> UUID:
    """The redemption that an issued reward became."""
    redemption_id = new_id()
    await pool.execute(
        "INSERT INTO redemption (id, reward_id, member_id, kind, gives, state, points, price_fen, code, fact_id, "
        "created_at, attempts, issued_id, confirmed_at, used_at, used_by, used_fact_id) VALUES ($1, $2, $3, $4, "
        "$5::jsonb, 'used', 0, 0, left(md5($1::uuid::text), 16), $1, $6, 0, $7, $6, $6, 'siyu', $1)",
        redemption_id,
        reward_id,
        member_id,
        kind,
        gives,
        NOON,
        issued_id,
    )
    return redemption_id


async def test_points_cost_what_the_shop_says_from_the_beginning_of_the_range_to_before_its_end(pool: Pool) -> None:
    campaign_id, members = await add_campaign(pool, "check_in"), await add_members(pool, 3)
    async with running(shop_engine(pool, clock=lambda: NOON + timedelta(days=2))) as engine:
        for member_id, moment in zip(members, (NOON, NOON + timedelta(hours=23), ASKED.until), strict=True):
            await engine.submit(sign(campaign_id, member_id, moment))
    granted = await pool.fetchval("SELECT sum(amount)::bigint FROM transfer WHERE at < $1", ASKED.until)
    assert granted > 0
    assert await cost_of(pool, campaign_id) == Cost(value_fen=granted)
    await set_rate(pool, Rate(UNIT, "points", 2_500), NOON, "lin")
    assert await cost_of(pool, campaign_id) == Cost(value_fen=(granted * 2_500 + 500) // 1_000)


async def test_rewards_cost_what_is_said_and_what_nobody_said_is_named(pool: Pool) -> None:
    campaign_id, [member_id] = await add_campaign(pool, "check_in"), await add_members(pool, 1)
    for reward, state in (("mug", "issued"), ("mug", "issued"), ("mug", "revoked"), ("hat", "issued")):
        await issue(pool, campaign_id, member_id, reward, state)
    assert await cost_of(pool, campaign_id) == Cost(unpriced=("hat", "mug"))
    await set_rate(pool, Rate(REWARD, "mug", 1_500_000), NOON, "lin")
    assert await cost_of(pool, campaign_id) == Cost(rewards_fen=3_000, unpriced=("hat",))
    [nothing] = await campaign_figures(pool, [await add_campaign(pool, "check_in")], ASKED)
    assert (nothing.cost, nothing.roi, nothing.cost_per_new_member_fen) == (Cost(), None, None)


async def test_rewards_of_points_and_coupons_cost_what_they_gave(pool: Pool) -> None:
    campaign_id, [member_id] = await add_campaign(pool, "check_in"), await add_members(pool, 1)
    points = await add_reward(pool, "fifty", RewardKind.POINTS)
    template = await add_template(pool)
    coupon = await add_reward(pool, "ten_off", RewardKind.COUPON, details={"template": template.key})
    first = await issue(pool, campaign_id, member_id, "fifty")
    await opened(pool, first, member_id, points.id, "points", '{"amount": 50}')
    second = await issue(pool, campaign_id, member_id, "ten_off")
    redemption_id = await opened(pool, second, member_id, coupon.id, "coupon", '{"template": "x"}')
    await pool.execute(
        "INSERT INTO coupon (id, template_id, member_id, place, code, state, source, issued_at, valid_from, "
        "expires_at, order_number, discount_fen, used_at) "
        "VALUES ($1, $2, $3, 1, 'C-1', 'used', $4, $5, $5, $6, 'A-1', 1200, $5)",
        new_id(),
        template.id,
        member_id,
        f"redemption/{redemption_id}",
        NOON,
        NOON + timedelta(days=30),
    )
    assert await cost_of(pool, campaign_id) == Cost(value_fen=50, discounts_fen=1_200)
    later = Asked(ASKED.until, ASKED.until + timedelta(days=1))
    assert await cost_of(pool, campaign_id, later) == Cost()


async def test_rates_that_make_no_sense_are_refused(pool: Pool) -> None:
    for rate in (
        Rate(UNIT, "commission", 1),
        Rate(UNIT, "gems", 1),
        Rate(UNIT, "points", -1),
        Rate(REWARD, "", 1),
        Rate(REWARD, "x" * 65, 1),
        Rate(REWARD, "mug", 10**12),
    ):
        with pytest.raises(InvalidInput):
            await set_rate(pool, rate, NOON, "lin")
    assert await pool.fetchval("SELECT count(*) FROM value_cost") == 0
