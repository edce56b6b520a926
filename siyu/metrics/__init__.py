"""What the shop's figures say."""

from siyu.metrics.cohorts import CohortBy
from siyu.metrics.door import AnalyticsDoor
from siyu.metrics.errors import AnalyticsUnavailable

__all__ = ["AnalyticsDoor", "AnalyticsUnavailable", "CohortBy"]
