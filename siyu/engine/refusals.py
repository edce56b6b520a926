"""The refusals that any campaign can answer with, whatever its type."""

from collections.abc import Mapping

from siyu.coupons.refusals import COUPON_REFUSALS
from siyu.orders import ORDER_REFUSALS
from siyu.rewards import REDEMPTION_REFUSALS
from siyu.sdk import Text

CAMPAIGN_NOT_FOUND = "CAMPAIGN_NOT_FOUND"
CAMPAIGN_NOT_OPEN = "CAMPAIGN_NOT_OPEN"
CAMPAIGN_FAILED = "CAMPAIGN_FAILED"
NOT_IN_AUDIENCE = "NOT_IN_AUDIENCE"
LANE_TAKEN = "LANE_TAKEN"
STOPPED = "STOPPED"
CAP_REACHED = "CAP_REACHED"
TOO_MANY_TAGS = "TOO_MANY_TAGS"
NOT_ENOUGH = "NOT_ENOUGH"
NOTHING_TO_RETURN = "NOTHING_TO_RETURN"

CORE_REFUSALS: Mapping[str, Text] = {
    CAMPAIGN_NOT_FOUND: Text(zh="没有这个活动", en="There is no such campaign"),
    CAMPAIGN_NOT_OPEN: Text(zh="活动未在进行中", en="The campaign is not open"),
    CAMPAIGN_FAILED: Text(zh="活动暂时不可用，未发生任何变化", en="The campaign failed; nothing has changed"),
    NOT_IN_AUDIENCE: Text(zh="您不在活动的参与范围内", en="The campaign is not for you"),
    LANE_TAKEN: Text(zh="同类活动中已有一个给予奖励", en="Another campaign of its lane has given a reward"),
    STOPPED: Text(zh="优先的活动已给予奖励，不再叠加", en="A campaign before it has given the only reward"),
    CAP_REACHED: Text(zh="已达到活动的发放上限", en="The campaign gives no more than this"),
    TOO_MANY_TAGS: Text(zh="会员标签已达上限（{most} 个）", en="The member has {most} tags, the most there may be"),
    NOT_ENOUGH: Text(zh="余额不足，还差 {missing}", en="The balance is {missing} short"),
    NOTHING_TO_RETURN: Text(zh="没有可退回的消费", en="Nothing of what was spent for it is left to give back"),
    **COUPON_REFUSALS,
    **ORDER_REFUSALS,
    **REDEMPTION_REFUSALS,
}
