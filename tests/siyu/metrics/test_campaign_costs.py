"""What campaigns cost: value both ways, rewards by the shop's word, coupons by what they took off."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from siyu.attribution.asked import Asked
from siyu.attribution.results import campaign_figures
from siyu.db import Pool
from siyu.engine import running
from siyu.errors import InvalidInput
from siyu.ids import new_id
from siyu.metrics.campaign_costs import Cost
from siyu.metrics.definition import Cut
from siyu.metrics.expenses import checked, enter_expense
from siyu.metrics.figures import Window, gather
from siyu.metrics.rates import REWARD, UNIT, Rate, set_rate
from siyu.rewards import RewardKind
from tests.factories import SHANGHAI, add_campaign, add_members, shop_engine, sign
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


async def test_metrics_and_results_tell_one_cost(pool: Pool) -> None:
    campaign_id, other = [await add_campaign(pool, "check_in") for _ in range(2)]
    members = await add_members(pool, 2)
    await pool.execute("UPDATE member SET channel = 'wecom' WHERE id = $1", members[0])
    async with running(shop_engine(pool, clock=lambda: NOON)) as engine:
        for of, member_id in ((campaign_id, members[0]), (campaign_id, members[1]), (other, members[1])):
            await engine.submit(sign(of, member_id, NOON))
    await issue(pool, campaign_id, members[0], "mug")
    await set_rate(pool, Rate(REWARD, "mug", 1_500_000), NOON, "lin")
    day = NOON.astimezone(SHANGHAI).date()
    for amount, of, channel in ((7_000, campaign_id, None), (300, None, "wecom")):
        await enter_expense(pool, checked(day, amount, of, channel, "ad"), "lin", f"of {amount}", NOON)
    midnight = datetime(2026, 11, 20, 16, tzinfo=UTC)
    asked = Asked(midnight, midnight + timedelta(days=1), zone=SHANGHAI)
    costs = {each: (await cost_of(pool, each, asked)).total_fen for each in (campaign_id, other)}

    async def told(cut: Cut | None, figure: str = "campaign_cost_fen") -> dict[str, int | None]:
        found = await gather(pool, SHANGHAI, [Window(day, day)], cut, {figure})
        return {key: figures[figure] for (_, key), figures in found.items()}

    points = costs[other]
    assert costs[campaign_id] == 2 * points + 1_500 + 7_000
    assert await told(Cut.CAMPAIGN) == {str(each): cost for each, cost in costs.items()}
    assert await told(None) == {"": sum(costs.values())}
    assert await told(None, "cost_fen") == {"": sum(costs.values()) + 300}
    assert await told(Cut.CHANNEL, "cost_fen") == {"wecom": points + 1_500 + 300, "": 2 * points + 7_000}
    assert set((await told(Cut.TIER)).values()) <= {None}


async def test_expenses_count_on_the_days_that_begin_within_the_range_unless_they_were_cancelled(pool: Pool) -> None:
    campaign_id = await add_campaign(pool, "check_in")
    for day, amount_fen, is_cancelled in (
        (20, 1, False),
        (21, 20, False),
        (22, 300, False),
        (23, 4_000, False),
        (22, 5, True),
    ):
        await pool.execute(
            "INSERT INTO expense (id, day, amount_fen, campaign_id, note, made_by, made_at, idempotency_key, "
            "cancelled_by, cancelled_at) SELECT gen_random_uuid(), $1::date, $2, $3, 'x', 'lin', now(), "
            "gen_random_uuid()::text, "
            "CASE WHEN $4 THEN 'lin' END, CASE WHEN $4 THEN now() END",
            date(2026, 11, day),
            amount_fen,
            campaign_id,
            is_cancelled,
        )
    midnight = datetime(2026, 11, 20, 16, tzinfo=UTC)
    asked = Asked(midnight, midnight + timedelta(days=2), zone=SHANGHAI)
    assert await cost_of(pool, campaign_id, asked) == Cost(expenses_fen=320)
    later = replace(asked, since=midnight + timedelta(seconds=1), zone=ZoneInfo("Asia/Tokyo"))
    assert (await cost_of(pool, campaign_id, later)).expenses_fen == 4_300


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
