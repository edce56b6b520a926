"""The desk of rewards: decides about what members redeem, and what becomes of it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from siyu.coupons.refusals import CouponRefusal
from siyu.engine.desk import Desk, Verdict, shop_cause
from siyu.engine.desks.logs import given, returned, taken
from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Refusal
from siyu.engine.refusals import WALLET_FROZEN
from siyu.engine.scene import Logged
from siyu.engine.world import World
from siyu.ledger import Purpose
from siyu.rewards import DELIVERED, Redemption, RedemptionState, Reward, RewardKind, hindrance, named_id
from siyu.rewards.facts import (
    REDEMPTION_CANCELLED,
    REDEMPTION_CONFIRMED,
    REDEMPTION_EXPIRED,
    REDEMPTION_USED,
    REWARD_DELIVERED,
    REWARD_ISSUED,
    REWARD_REDEEMED,
)
from siyu.rewards.redeeming import (
    NOT_DUE,
    NOTHING_TO_HAND_OVER,
    ORDER_USED,
    REDEMPTION_NOT_FOUND,
    REDEMPTION_STATE,
    REWARD_NOT_FOUND,
    REWARD_REVOKED,
)

POINTS = "points"
# Who gives what nobody hands over.
SIYU = "siyu"
# What cannot be given now is tried again, later each time.
RETRY_FIRST, RETRY_MAX = timedelta(minutes=1), timedelta(hours=1)


def redeem(world: World, arrived: ArrivedFact) -> Verdict:
    """Reserve one of a reward for the member, who pays the points now; where no cash is to be paid, it is theirs."""
    book, new = world.redemptions, arrived.new
    reward = book.rewards.get(named_id(new.data, "reward"))
    if reward is None:
        return Refusal(REWARD_NOT_FOUND, {})
    start = reward.period.start(new.at, world.zone)
    standing = book.standing(reward, new.member_id, world.book.balance(new.member_id, POINTS), start)
    hindered = hindrance(reward, standing, new.at, world.zone)
    if hindered is not None:
        return Refusal(*hindered)
    if reward.price_points and world.wallets.is_frozen(new.member_id):
        return Refusal(WALLET_FROZEN, {})
    made = book.reserve(reward, new.member_id, arrived.id, new.at, start)
    if not made.points:
        return (_logged(made),)
    world.book.spend(shop_cause(Purpose.REDEMPTION, POINTS, arrived), new.member_id, made.points, made.reference)
    return taken(POINTS, made.points, made.reference), _logged(made)


def confirm(world: World, arrived: ArrivedFact) -> Verdict:
    """The order of a reservation is paid, in time or not, as long as the reservation stands."""
    book, new = world.redemptions, arrived.new
    found = _found(world, arrived, RedemptionState.RESERVED)
    if isinstance(found, Refusal):
        return found
    if book.is_order_used(new.data["order"]):
        return Refusal(ORDER_USED, {"order": new.data["order"]})
    book.confirm(found, new.at, new.data["order"])
    return (_logged(found),)


def cancel(world: World, arrived: ArrivedFact) -> Verdict:
    """Give up a reservation or, where the shop does it, what was not given yet: points and stock are there again."""
    allowed = [RedemptionState.RESERVED]
    if not arrived.new.data["by_member"]:
        allowed.append(RedemptionState.CONFIRMED)
    found = _found(world, arrived, *allowed)
    return found if isinstance(found, Refusal) else end_redemption(world, arrived, found, RedemptionState.CANCELLED)


def expire(world: World, arrived: ArrivedFact) -> Verdict:
    """The same where the order was not paid in time."""
    found = _found(world, arrived, RedemptionState.RESERVED)
    if isinstance(found, Refusal):
        return found
    if found.expires_at is None or found.expires_at > arrived.new.at:
        return Refusal(NOT_DUE, {})
    return end_redemption(world, arrived, found, RedemptionState.EXPIRED)


def use(world: World, arrived: ArrivedFact) -> Verdict:
    """Somebody handed over what the member had redeemed."""
    found = _found(world, arrived, RedemptionState.CONFIRMED)
    if isinstance(found, Refusal):
        return found
    if found.kind in DELIVERED:
        return Refusal(NOTHING_TO_HAND_OVER, {})
    if found.id in world.redemptions.revoked:
        return Refusal(REWARD_REVOKED, {})
    return _use(world, arrived, found, arrived.new.data["by"])


def open_issued(world: World, arrived: ArrivedFact) -> Verdict:
    """What a campaign issued by a name of the catalogue is the member's to get."""
    book, issued_id = world.redemptions, named_id(arrived.new.data, "issued")
    issued = book.issued.get(issued_id)
    # One that a merge kept aside is the person's all the same.
    if issued is None or world.kin.person(issued.member_id) != arrived.new.member_id:
        return Refusal(REWARD_REVOKED if issued_id in book.revoked else REWARD_NOT_FOUND, {})
    return (_logged(book.open(issued, arrived.new.member_id, arrived.id, arrived.new.at)),)


def deliver(world: World, arrived: ArrivedFact) -> Verdict:
    """Give what needs nobody to hand it over; what its campaign has taken back meanwhile comes to nothing."""
    found = _found(world, arrived, RedemptionState.CONFIRMED)
    if isinstance(found, Refusal):
        return found
    if found.id in world.redemptions.revoked:
        return end_redemption(world, arrived, found, RedemptionState.CANCELLED)
    handed = DELIVERIES[found.kind](world, arrived, found)
    if isinstance(handed, Refusal):
        return (_put_off(world, found, arrived.new.at, handed),)
    return (*handed, *_use(world, arrived, found, SIYU))


def _found(world: World, arrived: ArrivedFact, *allowed: RedemptionState) -> Redemption | Refusal:
    """The redemption that the fact names, in a state in which this can happen to it."""
    found = world.redemptions.find(named_id(arrived.new.data, "redemption"), arrived.new.member_id)
    if found is None:
        return Refusal(REDEMPTION_NOT_FOUND, {})
    return found if found.state in allowed else Refusal(REDEMPTION_STATE, {"state": found.state.value})


def end_redemption(world: World, arrived: ArrivedFact, found: Redemption, state: RedemptionState) -> tuple[Logged, ...]:
    """Have it come to nothing: points and stock are there again."""
    reward: Reward | None = world.redemptions.rewards.get(found.reward_id)
    start = reward.period.start(found.created_at, world.zone) if reward is not None else None
    world.redemptions.end(found, arrived.new.at, state, start)
    if not found.points:
        return (_logged(found),)
    cause = shop_cause(Purpose.REDEMPTION, POINTS, arrived)
    back = world.book.unspend(cause, found.member_id, found.points, found.reference)
    return returned(POINTS, back, found.points, found.reference), _logged(found)


def _use(world: World, arrived: ArrivedFact, found: Redemption, by: str) -> tuple[Logged, ...]:
    found.use(arrived.new.at, by, arrived.id)
    world.redemptions.change(found)
    return (_logged(found),)


def _put_off(world: World, found: Redemption, at: datetime, why: Refusal) -> Logged:
    """Try again later: the redemption stands, and the log says why it waits."""
    found.deliver_at = at + min(RETRY_MAX, RETRY_FIRST * 2 ** min(found.attempts, 6))
    found.attempts += 1
    world.redemptions.change(found)
    return _logged(found) | {"problem": why.code}


def _logged(redemption: Redemption) -> Logged:
    return {"kind": "redemption", "redemption": str(redemption.id), "state": redemption.state.value}


def _give_points(world: World, arrived: ArrivedFact, found: Redemption) -> Verdict:
    amount: int = found.gives["amount"]
    cause = shop_cause(Purpose.DELIVERY, POINTS, arrived)
    repaid = world.book.grant(cause, found.member_id, amount, found.reference).repaid
    return (given(POINTS, amount, repaid, found.reference),)


def _give_privilege(world: World, arrived: ArrivedFact, found: Redemption) -> Verdict:
    days: int | None = found.gives.get("days")

    def until(start: datetime) -> datetime | None:
        return None if days is None else start + timedelta(days=days)

    worn = world.redemptions.wear(found, arrived.new.at, until)
    ends = None if worn.until is None else worn.until.isoformat()
    return ({"kind": "privilege", "privilege": worn.kind, "name": worn.name, "until": ends},)


def _give_coupon(world: World, arrived: ArrivedFact, found: Redemption) -> Verdict:
    made = world.coupons.issue(found.gives["template"], found.member_id, arrived.new.at, found.reference)
    if isinstance(made, CouponRefusal):
        return Refusal(*made)
    return ({"kind": "coupon", "change": "issued", "coupon": str(made)},)


# How siyu gives what it gives by itself, one row a kind of DELIVERED: what is logged of it, or why it has to wait.
DELIVERIES: Mapping[RewardKind, Callable[[World, ArrivedFact, Redemption], Verdict]] = {
    RewardKind.COUPON: _give_coupon,
    RewardKind.POINTS: _give_points,
    RewardKind.PRIVILEGE: _give_privilege,
}

REWARD_DESKS: Mapping[str, Desk] = {
    REWARD_REDEEMED: redeem,
    REDEMPTION_CONFIRMED: confirm,
    REDEMPTION_CANCELLED: cancel,
    REDEMPTION_EXPIRED: expire,
    REDEMPTION_USED: use,
    REWARD_ISSUED: open_issued,
    REWARD_DELIVERED: deliver,
}
