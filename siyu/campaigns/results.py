"""What has come of a campaign so far, in all and by arm: read from its log, not kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from siyu.db import Pool

DECISIONS = "SELECT refusal_code, count(*) FROM decision WHERE campaign_id = $1 GROUP BY refusal_code ORDER BY 1"

PARTICIPANTS = "SELECT arm, count(*) FROM participation WHERE campaign_id = $1 GROUP BY arm"

# Grants leave the campaign's account, reversals come back to it.
VALUE = """
SELECT participation.arm, transfer.unit,
       count(DISTINCT owner.member_id) FILTER (WHERE transfer.kind = 'grant'),
       coalesce(sum(amount) FILTER (WHERE transfer.kind = 'grant'), 0)::bigint,
       coalesce(sum(amount) FILTER (WHERE transfer.kind = 'reverse'), 0)::bigint
FROM account issuer
JOIN transfer ON issuer.id IN (transfer.debit_id, transfer.credit_id)
JOIN account owner ON owner.id IN (transfer.debit_id, transfer.credit_id) AND owner.id <> issuer.id
LEFT JOIN participation ON participation.campaign_id = $1 AND participation.subject_id = owner.member_id
WHERE issuer.campaign_id = $1
GROUP BY participation.arm, transfer.unit ORDER BY transfer.unit
"""

REWARDS = """
SELECT participation.arm, issued_reward.reward,
       count(*), count(*) FILTER (WHERE issued_reward.state = 'revoked')
FROM issued_reward
LEFT JOIN participation ON participation.campaign_id = $1 AND participation.subject_id = issued_reward.member_id
WHERE issued_reward.campaign_id = $1
GROUP BY participation.arm, issued_reward.reward ORDER BY issued_reward.reward
"""

OPEN_REVIEWS = "SELECT count(*) FROM review WHERE campaign_id = $1 AND state = 'open'"


@dataclass(frozen=True, slots=True)
class Value:
    """What members of one arm got of a unit: how many of them got any, what was given, and what was taken back."""

    unit: str
    rewarded: int
    granted: int
    reversed: int


@dataclass(frozen=True, slots=True)
class RewardCount:
    """How many rewards of a name were issued to members of one arm, and how many of these revoked."""

    reward: str
    issued: int
    revoked: int


@dataclass(frozen=True, slots=True)
class ArmResults:
    """The participants of one arm (None: without one) and what they got: value by unit and rewards, in order."""

    arm: str | None
    participants: int
    value: tuple[Value, ...]
    rewards: tuple[RewardCount, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """How many decisions there were, how many refused by code, how many reviews are open, and the results by arm, in
    order of their keys."""

    decisions: int
    refusals: Mapping[str, int]
    open_reviews: int
    arms: tuple[ArmResults, ...]


async def campaign_results(pool: Pool, campaign_id: UUID) -> Results:
    """The results so far. Reads every decision, transfer and reward of the campaign: seconds for ten millions."""
    counted = {row[0]: row[1] for row in await pool.fetch(DECISIONS, campaign_id)}
    participants = {row[0]: row[1] for row in await pool.fetch(PARTICIPANTS, campaign_id)}
    value: dict[str | None, list[Value]] = {arm: [] for arm in participants}
    for arm, *figures in await pool.fetch(VALUE, campaign_id):
        value.setdefault(arm, []).append(Value(*figures))
    rewards: dict[str | None, list[RewardCount]] = {}
    for arm, *counts in await pool.fetch(REWARDS, campaign_id):
        rewards.setdefault(arm, []).append(RewardCount(*counts))
    arms = [
        ArmResults(arm, participants.get(arm, 0), tuple(value.get(arm, ())), tuple(rewards.get(arm, ())))
        for arm in sorted(value.keys() | rewards.keys(), key=lambda key: key or "")
    ]
    refusals = {code: n for code, n in counted.items() if code is not None}
    open_reviews = await pool.fetchval(OPEN_REVIEWS, campaign_id)
    return Results(sum(counted.values()), refusals, open_reviews, tuple(arms))
