"""Reviews: what campaigns have operators look at before they go on."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.fields import field
from schema.ids import FACT, REVIEW, encode_id
from schema.kinds import campaign_of, kind_types
from schema.types.campaign import Campaign
from schema.types.member import Member, member_object
from siyu.reviews.queries import ReviewRow, ReviewState


@strawberry.type(
    description="Something of a member's that waits for an operator's verdict, or has had it. What is for operators "
    "and services alone is null for members."
)
class Review:
    """A review as a GraphQL object."""

    row: strawberry.Private[ReviewRow]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return encode_id(REVIEW, self.row.id)

    @strawberry.field
    def state(self) -> ReviewState:
        return self.row.state

    @field("What it is called: one for each key of the member in the campaign.")
    def key(self) -> str:
        return self.row.key

    @field("The key of its sentence in the campaign's type.")
    def reason(self) -> str:
        return self.row.reason

    @field("When what has to be looked at happened.")
    def asked_at(self) -> datetime:
        return self.row.asked_at

    @field("When the verdict was given; null while it is open.")
    def decided_at(self) -> datetime | None:
        return self.row.decided_at

    @strawberry.field
    async def campaign(self, info: Info) -> Campaign | None:
        return await campaign_of(info, self.row.campaign_id)

    @strawberry.field
    async def member(self, info: Info) -> Member:
        return await member_object(info, self.row.member_id)

    @field(
        "What the operator has to look at, in your language; the reason's key where the campaign's type is not loaded. "
        "For operators and services."
    )
    async def text(self, info: Info) -> str | None:
        if _is_member(info):
            return None
        campaign = await info.context.loaders.campaign.load(self.row.campaign_id)
        kind = kind_types(info, campaign.type_key).kind if campaign else None
        words = kind.reviews.get(self.row.reason) if kind else None
        return words.in_language(info.context.language) if words else self.row.reason

    @field("What the campaign shows besides: whole numbers and texts by name. For operators and services.")
    def evidence(self, info: Info) -> JSON | None:
        return None if _is_member(info) else JSON(dict(self.row.evidence))

    @field("What the operator wrote to the verdict. For operators and services.")
    def note(self, info: Info) -> str | None:
        return None if _is_member(info) else self.row.note

    @field("Who gave the verdict. For operators and services.")
    def decided_by(self, info: Info) -> str | None:
        return None if _is_member(info) else self.row.decided_by

    @field(
        "Why the campaign failed to decide about a verdict, of a review that is open still: give it again. For "
        "operators and services."
    )
    def problem(self, info: Info) -> str | None:
        return None if _is_member(info) else self.row.problem

    @field("When it failed. For operators and services.")
    def problem_at(self, info: Info) -> datetime | None:
        return None if _is_member(info) else self.row.problem_at

    @field("The fact whose decision asked for it; `decisions` takes it. For operators and services.")
    def asked_fact(self, info: Info) -> strawberry.ID | None:
        return None if _is_member(info) else encode_id(FACT, self.row.asked_fact_id)

    @field("The fact that the verdict is; `decisions` takes it. For operators and services.")
    def verdict_fact(self, info: Info) -> strawberry.ID | None:
        fact_id = self.row.verdict_fact_id
        return None if fact_id is None or _is_member(info) else encode_id(FACT, fact_id)


def _is_member(info: Info) -> bool:
    return info.context.principal.member_id is not None
