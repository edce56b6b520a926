"""Metrics: their definitions, the days they are counted from, their values, ranges and alerts."""

from siyu.metrics.keeping import run_metrics
from siyu.metrics.touched import METRICS_TOPIC, leave_touched_days

__all__ = ["METRICS_TOPIC", "leave_touched_days", "run_metrics"]
