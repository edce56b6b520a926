"""One socket: a client signs in, subscribes, and is sent the newest of what it subscribed to."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from starlette.websockets import WebSocket, WebSocketDisconnect

from api.identity import InvalidToken
from api.live.feeds import Asking, Reader
from api.live.limits import CloseCode, Closed
from api.live.messages import ACK, PONG, Message, error_message, next_message, read_message, written_id
from api.refusals import Refusal
from api.replies import error_of
from api.requests import understood
from schema import ApiError, ErrorCode, Principal
from siyu.loops import DATABASE_OUTAGES

if TYPE_CHECKING:
    from api.live.sockets import LiveSockets

logger = logging.getLogger(__name__)

RETRY_AFTER_MS = 1_000


@dataclass(eq=False, slots=True)
class Subscription:
    """One of the connection's; `id_json` names it in messages. `field` is that of its root, once it has begun."""

    id_json: str
    joining: "asyncio.Task[None]"
    reader: Reader | None = None
    field: str | None = None


class Connection:
    """Reads what the client says, and sends: replies in their order, of each subscription the newest alone."""

    def __init__(self, socket: WebSocket, sockets: "LiveSockets") -> None:
        self._socket, self._sockets, self._limits = socket, sockets, sockets.limits
        self._counts = sockets.counts
        self._subscriptions: dict[str, Subscription] = {}
        self._replies: deque[str] = deque()
        self._news: dict[str, str] = {}
        self._to_send = asyncio.Event()
        self._authorization = ""
        self._asked_at_s = self._checked_at_s = monotonic()

    async def converse(self) -> None:
        """Until the client leaves. Raises Closed where it is to be sent away."""
        sending = asyncio.create_task(self._send())
        try:
            await self._read()
        finally:
            sending.cancel()
            for id_ in list(self._subscriptions):
                self._drop(id_)

    async def sign_in(self) -> Principal | None:
        """Who the client is; None where it leaves before it says so. Raises Closed."""
        try:
            async with asyncio.timeout(self._limits.init_s):
                message = await self._next()
        except TimeoutError as error:
            raise Closed(CloseCode.INIT_TOO_LATE, "send `connection_init` first") from error
        if message is None:
            return None
        if message.kind != "connection_init":
            raise Closed(CloseCode.NOT_SIGNED_IN, "send `connection_init` first")
        self._authorization = _authorization(message)
        self._principal = await self._admitted(self._authorization)
        return self._principal

    async def _read(self) -> None:
        self._reply(ACK)
        while True:
            try:
                async with asyncio.timeout(self._limits.check_s):
                    message = await self._next()
            except TimeoutError:
                await self._check()
                continue
            if message is None:
                return
            await self._sockets.count_message(self._principal, self._address)
            await self._take(message)
            if len(self._replies) > self._limits.replies:
                raise Closed(CloseCode.TOO_MANY, "more is asked than is read")
            if monotonic() - self._checked_at_s >= self._limits.check_s:
                await self._check()

    async def _next(self) -> Message | None:
        received = await self._socket.receive()
        if received["type"] == "websocket.disconnect":
            return None
        text = received.get("text")
        if text is None:
            raise Closed(CloseCode.BAD_MESSAGE, "messages are texts")
        return read_message(text)

    async def _take(self, message: Message) -> None:
        match message.kind:
            case "connection_init":
                raise Closed(CloseCode.TOO_MANY, "`connection_init` was sent before")
            case "subscribe":
                self._subscribe(message)
            case "complete":
                self._drop(message.id)
            case "ping":
                if message.payload:
                    await self._sign_in_anew(_authorization(message))
                self._reply(PONG)

    async def _admitted(self, authorization: str) -> Principal:
        try:
            return await self._sockets.principal(authorization)
        except InvalidToken as error:
            raise Closed(CloseCode.NOT_ADMITTED, str(error)) from error
        except DATABASE_OUTAGES as error:
            raise Closed(CloseCode.TRY_LATER, "the database is away") from error

    async def _sign_in_anew(self, authorization: str) -> None:
        if _who(await self._admitted(authorization)) != _who(self._principal):
            raise Closed(CloseCode.NOT_ADMITTED, "the token is somebody else's")
        self._authorization = authorization

    async def _check(self) -> None:
        """Whether the client may stay. Raises Closed."""
        self._checked_at_s = monotonic()
        await self._admitted(self._authorization)
        if self._subscriptions:
            self._asked_at_s = self._checked_at_s
            if self._sockets.hub.away_s > self._limits.away_s:
                raise Closed(CloseCode.TRY_LATER, "changes are not heard at present: poll")
        elif self._checked_at_s - self._asked_at_s >= self._limits.idle_s:
            raise Closed(CloseCode.NOTHING_ASKED, "nothing is subscribed to")

    def _subscribe(self, message: Message) -> None:
        if message.id in self._subscriptions:
            raise Closed(CloseCode.SUBSCRIBED_TWICE, f"Subscriber for {message.id} already exists"[:100])
        if len(self._subscriptions) >= self._limits.subscriptions:
            told = f"a connection has at most {self._limits.subscriptions} subscriptions"
            refused = ApiError(ErrorCode.DOCUMENT_REFUSED, told, limit="subscriptions")
            self._reply(error_message(written_id(message.id), [refused.formatted]))
            return
        joining = asyncio.create_task(self._join(message))
        self._subscriptions[message.id] = Subscription(written_id(message.id), joining)

    async def _join(self, message: Message) -> None:
        """Begin a subscription, or tell why not."""
        id_ = message.id
        try:
            errors = await self._begin(message)
        except Refusal as refusal:
            errors = [error_of(refusal)]
        except TimeoutError:
            timed_out = ApiError(ErrorCode.TIMED_OUT, "no answer in time", retry_after_ms=RETRY_AFTER_MS)
            errors = [timed_out.formatted]
        except Exception:  # a bug of ours: nobody may wait for ever because of it
            logger.exception("a subscription could not begin")
            errors = [ApiError(ErrorCode.INTERNAL, "internal error").formatted]
        if errors:
            self._end(id_, errors)

    async def _begin(self, message: Message) -> Sequence[object]:
        if not await self._sockets.hub.ready():
            told = "changes are not heard at present: poll"
            raise Refusal(503, ErrorCode.UNAVAILABLE, told, retry_after_ms=RETRY_AFTER_MS)
        request, id_ = understood(message.payload), message.id
        judged = await self._sockets.admit(request, self._principal, self._address)
        if isinstance(judged, list):
            return judged
        reader = Reader(self._principal, lambda payload: self._tell(id_, payload), lambda told: self._end(id_, told))
        subscription = self._subscriptions[id_]
        subscription.reader, subscription.field = reader, judged.root
        self._counts.subscriptions[judged.root] += 1
        language = self._socket.headers.get("accept-language", "")
        return await self._sockets.feeds.join(Asking(request, judged, language), reader)

    def _drop(self, id_: str) -> None:
        """Forget a subscription; one that is not there has ended already."""
        subscription = self._subscriptions.pop(id_, None)
        self._counts.dropped += self._news.pop(id_, None) is not None
        if subscription is not None:
            if subscription.field is not None:
                self._counts.subscriptions[subscription.field] -= 1
            if subscription.joining is not asyncio.current_task():
                subscription.joining.cancel()
            if subscription.reader is not None:
                self._sockets.feeds.leave(subscription.reader)

    def _end(self, id_: str, errors: Sequence[object]) -> None:
        if id_ in self._subscriptions:
            id_json = self._subscriptions[id_].id_json
            self._drop(id_)
            self._reply(error_message(id_json, errors))

    def _tell(self, id_: str, payload: str) -> None:
        """In the place of what was not sent yet: who reads slowly reads the newest."""
        self._counts.dropped += id_ in self._news
        self._news[id_] = payload
        self._to_send.set()

    def _reply(self, text: str) -> None:
        self._replies.append(text)
        self._to_send.set()

    async def _send(self) -> None:
        while True:
            await self._to_send.wait()
            self._to_send.clear()
            while self._replies or self._news:
                try:
                    await self._socket.send_text(self._replies.popleft() if self._replies else self._newest())
                except WebSocketDisconnect:
                    return

    def _newest(self) -> str:
        id_ = next(iter(self._news))
        self._counts.sent += 1
        return next_message(self._subscriptions[id_].id_json, self._news.pop(id_))

    @property
    def _address(self) -> str:
        return self._socket.client.host if self._socket.client else ""


def _authorization(message: Message) -> str:
    """What would be the header of a request. Raises Closed."""
    found = message.payload.get("authorization")
    if not isinstance(found, str):
        raise Closed(CloseCode.NOT_ADMITTED, "the payload must have `authorization`: Bearer and a token")
    return found


def _who(principal: Principal) -> tuple[object, ...]:
    """What a later token must have in common with the first; the session may be another."""
    return principal.role, principal.member_id, principal.subject, principal.scopes
