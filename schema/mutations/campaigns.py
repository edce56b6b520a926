"""The life of a campaign, from campaignCreate to campaignArchive: for operators."""

from collections.abc import Awaitable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.ids import CAMPAIGN, decode_or_nobody
from schema.kinds import campaign_object, schema_of
from schema.permissions import ForOperators
from schema.terms_inputs import CampaignTermsInput, terms_json
from schema.types.campaign import Campaign
from siyu.campaigns import service
from siyu.campaigns.queries import CampaignRow
from siyu.campaigns.service import CampaignSettings


@strawberry.input
class CampaignCreateInput:
    """A new draft."""

    type: strawberry.ID = strawberry.field(description="The key of a campaign type.")
    name: str
    config: JSON = strawberry.field(description="As the type's `configSchema` has it.")
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    terms: CampaignTermsInput | None = None


@strawberry.input
class CampaignUpdateInput:
    """What to change. What is left out stays; a null `startsAt` or `endsAt` opens that end of the window, null `terms`
    are the default ones."""

    campaign: strawberry.ID
    revision: int = strawberry.field(description="The revision the change was made from.")
    name: str | None = strawberry.UNSET
    config: JSON | None = strawberry.UNSET
    starts_at: datetime | None = strawberry.UNSET
    ends_at: datetime | None = strawberry.UNSET
    terms: CampaignTermsInput | None = strawberry.UNSET


@strawberry.input
class CampaignPublishInput:
    """Which campaign to let run."""

    campaign: strawberry.ID


@strawberry.input
class CampaignResumeInput:
    """Which campaign to ask again that siyu paused."""

    campaign: strawberry.ID


@strawberry.input
class CampaignPauseInput:
    """Which campaign to stop for a while."""

    campaign: strawberry.ID


@strawberry.input
class CampaignEndInput:
    """Which campaign to stop for good."""

    campaign: strawberry.ID


@strawberry.input
class CampaignArchiveInput:
    """Which campaign to put out of sight."""

    campaign: strawberry.ID


@strawberry.type
class CampaignPayload:
    """The campaign as changed; not a type of the schema itself."""

    campaign: Campaign | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class CampaignCreatePayload(CampaignPayload):
    """The new campaign."""


@strawberry.type
class CampaignUpdatePayload(CampaignPayload):
    """The changed campaign."""


@strawberry.type
class CampaignPublishPayload(CampaignPayload):
    """The published campaign."""


@strawberry.type
class CampaignResumePayload(CampaignPayload):
    """The campaign without its problem."""


@strawberry.type
class CampaignPausePayload(CampaignPayload):
    """The paused campaign."""


@strawberry.type
class CampaignEndPayload(CampaignPayload):
    """The ended campaign."""


@strawberry.type
class CampaignArchivePayload(CampaignPayload):
    """The archived campaign."""


@strawberry.type
class CampaignMutations:
    """The life of a campaign."""

    @field_for(ForOperators, "A new campaign, as a draft.")
    async def campaign_create(self, info: Info, input: CampaignCreateInput) -> CampaignCreatePayload:
        context = info.context
        settings = CampaignSettings(
            name=input.name, config=input.config, starts_at=input.starts_at, ends_at=input.ends_at
        )
        if input.terms:
            settings["terms"] = terms_json(input.terms)
        registry, by = schema_of(info).registry, context.principal.subject
        created = service.create(context.pool, registry, input.type, settings, context.now, by)
        return await _payload(info, CampaignCreatePayload, created)

    @field_for(ForOperators, "A new revision of a campaign not yet ended.")
    async def campaign_update(self, info: Info, input: CampaignUpdateInput) -> CampaignUpdatePayload:
        context, registry = info.context, schema_of(info).registry
        changes, by = _changes(input), context.principal.subject
        updated = service.update(context.pool, registry, _id(input.campaign), input.revision, changes, context.now, by)
        return await _payload(info, CampaignUpdatePayload, updated)

    @field_for(ForOperators, "Let a draft or paused campaign run.")
    async def campaign_publish(self, info: Info, input: CampaignPublishInput) -> CampaignPublishPayload:
        context = info.context
        published = service.publish(context.pool, schema_of(info).registry, _id(input.campaign), context.now)
        return await _payload(info, CampaignPublishPayload, published)

    @field_for(ForOperators, "Let a campaign run again that siyu paused because it failed; an ended one settles again.")
    async def campaign_resume(self, info: Info, input: CampaignResumeInput) -> CampaignResumePayload:
        context = info.context
        resumed = service.resume(context.pool, schema_of(info).registry, _id(input.campaign), context.now)
        return await _payload(info, CampaignResumePayload, resumed)

    @field_for(ForOperators, "Stop a running campaign for a while.")
    async def campaign_pause(self, info: Info, input: CampaignPauseInput) -> CampaignPausePayload:
        paused = service.pause(info.context.pool, _id(input.campaign), info.context.now)
        return await _payload(info, CampaignPausePayload, paused)

    @field_for(ForOperators, "Stop a running or paused campaign for good.")
    async def campaign_end(self, info: Info, input: CampaignEndInput) -> CampaignEndPayload:
        ended = service.end(info.context.pool, _id(input.campaign), info.context.now)
        return await _payload(info, CampaignEndPayload, ended)

    @field_for(ForOperators, "Put a draft or an ended campaign out of sight; lists show it when asked for.")
    async def campaign_archive(self, info: Info, input: CampaignArchiveInput) -> CampaignArchivePayload:
        archived = service.archive(info.context.pool, _id(input.campaign), info.context.now)
        return await _payload(info, CampaignArchivePayload, archived)


PayloadT = TypeVar("PayloadT", bound=CampaignPayload)


async def _payload(info: Info, payload: type[PayloadT], change: Awaitable[CampaignRow]) -> PayloadT:
    """Carry out the change and tell what came of it."""
    info.context.loaders.forget()
    try:
        row = await change
    except MENDABLE as error:
        return payload(user_errors=user_errors(error, info.context.language))
    return payload(campaign=campaign_object(info, row))


def _id(global_id: str) -> UUID:
    return decode_or_nobody(CAMPAIGN, global_id)


def _changes(given: CampaignUpdateInput) -> CampaignSettings:
    changes = CampaignSettings()
    if given.name is not strawberry.UNSET and given.name is not None:
        changes["name"] = given.name
    if given.config is not strawberry.UNSET and given.config is not None:
        changes["config"] = given.config
    if given.starts_at is not strawberry.UNSET:
        changes["starts_at"] = given.starts_at
    if given.ends_at is not strawberry.UNSET:
        changes["ends_at"] = given.ends_at
    if given.terms is not strawberry.UNSET:
        changes["terms"] = terms_json(given.terms) if given.terms else {}
    return changes
