"""What surrounds every answer: security headers, compression, and who may read it from another origin."""

from collections.abc import Iterable

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.media import takes_gzip
from api.settings import Settings

# Below, compressing takes longer than sending.
COMPRESSED_BYTES_MIN = 1_024
# The fastest: level 4 saves 2 % of the bytes of a page of 50 members for half as much time again (decision 0042).
COMPRESSION_LEVEL = 1
# What is large enough is another to who takes gzip.
VARIES = (b"vary", b"Accept-Encoding")
PREFLIGHT_S = 600
CORS_HEADERS = ("Authorization", "Content-Type", "Accept-Language", "X-Client")
READABLE_HEADERS = ("X-Request-Id", "Retry-After", "ETag")
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
# A browser that came by HTTPS once comes by nothing else.
STRICT_TRANSPORT = {"Strict-Transport-Security": "max-age=31536000"}


class SecurityHeaders:
    """Adds headers to answers that do not have them; the explorer's pages have a policy of their own."""

    def __init__(self, app: ASGIApp, added: dict[str, str]) -> None:
        self._app = app
        self._added = [(name.lower().encode(), value.encode()) for name, value in added.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(each for each in self._added if each[0] not in present)]
            await send(message)

        await self._app(scope, receive, send_with_headers)


class Gzip(GZipMiddleware):
    """Compresses for clients that take gzip; starlette's own looks for the word, and finds it in `gzip;q=0`, too."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            takes = takes_gzip(first_of(scope["headers"], b"accept-encoding"))
            if not takes and scope["method"] == "POST":
                await self.app(scope, receive, sending_as_it_is(send))
                return
            others = [each for each in scope["headers"] if each[0] != b"accept-encoding"]
            # Shared with the copy: whoever answers for a failure, outside of here, finds the request's trail in it.
            scope.setdefault("state", {})
            scope = {**scope, "headers": [*others, (b"accept-encoding", b"gzip" if takes else b"identity")]}
            send = sending_one_vary(send)
        await super().__call__(scope, receive, send)


def sending_as_it_is(send: Send) -> Send:
    """Sends answers that are in one piece, without what starlette does to find out that it has nothing to do."""

    async def send_as_it_is(message: Message) -> None:
        if message["type"] == "http.response.start":
            length = first_of(message["headers"], b"content-length")
            if length and int(length) >= COMPRESSED_BYTES_MIN:
                message["headers"] = with_one_vary([*message["headers"], VARIES])
        await send(message)

    return send_as_it_is


def sending_one_vary(send: Send) -> Send:
    """Sends what starlette made of an answer, which adds a name to those that are there, itself among them or not."""

    async def send_one_vary(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = with_one_vary(message["headers"])
        await send(message)

    return send_one_vary


def with_one_vary(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers with one `Vary` at most, last, that has each name once; beside `*` there is none."""
    others: list[tuple[bytes, bytes]] = []
    names: dict[bytes, bytes] = {}
    for header in headers:
        if header[0] != b"vary":
            others.append(header)
            continue
        for name in map(bytes.strip, header[1].split(b",")):
            names.setdefault(name.lower(), name)
    if names:
        others.append((b"vary", b"*" if b"*" in names else b", ".join(names.values())))
    return others


def first_of(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str:
    """The first header of that name, empty where there is none."""
    return next((value.decode("latin-1") for each, value in headers if each == name), "")


def middleware(settings: Settings) -> list[Middleware]:
    """Outermost first."""
    added = SECURITY_HEADERS | (STRICT_TRANSPORT if settings.environment == "production" else {})
    around = [
        Middleware(SecurityHeaders, added=added),
        Middleware(Gzip, minimum_size=COMPRESSED_BYTES_MIN, compresslevel=COMPRESSION_LEVEL),
    ]
    if settings.allowed_origins:
        cors = Middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["POST", "GET"],
            allow_headers=CORS_HEADERS,
            expose_headers=READABLE_HEADERS,
            max_age=PREFLIGHT_S,
        )
        around.append(cors)
    return around
