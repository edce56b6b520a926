"""The refusals that any campaign can answer with, whatever its type."""

from collections.abc import Mapping

from siyu.coupons.refusals import COUPON_REFUSALS
from siyu.groups import GROUP_REFUSALS
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
UNIT_NOT_FOUND = "UNIT_NOT_FOUND"
WALLET_FROZEN = "WALLET_FROZEN"
WALLET_NOT_FROZEN = "WALLET_NOT_FROZEN"
REFERENCE_USED = "REFERENCE_USED"
HOLD_ENDED = "HOLD_ENDED"
HOLD_TOO_SMALL = "HOLD_TOO_SMALL"
TOO_MANY_HOLDS = "TOO_MANY_HOLDS"
ADJUSTMENT_DECIDED = "ADJUSTMENT_DECIDED"
OWN_ADJUSTMENT = "OWN_ADJUSTMENT"
PAYOUT_STATE = "PAYOUT_STATE"
PAYOUT_TOO_SMALL = "PAYOUT_TOO_SMALL"
TOO_MANY_PAYOUTS = "TOO_MANY_PAYOUTS"
MEMBER_ERASED = "MEMBER_ERASED"

SAME_MEMBER = "SAME_MEMBER"
ALREADY_MERGED = "ALREADY_MERGED"
TOO_MANY_MERGED = "TOO_MANY_MERGED"
MERGE_CLASH = "MERGE_CLASH"
MERGE_NOT_FOUND = "MERGE_NOT_FOUND"
MERGE_UNDONE = "MERGE_UNDONE"
MERGE_CHAINED = "MERGE_CHAINED"
MERGE_TOO_OLD = "MERGE_TOO_OLD"

MERGE_REFUSALS: Mapping[str, Text] = {
    SAME_MEMBER: Text(zh="两者已是同一位会员", en="The two are one member already"),
    ALREADY_MERGED: Text(zh="该会员已并入另一位会员", en="The member was merged into another one already"),
    TOO_MANY_MERGED: Text(zh="并入的账号已达上限（{most} 个）", en="At most {most} members can be merged into one"),
    MERGE_CLASH: Text(zh="两者有同一单号的预留（{holds}）", en="Both hold value under {holds}: end one hold first"),
    MERGE_NOT_FOUND: Text(zh="没有这位会员或这次合并", en="There is no such member, or no such merge"),
    MERGE_UNDONE: Text(zh="该合并已撤销", en="The merge was undone already"),
    MERGE_CHAINED: Text(zh="请先撤销之后的合并", en="A later merge has to be undone first"),
    MERGE_TOO_OLD: Text(zh="已超过可撤销期限（{until}）", en="The merge could be undone until {until}"),
}

WALLET_REFUSALS: Mapping[str, Text] = {
    NOT_ENOUGH: Text(zh="余额不足，还差 {missing}", en="The balance is {missing} short"),
    NOTHING_TO_RETURN: Text(zh="没有可退回的消费", en="Nothing of what was spent for it is left to give back"),
    UNIT_NOT_FOUND: Text(zh="没有这种资产", en="There is no such unit"),
    WALLET_FROZEN: Text(zh="账户已冻结", en="The wallet is frozen"),
    WALLET_NOT_FROZEN: Text(zh="账户未被冻结", en="The wallet is not frozen"),
    REFERENCE_USED: Text(zh="该单号已使用过", en="The reference was used before"),
    HOLD_ENDED: Text(zh="冻结的资产已处理（{state}）", en="The hold has ended: {state}"),
    HOLD_TOO_SMALL: Text(zh="只预留了 {held}", en="No more than {held} is held"),
    TOO_MANY_HOLDS: Text(zh="预留已达上限（{most} 笔）", en="The member has {most} open holds, the most there may be"),
    ADJUSTMENT_DECIDED: Text(zh="该调整不在待审核状态（{state}）", en="The adjustment is not open: {state}"),
    OWN_ADJUSTMENT: Text(zh="须由另一位运营审核", en="Another operator has to decide about it"),
    PAYOUT_STATE: Text(zh="提现当前状态为 {state}", en="The payout is {state}"),
    PAYOUT_TOO_SMALL: Text(zh="提现金额不得少于 {least} 分", en="A payout is {least} fen at least"),
    TOO_MANY_PAYOUTS: Text(zh="有 {most} 笔提现处理中，请稍后", en="No more than {most} payouts may be under way"),
}

CORE_REFUSALS: Mapping[str, Text] = {
    CAMPAIGN_NOT_FOUND: Text(zh="没有这个活动", en="There is no such campaign"),
    CAMPAIGN_NOT_OPEN: Text(zh="活动未在进行中", en="The campaign is not open"),
    CAMPAIGN_FAILED: Text(zh="活动暂时不可用，未发生任何变化", en="The campaign failed; nothing has changed"),
    NOT_IN_AUDIENCE: Text(zh="您不在活动的参与范围内", en="The campaign is not for you"),
    LANE_TAKEN: Text(zh="同类活动中已有一个给予奖励", en="Another campaign of its lane has given a reward"),
    STOPPED: Text(zh="优先的活动已给予奖励，不再叠加", en="A campaign before it has given the only reward"),
    CAP_REACHED: Text(zh="已达到活动的发放上限", en="The campaign gives no more than this"),
    TOO_MANY_TAGS: Text(zh="会员标签已达上限（{most} 个）", en="The member has {most} tags, the most there may be"),
    MEMBER_ERASED: Text(zh="会员已注销", en="The member has been erased"),
    **COUPON_REFUSALS,
    **MERGE_REFUSALS,
    **GROUP_REFUSALS,
    **ORDER_REFUSALS,
    **REDEMPTION_REFUSALS,
    **WALLET_REFUSALS,
}
