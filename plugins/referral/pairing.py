"""Both sides are rewarded or neither: the inviter is promised first, then the newcomer, whose facts decide for both."""

from collections.abc import Generator, Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from plugins.referral.config import ReferralConfig
from plugins.referral.facts import Answered, Asked, Pair, Prize, Risks
from plugins.referral.states import PAIRS_OPEN_MAX, Invitation, Look, ReferralState, Status, Why
from siyu.sdk import (
    Cancel,
    Counter,
    Effect,
    Emit,
    Fact,
    FactData,
    Grant,
    Hold,
    Notify,
    Period,
    Reserve,
    Review,
    Reviewed,
    Schedule,
    Scope,
    Score,
    SetState,
    Settle,
    View,
)

ReferralView = View[ReferralConfig, ReferralState]

# The inviter's side answers in a moment. Where it never does (a cap of the shop refused it), nobody waits for longer.
ANSWER_WITHIN = timedelta(days=1)
# By then the orders that fulfilled the trigger have come out of their own windows.
CLOSE_AFTER = timedelta(seconds=1)
TIMER = REVIEW = "invitation"


def cap(name: str, period: Period, why: Why) -> Counter[ReferralConfig]:
    """For how many newcomers an inviter is rewarded in a period, at most."""
    return Counter[ReferralConfig](
        name=f"cap_{name}",
        scope=Scope.MEMBER,
        period=period,
        limit=lambda config, _: getattr(config.caps, name),
        refusal=why.value,
    )


CAPS = (
    cap("day", Period.DAY, Why.INVITER_DAY_CAP),
    cap("month", Period.MONTH, Why.INVITER_MONTH_CAP),
    cap("total", Period.EVER, Why.INVITER_TOTAL_CAP),
)
# What an operator is asked to look at, by what was found.
LOOKS = {"device_members": "device", "burst_invitees": "burst", "tags": "tags", "inviter_tags": "tags"}


def tell(name: str, data: FactData, member_id: UUID | None = None) -> Emit:
    """Let a fact of the campaign follow, about this member or another."""
    return Emit(name, data.model_dump(mode="json"), member_id)


def await_answer(fact: Fact) -> Schedule:
    """Do not wait for the inviter's side for ever."""
    return Schedule(TIMER, fact.at + ANSWER_WITHIN, "close")


def look_into(invitation: Invitation, risks: Risks) -> tuple[Invitation, Sequence[Effect]]:
    """Have an operator look at what was found, once for an invitation."""
    if not risks or invitation.look is not Look.NONE:
        return invitation, ()
    reason = next(LOOKS[found] for found in LOOKS if found in risks)
    return invitation.model_copy(update={"look": Look.OPEN}), (Review(REVIEW, reason, risks),)


def pair_key(invitee: UUID, attempt: int) -> str:
    """The key of what the inviter is promised for a newcomer."""
    return f"{invitee.hex}#{attempt}"


def own_key(invitation: Invitation) -> str:
    """The key of what the newcomer is promised."""
    return f"own#{invitation.attempt}"


def qualified(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """The inviter's side of a newcomer who fulfilled the trigger."""
    yield from promise(Asked.model_validate(fact.data), view, view.state)


def promise(asked: Asked, view: ReferralView, state: ReferralState) -> Iterator[Effect]:
    """Promise the inviter's reward and ask the newcomer's side, or tell it why there is none."""
    why, points = no_promise(view, state), view.config.inviter.points
    if why is None:
        for counter in CAPS:
            if view.left(counter.name) is not None:
                yield Reserve(counter.name)
        if points:
            key = pair_key(asked.invitee, asked.attempt)
            yield Hold("points", points, key, "PROMISED_ALREADY", reference=asked.order)
            state = state.model_copy(update={"pairs_open": state.pairs_open + 1})
    yield SetState(state)
    yield tell("answered", Answered(**asked.model_dump(), why=why), asked.invitee)


def no_promise(view: ReferralView, state: ReferralState) -> Why | None:
    """Why an inviter can be promised nothing now."""
    reached = [Why(counter.refusal) for counter in CAPS if view.left(counter.name) == 0]
    if reached:
        return reached[0]
    return Why.TOO_MANY_OPEN if state.pairs_open >= PAIRS_OPEN_MAX else None


def answered(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """The newcomer's side: what the inviter was promised stands if this is; else it is taken back."""
    data, invitation = Answered.model_validate(fact.data), view.state.invitation
    if invitation is None:
        return
    if invitation.status is not Status.QUALIFIED or invitation.attempt != data.attempt:
        if data.why is None:
            yield void(fact, invitation, data.attempt)
        return
    if data.why is not None:
        yield Cancel(TIMER)
        yield from decline(view, invitation, Status.DECLINED, data.why)
        return
    invitation, looks = look_into(invitation, data.risks)
    yield from looks
    at_once = view.config.trigger == "registered" or not view.config.refund_days
    invitation = invitation.model_copy(update={"status": Status.HELD, "window_over": at_once})
    if at_once and invitation.look is not Look.OPEN:
        yield from reward(fact, view, invitation, promised=False)
        return
    points = view.config.invitee.points
    if points:
        yield Hold("points", points, own_key(invitation), "PROMISED_ALREADY", reference=data.order)
    closes_at = fact.at + timedelta(days=view.config.refund_days) + CLOSE_AFTER
    yield Cancel(TIMER) if at_once else Schedule(TIMER, closes_at, "close")
    yield SetState(view.state.invited(invitation))


def close(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """The refund window has closed, or nobody answered."""
    invitation = view.state.invitation
    if invitation is None:
        return
    if invitation.status is Status.QUALIFIED:
        yield from end(fact, view, invitation, Status.DECLINED, Why.UNANSWERED)
    elif invitation.status is Status.HELD and invitation.look is Look.OPEN:
        yield SetState(view.state.invited(invitation.model_copy(update={"window_over": True})))
    elif invitation.status is Status.HELD:
        yield from reward(fact, view, invitation, promised=True)


def reviewed(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """An operator has looked: what is held is paid once its window has closed, or never."""
    verdict, invitation = Reviewed.model_validate(fact.data), view.state.invitation
    if invitation is None or verdict.key != REVIEW or invitation.look is not Look.OPEN:
        return
    invitation = invitation.model_copy(update={"look": Look.APPROVED})
    if not verdict.approved:
        yield from end(fact, view, invitation, Status.REJECTED, Why.REJECTED)
    elif invitation.status is Status.HELD and invitation.window_over:
        yield from reward(fact, view, invitation, promised=True)
    else:
        yield SetState(view.state.invited(invitation))


def reward(fact: Fact, view: ReferralView, invitation: Invitation, *, promised: bool) -> Iterator[Effect]:
    """Give the newcomer theirs, what was `promised` or at once, and have the inviter given what they were promised."""
    side = view.config.invitee
    if promised:
        yield Settle(own_key(invitation))
    elif side.points:
        yield Grant("points", side.points)
    yield Cancel(TIMER)
    yield SetState(view.state.invited(invitation.model_copy(update={"status": Status.REWARDED})))
    yield tell("confirmed", Pair(invitee=fact.member_id, attempt=invitation.attempt), invitation.inviter)
    if side.reward is not None:
        yield tell("prize", Prize(key="invitee", reward=side.reward))
    yield Notify("rewarded")


def end(fact: Fact, view: ReferralView, invitation: Invitation, status: Status, why: Why) -> Iterator[Effect]:
    """Neither side is rewarded."""
    yield from withdraw(fact, invitation)
    yield from decline(view, invitation, status, why)


def decline(view: ReferralView, invitation: Invitation, status: Status, why: Why) -> Iterator[Effect]:
    """Keep that there is no reward, and why, and tell the newcomer."""
    yield SetState(view.state.invited(invitation.model_copy(update={"status": status, "why": why})))
    yield Notify("declined")


def withdraw(fact: Fact, invitation: Invitation) -> Iterator[Effect]:
    """Take back what the two sides are promised, if anything is."""
    if invitation.status in {Status.QUALIFIED, Status.HELD}:
        yield Settle(own_key(invitation), 0)
        yield Cancel(TIMER)
        yield void(fact, invitation, invitation.attempt)


def void(fact: Fact, invitation: Invitation, attempt: int) -> Emit:
    """Have the inviter's promise for an attempt taken back."""
    return tell("voided", Pair(invitee=fact.member_id, attempt=attempt), invitation.inviter)


def confirmed(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """The inviter is given what was promised, and what the number of their verified newcomers has reached."""
    verified = view.state.verified + 1
    state = yield from settle_pair(fact, view, None)
    yield SetState(state.model_copy(update={"verified": verified}))
    yield Score("invitees", verified)
    if view.config.inviter.reward is not None:
        invitee = Pair.model_validate(fact.data).invitee
        yield tell("prize", Prize(key=f"inviter#{invitee.hex}", reward=view.config.inviter.reward))
    for step in view.config.steps:
        if step.invitees <= verified and step.invitees not in state.steps:
            name = f"step#{step.invitees}"
            yield tell("prize", Prize(key=name, points=step.points, reward=step.reward, step=step.invitees))
    yield Notify("verified", {"count": verified})


def voided(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """The inviter's promise is dropped."""
    state = yield from settle_pair(fact, view, 0)
    yield SetState(state)


def settle_pair(fact: Fact, view: ReferralView, amount: int | None) -> Generator[Effect, None, ReferralState]:
    """End what the inviter is promised for a newcomer; the state with one promise less, if there was one."""
    pair = Pair.model_validate(fact.data)
    key = pair_key(pair.invitee, pair.attempt)
    if view.held(key) is None:
        return view.state
    yield Settle(key, amount)
    return view.state.model_copy(update={"pairs_open": view.state.pairs_open - 1})
