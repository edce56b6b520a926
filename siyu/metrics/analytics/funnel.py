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
    facts = tables.facts
    began = facts.filter(facts.type == steps[0], facts.on.between(first, last))
    began = began.group_by(beginner="member").aggregate(at_0=began.at.min())
    acts = facts.filter(facts.type.isin(steps[1:]), facts.on >= first).join(began, [("member", "beginner")])
    acts = acts.filter(acts.at > acts.at_0, acts.at < acts.at_0 + ibis.interval(days=window_days))
    for number, step in enumerate(steps[1:], start=1):
        later = (acts.type == step) & (acts.at > acts[f"at_{number - 1}"])
        acts = acts.mutate(**{f"at_{number}": acts.at.min(where=later).over(group_by="member")})
    names = [f"at_{number}" for number in range(1, len(steps))]
    came = acts.group_by("member").aggregate(**{name: acts[name].max() for name in names})
    reached = came.aggregate(**{f"step_{number}": came[name].count() for number, name in enumerate(names, start=1)})
    return began.aggregate(step_0=began.count()).cross_join(reached)
