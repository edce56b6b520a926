"""The metrics of operation and conversion: what members do and how far it leads."""

from dataclasses import replace

from siyu.metrics.definition import Level, Range, Unit, metric, pair

OPERATION = (
    replace(
        metric(
            "interactions_per_member",
            (Level.OPERATION, Unit.NUMBER),
            pair("人均月互动次数", "Interactions per member and month"),
            pair("互动次数 ÷ 活跃会员，折算为30天", "interactions ÷ active members, brought to 30 days"),
            ("interactions", "active"),
            Range(low=12),
            pair("增加固定时段话题、签到与投票", "Add topics at fixed hours, check-ins and votes"),
            "interactions of members",
        ),
        is_monthly=True,
    ),
    metric(
        "open_rate",
        (Level.OPERATION, Unit.RATIO),
        pair("打开率", "Open rate"),
        pair("打开 ÷ 送达", "opened ÷ delivered"),
        ("opened", "delivered"),
        Range(low=0.65),
        pair("调整标题与推送时段，只推给相关人群", "Change titles and hours, and send to fitting segments only"),
        "content.opened, content.delivered",
    ),
    metric(
        "read_through",
        (Level.OPERATION, Unit.RATIO),
        pair("完读率", "Read-through"),
        pair("读完 ÷ 打开", "read to the end ÷ opened"),
        ("read_through", "opened"),
        Range(low=0.2),
        pair("缩短篇幅，重点前置，调整内容比例为3:5:2", "Shorten, put the point first, mix content 3 : 5 : 2"),
        "content.read, content.opened",
    ),
    metric(
        "group_activity",
        (Level.OPERATION, Unit.RATIO),
        pair("社群活跃度", "Group activity"),
        pair("期末近30天活跃会员 ÷ 会员", "members active in the last 30 days of the period ÷ members"),
        ("active_30d", "members"),
        Range(low=0.3),
        pair("开展破冰任务与每周榜单，唤醒沉默会员", "Run ice-breaker tasks and weekly boards, wake silent members"),
        "interactions, orders, members",
    ),
    metric(
        "participation",
        (Level.OPERATION, Unit.RATIO),
        pair("活动参与率", "Participation"),
        pair("参与 ÷ 触达（按会员与活动计）", "joined ÷ reached, counting each member once a campaign"),
        ("took_part", "reached"),
        Range(low=0.3),
        pair("降低参与门槛，提高首次奖励，增加提醒", "Lower the threshold, reward the first step more, remind"),
        "actions in campaigns; content.delivered and link.clicked with a campaign",
    ),
)

CONVERSION = (
    replace(
        metric(
            "click_conversion",
            (Level.CONVERSION, Unit.RATIO),
            pair("点击转化率", "Click conversion"),
            pair("订单 ÷ 点击", "orders ÷ clicks"),
            ("orders", "clicks"),
            Range(low=0.08, high=0.15),
            pair("优化落地页与选品，限时优惠", "Better landing pages and goods, limited offers"),
            "orders, link.clicked",
        ),
        high_advice=pair(
            "检查点击是否漏记，可加大投放", "See whether clicks are told; if they are, spend more on this path"
        ),
    ),
    metric(
        "payment_conversion",
        (Level.CONVERSION, Unit.RATIO),
        pair("支付转化率", "Payment conversion"),
        pair("支付 ÷ 支付页", "paid orders ÷ payment pages"),
        ("paid", "payment_pages"),
        Range(low=0.05),
        pair("简化支付步骤，提醒未支付订单", "Fewer steps to pay, remind of carts left behind"),
        "orders, payment.opened",
    ),
    metric(
        "average_order_value",
        (Level.CONVERSION, Unit.FEN),
        pair("客单价", "Average order value"),
        pair("收入 ÷ 订单", "revenue ÷ orders"),
        ("revenue_fen", "orders"),
        Range(growth=0.2),
        pair("满减、套餐与加价购", "Full reductions, bundles, offers on top"),
        "orders",
    ),
    metric(
        "first_order_conversion",
        (Level.CONVERSION, Unit.RATIO),
        pair("首单转化率", "First-order conversion"),
        pair("7天内首单的新会员 ÷ 新会员", "new members with an order in 7 days ÷ new members"),
        ("ordered_in_7d", "new_members"),
        Range(low=0.25),
        pair("新人1元购、新人券与欢迎引导", "Newcomer ¥1 offer, newcomer coupon, a guided welcome"),
        "members, orders",
    ),
    metric(
        "campaign_roi",
        (Level.CONVERSION, Unit.NUMBER),
        pair("活动投入产出比", "Campaign ROI"),
        pair("活动归因收入 ÷ 活动成本", "attributed revenue ÷ cost of campaigns"),
        ("attributed_fen", "campaign_cost_fen"),
        Range(low=5),
        pair("收紧人群与奖励，停掉亏损活动", "Narrow audience and rewards, stop what loses"),
        "orders, actions in campaigns, expenses with a campaign, value given by campaigns",
    ),
)
