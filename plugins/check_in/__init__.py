"""Daily check-in (签到): points that rise with the streak, once a day."""

from collections.abc import Sequence
from typing import Any

from plugins.check_in.campaign import CHECK_IN
from siyu.sdk import CampaignType, hookimpl


@hookimpl
def siyu_campaign_types() -> Sequence[CampaignType[Any, Any]]:
    """Hand over the check-in."""
    return [CHECK_IN]
