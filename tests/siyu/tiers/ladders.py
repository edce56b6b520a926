"""Ladders to test with: the shipped ones, and one that has everything."""

from siyu.tiers.ladder import BothLanguages, Condition, Ladder, Measure, Period, Privileges, Retention, Tier
from siyu.tiers.presets import COMMUNITY, RETAIL

WORDS = BothLanguages(zh="字", en="words")


def asks(measure: Measure, at_least: int, days: int | None = None) -> Condition:
    """One condition."""
    return Condition(measure=measure, at_least=at_least, days=days)


MIXED = Ladder(
    tiers=(
        Tier(key="guest", title=WORDS),
        Tier(
            key="regular",
            title=WORDS,
            any_of=(asks(Measure.INTERACTIONS, 2, 7), asks(Measure.SPEND_MONTH, 10_000)),
            review=Period.MONTH,
            grace_days=5,
            warning_days=3,
        ),
        Tier(
            key="friend",
            title=WORDS,
            all_of=(asks(Measure.GROWTH, 150), asks(Measure.SPEND_TOTAL, 20_000)),
            review=Period.QUARTER,
            downgrade="one",
            privileges=Privileges(points_percent=150),
        ),
        Tier(
            key="patron",
            title=WORDS,
            any_of=(asks(Measure.SPEND_YEAR, 120_000), asks(Measure.GROWTH, 900)),
            all_of=(asks(Measure.SPEND_TOTAL, 30_000),),
            review=Period.YEAR,
            grace_days=40,
            warning_days=20,
            retention=Retention(text=WORDS, campaign="check_in"),
            downgrade="one",
            privileges=Privileges(points_percent=200, discount_percent=5),
        ),
    )
)

LADDERS = {"community": COMMUNITY, "retail": RETAIL, "mixed": MIXED}
