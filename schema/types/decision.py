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
from schema.types.ledger import Fact, fact_object
from schema.types.node import Node
from siyu.campaigns import AnyCampaignType
from siyu.engine import CORE_REFUSALS
from siyu.engine import Refusal as EngineRefusal
from siyu.engine.queries import DecisionRow
from siyu.sdk import Text


@strawberry.interface(description="One thing that a decision changed.")
class Effect:
    """An effect as a GraphQL object."""

    kind: str


@strawberry.type(description="Value was given to the member.")
class GrantEffect(Effect):
    """A grant."""

    unit: str
    amount: BigInt
    reference: str | None


@strawberry.type(description="Value was taken back: `amount` of the `asked`, which the member may no longer have had.")
class ReverseEffect(Effect):
    """A reversal."""

    unit: str
    amount: BigInt
    asked: BigInt
    reference: str


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
    "reverse": ReverseEffect,
    "score": ScoreEffect,
    "set_state": StateEffect,
    "once": OnceEffect,
    "reserve": ReserveEffect,
    "release": ReleaseEffect,
    "confirm": ConfirmEffect,
    "set_team": TeamEffect,
}
EFFECT_OBJECTS: tuple[type, ...] = tuple(EFFECTS.values())  # type: ignore[arg-type]  # they are the types themselves


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
