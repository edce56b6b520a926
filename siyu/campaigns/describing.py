"""A participation told to a front end: the plugin's own reading of its state, or none where the plugin cannot."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from siyu.campaigns.participation_queries import ParticipationRow
from siyu.campaigns.participations import ParticipationRecord
from siyu.campaigns.queries import CampaignRow
from siyu.campaigns.registry import AnyCampaignType
from siyu.campaigns.shown_counters import live_of
from siyu.sdk import Progress

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
    live = live_of(kind, campaign)
    if live is None:
        return None
    record = ParticipationRecord(row.id, row.campaign_id, row.member_id, row.state, row.state_version, team=row.team)
    tell = kind.describe if row.team is None else kind.describe_team
    try:
        state = record.state_for(live)
        progress = tell(live.config, state) if tell else None
        return Description(progress, state.model_dump(mode="json"))
    except Exception:  # a plugin's code: it must not take the rest of the answer with it
        logger.exception("campaign type %s failed to describe participation %s", kind.key, row.id)
        return None
