"""A plugin that calls its campaign type as another one is called."""

from collections.abc import Sequence
from typing import Any

from hostile_kind import kind

from siyu.sdk import CampaignType, hookimpl


@hookimpl
def siyu_campaign_types() -> Sequence[CampaignType[Any, Any]]:
    """A false check-in."""
    return [kind("check_in", lambda fact, view: [])]
