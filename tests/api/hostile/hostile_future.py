"""A plugin for an SDK that does not exist yet."""

from collections.abc import Sequence
from typing import Any

from hostile_kind import kind

from siyu.sdk import CampaignType, hookimpl


@hookimpl
def siyu_campaign_types() -> Sequence[CampaignType[Any, Any]]:
    """Too new."""
    return [kind("future", lambda fact, view: [], sdk=">=9")]
