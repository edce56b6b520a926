"""What a process tells those who run it: a log without personal data, numbers, spans, what was slow, how it is.

docs/observability.md lists all of it.
"""

from api.observing.counts import Counts, LiveCounts
from api.observing.health import Health
from api.observing.logs import log_to, tell_of_lost_errors
from api.observing.metrics import CONTENT_TYPE, exposition
from api.observing.observer import Observer
from api.observing.requests import RequestTrail, request_id_of

__all__ = [
    "CONTENT_TYPE",
    "Counts",
    "Health",
    "LiveCounts",
    "Observer",
    "RequestTrail",
    "exposition",
    "log_to",
    "request_id_of",
    "tell_of_lost_errors",
]
