"""Bargain: a campaign type."""

from collections.abc import Sequence
from typing import Any

from siyu_bargain.campaign import CAMPAIGN
from siyu.sdk import CampaignType, hookimpl


@hookimpl
def siyu_campaign_types() -> Sequence[CampaignType[Any, Any]]:
    """Hand over the campaign type."""
    return [CAMPAIGN]
