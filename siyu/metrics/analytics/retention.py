"""Retention: of those who joined in the same week or month, how many were active again, period by period."""

from datetime import date

import ibis
import ibis.expr.types as ir

from siyu.metrics.analytics.tables import Tables
from siyu.metrics.cohorts import CohortBy

# As Ibis calls them.
UNITS = {CohortBy.WEEK: "W", CohortBy.MONTH: "M"}


def retention(
    tables: Tables, first: date, last: date, today: date, cohort_by: CohortBy, period_days: int, periods: int
) -> ir.Table:
    """`cohort` (its first day), `period`, `members` and `active`, for those who joined from `first` to `last`.

    Period k is the days k · `period_days` to (k + 1) · `period_days` - 1 after joining, so that period 1 of 30 days is
    the 30-day retention. `active` are those with an order or an interaction in it by the end of `today`; period 0 is
    everybody. A period without anybody active has no row.
    """
    members = tables.members.filter(tables.members.joined_on.between(first, last))
    # By way of a timestamp: of a date PostgreSQL would make a moment of its session's time zone.
    cohort = members.joined_on.cast("timestamp").truncate(UNITS[cohort_by]).cast("date")
    members = members.select("member", "joined_on", cohort=cohort)
    sizes = members.group_by("cohort").aggregate(members=members.count())
    acts = activity(tables).filter(lambda act: act.on <= today)
    joined = members.join(acts, [("member", "actor")])
    joined = joined.mutate(period=joined.on.delta(joined.joined_on, unit="day") // period_days)
    seen = joined.filter(joined.period.between(1, periods)).select("member", "cohort", "period").distinct()
    active = seen.group_by(active_cohort="cohort", period="period").aggregate(active=seen.count())
    later = sizes.join(active, [("cohort", "active_cohort")]).select("cohort", "period", "members", "active")
    start = sizes.select("cohort", period=ibis.literal(0, "int64"), members="members", active="members")
    return start.union(later.mutate(period=later.period.cast("int64")))


def activity(tables: Tables) -> ir.Table:
    """The days on which members were active, perhaps more than once: `actor` and `on`. An order is activity, paid back
    or not."""
    orders = tables.orders.select(actor="member", on="paid_on")
    acts = tables.facts.filter(tables.facts.is_interaction).select(actor="member", on="on")
    return orders.union(acts)
