"""Decisions: what campaigns made of a fact."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.fields import field
from schema.ids import DECISION, MEMBER, encode_id
from schema.kinds import campaign_object, kind_types
from schema.scalars import BigInt
from schema.types.campaign import Campaign
from schema.types.effect import Effect
from schema.types.ledger import Fact, fact_object
from schema.types.member import Member
from schema.types.node import Node
from schema.types.value_effects import VALUE_EFFECT_OBJECTS, VALUE_EFFECTS
from siyu.campaigns import AnyCampaignType
from siyu.engine import CORE_REFUSALS
from siyu.engine import Refusal as EngineRefusal
from siyu.engine.queries import DecisionRow
from siyu.sdk import Text


@strawberry.type(description="Value was given to the member.")
class GrantEffect(Effect):
    """A grant."""

    unit: str
    amount: BigInt
    reference: str | None


@strawberry.type(description="A value was put on a leaderboard that keeps each member's best.")
class ScoreEffect(Effect):
    """A score."""

    board: strawberry.ID
    value: BigInt


@strawberry.type(description="The participation's state changed.")
class StateEffect(Effect):
    """A new state."""


@strawberry.type(description="The decision stands once for this key of the member in the campaign.")
class OnceEffect(Effect):
    """A key used up."""

    key: str


@strawberry.type(description="A timer of the member was set, in the place of one with that key.")
class ScheduleEffect(Effect):
    """A timer to come."""

    key: str
    type: str = strawberry.field(description="Of the fact that enters when it fires.")
    at: datetime


@strawberry.type(description="A timer of the member was taken back, if there was one.")
class CancelEffect(Effect):
    """A timer that will not fire."""

    key: str


@strawberry.type(description="A fact followed from the decision, about the member or another.")
class EmitEffect(Effect):
    """A fact emitted."""

    type: str
    target: strawberry.Private[UUID]

    @field("Whom the fact is about. For operators and services.")
    def member(self, info: Info) -> strawberry.ID | None:
        return encode_id(MEMBER, self.target) if info.context.principal.member_id is None else None


def _schedule_effect(kind: str, key: str, type: str, at: str, pending: str) -> Effect:  # noqa: A002, ARG001 - as logged
    return ScheduleEffect(kind=kind, key=key, type=type, at=datetime.fromisoformat(at))


def _emit_effect(kind: str, type: str, member: str, pending: str) -> Effect:  # noqa: A002, ARG001 - as logged
    return EmitEffect(kind=kind, type=type, target=UUID(member))


@strawberry.type(description="Units of a counter were taken for good, or held.")
class ReserveEffect(Effect):
    """A reservation."""

    counter: strawberry.ID
    subject: str
    bucket: str
    amount: BigInt
    reservation: str | None = strawberry.field(description="The key it is held under; null: it is taken for good.")


@strawberry.type(description="What was held under the key was given back; 0 where nothing was.")
class ReleaseEffect(Effect):
    """A release."""

    key: str
    released: BigInt


@strawberry.type(description="What was held under the key is used for good; 0 where it was already.")
class ConfirmEffect(Effect):
    """A confirmation."""

    key: str
    confirmed: BigInt


@strawberry.type(description="A team's state changed, or the team was opened.")
class TeamEffect(Effect):
    """A new state of a team."""

    team: str


EFFECTS: Mapping[str, Callable[..., Effect]] = {
    "grant": GrantEffect,
    "score": ScoreEffect,
    "set_state": StateEffect,
    "once": OnceEffect,
    "schedule": _schedule_effect,
    "cancel": CancelEffect,
    "emit": _emit_effect,
    "reserve": ReserveEffect,
    "release": ReleaseEffect,
    "confirm": ConfirmEffect,
    "set_team": TeamEffect,
    **VALUE_EFFECTS,
}
EFFECT_OBJECTS: tuple[type, ...] = (
    GrantEffect,
    ScoreEffect,
    StateEffect,
    OnceEffect,
    ScheduleEffect,
    CancelEffect,
    EmitEffect,
    ReserveEffect,
    ReleaseEffect,
    ConfirmEffect,
    TeamEffect,
    *VALUE_EFFECT_OBJECTS,
)


def effect_object(logged: Mapping[str, Any]) -> Effect:
    """An effect from the decision log."""
    return EFFECTS[logged["kind"]](**logged)


@strawberry.type(description="Why not, and what is missing.")
class Refusal:
    """A refusal as a GraphQL object."""

    code: str
    message: str = strawberry.field(description="A sentence in the language that was asked for.")
    message_zh: str
    message_en: str
    missing: JSON


def refusal_object(refusal: EngineRefusal, kind: AnyCampaignType | None, language: str) -> Refusal:
    """A refusal with its sentence in the caller's language, and in both."""
    known = (kind.refusals if kind else {}).get(refusal.code) or CORE_REFUSALS.get(refusal.code)
    text = known if isinstance(known, Text) else Text(zh=refusal.code, en=refusal.code)
    said = Text(zh=_sentence(text.zh, refusal.missing), en=_sentence(text.en, refusal.missing))
    return Refusal(
        code=refusal.code,
        message=said.in_language(language),
        message_zh=said.zh,
        message_en=said.en,
        missing=JSON(dict(refusal.missing)),
    )


def _sentence(text: str, missing: Mapping[str, Any]) -> str:
    try:
        return text.format_map(missing)
    except (LookupError, ValueError, AttributeError):
        # The plugin's sentence names something its decision left out: better its bare words than no answer.
        return text


@strawberry.type(description="What one campaign decided about one fact. For the member and the shop.")
class Decision(Node):
    """A decision as a GraphQL object."""

    row: strawberry.Private[DecisionRow]

    def global_id(self) -> strawberry.ID:
        """As Node."""
        return encode_id(DECISION, self.row.id)

    @strawberry.field
    def fact(self) -> Fact:
        return fact_object(self.row.fact_id, self.row.fact_type, self.row.fact_at)

    @field("Null where the core refused the fact before any campaign saw it.")
    async def campaign(self, info: Info) -> Campaign | None:
        if self.row.campaign_id is None:
            return None
        campaign = await info.context.loaders.campaign.load(self.row.campaign_id)
        return campaign_object(info, campaign) if campaign else None

    @field("Who the fact is about.")
    async def member(self, info: Info) -> Member:
        row = await info.context.loaders.member.load(self.row.member_id)
        assert row is not None, "members are never deleted"  # noqa: S101 - an invariant
        return Member(row=row)

    @field("The revision of the campaign that decided; null with the campaign.")
    def revision(self) -> int | None:
        return self.row.revision

    @field("The version of the campaign type that decided; null with the campaign.")
    def plugin_version(self) -> str | None:
        return self.row.plugin_version

    @strawberry.field
    def at(self) -> datetime:
        return self.row.at

    @strawberry.field
    def effects(self) -> list[Effect]:
        return [effect_object(logged) for logged in self.row.effects]

    @strawberry.field
    async def refusal(self, info: Info) -> Refusal | None:
        if self.row.refusal is None:
            return None
        campaign_id = self.row.campaign_id
        campaign = await info.context.loaders.campaign.load(campaign_id) if campaign_id else None
        kind = kind_types(info, campaign.type_key).kind if campaign else None
        return refusal_object(self.row.refusal, kind, info.context.language)
