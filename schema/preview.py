"""`campaignPreview`: its input, and the translation to what the engine would decide."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.errors import MENDABLE, user_errors
from schema.ids import CAMPAIGN, MEMBER, decode_or_nobody, encode_id
from schema.kinds import schema_of
from schema.types.decision import refusal_object
from schema.types.effects import effect_object
from schema.types.preview import CampaignPreview, PreviewStep
from siyu.campaigns.drafts import Draft, DraftChanges
from siyu.engine.preview import Preview, Previewer, PreviewFact
from siyu.engine.preview_rounds import Step
from siyu.errors import InvalidInput, Problem


@strawberry.input
class PreviewFactInput:
    """Something that might happen: `action`, which a member does in the campaign, or a fact of the shop by `type`."""

    member: strawberry.ID | None = strawberry.field(
        default=None, description="Null: a newcomer, the same person in every fact of the preview."
    )
    action: str | None = strawberry.field(default=None, description="The action's name, such as sign.")
    type: str | None = strawberry.field(
        default=None, description="order.paid, order.refunded, order.cancelled, or a plugin's."
    )
    data: JSON | None = strawberry.field(default=None, description="As the action's input or `factSubmit` has it.")
    at: datetime | None = strawberry.field(default=None, description="The preview's `at` by default.")


@strawberry.input
class CampaignPreviewInput:
    """A stored campaign, as it is or with another config or window, or with `type` one that is not stored.

    What is changed, new or a draft is taken for running.
    """

    campaign: strawberry.ID | None = None
    type: strawberry.ID | None = strawberry.field(default=None, description="The key of a campaign type.")
    config: JSON | None = strawberry.UNSET
    starts_at: datetime | None = strawberry.UNSET
    ends_at: datetime | None = strawberry.UNSET
    facts: list[PreviewFactInput] = strawberry.field(description="1 to 50, in their order.")
    at: datetime | None = strawberry.field(default=None, description="When they happen; now by default.")
    newcomer_joined_at: datetime | None = strawberry.field(
        default=None, description="When the newcomer joined; with the earliest fact by default."
    )


async def preview_object(info: Info, given: CampaignPreviewInput) -> CampaignPreview:
    """Preview it and tell what would come of it."""
    context, registry = info.context, schema_of(info).registry
    previewer = Previewer(context.pool, registry, context.zone)
    default_at = given.at or context.now
    try:
        facts = [_fact(fact, default_at) for fact in given.facts]
        preview = await previewer.preview(_draft(given), facts, context.now, given.newcomer_joined_at)
    except MENDABLE as error:
        return CampaignPreview(user_errors=user_errors(error, info.context.language))
    return CampaignPreview(steps=[_step_object(preview, step, context.language) for step in preview.steps])


def _draft(given: CampaignPreviewInput) -> Draft:
    if bool(given.campaign) == bool(given.type):
        raise InvalidInput([Problem(("campaign",), "give either campaign or type")])
    changes = DraftChanges()
    if given.config is not strawberry.UNSET and given.config is not None:
        changes["config"] = given.config
    if given.starts_at is not strawberry.UNSET:
        changes["starts_at"] = given.starts_at
    if given.ends_at is not strawberry.UNSET:
        changes["ends_at"] = given.ends_at
    if given.campaign:
        return Draft(decode_or_nobody(CAMPAIGN, given.campaign), None, changes)
    return Draft(None, given.type, changes)


def _fact(given: PreviewFactInput, default_at: datetime) -> PreviewFact:
    """The fact; a member's id that is none becomes one that no member has."""
    member_id = decode_or_nobody(MEMBER, given.member) if given.member else None
    return PreviewFact(given.at or default_at, member_id, given.action, given.type, given.data)


def _step_object(preview: Preview, step: Step, language: str) -> PreviewStep:
    member_id, kind = step.fact.member_id, preview.campaign.type
    return PreviewStep(
        type=step.fact.type,
        member=None if member_id == preview.newcomer_id else encode_id(MEMBER, member_id),
        at=step.fact.at,
        decided=step.decided,
        effects=[effect_object(logged) for logged in step.effects],
        refusal=refusal_object(step.refusal, kind, language) if step.refusal else None,
        problem=step.problem,
        is_follow_up=step.is_follow_up,
        state=JSON(dict(step.state)) if step.state is not None else None,
    )
