"""The desks of the core, by the type of fact that each decides about."""

from collections.abc import Mapping

from siyu.engine.desk import Desk
from siyu.engine.desks import adjusting, freezing, holding, merging, paying_out, spending
from siyu.engine.desks.coupons import COUPON_DESKS
from siyu.engine.desks.erasing import ERASED, erase
from siyu.engine.desks.rewards import REWARD_DESKS
from siyu.members.merging import MERGED, UNMERGED

DESKS: Mapping[str, Desk] = {
    spending.SPENT: spending.spend,
    spending.RETURNED: spending.give_back,
    holding.HELD: holding.hold,
    holding.POSTED: holding.post,
    holding.VOIDED: holding.void,
    holding.TIMED_OUT: holding.time_out,
    adjusting.ADJUSTED: adjusting.adjust,
    adjusting.DECIDED: adjusting.decide,
    freezing.FROZEN: freezing.freeze,
    freezing.UNFROZEN: freezing.unfreeze,
    freezing.FORFEITED: freezing.forfeit,
    ERASED: erase,
    paying_out.REQUESTED: paying_out.request,
    paying_out.APPROVED: paying_out.approve,
    paying_out.REJECTED: paying_out.reject,
    paying_out.PAID: paying_out.pay,
    paying_out.FAILED: paying_out.fail,
    MERGED: merging.merge,
    UNMERGED: merging.undo,
    **REWARD_DESKS,
    **COUPON_DESKS,
}
