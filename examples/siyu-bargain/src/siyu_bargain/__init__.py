"""Bargain: a campaign type."""

from collections.abc import Sequence
from typing import Any

from siyu.sdk import CampaignType, hookimpl
from siyu_bargain.campaign import CAMPAIGN


@hookimpl
def siyu_campaign_types() -> Sequence[CampaignType[Any, Any]]:
    """Hand over the campaign type."""
    return [CAMPAIGN]
