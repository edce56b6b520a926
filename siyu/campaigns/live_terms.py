"""A campaign's terms, ready to decide by: compiled once a revision; most campaigns have none."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.campaigns.caps import LiveCap, live_cap
from siyu.campaigns.live_audience import LiveAudience, live_audience
from siyu.campaigns.registry import AnyCampaignType
from siyu.sdk import CampaignConfig, CampaignTerms
from siyu.sdk.arms import draw_arm, merged
from siyu.sdk.rewarding_rules import Rewardable, rewardable


class LiveArm(NamedTuple):
    """An arm with the config that its members play by."""

    key: str
    weight: int
    config: CampaignConfig


@dataclass(frozen=True, slots=True)
class LiveTerms:
    """What is out of the ordinary about a campaign: as `agreed`, and ready to use. `zone` is None for the shop's."""

    agreed: CampaignTerms
    priority: int
    lane: str | None
    stops_further: bool
    audience: LiveAudience | None
    arms: tuple[LiveArm, ...]
    zone: ZoneInfo | None
    rewardable: Rewardable | None
    caps: tuple[LiveCap, ...]

    def arm_of(self, kept: str | None, campaign_id: UUID, member_id: UUID) -> LiveArm | None:
        """The arm a member plays in: the one they have, else the one that is drawn for them.

        None for a member whose arm is no longer there: they play by the campaign's own config.
        """
        key = kept or draw_arm(campaign_id, member_id, [(arm.key, arm.weight) for arm in self.arms])
        return next((arm for arm in self.arms if arm.key == key), None)


def arm_configs(kind: AnyCampaignType, config: Mapping[str, Any], terms: CampaignTerms) -> Sequence[LiveArm]:
    """The arms with their merged configs. Raises pydantic's ValidationError for one that the type does not accept."""
    patched = [(arm, json.dumps(merged(config, arm.override))) for arm in terms.arms]
    return [LiveArm(arm.key, arm.weight, kind.config.model_validate_json(text)) for arm, text in patched]


def compile_terms(kind: AnyCampaignType, config: CampaignConfig, terms: CampaignTerms) -> LiveTerms | None:
    """The terms to decide by; None where there is nothing out of the ordinary. Raises as `arm_configs`, and BadRule."""
    arms = tuple(arm_configs(kind, config.model_dump(mode="json"), terms))
    rewards = rewardable(kind, [config, *(arm.config for arm in arms)])
    if rewards is None and terms == CampaignTerms(commission_levels=terms.commission_levels):
        return None
    zone = ZoneInfo(terms.time_zone) if terms.time_zone else None
    caps = tuple(map(live_cap, terms.caps))
    audience = live_audience(terms.audience) if terms.audience else None
    return LiveTerms(terms, terms.priority, terms.lane, terms.stops_further, audience, arms, zone, rewards, caps)
