"""Live data over WebSocket: the protocol `graphql-transport-ws`, and answers that are computed once for all alike."""

from importlib import import_module
from typing import TYPE_CHECKING

from api.live.draining import DrainingProtocol
from api.live.limits import LIVE_LIMITS, CloseCode, LiveLimits

if TYPE_CHECKING:
    from api.live.sockets import LiveSockets

__all__ = ["LIVE_LIMITS", "CloseCode", "DrainingProtocol", "LiveLimits", "LiveSockets"]

# A worker has the server's loops and answers nobody: it loads no GraphQL.
_MODULES = {"LiveSockets": "api.live.sockets"}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
