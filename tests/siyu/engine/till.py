"""A campaign type for tests alone: it does whatever the fact tells it to."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from siyu.db import Pool
from siyu.engine import BatchLimits, Engine, NewFact
from siyu.ids import new_id
from siyu.sdk import (
    EFFECT_TYPES,
    Action,
    CampaignConfig,
    CampaignState,
    CampaignType,
    Cancel,
    Confirm,
    Effect,
    Emit,
    Fact,
    Invite,
    Progress,
    References,
    Release,
    Reserve,
    Schedule,
    Score,
    SetTeam,
    Text,
    View,
)
from tests.factories import SHANGHAI, registry_of

EFFECTS: dict[str, Any] = {kind.__name__: kind for kind in EFFECT_TYPES}
# An effect's name and its values.
Told = tuple[str, dict[str, Any]]


def decide(fact: Fact, view: View[CampaignConfig, CampaignState]) -> Iterator[Effect]:
    """Do as told."""
    for name, values in fact.data["effects"]:
        yield EFFECTS[name](**values)


TILL: CampaignType[Any, Any] = CampaignType(
    key="till",
    title=Text(zh="收银台", en="Till"),
    sdk=">=1.0,<2",
    version="1.0.0",
    config=CampaignConfig,
    state=CampaignState,
    actions=(Action("play", Text(zh="来", en="Play")),),
    effects=frozenset(EFFECT_TYPES) - {Score, Schedule, Cancel, Emit, Reserve, Release, Confirm, SetTeam, Invite},
    reads=(References(frozenset({"till.play"}), "reference"),),
    messages={"ready": Text(zh="{count}份已备好", en="{count} ready")},
    refunds={"late": Text(zh="来得太晚", en="It came too late"), "torn": Text(zh="商品破损", en="It was torn")},
    reviews={"photo": Text(zh="请看照片", en="Look at the photo")},
    refusals={
        "POOR": Text(zh="还差 {missing} 积分", en="{missing} points are missing"),
        "TAKEN": Text(zh="已领取过", en="Taken already"),
    },
    decide=decide,
    describe=lambda config, state: Progress(0, None, Text(zh="", en="")),
)


def till_engine(pool: Pool, limits: BatchLimits | None = None) -> Engine:
    """An engine that knows the till alone."""
    return Engine(pool, registry_of(TILL), SHANGHAI, limits or BatchLimits())


def play(
    campaign_id: UUID, member_id: UUID, at: datetime, *effects: Told, reference: str = "x", key: str | None = None
) -> NewFact:
    """A fact that tells the till what to do."""
    data = {"reference": reference, "effects": list(effects)}
    return NewFact("till.play", member_id, at, data, key or new_id().hex, campaign_id)


def grant(amount: int, reference: str | None = None) -> Told:
    """A grant of points."""
    return "Grant", {"unit": "points", "amount": amount, "reference": reference}


def spend(amount: int, reference: str | None = None) -> Told:
    """A spend of points, refused with POOR."""
    return "Spend", {"unit": "points", "amount": amount, "code": "POOR", "reference": reference}


def reverse(amount: int, reference: str, of: str = "grant") -> Told:
    """A reversal of points."""
    return "Reverse", {"unit": "points", "amount": amount, "reference": reference, "of": of}


def hold(amount: int, key: str, reference: str | None = None) -> Told:
    """A hold of points, refused with TAKEN."""
    return "Hold", {"unit": "points", "amount": amount, "key": key, "code": "TAKEN", "reference": reference}


def settle(key: str, amount: int | None = None) -> Told:
    """The end of a hold."""
    return "Settle", {"key": key, "amount": amount}


def issue(reward: str, key: str) -> Told:
    """A reward, refused with TAKEN."""
    return "Issue", {"reward": reward, "key": key, "code": "TAKEN"}


def revoke(key: str) -> Told:
    """A reward taken back."""
    return "Revoke", {"key": key}


def notify(count: int) -> Told:
    """A message."""
    return "Notify", {"message": "ready", "params": {"count": count}}


def refund(order: str, amount_fen: int, reason: str = "late") -> Told:
    """Money of an order that is to go back."""
    return "Refund", {"order": order, "amount_fen": amount_fen, "reason": reason}


def review(key: str, **evidence: str | int) -> Told:
    """Something to look at."""
    return "Review", {"key": key, "reason": "photo", "evidence": evidence}
