"""Questions about all members at once, as Ibis expressions: RFM, retention, funnels, standings, figures."""

from siyu.metrics.analytics.engines import AnalyticsEngine, DuckDbEngine, PostgresEngine, SparkEngine
from siyu.metrics.analytics.questions import Analytics
from siyu.metrics.analytics.snapshot import Snapshot, current_snapshot, take_snapshot

__all__ = [
    "Analytics",
    "AnalyticsEngine",
    "DuckDbEngine",
    "PostgresEngine",
    "Snapshot",
    "SparkEngine",
    "current_snapshot",
    "take_snapshot",
]
