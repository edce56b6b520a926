"""What goes out: JSON that no cache keeps, under headers that let nothing else be made of it."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from api.media import CHARSET, JSON
from api.refusals import Refusal
from schema import written

NEVER_STORED = {"Cache-Control": "no-store"}


def reply(
    request_id: str, status: int, content: Mapping[str, Any], media_type: str = JSON, retry_after_ms: int | None = None
) -> Response:
    """A JSON answer that no cache keeps."""
    headers = {**NEVER_STORED, "X-Request-Id": request_id, "Content-Type": f"{media_type}; {CHARSET}"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if retry_after_ms is not None:
        headers["Retry-After"] = str(-(-retry_after_ms // 1_000))
    return Response(written(content), status, headers)


def refuse(request_id: str, refusal: Refusal, media_type: str = JSON) -> Response:
    """An answer to a request that never reached the schema."""
    error = error_of(refusal)
    error["extensions"]["requestId"] = request_id
    return reply(request_id, refusal.status, {"errors": [error]}, media_type, refusal.retry_after_ms)


def error_of(refusal: Refusal) -> dict[str, Any]:
    """The refusal as an error of GraphQL."""
    extensions: dict[str, object] = {"code": refusal.code.value, "retryable": refusal.retry_after_ms is not None}
    if refusal.retry_after_ms is not None:
        extensions["retryAfterMs"] = refusal.retry_after_ms
    return {"message": str(refusal), "extensions": extensions}
