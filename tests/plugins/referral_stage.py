"""A referral on a stage: an inviter, newcomers, their orders."""

from collections.abc import Iterator
from typing import Any

from plugins.referral.campaign import REFERRAL
from plugins.referral.config import ReferralConfig
from plugins.referral.states import Invitation, ReferralState, Status
from siyu.sdk.testing import Member, Played, Stage

ReferralStage = Stage[ReferralConfig, ReferralState]
LONG_AGO = "2026-01-01"
DEVICE = "device-0123456789abcdef"
NO_STEPS: dict[str, Any] = {"steps": []}


def referral(**fields: Any) -> ReferralConfig:
    """A config with these fields, given as JSON would; without steps, if nothing is said of them."""
    return ReferralConfig.model_validate(NO_STEPS | fields)


def stage_of(**fields: Any) -> ReferralStage:
    """A stage on which Ann has been a member for long."""
    stage = Stage(REFERRAL, referral(**fields))
    stage.member("ann", joined_at=LONG_AGO)
    return stage


def code_of(stage: ReferralStage, name: str) -> str:
    """The code of a member, who joins now if they are new."""
    return stage.member(name).code


def bind(stage: ReferralStage, newcomer: str, inviter: str = "ann", device: str | None = None) -> Played:
    """Let a newcomer, who joins now, name their inviter."""
    code = code_of(stage, inviter)
    return stage.act(newcomer, "bind", code=code, device=device)


def bound(stage: ReferralStage, newcomer: str, inviter: str = "ann", device: str | None = None) -> Member:
    """The same, which must not be refused; the newcomer."""
    played = bind(stage, newcomer, inviter, device)
    assert played.refusal is None
    return stage.member(newcomer)


def pay(stage: ReferralStage, newcomer: str, order: str, fen: int = 10_000) -> Played:
    """Let the shop report that an order was paid."""
    return stage.fact(newcomer, "order.paid", order=order, amount_fen=fen)


def refund(stage: ReferralStage, newcomer: str, order: str, fen: int = 10_000) -> Played:
    """Let the shop report that money went back."""
    return stage.fact(newcomer, "order.refunded", order=order, amount_fen=fen)


def invitation(stage: ReferralStage, newcomer: str) -> Invitation:
    """Where the newcomer's invitation stands."""
    found = stage.state(newcomer).invitation
    assert found is not None
    return found


def status(stage: ReferralStage, newcomer: str) -> tuple[Status, str | None]:
    """The status of the newcomer's invitation, and why it ended."""
    found = invitation(stage, newcomer)
    return found.status, found.why


def points(stage: ReferralStage, *names: str) -> list[int]:
    """What these members have."""
    return [stage.balance(name) for name in names]


def promised(stage: ReferralStage, name: str, unit: str = "points") -> list[int]:
    """What is promised to a member."""
    return [held.amount for held in stage.holds(name).values() if held.unit == unit]


def every(played: Played) -> Iterator[Played]:
    """A fact and all that followed from it."""
    yield played
    for followed in played.followed:
        yield from every(followed)
