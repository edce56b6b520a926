"""Where members stood on a day: stage of the life cycle and layer, by the presets, and how they moved since."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from siyu.features.presets import LAYERS, STAGES
from siyu.metrics.analytics.conditions import first_that_holds
from siyu.metrics.analytics.tables import Tables
from siyu.rules.features import INTERACTION_WINDOWS, ORDER_WINDOWS
from siyu.sdk.core_facts import TALK_FACT_TYPES


def standings(tables: Tables, day: date) -> ir.Table:
    """`member`, `stage` and `layer` of each who had joined by the end of the day.

    As `siyu.features` keeps them, of what had happened by then; of refunds all that are known now count.
    """
    row = _counted(tables, day)
    return row.select("member", stage=first_that_holds(STAGES, row, day), layer=first_that_holds(LAYERS, row, day))


def counts_by(tables: Tables, day: date, column: str) -> ir.Table:
    """How many members were in each `stage` or `layer` (null: in none): the key and `members`."""
    return standings(tables, day).group_by(key=column).aggregate(members=lambda row: row.count())


def moves(tables: Tables, before: date, after: date) -> ir.Table:
    """How many members came from which stage into which: `before` (null: not joined yet), `after` and `members`."""
    then = standings(tables, before).select(known="member", before="stage")
    now = standings(tables, after).select("member", after="stage")
    joined = now.left_join(then, [("member", "known")])
    return joined.group_by("before", "after").aggregate(members=joined.count())


def _counted(tables: Tables, day: date) -> ir.Table:
    """Each member with the numbers that presets read; nothing that did not happen is unknown."""
    members = tables.members.filter(tables.members.joined_on <= day)
    ordered, acted = _orders(tables.orders, day), _interactions(tables.facts, day)
    joined = members.left_join(ordered, [("member", "buyer")]).left_join(acted, [("member", "actor")])
    numbers = [name for name in (*ordered.columns, *acted.columns) if name not in ("buyer", "actor", "has_ordered")]
    return joined.select(
        "member",
        "joined_on",
        has_ordered=joined.has_ordered.fill_null(False),
        **{name: joined[name].fill_null(0) for name in numbers},
    )


def _orders(orders: ir.Table, day: date) -> ir.Table:
    until = orders.filter(orders.paid_on <= day)
    counted: dict[str, ir.Value] = {}
    for days in ORDER_WINDOWS:
        within = _within(until.paid_on, day, days)
        counted[f"orders_{days}d"] = until.count(where=until.counts & within)
        counted[f"spend_{days}d_fen"] = _sum_where(until.net_fen, within)
    return until.group_by(buyer="member").aggregate(has_ordered=until.count() > 0, **counted)


def _interactions(facts: ir.Table, day: date) -> ir.Table:
    longest = max(INTERACTION_WINDOWS)
    until = facts.filter(facts.is_interaction, facts.on <= day, _within(facts.on, day, longest))
    acts = until.group_by("type", "on", actor="member").aggregate(done=until.count())
    # What is said in chats counts once a day and kind, as `siyu.features` counts it.
    counts = ibis.ifelse(acts.type.isin(sorted(TALK_FACT_TYPES)), 1, acts.done)
    windows = {f"interactions_{days}d": _sum_where(counts, _within(acts.on, day, days)) for days in INTERACTION_WINDOWS}
    return acts.group_by("actor").aggregate(**windows)


def _within(on: ir.DateValue, day: date, days: int) -> ir.BooleanValue:
    """In the last so many days, today included."""
    return on > day - timedelta(days=days)


def _sum_where(value: ir.IntegerValue, where: ir.BooleanValue) -> ir.Value:
    return ibis.ifelse(where, value, 0).sum()
