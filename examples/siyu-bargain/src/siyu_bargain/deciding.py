"""What happens: a start, a cut, the floor price, the deadline."""

from collections.abc import Iterator
from datetime import timedelta

from siyu.sdk import (
    Cancel,
    Confirm,
    Effect,
    Emit,
    Fact,
    Grant,
    Issue,
    Notify,
    Refuse,
    Release,
    Reserve,
    Schedule,
    SetState,
    SetTeam,
    View,
)
from siyu_bargain.config import BargainConfig
from siyu_bargain.prices import plan_cuts, yuan
from siyu_bargain.states import Bargain, MemberState, Outcome

BargainView = View[BargainConfig, MemberState]


def decide(fact: Fact, view: BargainView) -> Iterator[Effect]:
    """One function for each type of fact."""
    match fact.type:
        case "bargain.start":
            yield from start(fact, view)
        case "bargain.cut":
            yield from cut(fact, view)
        case "bargain.won":
            yield from hand_over(fact, view)
        case "bargain.expire":
            yield from expire(fact, view)


def start(fact: Fact, view: BargainView) -> Iterator[Effect]:
    """Open a bargain: set an item aside, fix all cuts in advance, and set the timer."""
    config, key = view.config, fact.new_key
    plan_fen = plan_cuts(config.price_fen - config.floor_fen, config.cuts, fact.seed)
    ends_at = fact.at + timedelta(hours=config.hours)
    yield Reserve("bargains")
    yield Reserve("stock", key=key)
    yield SetTeam(key, Bargain(owner=fact.member_id, price_fen=config.price_fen, plan_fen=plan_fen, ends_at=ends_at))
    yield SetState(view.state.model_copy(update={"bargain": key}))
    yield Schedule(key, ends_at, "expire", {"bargain": key})


def cut(fact: Fact, view: BargainView) -> Iterator[Effect]:
    """Make the next cut of the plan; the last one wins the bargain for its owner."""
    key, bargain = fact.data["bargain"], view.team(Bargain)
    if bargain is None:
        yield Refuse("NO_BARGAIN")
        return
    code = objection(fact, bargain)
    if code is not None:
        yield Refuse(code)
        return
    cut_fen, helpers = bargain.plan_fen[len(bargain.helpers)], (*bargain.helpers, fact.member_id)
    outcome = Outcome.WON if len(helpers) == len(bargain.plan_fen) else Outcome.OPEN
    after = bargain.model_copy(update={"helpers": helpers, "outcome": outcome})
    yield Reserve("cuts_a_day")
    yield SetTeam(key, after)
    yield SetState(view.state.model_copy(update={"last_cut_fen": cut_fen}))
    if outcome is Outcome.WON:
        yield Emit("won", {"bargain": key, "price_fen": after.present_fen}, bargain.owner)


def objection(fact: Fact, bargain: Bargain) -> str | None:
    """The code of the refusal, if the member may not cut."""
    if bargain.outcome is not Outcome.OPEN or fact.at >= bargain.ends_at:
        return "BARGAIN_OVER"
    if fact.member_id == bargain.owner:
        return "OWN_BARGAIN"
    return "HELPED_ALREADY" if fact.member_id in bargain.helpers else None


def hand_over(fact: Fact, view: BargainView) -> Iterator[Effect]:
    """Give the owner the right to buy: the item set aside is theirs."""
    key = fact.data["bargain"]
    yield Confirm(key, "BARGAIN_OVER")
    yield Cancel(key)
    yield Issue(view.config.reward, key, "BARGAIN_OVER")
    yield SetState(view.state.model_copy(update={"won": view.state.won + 1}))
    yield Notify("won", {"price": yuan(fact.data["price_fen"])})


def expire(fact: Fact, view: BargainView) -> Iterator[Effect]:
    """Close a bargain that was not won in time: the item goes back, and the owner is consoled."""
    key, bargain = fact.data["bargain"], view.team(Bargain)
    if bargain is None or bargain.outcome is not Outcome.OPEN:
        return
    yield Release(key)
    yield SetTeam(key, bargain.model_copy(update={"outcome": Outcome.EXPIRED}))
    if points := view.config.consolation_points:
        yield Grant("points", points)
        yield Notify("consoled", {"points": points})
    else:
        yield Notify("expired")
