"""A participation told to a front end: the plugin's own reading of its state, or none where the plugin cannot."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError

from siyu.campaigns.participation_queries import ParticipationRow
from siyu.campaigns.participations import ParticipationRecord
from siyu.campaigns.queries import CampaignRow
from siyu.campaigns.registry import AnyCampaignType
from siyu.deadline import DEADLINE, Patience
from siyu.sdk import CampaignConfig, CampaignTerms, Progress
from siyu.sdk.arms import merged

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Description:
    """How far the member or team is, and the state as JSON of the type's present version.

    `progress` is None for teams of a type that tells nothing of them.
    """

    progress: Progress | None
    state: Mapping[str, Any]


def describe(kind: AnyCampaignType, campaign: CampaignRow, row: ParticipationRow) -> Description | None:
    """What the campaign type says of a participation; None where its code raises or no longer accepts the config."""
    try:
        return DEADLINE.ask(Patience(), _description, kind, campaign, row)
    except ValidationError:
        return None
    except Exception:  # a plugin's code: it must not take the rest of the answer with it
        logger.exception("campaign type %s failed to describe participation %s", kind.key, row.id)
        return None


def _description(kind: AnyCampaignType, campaign: CampaignRow, row: ParticipationRow) -> Description:
    record = ParticipationRecord(row.id, row.campaign_id, row.member_id, row.state, row.state_version, team=row.team)
    tell = kind.describe if row.team is None else kind.describe_team
    config, state = _config(kind, campaign, row.arm), record.read(kind)
    return Description(tell(config, state) if tell else None, state.model_dump(mode="json"))


def _config(kind: AnyCampaignType, campaign: CampaignRow, arm: str | None) -> CampaignConfig:
    """The config that the member plays by: that of their arm, where they are in one that is there."""
    config: dict[str, Any] = orjson.loads(campaign.config)
    arms = CampaignTerms.model_validate_json(campaign.terms).arms if campaign.terms and arm else ()
    override = next((each.override for each in arms if each.key == arm), {})
    played: CampaignConfig = kind.config.model_validate_json(orjson.dumps(merged(config, override)))
    return played
