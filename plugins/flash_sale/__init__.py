"""Flash sale (秒杀): a few items at a price, in slots of the day; whoever claims one has some minutes to pay."""

from collections.abc import Sequence
from typing import Any

from plugins.flash_sale.campaign import FLASH_SALE
from siyu.sdk import CampaignType, hookimpl


@hookimpl
def siyu_campaign_types() -> Sequence[CampaignType[Any, Any]]:
    """Hand over the flash sale."""
    return [FLASH_SALE]
