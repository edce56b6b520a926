"""The refusals that any campaign can answer with, whatever its type."""

from collections.abc import Mapping

from siyu.orders import ORDER_REFUSALS
from siyu.sdk import Text

CAMPAIGN_NOT_FOUND = "CAMPAIGN_NOT_FOUND"
CAMPAIGN_NOT_OPEN = "CAMPAIGN_NOT_OPEN"
CAMPAIGN_FAILED = "CAMPAIGN_FAILED"

CORE_REFUSALS: Mapping[str, Text] = {
    CAMPAIGN_NOT_FOUND: Text(zh="没有这个活动", en="There is no such campaign"),
    CAMPAIGN_NOT_OPEN: Text(zh="活动未在进行中", en="The campaign is not open"),
    CAMPAIGN_FAILED: Text(zh="活动暂时不可用，未发生任何变化", en="The campaign failed; nothing has changed"),
    **ORDER_REFUSALS,
}
