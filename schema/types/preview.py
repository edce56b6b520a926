"""Previews: what a campaign would make of facts."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from schema.errors import UserError
from schema.types.decision import Refusal
from schema.types.effect_interface import Effect


@strawberry.type(description="What the campaign would make of one fact.")
class PreviewStep:
    """A step as a GraphQL object."""

    type: str
    member: strawberry.ID | None = strawberry.field(description="Null for the newcomer.")
    at: datetime
    decided: bool = strawberry.field(
        description="Whether the campaign, or the core before it, would decide at all: false where the fact does not "
        "concern the campaign, or comes while it is not open."
    )
    effects: list[Effect]
    refusal: Refusal | None
    problem: str | None = strawberry.field(
        description="Of a decision that failed (CAMPAIGN_FAILED): what the campaign type raised, or what was wrong "
        "with its effects. Null of a campaign that siyu has paused: `Campaign.problem` says why."
    )
    is_follow_up: bool = strawberry.field(
        description="Whether nobody gave this fact: a timer that is due, or a fact that a campaign emitted."
    )
    state: JSON | None = strawberry.field(description="The participation's state after it; its shape is the plugin's.")


@strawberry.type(
    description="What a campaign would make of facts, one step for each and for what follows from them, in their order."
)
class CampaignPreview:
    """A preview as a GraphQL object."""

    steps: list[PreviewStep] = strawberry.field(default_factory=list)
    user_errors: list[UserError] = strawberry.field(default_factory=list)
