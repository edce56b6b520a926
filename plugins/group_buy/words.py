"""Every word that members and the shop's staff read of a group-buy."""

from collections.abc import Mapping

from siyu.sdk import Text

REFUSALS: Mapping[str, Text] = {
    "ALREADY_IN": Text(zh="您已在这个团里", en="You are in this team already"),
    "NEWCOMERS_ONLY": Text(zh="余下的名额仅限新客", en="The seats that are left are for newcomers"),
    "NOTHING_PAID": Text(zh="订单金额为零", en="Nothing was paid"),
    "NO_ITEM": Text(zh="没有这个商品", en="There is no such item"),
    "NO_SEAT": Text(zh="该会员不在这个团里", en="The member has no seat in this team"),
    "NO_TEAM": Text(zh="没有这个团", en="There is no such team"),
    "PERK_GIVEN": Text(zh="团长奖励已发放", en="The leader has had the perk"),
    "QUANTITY_LIMIT": Text(zh="每个名额限购 {most} 件", en="At most {most} a seat"),
    "SEAT_LIMIT": Text(zh="每人最多 {most} 个名额", en="At most {most} seats a member"),
    "SEAT_OVER": Text(zh="名额已释放", en="The seat is over"),
    "SEAT_PAID": Text(zh="已付款，请走退款", en="It is paid for: report a refund"),
    "SOLD_OUT": Text(zh="已售罄", en="Sold out"),
    "SOLD_OUT_FOR_NOW": Text(
        zh="暂无余量，{on_hold} 件在未成的团中，可能放出", en="All taken for now; {on_hold} are in teams that are open"
    ),
    "TEAM_FULL": Text(
        zh="已满员，其中 {unpaid} 个名额待付款", en="The team is full; {unpaid} of its seats are not paid for"
    ),
    "TEAM_LIMIT": Text(zh="每人最多开 {most} 个团", en="A member opens at most {most} teams"),
    "TEAM_OVER": Text(zh="这个团已结束", en="The team is over"),
    "TOO_FEW_LEFT": Text(zh="只剩 {left} 件", en="Only {left} left"),
    "TOO_MANY_SEATS": Text(zh="参团次数已达上限（{most} 次）", en="You have taken {most} seats, the most there may be"),
}
MESSAGES: Mapping[str, Text] = {
    "succeeded": Text(
        zh="{title} 拼团成功：{size} 人团，每件 {price} 元",
        en="Your team of {size} made it: {title}, {price} yuan each",
    ),
    "money_back": Text(zh="差价 {back} 元将退回", en="{back} yuan of your order go back to you"),
    "expired": Text(
        zh="{title} 超时未付款，拼团名额已释放", en="{title} was not paid for in time; your seat is free again"
    ),
    "refund": Text(zh="订单 {order} 未能成团，款项将退回", en="Order {order} has no team; your money goes back"),
    "leads": Text(zh="您已成为团长，还差 {missing} 人付款", en="You lead the team now; {missing} more have to pay"),
}
REFUNDS: Mapping[str, Text] = {
    "late": Text(zh="付款时名额已释放", en="Paid when the seat was over"),
    "left": Text(zh="会员退团", en="The member left the team"),
    "no_seat": Text(zh="付款人不在该团", en="Paid by somebody without a seat in the team"),
    "paid_twice": Text(zh="同一名额重复付款", en="Another order has paid for the seat"),
    "price_step": Text(zh="按成团人数退差价", en="What was paid beyond the price of the team's size"),
    "team_failed": Text(zh="未能成团", en="The team did not come together"),
    "wrong_amount": Text(zh="金额与名额不符", en="Not the amount of the seat"),
}
