"""A plugin whose hook nobody calls."""

from collections.abc import Sequence
from typing import Any

from siyu.sdk import CampaignType, hookimpl


@hookimpl
def siyu_campaign_type() -> Sequence[CampaignType[Any, Any]]:
    """Its name lacks an s."""
    return []
