"""Why a coupon does not do what was asked of it: the codes, and their sentences."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from siyu.sdk import Text


class CouponRefusal(NamedTuple):
    """No, and why: a code of COUPON_REFUSALS, and what is missing."""

    code: str
    missing: Mapping[str, Any]


TEMPLATE_NOT_FOUND = "COUPON_TEMPLATE_NOT_FOUND"
TEMPLATE_NOT_PUBLISHED = "COUPON_TEMPLATE_NOT_PUBLISHED"
ALL_ISSUED = "COUPONS_ALL_ISSUED"
MEMBER_LIMIT = "COUPON_MEMBER_LIMIT"
WINDOW_OVER = "COUPON_WINDOW_OVER"
NO_SUCH_CODE = "COUPON_CODE_NOT_FOUND"
CODE_USED = "COUPON_CODE_USED"
CODE_CLAIMED = "COUPON_CODE_CLAIMED"
NOT_FOUND = "COUPON_NOT_FOUND"
NOT_YET_VALID = "COUPON_NOT_YET_VALID"
EXPIRED = "COUPON_EXPIRED"
LOCKED = "COUPON_LOCKED"
ALREADY_USED = "COUPON_ALREADY_USED"
ALREADY_VERIFIED = "COUPON_ALREADY_VERIFIED"
REVOKED = "COUPON_REVOKED"
ORDER_HAS_COUPONS = "COUPON_ORDER_HAS_COUPONS"
NOT_LOCKED = "COUPON_NOT_LOCKED"
NOT_USED = "COUPON_NOT_USED"
NOT_VERIFIED = "COUPON_NOT_VERIFIED"
OTHER_STORE = "COUPON_OTHER_STORE"
UNDO_TOO_LATE = "COUPON_UNDO_TOO_LATE"
NOTHING_IN_SCOPE = "COUPON_NOTHING_IN_SCOPE"
MINIMUM_NOT_REACHED = "COUPON_MINIMUM_NOT_REACHED"
FIRST_ORDER_ONLY = "COUPON_FIRST_ORDER_ONLY"
NOTHING_OFF = "COUPON_NOTHING_OFF"
EXCLUSIVE = "COUPON_EXCLUSIVE"
ONE_OF_GROUP = "COUPON_ONE_OF_GROUP"
TOO_MANY = "COUPON_TOO_MANY"
NOT_CONSIDERED = "COUPON_NOT_CONSIDERED"

COUPON_REFUSALS: Mapping[str, Text] = {
    TEMPLATE_NOT_FOUND: Text(zh="没有这种优惠券", en="There is no such kind of coupon"),
    TEMPLATE_NOT_PUBLISHED: Text(zh="这种优惠券未在发放", en="This kind of coupon is not being given out"),
    ALL_ISSUED: Text(zh="优惠券已发完", en="All coupons of this kind are gone"),
    MEMBER_LIMIT: Text(zh="每人限领 {most} 张", en="A member gets no more than {most} of this kind"),
    WINDOW_OVER: Text(zh="这种优惠券已过有效期", en="Coupons of this kind have expired"),
    NO_SUCH_CODE: Text(zh="没有这个兑换码", en="There is no such code"),
    CODE_USED: Text(zh="兑换码已被使用", en="The code has been used"),
    CODE_CLAIMED: Text(zh="您已领取过这个兑换码", en="You have claimed this code before"),
    NOT_FOUND: Text(zh="没有这张优惠券", en="There is no such coupon"),
    NOT_YET_VALID: Text(zh="优惠券自 {valid_from} 起可用", en="The coupon is good from {valid_from} on"),
    EXPIRED: Text(zh="优惠券已于 {expired_at} 过期", en="The coupon expired at {expired_at}"),
    LOCKED: Text(zh="优惠券已被订单 {order} 占用", en="The coupon is kept for the order {order}"),
    ALREADY_USED: Text(zh="优惠券已用于订单 {order}", en="The coupon was used for the order {order}"),
    ALREADY_VERIFIED: Text(
        zh="优惠券已于 {verified_at} 在门店 {store} 核销",
        en="The coupon was taken by the store {store} at {verified_at}",
    ),
    REVOKED: Text(zh="优惠券已作废", en="The coupon was revoked"),
    ORDER_HAS_COUPONS: Text(zh="订单 {order} 已有优惠券", en="The order {order} has coupons already"),
    NOT_LOCKED: Text(zh="订单 {order} 没有占用中的优惠券", en="No coupon is kept for the order {order}"),
    NOT_USED: Text(zh="订单 {order} 没有使用优惠券", en="No coupon was used for the order {order}"),
    NOT_VERIFIED: Text(zh="优惠券未被核销", en="The coupon was not taken by a store"),
    OTHER_STORE: Text(zh="优惠券由其他门店 {store} 核销", en="Another store took the coupon: {store}"),
    UNDO_TOO_LATE: Text(zh="核销后超过 {minutes} 分钟，不能撤销", en="It can be undone for {minutes} minutes alone"),
    NOTHING_IN_SCOPE: Text(zh="没有适用的商品", en="None of the products is in the coupon's scope"),
    MINIMUM_NOT_REACHED: Text(zh="还差 {missing_fen} 分可用", en="{missing_fen} fen are missing to its minimum"),
    FIRST_ORDER_ONLY: Text(zh="仅限首单使用", en="It is for a member's first order"),
    NOTHING_OFF: Text(zh="优惠券不能再减免", en="There is nothing that it could take off"),
    EXCLUSIVE: Text(zh="不能与其他优惠券同时使用", en="It cannot be combined with others"),
    ONE_OF_GROUP: Text(zh="同组优惠券只能使用一张（{group}）", en="One coupon of the group {group} may be used"),
    TOO_MANY: Text(zh="一个订单最多使用 {most} 张优惠券", en="An order takes no more than {most} coupons"),
    NOT_CONSIDERED: Text(zh="优惠券过多，未参与计算", en="There were too many coupons to consider this one"),
}
