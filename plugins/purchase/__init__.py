"""Points for purchases (消费积分): points a yuan of a paid order, taken back when it is refunded."""

from collections.abc import Sequence
from typing import Any

from plugins.purchase.campaign import PURCHASE
from siyu.sdk import CampaignType, hookimpl


@hookimpl
def siyu_campaign_types() -> Sequence[CampaignType[Any, Any]]:
    """Hand over the purchase points."""
    return [PURCHASE]
