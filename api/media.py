"""What a client takes: the media type of an answer, the status that goes with it, and whether it is compressed."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from api.refusals import BadRequest
from schema import ErrorCode

JSON = "application/json"
# Under this type the status tells whether anything was run; under the older one it is 200.
GRAPHQL_RESPONSE = "application/graphql-response+json"
CHARSET = "charset=utf-8"
# Ranges of an Accept header that are looked at.
RANGES_MAX = 20
# Clients send the same few headers again and again.
HEADERS_KEPT_MAX = 256


@lru_cache(HEADERS_KEPT_MAX)
def answer_type(accept: str | None) -> str:
    """The media type to answer with, by the Accept header. Raises BadRequest where it allows neither of ours.

    Who leaves it open gets the older type, as clients from before the newer one expect.
    """
    if not accept or not accept.strip():
        return JSON
    wanted = {JSON: 0.0, GRAPHQL_RESPONSE: 0.0}
    # The more exact range decides, wherever it stands.
    for range_, quality in sorted(_ranges(accept), key=lambda each: _exactness(each[0])):
        for media_type in wanted:
            if _matches(range_, media_type):
                wanted[media_type] = quality
    best = max(wanted.values())
    if best <= 0:
        raise BadRequest(406, ErrorCode.NOT_ACCEPTABLE, f"answers are {GRAPHQL_RESPONSE} or {JSON}")
    named = any(range_ == GRAPHQL_RESPONSE for range_, _ in _ranges(accept))
    return GRAPHQL_RESPONSE if wanted[GRAPHQL_RESPONSE] == best and (named or wanted[JSON] < best) else JSON


@lru_cache(HEADERS_KEPT_MAX)
def is_json(content_type: str) -> bool:
    """Whether a body of this Content-Type is JSON in UTF-8."""
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [each.partition("=")[2].strip('"') for each in parameters if each.startswith("charset=")]
    return media_type == JSON and all(charset in {"utf-8", "utf8"} for charset in charsets)


@lru_cache(HEADERS_KEPT_MAX)
def takes_gzip(accept_encoding: str) -> bool:
    """Whether a client with this Accept-Encoding takes gzip."""
    return any(coding == "gzip" and quality > 0 for coding, quality in _ranges(accept_encoding))


def status_of(answer: Mapping[str, Any], media_type: str) -> int:
    """The status of an answer that came from GraphQL: 400 where nothing was run and the type lets us say so."""
    return 400 if media_type == GRAPHQL_RESPONSE and "data" not in answer else 200


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    """The media ranges and their qualities; one that cannot be read counts for nothing."""
    for part in accept.split(",", RANGES_MAX)[:RANGES_MAX]:
        range_, *parameters = (each.strip().lower() for each in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                quality = _quality(value.strip())
        yield range_, quality


def _quality(text: str) -> float:
    digits = text.replace(".", "", 1)
    return min(float(text), 1.0) if digits.isascii() and digits.isdigit() else 0.0


def _exactness(range_: str) -> int:
    return 0 if range_ == "*/*" else 1 if range_.endswith("/*") else 2


def _matches(range_: str, media_type: str) -> bool:
    return range_ in {"*/*", "application/*", media_type}
