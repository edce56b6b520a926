"""The metrics of value, spread and tiers: what members are worth, bring and become."""

from dataclasses import replace

from siyu.metrics.definition import Level, Range, Unit, metric, pair

ORDERS = "orders"

VALUE = (
    replace(
        metric(
            "arpu",
            (Level.VALUE, Unit.FEN),
            pair("每活跃会员收入", "ARPU"),
            pair("收入 ÷ 活跃会员", "revenue ÷ active members"),
            ("revenue_fen", "active"),
            Range(low=15000, high=30000),
            pair("交叉推荐，提升潜在高价值会员", "Recommend across categories, raise potential high-value members"),
            "orders, interactions",
        ),
        high_advice=pair("收入集中于少数会员，扩大活跃面", "Few members carry revenue: make more of them active"),
    ),
    metric(
        "retention_30d",
        (Level.VALUE, Unit.RATIO),
        pair("30日留存率", "30-day retention"),
        pair(
            "前推30天的同期活跃会员中，首次活跃30天后再次活跃者 ÷ 该同期活跃会员",
            "of the members active in the period moved back by 30 days, those active again 30 days after their first "
            "day in it or later ÷ all of them",
        ),
        ("retained", "base"),
        Range(low=0.45),
        pair("签到连续奖励、成长任务与生命周期触达", "Streaks, growth tasks, messages by stage of life cycle"),
        "interactions, orders",
    ),
    metric(
        "repurchase",
        (Level.VALUE, Unit.RATIO),
        pair("复购率", "Repurchase"),
        pair("下单2次及以上的会员 ÷ 购买会员", "members with 2+ orders ÷ buyers"),
        ("repeat_buyers", "buyers"),
        Range(low=0.25),
        pair("复购券与周期提醒", "Coupons for the next order, reminders by cycle"),
        ORDERS,
    ),
    metric(
        "repurchase_mature",
        (Level.VALUE, Unit.RATIO),
        pair("成熟期复购率", "Repurchase of mature members"),
        pair("成熟期会员中下单2次及以上者 ÷ 购买者", "the same, of members in the stage maturity"),
        ("mature_repeat_buyers", "mature_buyers"),
        Range(low=0.4),
        pair("会员日与生日礼", "Member days, birthday gifts"),
        "orders, stages",
    ),
    metric(
        "ltv",
        (Level.VALUE, Unit.FEN),
        pair("会员终身价值", "LTV"),
        pair("累计收入 ÷ 会员", "revenue since the beginning ÷ members"),
        ("lifetime_fen", "members"),
        Range(),
        pair("提升复购与客单价", "Raise repurchase and order value"),
        "orders, members",
    ),
    replace(
        metric(
            "cac",
            (Level.VALUE, Unit.FEN),
            pair("获客成本", "CAC"),
            pair("成本 ÷ 新会员", "cost ÷ new members"),
            ("cost_fen", "new_members"),
            Range(),
            pair("无需处理", "Nothing needs doing"),
            "expenses, value given by campaigns, members",
        ),
        high_advice=pair("停掉昂贵渠道，改用邀请有礼", "Stop dear channels, let members invite instead"),
        high_share_of="ltv",
    ),
)

SPREAD = (
    metric(
        "share_coefficient",
        (Level.SPREAD, Unit.RATIO),
        pair("分享系数", "Share coefficient"),
        pair("分享 ÷ 阅读（打开）", "shares ÷ reads; what was opened is a read"),
        ("shares", "opened"),
        Range(low=0.15),
        pair("内容加入可晒成果与共创", "Content that members can show, made with them"),
        "content.shared, content.opened",
    ),
    metric(
        "invitation_coefficient",
        (Level.SPREAD, Unit.NUMBER),
        pair("邀请系数", "Invitation coefficient"),
        pair("新会员 ÷ 邀请人", "members invited ÷ inviters"),
        ("invitees", "inviters"),
        Range(),
        pair("阶梯奖励", "Rewards in steps"),
        "invitations",
    ),
    metric(
        "invitation_success",
        (Level.SPREAD, Unit.RATIO),
        pair("邀请成功率", "Invitation success"),
        pair("受邀会员 ÷ 分享", "members invited ÷ shares"),
        ("invitees", "shares"),
        Range(low=0.15),
        pair("双向奖励，简化受邀流程", "Reward both sides, make joining simple"),
        "invitations, content.shared",
    ),
    metric(
        "invitation_depth",
        (Level.SPREAD, Unit.NUMBER),
        pair("邀请层级", "Invitation depth"),
        pair("期末邀请树的层级", "levels of the tree of invitations at the end of the period"),
        ("depth", "one"),
        Range(),
        pair("奖励受邀者的第一次邀请", "Reward the first invitation of those invited"),
        "invitations",
    ),
)

TIERS = (
    metric(
        "promotion_rate",
        (Level.TIERS, Unit.RATIO),
        pair("升级率", "Promotion rate"),
        pair("升级次数 ÷ 等级会员", "promotions ÷ members with a tier; by tier, those out of it ÷ all who had it"),
        ("promotions", "tiered"),
        Range(),
        pair("提示升级进度", "Show how near the next tier is"),
        "history of tiers",
    ),
    replace(
        metric(
            "loss_rate",
            (Level.TIERS, Unit.RATIO),
            pair("降级率", "Loss rate"),
            pair("降级次数 ÷ 等级会员", "losses ÷ members with a tier; by tier, those out of it ÷ all who had it"),
            ("losses", "tiered"),
            Range(),
            pair("无需处理", "Nothing needs doing"),
            "history of tiers",
        ),
        high_advice=pair("降级前提醒并给保级任务", "Warn first, and offer a task that keeps the tier"),
    ),
)
