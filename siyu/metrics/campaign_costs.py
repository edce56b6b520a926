"""What campaigns cost: value at the shop's rates, what their coupons took off orders, their rewards, and expenses."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from siyu.db import Connection, Pool
from siyu.metrics.definition import Cut
from siyu.metrics.rates import REWARD, UNIT, load_rates

# Ranges of time are the parameters $1 and $2, the campaigns that are asked for $3: all where it is null.
_RANGES = "unnest($1::timestamptz[], $2::timestamptz[]) WITH ORDINALITY AS w (since, until, place)"
_ASKED = "{0}.campaign_id IS NOT NULL AND ($3::uuid[] IS NULL OR {0}.campaign_id = ANY($3))"
# Whose cost it is: that of all together, of the channel of whoever got it, or of the campaign. `m` is the member.
_KEYS: Mapping[Cut | None, str] = {
    None: "''::text",
    Cut.CHANNEL: "coalesce(m.channel, '')",
    Cut.CAMPAIGN: "{0}.campaign_id::text",
}
# Grants leave the campaign's account, reversals come back to it, each at its own time.
VALUE = f"""
SELECT w.place, {{key}}, issuer.unit, sum(moved.amount)::bigint
FROM {_RANGES} JOIN (
    SELECT debit_id AS issuer_id, credit_id AS other_id, amount, at FROM transfer WHERE kind = 'grant'
    UNION ALL SELECT credit_id, debit_id, -amount, at FROM transfer WHERE kind = 'reverse'
) AS moved ON moved.at >= w.since AND moved.at < w.until
JOIN account AS issuer ON issuer.id = moved.issuer_id AND {_ASKED.format("issuer")}
LEFT JOIN account AS others ON others.id = moved.other_id LEFT JOIN member AS m ON m.id = others.member_id
GROUP BY 1, 2, 3 ORDER BY 3
"""
# Rewards of the catalogue that give points and coupons cost what those cost; all else, what the shop says that it does.
REWARDS = f"""
SELECT w.place, {{key}}, issued.reward, count(*), coalesce(min(reward.kind), 'unlisted'),
       coalesce(sum((redemption.gives ->> 'amount')::bigint) FILTER (WHERE redemption.kind = 'points'), 0)::bigint
FROM {_RANGES} JOIN issued_reward AS issued
    ON issued.state = 'issued' AND issued_at >= w.since AND issued_at < w.until AND {_ASKED.format("issued")}
LEFT JOIN reward ON reward.key = issued.reward
LEFT JOIN redemption ON redemption.issued_id = issued.id AND redemption.state IN ('confirmed', 'used')
LEFT JOIN member AS m ON m.id = issued.member_id
GROUP BY 1, 2, 3 ORDER BY 3
"""
COUPONS = f"""
SELECT w.place, {{key}}, sum(discount_fen)::bigint
FROM {_RANGES} JOIN coupon ON coupon.state = 'used' AND coupon.used_at >= w.since AND coupon.used_at < w.until
JOIN issued_reward AS issued ON issued.member_id = coupon.member_id AND {_ASKED.format("issued")}
JOIN redemption ON redemption.issued_id = issued.id AND redemption.kind = 'coupon'
    AND coupon.source = 'redemption/' || redemption.id
LEFT JOIN member AS m ON m.id = coupon.member_id
GROUP BY 1, 2
"""
# What operators wrote down for the campaign, and did not cancel.
EXPENSES = """
SELECT campaign_id, sum(amount_fen)::bigint FROM expense
WHERE campaign_id = ANY($1::uuid[]) AND cancelled_at IS NULL
  AND day::timestamp AT TIME ZONE $4::text >= $2 AND day::timestamp AT TIME ZONE $4::text < $3
GROUP BY campaign_id
"""
# These cost nothing beyond what they give, which is counted where it is given.
GIVES_VALUE = frozenset({"points", "coupon"})
THOUSAND = 1_000
# What can tell whom campaigns gave what.
GIVEN_CUTS = frozenset(_KEYS)

# From a moment on, and before another.
Between = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a campaign cost, in fen: `value_fen` of points, commission and other units; `discounts_fen`; `rewards_fen`;
    `expenses_fen` that operators wrote down.

    `unpriced`: names of what it gave that the shop has told no cost of, which counts as nothing.
    """

    value_fen: int = 0
    discounts_fen: int = 0
    rewards_fen: int = 0
    expenses_fen: int = 0
    unpriced: tuple[str, ...] = ()

    @property
    def total_fen(self) -> int:
        """All of it."""
        return self.value_fen + self.discounts_fen + self.rewards_fen + self.expenses_fen


@dataclass(slots=True)
class _Given:
    value_fen: int = 0
    discounts_fen: int = 0
    rewards_fen: int = 0
    unpriced: tuple[str, ...] = ()


async def given_in(
    connection: Connection | Pool,
    ranges: Sequence[Between],
    cut: Cut | None,
    campaign_ids: Sequence[UUID] | None = None,
) -> dict[tuple[int, str], Cost]:
    """What these campaigns gave, or all of them, by the range's place from 0 and the key of a cut of GIVEN_CUTS.

    Expenses are not among it. Four statements, however much is asked.
    """
    rates = await load_rates(connection)
    asked = [since for since, _ in ranges], [until for _, until in ranges], campaign_ids
    found: defaultdict[tuple[int, str], _Given] = defaultdict(_Given)
    for place, key, unit, amount in await connection.fetch(_by(VALUE, cut, "issuer"), *asked):
        given = found[place - 1, key]
        given.value_fen += _priced(amount, (UNIT, unit), rates, given)
    for place, key, reward, count, kind, points in await connection.fetch(_by(REWARDS, cut, "issued"), *asked):
        given = found[place - 1, key]
        given.value_fen += _priced(points, (UNIT, "points"), rates, given)
        if kind not in GIVES_VALUE or (REWARD, reward) in rates:
            given.rewards_fen += _priced(count, (REWARD, reward), rates, given)
    for place, key, amount in await connection.fetch(_by(COUPONS, cut, "issued"), *asked):
        found[place - 1, key].discounts_fen += amount
    return {
        where: Cost(given.value_fen, given.discounts_fen, given.rewards_fen, unpriced=given.unpriced)
        for where, given in found.items()
    }


async def costs_of(
    connection: Connection, campaign_ids: Sequence[UUID], between: Between, zone: str
) -> dict[UUID, Cost]:
    """The costs of these campaigns with their expenses, on days that begin in the range: five statements, however many
    they are."""
    wanted = list(campaign_ids)
    given = await given_in(connection, [between], Cut.CAMPAIGN, wanted)
    expenses = {row[0]: row[1] for row in await connection.fetch(EXPENSES, wanted, *between, zone)}
    costs = {each: given.get((0, str(each)), Cost()) for each in wanted}
    return {
        each: Cost(cost.value_fen, cost.discounts_fen, cost.rewards_fen, expenses.get(each, 0), cost.unpriced)
        for each, cost in costs.items()
    }


def _by(statement: str, cut: Cut | None, campaigns: str) -> str:
    return statement.format(key=_KEYS[cut].format(campaigns))


def _priced(amount: int, of: tuple[str, str], rates: Mapping[tuple[str, str], int], given: _Given) -> int:
    """What an amount costs in fen, rounded to the next one; what has no rate is named in `unpriced`."""
    rate = rates.get(of)
    if rate is None:
        if amount and of[1] not in given.unpriced:
            given.unpriced += (of[1],)
        return 0
    return (amount * rate + THOUSAND // 2) // THOUSAND
