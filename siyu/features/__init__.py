"""What rules ask about members: a row of each, kept current by the worker from what the engine commits."""

from siyu.features.keeping import keep_everything, keep_features, run_features
from siyu.features.touched import leave_touched

__all__ = ["keep_everything", "keep_features", "leave_touched", "run_features"]
