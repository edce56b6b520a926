"""Takes note of every request that was answered: counted, logged, traced, and told in full where it was slow."""

import logging

from api.observing.counts import Counts
from api.observing.requests import RequestTrail
from api.observing.slow import SlowOperations
from api.observing.tracing import NoTracing, open_tracing
from api.settings import Settings
from siyu.db import Pool

logger = logging.getLogger(__name__)


class Observer:
    """One a process. Raises SetupError where traces are asked for and their packages are not there."""

    def __init__(self, settings: Settings, pool: Pool) -> None:
        self.counts = Counts()
        self._slow = SlowOperations(pool, settings.slow_operation_ms / 1_000)
        self._tracing = open_tracing() if settings.otel else NoTracing()

    def answered(self, trail: RequestTrail, status: int) -> None:
        """The request has got its answer, and the trail has ended."""
        self.counts.add(trail, status)
        if logger.isEnabledFor(logging.INFO):
            logger.info("answered", extra={"fields": fields_of(trail) | {"status": status}})
        if self._slow.is_slow(trail):
            self.counts.slow += 1
            if not self._slow.tell(trail, fields_of(trail)):
                self.counts.slow_left_out += 1
        self._tracing.send(trail, status)

    async def close(self) -> None:
        """Wait for what is still to be told or sent."""
        await self._slow.close()
        await self._tracing.close()


def fields_of(trail: RequestTrail) -> dict[str, object]:
    """What a line of the log says of a request."""
    fields: dict[str, object] = {
        "request": trail.request_id,
        "operation": trail.operation,
        "role": trail.role,
        "ms": round(trail.seconds * 1_000, 1),
        "cost": trail.cost,
        "document": trail.document,
    }
    if trail.codes:
        fields["codes"] = list(trail.codes)
    if trail.facts:
        fields["facts"] = [fact_id.hex for fact_id in trail.facts]
    return fields
