"""Decisions: what campaigns made of a fact."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.errors import UserError
from schema.fields import field
from schema.ids import DECISION, encode_id
from schema.kinds import campaign_of, kind_types
from schema.types.campaign import Campaign
from schema.types.effect_interface import Effect
from schema.types.effects import effect_object
from schema.types.ledger import Fact, fact_object
from schema.types.member import Member, member_object
from schema.types.node import Node
from siyu.campaigns import AnyCampaignType
from siyu.engine import CORE_REFUSALS
from siyu.engine import Refusal as EngineRefusal
from siyu.engine.queries import DecisionRow
from siyu.messaging import render_or_bare
from siyu.sdk import Text


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
    # The plugin's sentence may name something that its decision left out.
    said = {name: render_or_bare(text, refusal.missing, name) for name in ("zh", "en")}
    return Refusal(
        code=refusal.code,
        message=Text(**said).in_language(language),
        message_zh=said["zh"],
        message_en=said["en"],
        missing=JSON(dict(refusal.missing)),
    )


def refusal_errors(
    refused: EngineRefusal | None, kind: AnyCampaignType | None, language: str, *path: str
) -> list[UserError]:
    """What was refused as a payload's userErrors, about the input's field of this path; none where nothing was."""
    if refused is None:
        return []
    refusal = refusal_object(refused, kind, language)
    return [UserError.at(refusal.code, refusal.message, *path)]


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
        return await campaign_of(info, self.row.campaign_id) if self.row.campaign_id else None

    @field("Who the fact is about.")
    async def member(self, info: Info) -> Member:
        return await member_object(info, self.row.member_id)

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
