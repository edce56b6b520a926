"""Decisions: what campaigns made of a fact."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.fields import field
from schema.ids import DECISION, encode_id
from schema.kinds import campaign_object, kind_types
from schema.scalars import BigInt
from schema.types.campaign import Campaign
from schema.types.effect import Effect
from schema.types.ledger import Fact, fact_object
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


EFFECTS: Mapping[str, Callable[..., Effect]] = {
    "grant": GrantEffect,
    "score": ScoreEffect,
    "set_state": StateEffect,
    "once": OnceEffect,
    **VALUE_EFFECTS,
}
EFFECT_OBJECTS: tuple[type, ...] = (GrantEffect, ScoreEffect, StateEffect, OnceEffect, *VALUE_EFFECT_OBJECTS)


def effect_object(logged: Mapping[str, Any]) -> Effect:
    """An effect from the decision log."""
    return EFFECTS[logged["kind"]](**logged)


@strawberry.type(description="Why not, and what is missing.")
class Refusal:
    """A refusal as a GraphQL object."""

    code: str
    message: str
    missing: JSON


def refusal_object(refusal: EngineRefusal, kind: AnyCampaignType | None, language: str) -> Refusal:
    """A refusal with its sentence in the caller's language."""
    text = (kind.refusals if kind else {}).get(refusal.code) or CORE_REFUSALS.get(refusal.code)
    message = _sentence(text.in_language(language), refusal.missing) if isinstance(text, Text) else refusal.code
    return Refusal(code=refusal.code, message=message, missing=JSON(dict(refusal.missing)))


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
