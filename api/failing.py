"""Answers where there is no answer: no such page, no such method, and what nobody foresaw."""

import logging
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.observing import Observer, RequestTrail, request_id_of
from api.refusals import BadRequest, Refusal
from api.replies import refuse
from schema import ErrorCode

logger = logging.getLogger(__name__)

CODES = {404: ErrorCode.NOT_FOUND, 405: ErrorCode.METHOD_NOT_ALLOWED}


@dataclass(frozen=True, slots=True)
class Failures:
    """Answers in the place of an endpoint."""

    observer: Observer

    async def answer_http_error(self, request: Request, error: Exception) -> Response:
        """What Starlette's routing refuses, in our words and with its headers."""
        assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for these
        code = CODES.get(error.status_code, ErrorCode.INVALID_REQUEST)
        response = self._refuse(trail_of(request), BadRequest(error.status_code, code, error.detail))
        response.headers.update(error.headers or {})
        return response

    async def answer_failure(self, request: Request, error: Exception) -> Response:
        """A bug of ours: the log has it, the caller its number. Starlette raises it again once this is sent."""
        trail = trail_of(request)
        logger.error("request %s failed", trail.request_id, exc_info=error)
        return self._refuse(trail, Refusal(500, ErrorCode.INTERNAL, "internal error"))

    def _refuse(self, trail: RequestTrail, refusal: Refusal) -> Response:
        trail.codes = (refusal.code.value,)
        trail.end()
        self.observer.answered(trail, refusal.status)
        return refuse(trail.request_id, refusal)


def trail_of(request: Request) -> RequestTrail:
    """The request's trail, begun by the endpoint where that was reached."""
    state: dict[str, Any] = request.scope.get("state", {})
    trail = state.get("trail")
    if isinstance(trail, RequestTrail):
        return trail
    return RequestTrail(request_id=request_id_of(request.headers.get("x-request-id")))
