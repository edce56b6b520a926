"""A shop where members do all that there is to merge, and what must hold of it at any time."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from siyu.campaigns import Registry
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine
from siyu.engine.hold_timeouts import time_out_holds
from siyu.engine.reward_delivery import deliver_due
from siyu.ids import new_id
from siyu.ledger.expiring import expire_some
from siyu.rewards import RewardKind
from tests.factories import LONG_AGO, SHANGHAI, add_campaign, registry_of, shop_registry
from tests.siyu.coupons.shop import add_template
from tests.siyu.engine.desk import DESK
from tests.siyu.engine.inviting import INVITING
from tests.siyu.engine.relay import fire_all
from tests.siyu.engine.till import TILL
from tests.siyu.members.people import NOON, fold_all, problems, recounted, scores
from tests.siyu.rewards.catalogue import add_reward

REGISTRY: Registry = registry_of(*shop_registry().types.values(), INVITING, DESK, TILL)
MUG = {"key": "mug", "stock": 1_000, "per_member": 1, "per_claim": 1, "price_fen": 100}
TEAM = {"sizes": [2], "items": [{"key": "mug", "prices_fen": [900], "stock": 1_000}], "hours": 1}
CAMPAIGNS: Mapping[str, dict[str, Any]] = {
    "purchase": {},
    "check_in": {},
    "inviting": {},
    "flash_sale": {"items": [MUG]},
    "group_buy": TEAM,
    "desk": {},
    "till": {},
}
# Handed over by somebody, given by siyu, and paid for in cash within a time.
REWARDS = ("cup", "bonus", "regular", "tea_voucher", "plate")
# Longer than anything waits for: what is due ends, and nothing but what somebody has to do is open.
AGES = timedelta(days=3)
ROUNDS_MAX = 20

RING = """
WITH RECURSIVE up (start, place, depth) AS (
    SELECT person_id, by_id, 1 FROM invitation WHERE stands
    UNION ALL SELECT start, by_id, depth + 1 FROM up JOIN invitation ON person_id = place AND stands WHERE depth < 50
)
SELECT start FROM up WHERE start = place LIMIT 1
"""
WRONG_FEATURES = """
SELECT member.id, orders, invitees FROM member LEFT JOIN member_feature ON member_id = member.id
WHERE (merged_into IS NULL) <> (member_id IS NOT NULL) OR merged_into IS NULL AND (
    orders <> (SELECT count(*) FROM shop_order WHERE shop_order.member_id = member.id AND refunded_fen < amount_fen)
    OR invitees <> (SELECT count(*) FROM invitation WHERE by_id = member.id AND stands)
    OR interactions_90d <> 0)
"""
SIGNED_TWICE = """
SELECT person.id, fact.at::date FROM transfer JOIN account ON account.id = credit_id
    JOIN member ON member.id = account.member_id JOIN fact ON fact.id = fact_id AND fact.type = 'check_in.sign'
    JOIN member AS person ON person.id = fact.member_id
WHERE kind = 'grant' GROUP BY 1, 2, (fact.at AT TIME ZONE 'Asia/Shanghai')::date HAVING count(*) > 1
"""
# What a worker ends once its time is over, and has not: it would keep value or stock for ever.
STUCK = """
SELECT 'hold ' || id FROM value_hold WHERE state = 'open' AND expires_at <= $1
UNION ALL SELECT 'redemption ' || id || ' ' || state FROM redemption WHERE expires_at <= $1 OR deliver_at <= $1
UNION ALL SELECT 'issued ' || issued.id FROM issued_reward AS issued JOIN reward ON reward.key = issued.reward
    WHERE opened_at IS NULL AND issued.state = 'issued'
UNION ALL SELECT 'timer ' || id FROM pending_fact WHERE due_at <= $1
UNION ALL SELECT 'reservation ' || reservation.key FROM reservation JOIN campaign ON campaign.id = campaign_id
    AND type_key = 'flash_sale' WHERE reservation.state = 'held'
UNION ALL SELECT 'value of one who was merged ' || account.id FROM account JOIN member
    ON member.id IN (account.member_id, account.debtor_id) WHERE merged_into IS NOT NULL AND balance <> 0
"""


class MergeShop:
    """A shop with a campaign of every kind; members come with each life."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.now = pool, NOON
        self.engine = Engine(pool, REGISTRY, SHANGHAI, BatchLimits(), lambda: self.now)
        self.campaigns: dict[str, UUID] = {}
        self.rewards: dict[str, UUID] = {}

    async def open(self) -> None:
        """Points expire, and what was spent and is to be taken back is owed."""
        await self.pool.execute(
            "UPDATE unit SET has_lots = true, expiry_months = 1, expiry_until = 'month', has_debts = true, "
            "shortfall = 'debt', adjust_limit = 1000000000 WHERE key = 'points'"
        )
        await self.pool.execute("UPDATE unit SET adjust_limit = 1000000000, payout_min = 1 WHERE key = 'commission'")
        for key, config in CAMPAIGNS.items():
            self.campaigns[key] = await add_campaign(self.pool, key, config)
        await add_template(self.pool, "tea", member_limit=3)
        await add_template(self.pool, "ten_off", member_limit=100)
        for key, kind, terms in (
            ("cup", RewardKind.GOODS, {"price_points": 20}),
            ("bonus", RewardKind.POINTS, {"price_points": 10}),
            ("regular", RewardKind.PRIVILEGE, {"price_points": 5}),
            ("tea_voucher", RewardKind.COUPON, {"price_points": 5}),
            ("plate", RewardKind.GOODS, {"price_points": 15, "price_fen": 100}),
        ):
            made = await add_reward(self.pool, key, kind, stock=10_000, details=None, **terms)
            self.rewards[key] = made.id

    async def members(self, count: int) -> list[UUID]:
        """Members who joined one after the other."""
        ids = [new_id() for _ in range(count)]
        moments = [LONG_AGO + timedelta(days=place) for place in range(count)]
        insert = "INSERT INTO member (id, joined_at) SELECT * FROM unnest($1::uuid[], $2::timestamptz[])"
        await self.pool.execute(insert, ids, moments)
        return ids

    async def total(self) -> list[tuple[str, int]]:
        """What all members have of each unit, less what they owe."""
        sql = """
        SELECT unit, sum(CASE WHEN debtor_id IS NULL THEN balance ELSE -balance END)::bigint FROM account
        WHERE num_nonnulls(member_id, debtor_id) = 1 GROUP BY unit HAVING sum(balance) > 0 ORDER BY unit
        """
        return [(row[0], row[1]) for row in await self.pool.fetch(sql)]

    async def wait(self, time: timedelta) -> None:
        """Let time go by, and a worker do what is due."""
        self.now += time
        await fire_all(self.engine)
        await time_out_holds(self.engine)
        for _ in range(ROUNDS_MAX):
            if await deliver_due(self.engine):
                break
        await expire_some(self.pool, self.now)

    async def check(self, members: Collection[UUID]) -> None:
        """All that must hold, now and once everything has had its time."""
        await self.look(members, self.now)
        await self.wait(AGES)
        await self.look(members, self.now)
        stuck = [row[0] for row in await self.pool.fetch(STUCK, self.now)]
        assert not stuck, stuck

    async def look(self, members: Collection[UUID], now: datetime) -> None:
        """All that must hold at any time."""
        assert await problems(self.pool) == []
        await fold_all(self.pool, now)
        assert await problems(self.pool) == []
        assert await scores(self.pool, members) == await recounted(self.pool, members)
        assert await self.pool.fetch(SIGNED_TWICE) == []
        assert await self.pool.fetchval(RING) is None
        assert await self.pool.fetch(WRONG_FEATURES) == []
