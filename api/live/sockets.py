"""GET /graphql as a WebSocket: who is let in, and what the sockets of a process share."""

from collections import Counter
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.answering import Answering, Judged, caller_of
from api.contexts import Contexts
from api.identity import Authenticator
from api.live.connection import Connection
from api.live.feeds import Feeds
from api.live.limits import LIVE_LIMITS, CloseCode, Closed, LiveLimits
from api.live.messages import SUBPROTOCOL
from api.observing import LiveCounts
from api.refusals import Refusal
from api.requests import GraphQLRequest
from api.services import Services
from schema import Context, Principal
from schema.context import Watch
from siyu.ids import new_id
from siyu.live import Hub

MESSAGE_POINTS = 1
# Mini programs say so of themselves.
MINI_PROGRAMS = "https://servicewechat.com"


class LiveSockets:
    """The sockets of a process."""

    def __init__(
        self, services: Services, authenticator: Authenticator, answering: Answering, limits: LiveLimits = LIVE_LIMITS
    ) -> None:
        self._services, self._authenticator, self._answering = services, authenticator, answering
        self._contexts = Contexts(services, authenticator)
        self.limits = limits
        self.feeds = Feeds(answering, self.hub, self._context, limits)
        self._of_callers: Counter[str] = Counter()
        root = answering.schema._schema.subscription_type
        # Each from 0 on, so that a first is a rise.
        self.counts.subscriptions.update(dict.fromkeys(root.fields if root else (), 0))

    @property
    def hub(self) -> Hub:
        """Where changes are heard."""
        return self._services.live.hub

    @property
    def counts(self) -> LiveCounts:
        """What is counted of them."""
        return self._services.observer.counts.live

    async def serve(self, socket: WebSocket) -> None:
        """One socket from its first request to its end."""
        if not self._may_come_from(socket):
            await socket.send_denial_response(Response("this origin may not connect", 403))
        elif self.counts.connections >= self.limits.connections:
            await socket.send_denial_response(Response("too many are connected", 503))
        else:
            self.counts.connections += 1
            try:
                with suppress(WebSocketDisconnect):
                    await self._converse(socket)
            finally:
                self.counts.connections -= 1

    async def _converse(self, socket: WebSocket) -> None:
        speaks = SUBPROTOCOL in socket.scope["subprotocols"]
        await socket.accept(SUBPROTOCOL if speaks else None)
        try:
            if not speaks:
                raise Closed(CloseCode.BAD_SUBPROTOCOL, f"the subprotocol is {SUBPROTOCOL}")
            await self._admit_and_converse(Connection(socket, self))
        except Closed as closed:
            await socket.close(closed.code, closed.reason)

    async def _admit_and_converse(self, connection: Connection) -> None:
        principal = await connection.sign_in()
        if principal is None:
            return
        caller = caller_of(principal, "")
        if self._of_callers[caller] >= self.limits.connections_of_one:
            raise Closed(CloseCode.TOO_MANY, f"at most {self.limits.connections_of_one} connections at once")
        self._of_callers[caller] += 1
        try:
            await connection.converse()
        finally:
            self._of_callers[caller] -= 1
            if not self._of_callers[caller]:
                del self._of_callers[caller]

    async def principal(self, authorization: str) -> Principal:
        """Whose token it is now. Raises InvalidToken, and what an outage of the database raises."""
        return await self._authenticator.principal(authorization, self._services.clock())

    async def admit(self, asked: GraphQLRequest, principal: Principal, address: str) -> Judged | list[Any]:
        """The subscription that may run and is paid for, or why none may. Raises Refusal."""
        judged = await self._answering.judge(asked, principal, address, subscribes=True)
        if judged.errors:
            return self._answering.told(judged.errors, principal, new_id().hex)
        await self._answering.take(principal, address, judged.cost)
        return judged

    async def count_message(self, principal: Principal, address: str) -> None:
        """Take a message's points from its sender's bucket. Raises Closed where there are none."""
        try:
            await self._answering.take(principal, address, MESSAGE_POINTS)
        except Refusal as refusal:
            raise Closed(CloseCode.TOO_MANY, str(refusal)) from refusal

    def _context(self, principal: Principal, language: str, watch: Watch) -> Context:
        return self._contexts.of(principal, new_id().hex, language, watch)

    def _may_come_from(self, socket: WebSocket) -> bool:
        """A page of another origin may not; whoever is no page sends none."""
        origin = socket.headers.get("origin")
        if origin is None or origin in {MINI_PROGRAMS, *self._services.settings.allowed_origins}:
            return True
        return urlsplit(origin).netloc == socket.headers.get("host")
