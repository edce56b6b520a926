"""What campaigns cost: value at the shop's own rates, what their coupons took off orders, and their rewards."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from siyu.attribution.asked import Asked
from siyu.attribution.rates import REWARD, UNIT, load_rates
from siyu.db import Connection

# Grants leave the campaign's account, reversals come back to it, each at its own time.
VALUE = """
SELECT issuer.campaign_id, issuer.unit, sum(CASE transfer.kind WHEN 'grant' THEN amount ELSE -amount END)::bigint
FROM account AS issuer
JOIN transfer ON issuer.id IN (transfer.debit_id, transfer.credit_id) AND transfer.kind IN ('grant', 'reverse')
WHERE issuer.campaign_id = ANY($1::uuid[]) AND transfer.at >= $2 AND transfer.at < $3
GROUP BY issuer.campaign_id, issuer.unit ORDER BY issuer.unit
"""
# Rewards of the catalogue that give points and coupons cost what those cost; all else, what the shop says that it does.
REWARDS = """
SELECT issued.campaign_id, issued.reward, count(*), coalesce(min(reward.kind), 'unlisted'),
       coalesce(sum((redemption.gives ->> 'amount')::bigint) FILTER (WHERE redemption.kind = 'points'), 0)::bigint
FROM issued_reward AS issued LEFT JOIN reward ON reward.key = issued.reward
LEFT JOIN redemption ON redemption.issued_id = issued.id AND redemption.state IN ('confirmed', 'used')
WHERE issued.campaign_id = ANY($1::uuid[]) AND issued.state = 'issued' AND issued_at >= $2 AND issued_at < $3
GROUP BY issued.campaign_id, issued.reward ORDER BY issued.reward
"""
COUPONS = """
SELECT issued.campaign_id, sum(discount_fen)::bigint
FROM issued_reward AS issued
JOIN redemption ON redemption.issued_id = issued.id AND redemption.kind = 'coupon'
JOIN coupon ON coupon.member_id = issued.member_id AND coupon.source = 'redemption/' || redemption.id
WHERE issued.campaign_id = ANY($1::uuid[]) AND coupon.state = 'used' AND coupon.used_at >= $2 AND coupon.used_at < $3
GROUP BY issued.campaign_id
"""
# These cost nothing beyond what they give, which is counted where it is given.
GIVES_VALUE = frozenset({"points", "coupon"})
THOUSAND = 1_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What a campaign cost, in fen: `value_fen` of points, commission and other units; `discounts_fen`; `rewards_fen`.

    `unpriced`: names of what it gave that the shop has told no cost of, which counts as nothing.
    """

    value_fen: int = 0
    discounts_fen: int = 0
    rewards_fen: int = 0
    unpriced: tuple[str, ...] = ()

    @property
    def total_fen(self) -> int:
        """All of it."""
        return self.value_fen + self.discounts_fen + self.rewards_fen


async def costs_of(connection: Connection, campaign_ids: Sequence[UUID], asked: Asked) -> dict[UUID, Cost]:
    """The costs of these campaigns: four statements, however many they are."""
    rates = await load_rates(connection)
    wanted = list(campaign_ids), asked.since, asked.until
    value: defaultdict[UUID, int] = defaultdict(int)
    rewards: defaultdict[UUID, int] = defaultdict(int)
    unpriced: defaultdict[UUID, list[str]] = defaultdict(list)
    for campaign_id, unit, given in await connection.fetch(VALUE, *wanted):
        value[campaign_id] += _priced(given, (UNIT, unit), rates, unpriced[campaign_id])
    for campaign_id, reward, count, kind, points in await connection.fetch(REWARDS, *wanted):
        value[campaign_id] += _priced(points, (UNIT, "points"), rates, unpriced[campaign_id])
        if kind not in GIVES_VALUE or (REWARD, reward) in rates:
            rewards[campaign_id] += _priced(count, (REWARD, reward), rates, unpriced[campaign_id])
    discounts = {row[0]: row[1] for row in await connection.fetch(COUPONS, *wanted)}
    return {
        each: Cost(value[each], discounts.get(each, 0), rewards[each], tuple(dict.fromkeys(unpriced[each])))
        for each in campaign_ids
    }


def _priced(amount: int, of: tuple[str, str], rates: Mapping[tuple[str, str], int], unpriced: list[str]) -> int:
    """What an amount costs in fen, rounded to the next one; what has no rate is named in `unpriced`."""
    rate = rates.get(of)
    if rate is None:
        if amount:
            unpriced.append(of[1])
        return 0
    return (amount * rate + THOUSAND // 2) // THOUSAND
