"""What a newcomer's orders do: fulfil the trigger, and earn commission that is due once their refund window closes."""

from collections.abc import Iterator
from datetime import timedelta

from plugins.referral.config import ReferralConfig
from plugins.referral.facts import Asked, Earned, NumberedOrder, Refunded
from plugins.referral.pairing import ReferralView, await_answer, decline, end, tell, withdraw
from plugins.referral.states import ATTEMPTS_MAX, ORDERS_MAX, Invitation, Look, Order, Status, Why
from siyu.sdk import Effect, Fact, OrderView, Schedule, SetState

# For them the trigger may still be fulfilled, or fail.
UNDECIDED = frozenset({Status.BOUND, Status.QUALIFIED, Status.HELD})
PROMISED = frozenset({Status.QUALIFIED, Status.HELD})
# Without a window commission is due a little later all the same: first it is promised.
WINDOW_MIN = timedelta(minutes=1)
# An order whose window has closed waits for the operator's look, and asks again, but not for ever.
LOOK_AGAIN = timedelta(days=1)
LOOKS_MAX = 365


def paid(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """Remember the order until its refund window closes, promise the commission, and see whether it is enough."""
    invitation, order, config = view.state.invitation, view.order, view.config
    if invitation is None or order is None or invitation.status is Status.REJECTED:
        return
    if fact.at < invitation.bound_at:
        # It was reported after the bind, which should not have been.
        if invitation.status in UNDECIDED:
            yield from end(fact, view, invitation, Status.REJECTED, Why.HAS_ORDERED)
        return
    known = order_of(fact, config, invitation, order)
    if known is None:
        return
    invitation = invitation.with_order(known)
    window = max(timedelta(days=config.refund_days), WINDOW_MIN)
    yield Schedule(timer_of(known), fact.at + window, "mature", {"number": known.number})
    if known.per_mille:
        invitation = invitation.model_copy(update={"earns": True})
        yield tell("commission", earned(known, known.net_fen), invitation.inviter)
    if invitation.status is Status.BOUND and is_met(config, invitation):
        invitation = invitation.model_copy(update={"status": Status.QUALIFIED})
        asked = Asked(invitee=fact.member_id, attempt=invitation.attempt, order=known.order)
        yield tell("qualified", asked, invitation.inviter)
        yield await_answer(fact)
    yield SetState(view.state.invited(invitation))


def order_of(fact: Fact, config: ReferralConfig, invitation: Invitation, order: OrderView) -> Order | None:
    """The order to remember; None for one that neither earns commission nor counts, and for one too many."""
    age, terms = fact.at - invitation.bound_at, config.commission
    earns = terms is not None and age <= timedelta(days=terms.days)
    in_time = age <= timedelta(days=config.trigger_days)
    counts = config.trigger != "registered" and invitation.status in UNDECIDED and in_time
    if not order.amount_fen or not (earns or counts) or len(invitation.orders) >= ORDERS_MAX:
        return None
    return Order(
        number=invitation.numbered + 1,
        order=order.number,
        amount_fen=order.amount_fen,
        paid_at=fact.at,
        per_mille=terms.per_mille if terms is not None and earns else (),
        counts=counts,
    )


def timer_of(order: Order) -> str:
    """The key of the timer that ends an order's refund window."""
    return f"order#{order.number}"


def is_met(config: ReferralConfig, invitation: Invitation) -> bool:
    """Whether the orders that count, less what went back of them, fulfil the trigger."""
    counted = [order.net_fen for order in invitation.orders if order.counts and order.net_fen >= config.order_fen_min]
    if config.trigger == "amount":
        return invitation.kept_fen + sum(counted) >= config.trigger_amount_fen
    return invitation.kept_orders + len(counted) >= config.trigger_orders


def earned(order: Order, net_fen: int) -> Earned:
    """What an order pays in commission, as its receivers are told."""
    return Earned(order=order.order, net_fen=net_fen, per_mille=order.per_mille, paid_at=order.paid_at)


def mature(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """The refund window of an order has closed: what is left of it counts for good, and its commission is due."""
    number, invitation = NumberedOrder.model_validate(fact.data).number, view.state.invitation
    order = next((known for known in invitation.orders if known.number == number), None) if invitation else None
    if invitation is None or order is None:
        return
    is_rejected, is_open = invitation.status is Status.REJECTED, invitation.look is Look.OPEN
    if is_open and order.looks < LOOKS_MAX:
        yield Schedule(timer_of(order), fact.at + LOOK_AGAIN, "mature", {"number": number})
        looked = order.model_copy(update={"looks": order.looks + 1})
        yield SetState(view.state.invited(invitation.with_order(looked)))
        return
    if order.per_mille:
        net_fen = 0 if is_rejected or is_open else order.net_fen
        yield tell("matured", earned(order, net_fen), invitation.inviter)
    yield SetState(view.state.invited(kept(view.config, invitation.without_order(order), order)))


def kept(config: ReferralConfig, invitation: Invitation, order: Order) -> Invitation:
    """The invitation with what is left of an order counted for good."""
    if not order.counts or order.net_fen < config.order_fen_min:
        return invitation
    counted = {"kept_orders": invitation.kept_orders + 1, "kept_fen": invitation.kept_fen + order.net_fen}
    return invitation.model_copy(update=counted)


def refunded(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """Money of an order went back: in its window it counts for less; after, its commission is taken back."""
    invitation, order = view.state.invitation, view.order
    if invitation is None or order is None:
        return
    known, before_fen = invitation.order(order.number), order.amount_fen - order.refunded_fen + fact.data["amount_fen"]
    back = Refunded(order=order.number, before_fen=before_fen, after_fen=order.amount_fen - order.refunded_fen)
    if known is None:
        if invitation.earns:
            yield tell("refunded", back, invitation.inviter)
        return
    invitation = invitation.with_order(known.model_copy(update={"refunded_fen": order.refunded_fen}))
    if not back.after_fen and known.per_mille:
        # Its timer still fires: should the promise be on its way yet, it is dropped then.
        yield tell("refunded", back, invitation.inviter)
    if invitation.status in PROMISED and known.counts and not is_met(view.config, invitation):
        yield from undo(fact, view, invitation)
    else:
        yield SetState(view.state.invited(invitation))


def undo(fact: Fact, view: ReferralView, invitation: Invitation) -> Iterator[Effect]:
    """The trigger is not fulfilled after all: nobody is promised anything, and other orders may fulfil it yet."""
    yield from withdraw(fact, invitation)
    if invitation.attempt >= ATTEMPTS_MAX:
        yield from decline(view, invitation, Status.DECLINED, Why.REFUNDED)
        return
    again = {"status": Status.BOUND, "attempt": invitation.attempt + 1}
    yield SetState(view.state.invited(invitation.model_copy(update=again)))
