"""Group-buy (拼团): the more members of a team pay, the less each of them pays, if they are enough by a deadline."""

from collections.abc import Sequence
from typing import Any

from plugins.group_buy.campaign import GROUP_BUY
from siyu.sdk import CampaignType, hookimpl


@hookimpl
def siyu_campaign_types() -> Sequence[CampaignType[Any, Any]]:
    """Hand over the group-buy."""
    return [GROUP_BUY]
