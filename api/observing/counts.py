"""The numbers of a process's requests, from its start on: plain integers of one event loop, read when asked for."""

from collections import Counter
from dataclasses import dataclass, field

from api.executor import PlanCounts
from api.observing.requests import RequestTrail
from schema import ErrorCode
from siyu.distribution import Distribution

OPERATION_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
# Each is a dozen series in Prometheus; later ones are counted together.
OPERATIONS_MAX = 300
OTHER = "other"


def no_errors() -> Counter[str]:
    """Every code there is, so that a first error is a rise from 0."""
    return Counter({code.value: 0 for code in ErrorCode})


@dataclass(slots=True)
class LiveCounts:
    """Of sockets: how many are open, and their subscriptions by the field of `Subscription` they are to.

    `sent` is news that readers got; `dropped` was not sent because newer came before, or the reader left.
    """

    connections: int = 0
    subscriptions: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    dropped: int = 0


@dataclass(slots=True)
class Counts:
    """`answers` are HTTP answers by status, `errors` those that answers told by code, `plans` what the executor did.

    `slow` are all slow operations, `slow_left_out` those of them that have no line in the log.
    """

    operations: dict[str, Distribution] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=no_errors)
    plans: PlanCounts = field(default_factory=PlanCounts)
    live: LiveCounts = field(default_factory=LiveCounts)
    slow: int = 0
    slow_left_out: int = 0

    def add(self, trail: RequestTrail, status: int) -> None:
        """A request was answered."""
        self.answers[status] += 1
        for code in trail.codes:
            self.errors[code] += 1
        if trail.operation is not None:
            self._seconds_of(trail.operation).add(trail.seconds)

    def _seconds_of(self, operation: str) -> Distribution:
        known = self.operations.get(operation)
        if known is None:
            name = operation if len(self.operations) < OPERATIONS_MAX else OTHER
            known = self.operations.setdefault(name, Distribution(OPERATION_S))
        return known
