"""A GraphQL request's body: read within a bound, and understood or refused with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from starlette.types import Receive, Scope

from api.json_bodies import read_json
from api.media import JSON, is_json
from api.refusals import BadRequest
from schema import ErrorCode


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a client wants run: a document by its text, by its hash (SHA-256, hexadecimal), or by both."""

    query: str | None
    document_hash: str | None
    variables: dict[str, Any]
    operation_name: str | None


class Incoming(NamedTuple):
    """An HTTP request whose headers have come: by their names in small letters. `address` is where it comes from."""

    headers: Mapping[str, str]
    receive: Receive
    address: str


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers of an HTTP request by their names in small letters; of one that comes twice, the first.

    Starlette's own go through all of them, and decode them, for each that is asked for.
    """
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}


def address_of(scope: Scope) -> str:
    """Where an HTTP request comes from; empty where the server cannot tell."""
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client else ""


async def read_request(incoming: Incoming, body_bytes_max: int) -> GraphQLRequest:
    """The GraphQL request in an HTTP request. Raises BadRequest."""
    headers = incoming.headers
    if not is_json(headers.get("content-type", "")):
        raise BadRequest(415, ErrorCode.UNSUPPORTED_MEDIA_TYPE, f"send {JSON} in UTF-8")
    # What is small on the wire could be any size.
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise BadRequest(415, ErrorCode.UNSUPPORTED_MEDIA_TYPE, "send a body that is not compressed")
    return _parse(await _body(incoming.receive, body_bytes_max))


async def _body(receive: Receive, bytes_max: int) -> bytes:
    """The body, counted while it streams in: the length a client announces is only a hint."""
    chunks: list[bytes] = []
    size, is_whole = 0, False
    while not is_whole:
        message = await receive()
        if message["type"] == "http.disconnect":
            # Everyday life on a phone, and no failure of ours to log.
            raise BadRequest(400, ErrorCode.INCOMPLETE_BODY, "the connection was closed within the body")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > bytes_max:
            raise BadRequest(413, ErrorCode.BODY_TOO_LARGE, f"the body is larger than {bytes_max} bytes")
        chunks.append(chunk)
        is_whole = not message.get("more_body", False)
    return b"".join(chunks)


def _parse(body: bytes) -> GraphQLRequest:
    content = read_json(body)
    if isinstance(content, list):
        raise BadRequest(400, ErrorCode.NO_BATCHING, "send one operation a request")
    if not isinstance(content, dict):
        raise _invalid("the body must be an object")
    return understood(content)


def understood(content: dict[str, Any]) -> GraphQLRequest:
    """The request that an object of JSON is. Raises BadRequest."""
    query, variables, name = content.get("query"), content.get("variables"), content.get("operationName")
    if not isinstance(variables, dict | None) or not isinstance(name, str | None):
        raise _invalid("`variables` must be an object and `operationName` a text")
    document_hash = _document_hash(content)
    if not isinstance(query, str | None) or (query is None and document_hash is None):
        raise _invalid("there must be a text `query` or a `documentId`")
    return GraphQLRequest(query, document_hash, variables or {}, name)


def _document_hash(content: dict[str, Any]) -> str | None:
    """The hash of a trusted document, as `documentId` or where Apollo's clients put it."""
    extensions = content.get("extensions")
    if not isinstance(extensions, dict | None):
        raise _invalid("`extensions` must be an object")
    persisted = (extensions or {}).get("persistedQuery")
    if not isinstance(persisted, dict | None):
        raise _invalid("`extensions.persistedQuery` must be an object")
    found = content.get("documentId") or (persisted or {}).get("sha256Hash")
    if not isinstance(found, str | None):
        raise _invalid("the hash of a document must be a text")
    return found.removeprefix("sha256:").lower() if found else None


def _invalid(message: str) -> BadRequest:
    return BadRequest(400, ErrorCode.INVALID_REQUEST, message)
