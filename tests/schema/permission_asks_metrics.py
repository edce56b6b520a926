"""How the permission matrix asks for metrics, alerts and costs."""

from collections.abc import Mapping

DAYS = 'range: {from: "2026-11-01", to: "2026-11-20"}'


def changed(name: str, fields: str) -> str:
    """A mutation of the core."""
    return f"mutation {{ {name}(input: {{{fields}}}) {{ userErrors {{ code }} }} }}"


METRIC_ASKS: Mapping[str, str] = {
    "Query.expenses": "{ expenses { edges { cursor } } }",
    "Query.metricAlerts": "{ metricAlerts { edges { cursor } } }",
    "Query.metrics": f"{{ metrics({DAYS}) {{ key }} }}",
    "Query.metricsBoard": f"{{ metricsBoard({DAYS}) {{ level }} }}",
    # Of something else: no day was judged yet, and no cost entered before.
    "Mutation.alertAcknowledge": changed("alertAcknowledge", 'alert: PAYOUT_ID, note: "x"'),
    "Mutation.expenseCancel": changed("expenseCancel", "expense: PAYOUT_ID"),
    "Mutation.expenseEnter": changed(
        "expenseEnter", 'day: "2026-11-20", amountFen: "100", note: "x", idempotencyKey: "12345678"'
    ),
    "Mutation.metricRangeSet": changed("metricRangeSet", "metric: ARPU, low: 1"),
}
