"""The shop's own ranges, in place of those of the handbooks."""

import math
from datetime import datetime

from siyu.db import Connection, Pool
from siyu.errors import InvalidInput, Problem
from siyu.metrics.definition import Range

LOAD = "SELECT metric, low, high, growth FROM metric_range"
SET = """
INSERT INTO metric_range (metric, low, high, growth, set_by, set_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (metric) DO UPDATE SET low = EXCLUDED.low, high = EXCLUDED.high, growth = EXCLUDED.growth,
    set_by = EXCLUDED.set_by, set_at = EXCLUDED.set_at
"""
RESET = "DELETE FROM metric_range WHERE metric = $1"

BOUND_MAX = 1e15
GROWTH_MAX = 1e6


async def load_ranges(connection: Connection | Pool) -> dict[str, Range]:
    """The ranges that the shop has set, by metric; one that is empty has the metric never be out of range."""
    return {row[0]: Range(*row[1:]) for row in await connection.fetch(LOAD)}


async def set_range(pool: Pool, metric: str, healthy: Range | None, author: str, now: datetime) -> None:
    """Make the range the metric's; None is the handbooks' again. Raises InvalidInput."""
    if healthy is None:
        await pool.execute(RESET, metric)
        return
    for name, value, most in (
        ("low", healthy.low, BOUND_MAX),
        ("high", healthy.high, BOUND_MAX),
        ("growth", healthy.growth, GROWTH_MAX),
    ):
        if value is not None and not (math.isfinite(value) and abs(value) <= most):
            raise InvalidInput([Problem((name,), f"must lie between -{most:g} and {most:g}")])
    if healthy.low is not None and healthy.high is not None and healthy.low > healthy.high:
        raise InvalidInput([Problem(("high",), "must not be below `low`")])
    await pool.execute(SET, metric, healthy.low, healthy.high, healthy.growth, author, now)
