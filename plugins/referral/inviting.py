"""A newcomer names their inviter: who may, and what an operator should look at."""

from collections.abc import Generator, Iterator
from datetime import datetime, timedelta

from plugins.referral.config import ReferralConfig, Risk
from plugins.referral.facts import Asked, Risks
from plugins.referral.pairing import ReferralView, await_answer, look_into, promise, tell
from plugins.referral.states import DEVICES_MAX, Invitation, ReferralState, Status
from siyu.sdk import Counter, Effect, Fact, Invite, MemberView, Refuse, Reserve, Scope, SetState

DEVICE = Counter[ReferralConfig](
    name="device", scope=Scope.ITEM, field="device", limit=lambda _config, _device: None, refusal="NO_SUCH_CODE"
)


def bind(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """Keep who brought the newcomer, and tell the inviter."""
    refusal, inviter, config = objection(fact, view), view.partner, view.config
    if refusal is not None or inviter is None:
        yield refusal or Refuse("NO_SUCH_CODE")
        return
    yield Invite(inviter.id, "INVITED_ALREADY")
    state = yield from come_from(fact.data["device"], view.state)
    invitation = Invitation(inviter=inviter.id, bound_at=fact.at)
    if config.trigger == "registered":
        invitation = invitation.model_copy(update={"status": Status.QUALIFIED})
        yield await_answer(fact)
    yield SetState(state.invited(invitation))
    yield tell("invited", Asked(invitee=fact.member_id, risks=risks_of_newcomer(fact, view)), inviter.id)


def open_code(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """Remember the device of a member who is about to bring others: who then comes from it is looked at."""
    state = yield from come_from(fact.data["device"], view.state)
    if state is not view.state:
        yield SetState(state)


def come_from(device: str | None, state: ReferralState) -> Generator[Effect, None, ReferralState]:
    """Count the member among those of the device, once; the state that knows it."""
    if device is None or device in state.devices or len(state.devices) >= DEVICES_MAX:
        return state
    yield Reserve("device")
    return state.on(device)


def objection(fact: Fact, view: ReferralView) -> Refuse | None:
    """Why the member cannot name this inviter: because of the code, of themselves, or of the two; in this order."""
    inviter, days = view.partner, view.config.newcomer_days
    if inviter is None:
        return Refuse("NO_SUCH_CODE")
    if inviter.id == fact.member_id:
        return Refuse("OWN_CODE")
    if view.state.invitation is not None:
        return Refuse("BOUND_ALREADY")
    if fact.at - view.member.joined_at > timedelta(days=days):
        return Refuse("NOT_NEW", {"days": days})
    if view.features.has_ordered:
        return Refuse("HAS_ORDERED")
    return None if joined_before(inviter, view.member) else Refuse("INVITER_CAME_LATER")


def joined_before(inviter: MemberView, member: MemberView) -> bool:
    """In the order that rules out rings; of two who joined at one moment the smaller id was first."""
    return (inviter.joined_at, inviter.id) < (member.joined_at, member.id)


def risks_of_newcomer(fact: Fact, view: ReferralView) -> Risks:
    """What speaks against the newcomer: their device, and their tags."""
    risk, device, found = view.config.risk, fact.data["device"], Risks()
    if device is not None:
        members = view.used("device") + (device not in view.state.devices)
        if members > risk.device_members:
            found["device_members"] = members
    return found | tags_found(risk, view, "tags")


def tags_found(risk: Risk, view: ReferralView, found: str) -> Risks:
    """The tags of low-quality accounts that the member has."""
    tags = sorted(view.features.tags.intersection(risk.tags))
    return {found: ", ".join(tags)} if tags else {}


def hear_of_newcomer(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """The inviter's side of a bind: count it, and look at how many came in a short time."""
    asked, state = Asked.model_validate(fact.data), view.state
    recent = recently(view.config.risk, state.recent, fact.at)
    state = state.model_copy(update={"bound": state.bound + 1, "recent": recent})
    risks = asked.risks | burst(view.config.risk, recent) | tags_found(view.config.risk, view, "inviter_tags")
    asked = asked.model_copy(update={"risks": risks})
    if view.config.trigger == "registered":
        yield from promise(asked, view, state)
        return
    if risks:
        yield tell("flagged", asked, asked.invitee)
    yield SetState(state)


def recently(risk: Risk, before: tuple[datetime, ...], at: datetime) -> tuple[datetime, ...]:
    """When the latest newcomers were bound, this one included: as many as it takes to tell a burst."""
    since = at - timedelta(minutes=risk.burst_minutes)
    return (*(then for then in before if then > since), at)[-risk.burst_invitees - 1 :]


def burst(risk: Risk, recent: tuple[datetime, ...]) -> Risks:
    """How many came in a short time, where they are too many."""
    return {"burst_invitees": len(recent)} if len(recent) > risk.burst_invitees else {}


def flagged(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """Have an operator look at the newcomer's invitation, before anything is paid for it."""
    invitation = view.state.invitation
    if invitation is not None:
        invitation, effects = look_into(invitation, Asked.model_validate(fact.data).risks)
        yield from effects
        yield SetState(view.state.invited(invitation))
