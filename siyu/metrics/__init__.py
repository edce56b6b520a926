"""Metrics: their definitions, the days they are counted from, their values, ranges and alerts; and analytics."""

from siyu.metrics.cohorts import CohortBy
from siyu.metrics.door import AnalyticsDoor
from siyu.metrics.errors import AnalyticsUnavailable
from siyu.metrics.keeping import run_metrics
from siyu.metrics.touched import METRICS_TOPIC, notes_of_touched_days

__all__ = [
    "METRICS_TOPIC",
    "AnalyticsDoor",
    "AnalyticsUnavailable",
    "CohortBy",
    "notes_of_touched_days",
    "run_metrics",
]
