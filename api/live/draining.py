"""uvicorn's WebSocket, which cuts off a reader that takes nothing: what waits for it is memory."""

import asyncio

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from api.live.limits import LIVE_LIMITS


class DrainingProtocol(WebSocketsSansIOProtocol):
    """Closing would wait for the reader, so the connection is aborted."""

    drain_s = LIVE_LIMITS.drain_s
    _cutting_off: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """The reader has more to take than the buffer should hold."""
        super().pause_writing()
        if self._cutting_off is None:
            self._cutting_off = self.loop.call_later(self.drain_s, self.transport.abort)

    def resume_writing(self) -> None:
        """It has taken some."""
        self._keep()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._keep()
        super().connection_lost(exc)

    def _keep(self) -> None:
        if self._cutting_off is not None:
            self._cutting_off.cancel()
            self._cutting_off = None
