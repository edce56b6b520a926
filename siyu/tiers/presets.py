"""The ladders that siyu ships, with the figures of operators' handbooks."""

from collections.abc import Mapping

from siyu.tiers.ladder import (
    BothLanguages,
    Condition,
    Ladder,
    Measure,
    Period,
    Privileges,
    Retention,
    Tier,
)

# "Over ¥2,000" is a fen more.
OVER = 1
YUAN = 100


def _words(zh: str, en: str) -> BothLanguages:
    return BothLanguages(zh=zh, en=en)


COMMUNITY = Ladder(
    tiers=(
        Tier(
            key="bronze",
            title=_words("青铜", "Bronze"),
            privileges=Privileges(texts=(_words("新人礼包", "A gift for newcomers"),)),
            flag_after_days=30,
        ),
        Tier(
            key="silver",
            title=_words("白银", "Silver"),
            any_of=(Condition(measure=Measure.SPEND_MONTH, at_least=300 * YUAN),),
            privileges=Privileges(discount_percent=10, texts=(_words("全场九折", "10 % off"),)),
            review=Period.QUARTER,
            warning_days=14,
            retention=Retention(
                text=_words("单月消费满 ¥300，保留白银会员", "Spend ¥300 within one month to stay silver")
            ),
        ),
        Tier(
            key="gold",
            title=_words("黄金", "Gold"),
            any_of=(Condition(measure=Measure.SPEND_TOTAL, at_least=2_000 * YUAN + OVER),),
            privileges=Privileges(
                discount_percent=10,
                gates=("first_pick",),
                texts=(_words("全场九折", "10 % off"), _words("优惠优先选", "First pick of offers")),
            ),
            review=Period.YEAR,
            warning_days=30,
            retention=Retention(
                text=_words("年内消费超过 ¥2,000，保留黄金会员", "Spend over ¥2,000 within the year to stay gold")
            ),
            downgrade="one",
        ),
    )
)

RETAIL = Ladder(
    tiers=(
        Tier(
            key="regular",
            title=_words("普通", "Regular"),
            privileges=Privileges(
                texts=(_words("新品优惠", "A discount on new products"), _words("生日礼物", "A birthday gift"))
            ),
        ),
        Tier(
            key="silver",
            title=_words("银卡", "Silver"),
            any_of=(Condition(measure=Measure.SPEND_TOTAL, at_least=3_000 * YUAN),),
            privileges=Privileges(
                points_percent=200,
                texts=(_words("优先发货", "Priority delivery"), _words("双倍积分", "Double points")),
            ),
        ),
        Tier(
            key="gold",
            title=_words("金卡", "Gold"),
            any_of=(Condition(measure=Measure.SPEND_YEAR, at_least=15_000 * YUAN),),
            privileges=Privileges(
                points_percent=200,
                gates=("new_product_trials",),
                texts=(_words("专属顾问", "An adviser of one's own"), _words("新品试用", "New-product trials")),
            ),
            review=Period.YEAR,
            warning_days=30,
            retention=Retention(
                text=_words("一年内消费满 ¥15,000，保留金卡", "Spend ¥15,000 within a year to stay gold")
            ),
            downgrade="one",
        ),
        Tier(
            key="black",
            title=_words("黑金", "Black"),
            any_of=(Condition(measure=Measure.SPEND_TOTAL, at_least=50_000 * YUAN),),
            privileges=Privileges(
                points_percent=200,
                gates=("new_product_trials", "vip_events"),
                texts=(_words("VIP 活动", "VIP events"), _words("定制服务", "Custom service")),
            ),
        ),
    )
)

PRESETS: Mapping[str, Ladder] = {"community": COMMUNITY, "retail": RETAIL}
