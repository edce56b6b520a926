"""The figures of a window: revenue, orders, buyers and those who are active, of which the usual ratios are made."""

from datetime import date

import ibis.expr.types as ir

from siyu.metrics.analytics.retention import activity
from siyu.metrics.analytics.tables import Tables


def figures(tables: Tables, first: date, last: date) -> ir.Table:
    """One row: `revenue_fen`, `orders`, `buyers`, `repeat_buyers` (two orders or more) and `active_members`.

    Of the days `first` to `last`; orders are those that count, revenue what is left of all.
    """
    paid = tables.orders.filter(tables.orders.paid_on.between(first, last))
    buyers = paid.group_by("member").aggregate(orders=paid.count(where=paid.counts), revenue_fen=paid.net_fen.sum())
    acts = activity(tables)
    active = acts.filter(acts.on.between(first, last)).aggregate(active_members=lambda row: row.actor.nunique())
    bought = buyers.aggregate(
        revenue_fen=buyers.revenue_fen.sum().fill_null(0),
        orders=buyers.orders.sum().fill_null(0),
        buyers=buyers.count(where=buyers.orders > 0),
        repeat_buyers=buyers.count(where=buyers.orders > 1),
    )
    return bought.cross_join(active)
