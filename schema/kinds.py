"""The schema with what its plugins add: which object types stand for the campaigns of which campaign type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import strawberry

from schema.context import Info
from siyu.campaigns import AnyCampaignType, Registry
from siyu.campaigns.participation_queries import ParticipationRow
from siyu.campaigns.queries import CampaignRow

if TYPE_CHECKING:
    from schema.types.campaign import Campaign
    from schema.types.participation import Participation


@dataclass(frozen=True, slots=True)
class KindTypes:
    """The object types of one campaign type, the mutations of its actions, and its config's JSON Schema.

    `kind` is None for the fallback, whose campaigns nobody can act in.
    """

    kind: AnyCampaignType | None
    campaign: "type[Campaign]"
    participation: "type[Participation]"
    mutations: type | None
    config_schema: Mapping[str, Any]


class SiyuSchema(strawberry.Schema):
    """A schema that knows the types its plugins added, by the key of the campaign type."""

    registry: Registry
    kinds: Mapping[str, KindTypes]
    fallback: KindTypes

    def process_errors(self, errors: list[Any], execution_context: Any = None) -> None:
        """Nothing here: `schema.execute` logs what is unexpected, with the request's id."""


def schema_of(info: Info) -> SiyuSchema:
    """The schema that a field is resolved in."""
    return cast("SiyuSchema", info.schema)


def kind_types(info: Info, type_key: str) -> KindTypes:
    """The object types for campaigns of this type; the fallback's where no such type is loaded."""
    schema = schema_of(info)
    return schema.kinds.get(type_key, schema.fallback)


def campaign_object(info: Info, row: CampaignRow) -> "Campaign":
    """A campaign as an object of its own type."""
    return kind_types(info, row.type_key).campaign(row=row)


async def campaign_of(info: Info, campaign_id: UUID) -> "Campaign | None":
    """A campaign by its id, as `campaign_object`."""
    row = await info.context.loaders.campaign.load(campaign_id)
    return campaign_object(info, row) if row else None


def participation_object(info: Info, row: ParticipationRow, campaign: CampaignRow) -> "Participation":
    """A participation as an object of its campaign's own type."""
    types = kind_types(info, campaign.type_key)
    return types.participation(row=row, campaign_row=campaign, kind=types.kind)


async def participation_objects(info: Info, rows: Sequence[ParticipationRow]) -> "list[Participation]":
    """Participations as objects; their campaigns are read together."""
    campaigns = await info.context.loaders.campaign.load_many([row.campaign_id for row in rows])
    pairs = zip(rows, campaigns, strict=True)
    return [participation_object(info, row, campaign) for row, campaign in pairs if campaign is not None]
