"""Answers where there is no answer: no such page, no such method, and what nobody foresaw."""

import logging
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.refusals import BadRequest, Refusal
from api.replies import refuse
from schema import ErrorCode
from siyu.ids import new_id

logger = logging.getLogger(__name__)

CODES = {404: ErrorCode.NOT_FOUND, 405: ErrorCode.METHOD_NOT_ALLOWED}


async def answer_http_error(_request: Request, error: Exception) -> Response:
    """What Starlette's routing refuses, in our words and with its headers."""
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for these
    code = CODES.get(error.status_code, ErrorCode.INVALID_REQUEST)
    response = refuse(new_id().hex, BadRequest(error.status_code, code, error.detail))
    response.headers.update(error.headers or {})
    return response


async def answer_failure(request: Request, error: Exception) -> Response:
    """A bug of ours: the log has it, the caller its number. Starlette raises it again once this is sent."""
    # Set by the endpoint, where it was reached.
    state: dict[str, Any] = request.scope.get("state", {})
    request_id = state.get("request_id") or new_id().hex
    logger.error("request %s failed", request_id, exc_info=error)
    return refuse(request_id, Refusal(500, ErrorCode.INTERNAL, "internal error"))
