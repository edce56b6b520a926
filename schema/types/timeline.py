"""The timeline of a member: what happened, and what campaigns made of it, in words."""

from datetime import datetime

import orjson
import strawberry

from schema.context import Info
from schema.fields import field
from schema.ids import DECISION, encode_id
from schema.kinds import campaign_of, kind_types
from schema.timeline_words import effects_text, fact_text
from schema.types.campaign import Campaign
from schema.types.decision import refusal_object
from schema.types.ledger import Fact, fact_object
from siyu.engine.outcome import Refusal
from siyu.engine.timeline import DECISIONS_MAX, TimelineDecision, TimelineRow


@strawberry.type(description="What a campaign, or a desk of the core, decided of something that happened.")
class TimelineDecisionEntry:
    """A decision as the timeline has it."""

    row: strawberry.Private[TimelineDecision]

    @field("The decision's id, for `node`.")
    def id(self) -> strawberry.ID:
        return encode_id(DECISION, self.row.id)

    @field("Who decided; null for the core.")
    async def campaign(self, info: Info) -> Campaign | None:
        return await campaign_of(info, self.row.campaign_id) if self.row.campaign_id else None

    @field("Whether it was refused.")
    def refused(self) -> bool:
        return self.row.refusal_code is not None

    @field("What was decided, or why not, in the language that was asked for.")
    async def text(self, info: Info) -> str:
        language = info.context.language
        if self.row.refusal_code is None:
            return effects_text(orjson.loads(self.row.effects)).in_language(language)
        campaign = await info.context.loaders.campaign.load(self.row.campaign_id) if self.row.campaign_id else None
        kind = kind_types(info, campaign.type_key).kind if campaign else None
        missing = orjson.loads(self.row.refusal_missing or "{}")
        return refusal_object(Refusal(self.row.refusal_code, missing), kind, language).message


@strawberry.type(description="Something that happened to a member, and what was decided of it.")
class TimelineEntry:
    """A fact as the timeline has it."""

    row: strawberry.Private[TimelineRow]

    @field("When it happened.")
    def at(self) -> datetime:
        return self.row.at

    @field("What happened, in the language that was asked for.")
    async def text(self, info: Info) -> str:
        campaign = await info.context.loaders.campaign.load(self.row.campaign_id) if self.row.campaign_id else None
        kind = kind_types(info, campaign.type_key).kind if campaign else None
        return fact_text(self.row.type, kind).in_language(info.context.language)

    @field("The fact.")
    def fact(self) -> Fact:
        return fact_object(self.row.fact_id, self.row.type, self.row.at)

    @field(f"The latest first; at most {DECISIONS_MAX}.")
    def decisions(self) -> list[TimelineDecisionEntry]:
        return [TimelineDecisionEntry(row=row) for row in self.row.decisions]
