"""The receivers' side of commission, from promise to grant and back; and what is given once: steps and rewards."""

from collections.abc import Iterator

from plugins.referral.config import LEVELS_MAX
from plugins.referral.facts import Earned, Owed, Prize, Refunded
from plugins.referral.pairing import ReferralView, tell
from plugins.referral.states import COMMISSIONS_OPEN_MAX, Invitation, ReferralState, Status
from siyu.sdk import Effect, Fact, Grant, Granted, Hold, Issue, Once, Reverse, SetState, Settle

# Of what is owed for, so many orders are asked for whenever commission comes in.
COLLECTED_MAX = 8


def commission(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """Promise a receiver their commission of an order, and let the next level have theirs.

    Where so much is promised already, it is granted in its time without having been promised.
    """
    data, state = Earned.model_validate(fact.data), view.state
    if data.fen and state.commissions_open < COMMISSIONS_OPEN_MAX:
        yield Hold("commission", data.fen, data.key, "PROMISED_ALREADY", reference=data.order)
        yield SetState(state.model_copy(update={"commissions_open": state.commissions_open + 1}))
    above = next_level(data, state)
    if above is not None and above.status is not Status.REJECTED:
        yield tell("commission", data.model_copy(update={"level": data.level + 1}), above.inviter)


def next_level(data: Earned, state: ReferralState) -> Invitation | None:
    """The receiver's own invitation, where the order pays a further level and they were bound before it."""
    own = state.invitation
    return own if own is not None and data.level < len(data.per_mille) and own.bound_at <= data.paid_at else None


def matured(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """Grant a receiver their commission of what is left of the order; ask for what they owe of others."""
    data, state = Earned.model_validate(fact.data), view.state
    if view.held(data.key) is not None:
        yield Settle(data.key, data.fen)
        yield SetState(state.model_copy(update={"commissions_open": state.commissions_open - 1}))
    elif data.fen:
        # With the key, so that nothing is promised for it any more.
        yield Hold("commission", data.fen, data.key, "PROMISED_ALREADY", reference=data.order)
        yield Settle(data.key)
    if data.fen:
        for debt in state.debts[:COLLECTED_MAX]:
            yield tell("collect", Owed(order=debt.order))
    above = next_level(data, state)
    if above is not None:
        net_fen = 0 if above.status is Status.REJECTED else data.net_fen
        yield tell("matured", data.model_copy(update={"level": data.level + 1, "net_fen": net_fen}), above.inviter)


def taken_back(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """Take back the same share of what an order paid; of what is promised yet, it is dropped.

    An order whose window is open is told of when nothing is left of it. Where more is left, its commission is due and
    merely on its way: it is granted here, and no more when it comes.
    """
    data, state = Refunded.model_validate(fact.data), view.state
    held = view.held(data.key)
    if held is not None:
        yield Settle(data.key, data.share_of(held.amount))
        yield SetState(state.model_copy(update={"commissions_open": state.commissions_open - 1}))
    else:
        granted = view.granted("commission", data.order)
        if granted is not None:
            yield from reverse(view, data, granted)
    if state.invitation is not None and data.level < LEVELS_MAX:
        yield tell("refunded", data.model_copy(update={"level": data.level + 1}), state.invitation.inviter)


def reverse(view: ReferralView, data: Refunded, granted: Granted) -> Iterator[Effect]:
    """What is kept is rounded down; what was spent is owed, or forgiven, as the shop declared."""
    owed_fen, terms = view.state.owed_fen(data.order), view.config.commission
    standing_fen = granted.amount - owed_fen
    excess_fen = standing_fen - data.share_of(standing_fen)
    if not excess_fen:
        return
    yield Reverse("commission", excess_fen, data.order)
    missing_fen = excess_fen - min(excess_fen, view.balance("commission"))
    if missing_fen and (terms is None or terms.spent == "owe"):
        yield SetState(view.state.owing(data.order, owed_fen + missing_fen))


def collect(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """Take what is owed for an order, as much as there is."""
    order = Owed.model_validate(fact.data).order
    owed_fen, granted = view.state.owed_fen(order), view.granted("commission", order)
    left_fen = min(owed_fen, granted.amount if granted is not None else 0)
    taken_fen = min(left_fen, view.balance("commission"))
    if taken_fen:
        yield Reverse("commission", taken_fen, order)
    yield SetState(view.state.owing(order, left_fen - taken_fen))


def prize(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """Give a step, or a side's reward with a name, once."""
    data = Prize.model_validate(fact.data)
    yield Once(data.key, "GIVEN_ALREADY")
    if data.points:
        yield Grant("points", data.points)
    if data.reward is not None:
        yield Issue(data.reward, data.key, "GIVEN_ALREADY")
    if data.step is not None:
        yield SetState(view.state.model_copy(update={"steps": (*view.state.steps, data.step)}))
