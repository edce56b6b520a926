"""A participation told to a front end: the plugin's own reading of its state, or none where the plugin cannot."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from pydantic import ValidationError

from siyu.campaigns.participation_queries import ParticipationRow
from siyu.campaigns.participations import ParticipationRecord
from siyu.campaigns.queries import CampaignRow
from siyu.campaigns.registry import AnyCampaignType
from siyu.deadline import DEADLINE, Patience
from siyu.sdk import CampaignConfig, CampaignState, CampaignTerms, Progress
from siyu.sdk.arms import draw_arm, merged

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
    return _told(kind, campaign, row.id, partial(_description, kind, campaign, row))


def describe_beginning(kind: AnyCampaignType, campaign: CampaignRow, member_id: UUID) -> Description | None:
    """What the campaign type says to a member about whom nothing was decided yet; None as for `describe`."""
    return _told(kind, campaign, member_id, partial(_beginning, kind, campaign, member_id))


def _told(
    kind: AnyCampaignType, campaign: CampaignRow, whose: UUID, tell: Callable[[], Description]
) -> Description | None:
    try:
        return DEADLINE.ask(Patience(), tell)
    except ValidationError:
        return None
    except Exception:  # a plugin's code: it must not take the rest of the answer with it
        logger.exception("campaign type %s failed to describe %s in campaign %s", kind.key, whose, campaign.id)
        return None


def _beginning(kind: AnyCampaignType, campaign: CampaignRow, member_id: UUID) -> Description:
    """Of the state that everybody begins with, by the config of the arm that the member would be in."""
    config, state = played_config(kind, campaign, None, member_id), kind.state()
    return Description(kind.describe(config, state), state.model_dump(mode="json"))


def _description(kind: AnyCampaignType, campaign: CampaignRow, row: ParticipationRow) -> Description:
    tell = kind.describe if row.team is None else kind.describe_team
    config, state = played_config(kind, campaign, row, row.member_id), state_of(kind, row)
    hidden = set(kind.team.hidden) if row.team is not None and kind.team is not None else None
    return Description(tell(config, state) if tell else None, state.model_dump(mode="json", exclude=hidden))


def state_of(kind: AnyCampaignType, row: ParticipationRow | None) -> CampaignState:
    """The state as the type's present version has it; without a participation the one that everybody begins with."""
    if row is None:
        beginning: CampaignState = kind.state()
        return beginning
    record = ParticipationRecord(row.id, row.campaign_id, row.member_id, row.state, row.state_version, team=row.team)
    return record.read(kind)


def played_config(
    kind: AnyCampaignType, campaign: CampaignRow, row: ParticipationRow | None, member_id: UUID
) -> CampaignConfig:
    """The config that the member plays by: that of their arm, where there are arms; of the one they would be in."""
    has_arm = row is None or row.arm is not None
    arms = CampaignTerms.model_validate_json(campaign.terms).arms if campaign.terms and has_arm else ()
    arm = row.arm if row else None
    if row is None and arms:
        arm = draw_arm(campaign.id, member_id, [(each.key, each.weight) for each in arms])
    override = next((each.override for each in arms if each.key == arm), {})
    config: dict[str, Any] = orjson.loads(campaign.config)
    played: CampaignConfig = kind.config.model_validate_json(orjson.dumps(merged(config, override)))
    return played
