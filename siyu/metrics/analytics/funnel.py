"""Funnels: how many members did one thing, then another, then a third, within so many days."""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from siyu.metrics.analytics.tables import Tables


def funnel(tables: Tables, steps: Sequence[str], first: date, last: date, window_days: int) -> ir.Table:
    """One row: `step_0`, `step_1`, … are how many members came so far.

    `steps` are types of facts. A member is counted from their first fact of the first type from day `first` to `last`;
    each further step is their earliest such fact after the step before it, less than `window_days` · 24 hours after the
    first. Facts of one moment are not after each other.
    """
    began = tables.facts.filter(tables.facts.type == steps[0], tables.facts.on.between(first, last))
    reached = began.group_by("member").aggregate(at_0=began.at.min())
    for number, step in enumerate(steps[1:], start=1):
        reached = _with_step(tables.facts, reached, number, step, window_days)
    return reached.aggregate(**{f"step_{number}": reached[f"at_{number}"].count() for number in range(len(steps))})


def _with_step(facts: ir.Table, reached: ir.Table, number: int, step: str, window_days: int) -> ir.Table:
    """The same members with the moment of one step more; null for who never came there."""
    # By a name of its own: the table is joined with another of the same facts.
    acts = facts.filter(facts.type == step).select(actor="member", acted_at="at")
    met = reached.join(acts, [("member", "actor")])
    met = met.filter(met.acted_at > met[f"at_{number - 1}"], met.acted_at < met.at_0 + ibis.interval(days=window_days))
    came = met.group_by(arrived="member").aggregate(**{f"at_{number}": met.acted_at.min()})
    return reached.left_join(came, [("member", "arrived")]).drop("arrived")
