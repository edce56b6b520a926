"""Whether a member may redeem a reward now, and what hinders them: the desk decides by it, and reads preview it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from siyu.rewards.catalogue import Reward, RewardState
from siyu.sdk import Text

NOT_ON_SALE = "NOT_ON_SALE"
TIER_REQUIRED = "TIER_REQUIRED"
STEP_NOT_REACHED = "STEP_NOT_REACHED"
STEP_TAKEN = "STEP_TAKEN"
LIMIT_REACHED = "LIMIT_REACHED"
OUT_OF_STOCK = "OUT_OF_STOCK"
NOT_ENOUGH_POINTS = "NOT_ENOUGH_POINTS"
REWARD_NOT_FOUND = "REWARD_NOT_FOUND"
REDEMPTION_NOT_FOUND = "REDEMPTION_NOT_FOUND"
REDEMPTION_STATE = "REDEMPTION_STATE"
REWARD_REVOKED = "REWARD_REVOKED"
ORDER_USED = "ORDER_USED"
NOTHING_TO_HAND_OVER = "NOTHING_TO_HAND_OVER"
NOT_DUE = "NOT_DUE"

REDEMPTION_REFUSALS: Mapping[str, Text] = {
    NOT_ON_SALE: Text(zh="该权益现在不能兑换", en="The reward cannot be redeemed now"),
    TIER_REQUIRED: Text(zh="您的会员等级不能兑换该权益", en="The reward is for other tiers"),
    STEP_NOT_REACHED: Text(zh="还差 {missing} 才能领取（需要 {step}）", en="{missing} more to go: it takes {step}"),
    STEP_TAKEN: Text(zh="该档权益已领取", en="A reward of this step has been picked already"),
    LIMIT_REACHED: Text(zh="已达到每人兑换上限（{limit} 份）", en="A member may have {limit} of it and no more"),
    OUT_OF_STOCK: Text(zh="该权益已兑完", en="Nothing is left of the reward"),
    NOT_ENOUGH_POINTS: Text(zh="积分不足，还差 {missing} 分", en="{missing} points are missing"),
    REWARD_NOT_FOUND: Text(zh="没有这个权益", en="There is no such reward"),
    REDEMPTION_NOT_FOUND: Text(zh="该会员没有这笔兑换", en="The member has no such redemption"),
    REDEMPTION_STATE: Text(
        zh="兑换的状态（{state}）不允许此操作", en="The redemption is {state}, which does not allow it"
    ),
    REWARD_REVOKED: Text(zh="该权益已被活动收回", en="The campaign has taken the reward back"),
    ORDER_USED: Text(zh="该订单已用于另一笔兑换", en="The order has paid for another redemption"),
    NOTHING_TO_HAND_OVER: Text(zh="该权益自动发放，无需核销", en="The reward arrives by itself: nobody hands it over"),
    NOT_DUE: Text(zh="预留尚未到期", en="The reservation has time left"),
}


class Hindrance(NamedTuple):
    """Why not: a code of REDEMPTION_REFUSALS, and what is missing."""

    code: str
    missing: Mapping[str, Any]


class Standing(NamedTuple):
    """What a member has that rewards ask for.

    `having`: how many of the reward they have in the present period of its limit. `progress`: what the measure of its
    library comes to, where `picked` says that they have a reward of its step. `left` is how many there are; None: no
    end of them.
    """

    points: int
    tier: str | None
    having: int
    progress: int
    picked: bool
    left: int | None


def hindrance(reward: Reward, standing: Standing, at: datetime, zone: ZoneInfo) -> Hindrance | None:
    """The first thing that hinders the member; None where they may redeem it.

    First what they can do nothing about, last what they can earn.
    """
    return next(chain(_of_the_reward(reward, standing, at), _of_the_member(reward, standing, at, zone)), None)


def is_on_sale(reward: Reward, at: datetime) -> bool:
    """Whether it is on sale at this moment, for anybody."""
    begun = reward.starts_at is None or reward.starts_at <= at
    return reward.state is RewardState.ON_SALE and begun and (reward.ends_at is None or at < reward.ends_at)


def _of_the_reward(reward: Reward, standing: Standing, at: datetime) -> Iterator[Hindrance]:
    if not is_on_sale(reward, at):
        opens = reward.starts_at is not None and at < reward.starts_at and reward.state is RewardState.ON_SALE
        yield Hindrance(NOT_ON_SALE, {"from": _moment(reward.starts_at)} if opens else {})
    if standing.left is not None and standing.left < 1:
        yield Hindrance(OUT_OF_STOCK, {})


def _of_the_member(reward: Reward, standing: Standing, at: datetime, zone: ZoneInfo) -> Iterator[Hindrance]:
    if reward.tiers and standing.tier not in reward.tiers:
        yield Hindrance(TIER_REQUIRED, {"tiers": list(reward.tiers)})
    if standing.picked:
        yield Hindrance(STEP_TAKEN, {"step": reward.step})
    if reward.step is not None and standing.progress < reward.step:
        yield Hindrance(STEP_NOT_REACHED, {"step": reward.step, "missing": reward.step - standing.progress})
    if reward.per_member is not None and standing.having >= reward.per_member:
        until = reward.period.end(at, zone)
        yield Hindrance(LIMIT_REACHED, {"limit": reward.per_member, "until": _moment(until)})
    if standing.points < reward.price_points:
        missing = reward.price_points - standing.points
        yield Hindrance(NOT_ENOUGH_POINTS, {"points": reward.price_points, "missing": missing})


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
