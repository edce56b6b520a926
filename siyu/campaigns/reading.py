"""A read field asked about a member: the plugin's own answer, under the deadline and within bounds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.campaigns.describing import played_config, state_of
from siyu.campaigns.participation_queries import ParticipationRow
from siyu.campaigns.participations import STATE_LENGTH_MAX
from siyu.campaigns.queries import CampaignRow
from siyu.campaigns.registry import AnyCampaignType
from siyu.deadline import DEADLINE, Patience
from siyu.sdk import CampaignTerms, Features, ReadField, Reading, ReadInput, ReadOutput

AnyField = ReadField[Any, Any]


class FieldFailed(Exception):
    """A plugin's read field raised, did not come back or answered what it may not; the text names plugin and field."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A member's question: of which campaign, when, and what the shop knows of them.

    `row` is the participation, None before the first decision. `zone` is the shop's.
    """

    campaign: CampaignRow
    row: ParticipationRow | None
    member_id: UUID
    at: datetime
    zone: ZoneInfo
    features: Features | None


def read_field(kind: AnyCampaignType, field: AnyField, given: ReadInput, asked: Asked) -> ReadOutput:
    """The field's answer. Raises FieldFailed for whatever the plugin's code does instead."""
    try:
        return DEADLINE.ask(Patience(), _answer, kind, field, given, asked)
    except Exception as error:  # a plugin's code: it must not take the rest of the answer with it
        told = f"campaign type {kind.key} {kind.version}: the field {field.name} failed in campaign {asked.campaign.id}"
        raise FieldFailed(told) from error


def _answer(kind: AnyCampaignType, field: AnyField, given: ReadInput, asked: Asked) -> ReadOutput:
    config = played_config(kind, asked.campaign, asked.row, asked.member_id)
    features = asked.features if kind.features is not None and kind.features(config) is True else None
    reading = Reading(asked.at, asked.at.astimezone(_zone(asked)).date(), features)
    found: object = field.read(config, state_of(kind, asked.row), given, reading)
    if type(found) is not field.output:
        raise TypeError(f"it must answer a {field.output.__name__}, and answered a {type(found).__name__}")
    if len(found.model_dump_json()) > STATE_LENGTH_MAX:
        raise ValueError(f"it answered more than {STATE_LENGTH_MAX} characters of JSON")
    return found


def _zone(asked: Asked) -> ZoneInfo:
    """The campaign's own time zone, or the shop's."""
    name = CampaignTerms.model_validate_json(asked.campaign.terms).time_zone if asked.campaign.terms else None
    return asked.zone if name is None else ZoneInfo(name)
