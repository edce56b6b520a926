"""A rule of a preset as an Ibis condition on members as they stood on a day."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_

import ibis
import ibis.expr.types as ir

from siyu.features.presets import Preset
from siyu.rules.features import Feature
from siyu.rules.tree import Aged, AllOf, AnyOf, Compare, Condition, Holds, Literal, Not, Operand, Read

COMPARE = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def first_that_holds(presets: Iterable[Preset], row: ir.Table, today: date) -> ir.StringValue:
    """The key of the first preset whose rule holds; null where none does."""
    cases = [(holds(preset.rule.condition, row, today), preset.key) for preset in presets]
    return ibis.cases(*cases, else_=ibis.null("string"))


def holds(condition: Condition, row: ir.Table, today: date) -> ir.BooleanValue:
    """The condition on the columns of `row`, none of which is ever null. Presets ask nothing else (a test says so)."""
    match condition:
        case AllOf(parts=parts):
            return reduce(and_, (holds(part, row, today) for part in parts))
        case AnyOf(parts=parts):
            return reduce(or_, (holds(part, row, today) for part in parts))
        case Not(condition=inner):
            return ~holds(inner, row, today)
        case _:
            return _about_a_column(condition, row, today)


def _about_a_column(condition: Condition, row: ir.Table, today: date) -> ir.BooleanValue:
    match condition:
        case Holds(feature=feature):
            return row[_column(feature)]
        case Compare(operator=operator, left=left, right=right):
            return COMPARE[operator](_operand(left, row), _operand(right, row))
        case Aged(feature=feature, days_min=least, days_max=most):
            day = row[_column(feature).removesuffix("_at") + "_on"]
            bounds = [] if least is None else [day <= today - timedelta(days=least)]
            bounds += [] if most is None else [day >= today - timedelta(days=most)]
            return reduce(and_, bounds)
        case _:
            raise NotImplementedError(f"presets do not ask {condition}")


def _operand(operand: Operand, row: ir.Table) -> ir.Value:
    match operand:
        case Read(feature=feature) if not feature.counts_days:
            return row[_column(feature)]
        case Literal(value=value):
            return ibis.literal(value)
        case _:
            raise NotImplementedError(f"presets do not ask {operand}")


def _column(feature: Feature) -> str:
    return feature.column.partition(".")[2]
