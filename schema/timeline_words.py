"""What stands in a member's timeline, in plain words of both languages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from siyu.campaigns import AnyCampaignType
from siyu.sdk import Text


def _texts(table: Mapping[str, tuple[str, str]]) -> Mapping[str, Text]:
    return MappingProxyType({key: Text(zh=zh, en=en) for key, (zh, en) in table.items()})


FACTS = _texts(
    {
        "order.paid": ("订单已支付", "An order was paid"),
        "order.refunded": ("订单已退款", "Money of an order went back"),
        "order.cancelled": ("订单已取消", "An order was cancelled"),
        "refund.requested": ("已申请退款", "A refund was asked for"),
        "refund.failed": ("退款失败", "A refund failed"),
        "value.adjusted": ("人工调整", "Value was given or taken by hand"),
        "value.adjustment_decided": ("人工调整已复核", "An adjustment was decided"),
        "value.spent": ("消费积分或余额", "Value was spent"),
        "value.returned": ("消费退回", "What was spent came back"),
        "value.held": ("冻结部分余额", "Value was held"),
        "value.posted": ("冻结转为消费", "What was held was spent"),
        "value.voided": ("冻结已解除", "What was held came back"),
        "value.timed_out": ("冻结已超时", "A hold timed out"),
        "value.forfeited": ("清空钱包", "The wallets were emptied"),
        "wallet.frozen": ("钱包已冻结", "The wallets were frozen"),
        "wallet.unfrozen": ("钱包已解冻", "The wallets were opened again"),
        "payout.requested": ("申请提现", "A payout was asked for"),
        "payout.approved": ("提现已批准", "A payout was approved"),
        "payout.rejected": ("提现被拒绝", "A payout was rejected"),
        "payout.paid": ("提现已打款", "A payout was paid"),
        "payout.failed": ("提现失败", "A payout failed"),
        "coupon.issued": ("发放优惠券", "A coupon was issued"),
        "coupon.claimed": ("领取优惠券", "A coupon was claimed"),
        "coupon.locked": ("优惠券已锁定", "Coupons were put on an order"),
        "coupon.unlocked": ("优惠券已解锁", "Coupons were taken off an order"),
        "coupon.used": ("使用优惠券", "A coupon was used"),
        "coupon.returned": ("优惠券已退回", "A coupon came back"),
        "coupon.verified": ("优惠券已核销", "A coupon was verified"),
        "coupon.verify_undone": ("核销已撤销", "A verification was undone"),
        "coupon.revoked": ("优惠券已作废", "A coupon was revoked"),
        "reward.redeemed": ("兑换权益", "A reward was redeemed"),
        "reward.issued": ("发放权益", "A reward was issued"),
        "reward.delivered": ("权益已送达", "A reward was delivered"),
        "redemption.confirmed": ("兑换已确认", "A redemption was confirmed"),
        "redemption.cancelled": ("兑换已取消", "A redemption was cancelled"),
        "redemption.expired": ("兑换已过期", "A redemption expired"),
        "redemption.used": ("权益已核销", "What was redeemed was handed over"),
        "group.joined": ("加入社群", "Joined a group"),
        "group.left": ("退出社群", "Left a group"),
        "message.posted": ("在社群发言", "Posted in a group"),
        "message.liked": ("点赞", "Liked a message"),
        "poll.answered": ("参与投票", "Answered a poll"),
        "link.clicked": ("点击链接", "Clicked a link"),
        "touch": ("渠道触达", "Came by a channel"),
    }
)
EFFECTS = _texts(
    {
        "grant": ("获得", "was given"),
        "spend": ("支出", "spent"),
        "reverse": ("收回", "gave back"),
        "hold": ("预留", "was promised"),
        "settle": ("预留已结算", "a promise was settled"),
        "issue": ("发放权益", "was issued a reward"),
        "revoke": ("收回权益", "a reward was revoked"),
        "notify": ("收到消息", "was told something"),
        "tag": ("打上标签", "was tagged"),
        "untag": ("移除标签", "lost a tag"),
        "invite": ("绑定邀请人", "was bound to who invited them"),
        "refund": ("申请退款", "a refund was asked for"),
        "reserve": ("占用名额", "something was reserved"),
        "release": ("释放名额", "something was released"),
        "confirm": ("确认名额", "something was confirmed"),
    }
)
NOTHING = Text(zh="没有变化", en="nothing changed")


def fact_text(fact_type: str, kind: AnyCampaignType | None) -> Text:
    """What happened: the title of a campaign's action, words for a fact of the core, or else the type itself."""
    if fact_type in FACTS:
        return FACTS[fact_type]
    actions = kind.actions if kind else ()
    titled = (each.title for each in actions if kind and kind.own_fact(each.name) == fact_type)
    return next(titled, Text(zh=fact_type, en=fact_type))


def effects_text(effects: list[Mapping[str, Any]]) -> Text:
    """What was decided, an effect after the other, with amounts and units."""
    told = [(EFFECTS[each["kind"]], _amount(each)) for each in effects if each.get("kind") in EFFECTS]
    if not told:
        return NOTHING
    return Text(
        zh="；".join(f"{text.zh}{amount}" for text, amount in told),
        en="; ".join(f"{text.en}{amount}" for text, amount in told),
    )


def _amount(effect: Mapping[str, Any]) -> str:
    amount, unit = effect.get("amount"), effect.get("unit")
    return f" {amount} {unit}" if isinstance(amount, int) and unit else ""
