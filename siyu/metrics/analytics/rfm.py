"""RFM: recency, frequency and money of the buyers of a window, each from 1 to 5, and how many are in each cell."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from siyu.metrics.analytics.tables import Tables

# Of the same length as the window that `member.rfm_…` is kept for.
RFM_WINDOW_DAYS = 365
SCORE_MAX = 5


def rfm_scores(tables: Tables, day: date, window_days: int = RFM_WINDOW_DAYS) -> ir.Table:
    """`member`, `recency`, `frequency`, `monetary` (1 to 5) and `spend_fen` of each buyer of the window.

    The window ends on `day`. A score is a fifth of the ranks, as in `siyu.features.ranking`: of equal buyers none is
    above another, so that no tie has to be broken and every engine answers alike.
    """
    orders = tables.orders
    bought = orders.filter(orders.paid_on <= day, orders.paid_on > day - timedelta(days=window_days))
    buyers = bought.group_by("member").aggregate(
        last_order_at=bought.paid_at.max(where=bought.counts),
        orders=bought.count(where=bought.counts),
        spend_fen=bought.net_fen.sum(),
    )
    buyers = buyers.filter(buyers.orders > 0)
    return buyers.select(
        "member",
        "spend_fen",
        recency=_score(buyers.last_order_at),
        frequency=_score(buyers.orders),
        monetary=_score(buyers.spend_fen),
    )


def rfm_cells(tables: Tables, day: date, window_days: int = RFM_WINDOW_DAYS) -> ir.Table:
    """The cells in which there is somebody: three scores, `members` and their `spend_fen`."""
    scores = rfm_scores(tables, day, window_days)
    return scores.group_by("recency", "frequency", "monetary").aggregate(
        members=scores.count(), spend_fen=scores.spend_fen.sum()
    )


def _score(column: ir.Column) -> ir.Value:
    share = ibis.percent_rank().over(order_by=column)
    return ibis.least(SCORE_MAX, (share * SCORE_MAX).floor().cast("int64") + 1).cast("int64")
