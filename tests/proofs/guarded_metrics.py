"""The guards of metrics: what is counted anew, what adds up, and when an alert opens and closes."""

from tests.proofs.guard import ENGINE, Guard

KEEPING = "tests/siyu/metrics/test_keeping.py"
FIGURES = "tests/siyu/metrics/test_figures.py"
ALERTS = "tests/siyu/metrics/test_alerts.py"
RECOUNTING = "siyu/metrics/recounting.py"
CHECKS = "siyu/metrics/alert_checks.py"
STATEMENTS = "siyu/metrics/statements.py"
TIER_CUTS = "tests/siyu/metrics/test_tier_cuts.py"

METRIC_GUARDS = (
    Guard(
        "a refund has the day of the payment counted anew",
        f"{ENGINE}/followers.py",
        "return touched | {(spending.member_id, spending.at) for spending in world.orders.spendings}",
        "return touched",
        (f"{KEEPING}::test_a_refund_corrects_the_day_of_the_payment",),
    ),
    Guard(
        "what a member does has the orders of the next days counted anew",
        RECOUNTING,
        "last = day + timedelta(days=ATTRIBUTION_DAYS)",
        "last = day",
        (f"{KEEPING}::test_what_is_told_late_has_the_orders_of_the_next_days_attributed",),
    ),
    Guard(
        "what is gone goes",
        RECOUNTING,
        "DELETE FROM metric_member_day AS kept USING span",
        "SELECT FROM metric_member_day AS kept, span",
        (f"{KEEPING}::test_whose_facts_are_moved_is_counted_wholly_and_what_is_gone_goes",),
    ),
    Guard(
        "one process keeps the days at a time",
        "siyu/metrics/keeping.py",
        "if not await connection.fetchval(TRY_LOCK, METRICS_LOCK):",
        "if False:",
        (f"{KEEPING}::test_one_process_keeps_at_a_time_and_a_busy_day_is_summed_every_few_seconds",),
    ),
    Guard(
        "nothing to divide by is unknown",
        "siyu/metrics/evaluating.py",
        "if numerator is None or denominator is None or denominator <= 0:\n        return None",
        "if numerator is None or denominator is None or denominator <= 0:\n        return 0.0",
        (f"{FIGURES}::test_every_metric_of_a_small_shop",),
    ),
    Guard(
        "an alert closes after some days in range",
        CHECKS,
        "CLOSE_CHECKS = 3",
        "CLOSE_CHECKS = 1",
        ("tests/docs/test_metrics.py::test_the_page_tells_every_fact_and_bound",),
    ),
    Guard(
        "a day is judged once",
        CHECKS,
        "if not await connection.fetchval(BEGIN_DAY, yesterday):\n        return False",
        "await connection.fetchval(BEGIN_DAY, yesterday)",
        (f"{ALERTS}::test_it_opens_once_and_closes_when_the_metric_is_back_for_days",),
    ),
    Guard(
        "the first note on an alert stays",
        "siyu/metrics/alerts.py",
        " WHERE id = $1 AND acknowledged_at IS NULL",
        " WHERE id = $1",
        (f"{ALERTS}::test_the_first_note_stays",),
    ),
    Guard(
        "a cut by tier is of the end of the period",
        STATEMENTS,
        "coalesce(t.tier, m.tier, '')",
        "coalesce(m.tier, t.tier, '')",
        (f"{TIER_CUTS}::test_a_member_counts_in_the_tier_they_had_when_the_period_ended",),
    ),
    Guard(
        "who left a tier is divided by, too",
        STATEMENTS,
        "UNION SELECT w.place, c.from_tier, m.id",
        "UNION SELECT w.place, '', m.id",
        (f"{TIER_CUTS}::test_of_a_tier_that_all_have_left_a_rate_is_told",),
    ),
    Guard(
        "who is erased is no active member",
        STATEMENTS,
        " AND gone.id IS NULL",
        "",
        (f"{FIGURES}::test_who_is_erased_is_no_member_and_what_they_paid_stays",),
    ),
    Guard(
        "an order is attributed by days of the shop",
        RECOUNTING,
        "(o.paid_at AT TIME ZONE $4::text - interval '{ATTRIBUTION_DAYS} days') AT TIME ZONE $4::text",
        "o.paid_at - interval '{ATTRIBUTION_DAYS} days'",
        (f"{KEEPING}::test_no_change_of_the_clocks_carries_an_order_further_than_is_counted_anew",),
    ),
    Guard(
        "what campaigns gave is a cost",
        "siyu/metrics/figures.py",
        "if names & set(COSTS_FIGURES):",
        "if False:",
        ("tests/siyu/metrics/test_campaign_costs.py::test_metrics_and_results_tell_one_cost",),
    ),
)
