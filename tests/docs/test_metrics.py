"""docs/metrics.md tells every metric as it is defined, and its bounds; every row of the handbooks is a metric."""

import re

from siyu.metrics import alert_checks, queries
from siyu.metrics.catalogue import ALL, CATALOGUE
from siyu.metrics.definition import Level, Range
from siyu.metrics.evaluating import figures_of
from siyu.metrics.facts import METRIC_FACTS
from siyu.metrics.figures import (
    COSTS_FIGURES,
    INVITED_FIGURES,
    JOINED_FIGURES,
    LOOKED_BACK_FIGURES,
    MOVED_FIGURES,
    PAIRS_FIGURES,
    PEOPLE_FIGURES,
    SUMMED_FIGURES,
)
from siyu.metrics.keeping import SUM_EVERY
from siyu.metrics.recounting import ATTRIBUTION_DAYS
from tests.docs.metrics import PAGE, with_table

TEXT = PAGE.read_text(encoding="utf-8")
# Level, key, low, high: the table of the handbooks in fen, its row for LTV and CAC twice, that of tiers too.
HANDBOOKS = [
    ("operation", "interactions_per_member", 12, None),
    ("operation", "open_rate", 0.65, None),
    ("operation", "read_through", 0.2, None),
    ("operation", "group_activity", 0.3, None),
    ("operation", "participation", 0.3, None),
    ("conversion", "click_conversion", 0.08, 0.15),
    ("conversion", "payment_conversion", 0.05, None),
    ("conversion", "average_order_value", None, None),
    ("conversion", "first_order_conversion", 0.25, None),
    ("conversion", "campaign_roi", 5, None),
    ("value", "arpu", 150_00, 300_00),
    ("value", "retention_30d", 0.45, None),
    ("value", "repurchase", 0.25, None),
    ("value", "repurchase_mature", 0.4, None),
    ("value", "ltv", None, None),
    ("value", "cac", None, None),
    ("spread", "share_coefficient", 0.15, None),
    ("spread", "invitation_coefficient", None, None),
    ("spread", "invitation_success", 0.15, None),
    ("spread", "invitation_depth", None, None),
    ("tiers", "promotion_rate", None, None),
    ("tiers", "loss_rate", None, None),
]


def test_the_table_is_what_the_definitions_say() -> None:
    """Else run `make docs`."""
    assert with_table(TEXT) == TEXT
    assert TEXT.count("\n| operation |") == 5


def test_every_row_of_the_handbooks_is_a_metric() -> None:
    assert [(each.level.value, each.key, each.healthy.low, each.healthy.high) for each in ALL] == HANDBOOKS
    assert CATALOGUE["average_order_value"].healthy == Range(growth=0.2)
    assert CATALOGUE["cac"].high_share_of == "ltv"
    assert {each.level for each in ALL} == set(Level)


def test_no_metric_is_without_a_source() -> None:
    kinds = SUMMED_FIGURES, PEOPLE_FIGURES, PAIRS_FIGURES, LOOKED_BACK_FIGURES, JOINED_FIGURES, COSTS_FIGURES
    counted = {name for kind in (*kinds, INVITED_FIGURES, MOVED_FIGURES) for name in kind}

    for each in ALL:
        assert figures_of(each) <= counted | {"depth", "lifetime_fen"}, each.key


def test_the_page_tells_every_fact_and_bound() -> None:
    assert re.findall(r"^\| `([a-z]+\.[a-z]+)` \|", TEXT, re.MULTILINE) == list(METRIC_FACTS)
    for told in (
        f"up to {queries.RANGE_DAYS_MAX} days",
        f"the {queries.CUT_KEYS_MAX} keys with most",
        f"at most {queries.SERIES_POINTS_MAX} points",
        f"in the {ATTRIBUTION_DAYS} days before paying",
        f"the last {alert_checks.ALERT_DAYS} whole days",
        f"after {alert_checks.CLOSE_CHECKS} days in range",
        f"after {alert_checks.GIVEN_UP.days} on which nothing could be judged",
        f"a denominator of {alert_checks.SAMPLE_MIN} nothing",
        f"at most every {SUM_EVERY.seconds} seconds",
    ):
        assert told in " ".join(TEXT.split()), told
