"""Where traces of operations go: nowhere, or to OpenTelemetry by the module that is loaded for it alone.

Spans are made of the trail once the answer is there, so that nothing is done for them on the way.
"""

from abc import ABC, abstractmethod
from importlib import import_module
from typing import cast

from api.errors import SetupError
from api.observing.requests import RequestTrail


class Tracing(ABC):
    """Where traces go."""

    @abstractmethod
    def send(self, trail: RequestTrail, status: int) -> None:
        """Send what the trail of an answered request holds; waits for nothing."""

    @abstractmethod
    async def close(self) -> None:
        """Send what waits."""


class NoTracing(Tracing):
    """Nowhere."""

    def send(self, trail: RequestTrail, status: int) -> None:
        """Nothing is sent."""

    async def close(self) -> None:
        """Nothing waits."""


def open_tracing() -> Tracing:
    """What sends spans. Raises SetupError where OpenTelemetry is not installed."""
    try:
        module = import_module("api.observing.opentelemetry")
    except ModuleNotFoundError as error:
        message = f"SIYU_OTEL is on, but {error.name} is not installed: `pip install 'siyu[otel]'`, or leave it off."
        raise SetupError(message) from error
    return cast("Tracing", module.OpenTelemetry())
