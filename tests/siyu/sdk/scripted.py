"""A campaign type that asks for whatever a script says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import uuid5

from plugins.purchase.campaign import PURCHASE, PurchaseConfig
from siyu.campaigns import AnyCampaignType
from siyu.sdk import (
    Action,
    ActionInput,
    CampaignState,
    Counter,
    Effect,
    Fact,
    FactData,
    Grant,
    Invite,
    Period,
    References,
    Refuse,
    Reverse,
    Review,
    Schedule,
    Scope,
    SetTeam,
    TeamOf,
    Text,
)
from siyu.sdk.testing.asking import AnyView
from siyu.sdk.testing.member import STAGE


@dataclass(frozen=True)
class After:
    """A `Schedule` at so long after the fact."""

    key: Any
    after: timedelta
    type: str
    data: Any

    def effect(self, fact: Fact, view: AnyView) -> Schedule:
        """The effect for a fact."""
        return Schedule(self.key, fact.at + self.after, self.type, self.data)


class Team(CampaignState):
    """What teams remember here."""

    members: int = 0
    note: str = ""


@dataclass(frozen=True)
class Teams:
    """A `SetTeam`: of the team that the fact names, or of a new one."""

    opens: bool
    state: Any

    def effect(self, fact: Fact, view: AnyView) -> SetTeam:
        """The effect for a fact."""
        return SetTeam(fact.new_key if self.opens else fact.data.get("team"), self.state)


@dataclass(frozen=True)
class Look:
    """A grant of what the view tells of one counter, of the team and of a key."""

    counter: str
    subject: str | None

    def effect(self, fact: Fact, view: AnyView) -> Grant:
        """The effect for a fact."""
        left, team = view.left(self.counter, self.subject), view.team(Team)
        told = [view.used(self.counter, self.subject), 99 if left is None else left, team.members if team else 0]
        held = view.reserved("a")
        told += [held.amount, int(held.confirmed)] if held else [9, 9]
        first = 1 + min(view.on_hold(self.counter, self.subject), 8)
        return Grant("points", int(f"{first}" + "".join(f"{min(number, 99):02}" for number in told)), None)


@dataclass(frozen=True)
class LookAtValue:
    """A refusal that says what the view tells of value: the balance, a hold, and grants or spends."""

    unit: str
    key: str
    reference: str | None
    of: Any

    def effect(self, fact: Fact, view: AnyView) -> Refuse:
        """The effect for a fact; without a reference it asks for what the fact names, if it does."""
        reference = self.reference or fact.data.get("reference")
        held, granted = view.held(self.key), view.granted(self.unit, reference, self.of)  # type: ignore[arg-type]  # None on purpose
        told = [[*found[:-1], found.at.isoformat()] if found else [] for found in (held, granted)]
        return Refuse("NO", {"balance": view.balance(self.unit), "found": told})


@dataclass(frozen=True)
class Back:
    """A `Reverse` of what was granted, or spent, for what the fact names."""

    amount: int
    of: Any

    def effect(self, fact: Fact, view: AnyView) -> Reverse:
        """The effect for a fact."""
        return Reverse("points", self.amount, fact.data.get("reference", fact.data.get("order")), self.of)


@dataclass(frozen=True)
class By:
    """An `Invite` by the partner whom the fact names, or by somebody of whom it knows nothing."""

    code: str
    partner: bool = True

    def effect(self, fact: Fact, view: AnyView) -> Invite:
        """The effect for a fact."""
        inviter = view.partner if self.partner else None
        return Invite(inviter.id if inviter else fact.member_id, self.code)


@dataclass(frozen=True)
class LookAtPartner:
    """A refusal that says whom the view tells as the fact's partner."""

    def effect(self, fact: Fact, view: AnyView) -> Refuse:
        """The effect for a fact."""
        partner = view.partner
        return Refuse("NO", {"partner": [str(partner.id), partner.joined_at.isoformat()] if partner else None})


class Note(FactData):
    """What the scripted campaign's own facts carry."""

    n: int = 0
    at: datetime | None = None
    turn: int | None = None


NOON, NIGHT = 12, 17
# How a stage names the first facts, and so the teams that they open.
FIRST_KEYS = tuple(uuid5(STAGE, f"fact/{number}").hex for number in range(1, 7))
COUNTED = [
    Counter[PurchaseConfig](name="all", scope=Scope.CAMPAIGN, limit=lambda config, subject: 5, refusal="NO"),
    Counter[PurchaseConfig](
        name="own", scope=Scope.MEMBER, period=Period.DAY, limit=lambda config, subject: 2, refusal="TOO_LATE"
    ),
    Counter[PurchaseConfig](
        name="seat", scope=Scope.TEAM, period=Period.WEEK, limit=lambda config, subject: 3, refusal="NO"
    ),
    Counter[PurchaseConfig](
        name="endless", scope=Scope.CAMPAIGN, period=Period.MONTH, limit=lambda config, subject: None, refusal="NO"
    ),
    Counter[PurchaseConfig](
        name="item",
        scope=Scope.ITEM,
        period=Period.SLOT,
        field="order",
        limit=lambda config, subject: len(subject) - 5,
        refusal="NO",
    ),
    Counter[PurchaseConfig](
        name="prize",
        scope=Scope.ITEM,
        subjects=lambda config: ("CROWD-1", "", "CROWD-2"),
        limit=lambda config, subject: 2,
        refusal="NO",
    ),
]


class Go(ActionInput):
    """The team that a fact names, often one that the first facts may have opened; items; what value is for; a partner.

    `turn` says which script the fact is decided by.
    """

    team: Literal[FIRST_KEYS] | None = None  # type: ignore[valid-type]  # texts, made above
    order: tuple[Literal["CROWD-1", "CROWD-2", "CROWD-3"], ...] = ()
    reference: Literal["CROWD-1", "CROWD-2", "CROWD-3"] | None = None
    turn: int | None = None
    partner: str | None = None


# What is known only once the fact is.
ByFact = After | Back | By | Look | LookAtPartner | LookAtValue | Teams
Script = Sequence[Effect | ByFact]


def scripted(scripts: Sequence[Script], declared: frozenset[type[Effect]]) -> AnyCampaignType:
    """A campaign type that asks for what one of the scripts says, whichever the fact's turn or else its seed names."""

    def decide(fact: Fact, view: AnyView) -> Iterable[Effect]:
        turn = fact.data.get("turn")
        script = scripts[(int(fact.seed, 16) if turn is None else turn) % len(scripts)]
        return [effect.effect(fact, view) if isinstance(effect, ByFact) else effect for effect in script]

    return replace(
        PURCHASE,
        key="scripted",
        decide=decide,
        effects=declared,
        actions=(Action("go", Text(zh="走", en="Go"), Go),),
        counters=tuple(COUNTED),
        slot_of=lambda config, local: None if local.hour >= NIGHT else "am" if local.hour <= NOON else "pm",
        team=TeamOf("team", Team),
        timers={"tick": Note, "tock": Note},
        emits={"ping": Note},
        reads=(References(frozenset({"scripted.go"}), "reference"), References(frozenset({"order.paid"}), "order")),
        messages={"ready": Text(zh="{count}份已备好", en="{count} ready"), "bare": Text(zh="{words}", en="{words}")},
        partner="partner",
        refunds={reason: Text(zh="款项退回", en="Your money goes back") for reason in ("late", "full")},
        reviews={"look": Text(zh="请看", en="Look")} if Review in declared else {},
        refusals={code: Text(zh="不", en="No") for code in ("NO", "TOO_LATE")},
    )
