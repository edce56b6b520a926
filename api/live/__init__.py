"""Live data over WebSocket: the protocol `graphql-transport-ws`, and answers that are computed once for all alike."""

from api.live.draining import DrainingProtocol
from api.live.limits import LIVE_LIMITS, CloseCode, LiveLimits
from api.live.sockets import LiveSockets

__all__ = ["LIVE_LIMITS", "CloseCode", "DrainingProtocol", "LiveLimits", "LiveSockets"]
