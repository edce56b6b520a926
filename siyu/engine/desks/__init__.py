"""The desks of the core, by the type of fact that each decides about."""

from collections.abc import Mapping

from siyu.engine.desk import Desk
from siyu.engine.desks import spending
from siyu.engine.desks.coupons import COUPON_DESKS
from siyu.engine.desks.rewards import REWARD_DESKS

DESKS: Mapping[str, Desk] = {
    spending.SPENT: spending.spend,
    spending.RETURNED: spending.give_back,
    **REWARD_DESKS,
    **COUPON_DESKS,
}
