"""POST /graphql: from an HTTP request to the schema and back."""

import asyncio
import logging
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.answering import Answering
from api.contexts import Contexts
from api.identity import Authenticator, InvalidToken
from api.media import JSON, answer_type, status_of
from api.observing import RequestTrail, request_id_of
from api.refusals import BadRequest, Refusal
from api.replies import refuse, reply
from api.requests import Incoming, address_of, headers_of, read_request
from api.services import Services
from schema import ErrorCode
from siyu.loops import DATABASE_OUTAGES
from siyu.trail import following

logger = logging.getLogger(__name__)

RETRY_AFTER_MS = 1_000


@dataclass(frozen=True, slots=True)
class GraphQLEndpoint:
    """Answers GraphQL over POST with what the services hold."""

    services: Services
    authenticator: Authenticator
    answering: Answering
    contexts: Contexts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One operation, answered within the request's time and noted; a POST, since no other comes here."""
        headers = headers_of(scope)
        trail = RequestTrail(
            request_id=request_id_of(headers.get("x-request-id")), traceparent=headers.get("traceparent")
        )
        # Whoever answers for a failure looks there.
        scope.setdefault("state", {})["trail"] = trail
        with following(trail):
            response = await self._in_time(Incoming(headers, receive, address_of(scope)), trail)
        self.services.observer.answered(trail, response.status_code)
        await response(scope, receive, send)

    async def _in_time(self, incoming: Incoming, trail: RequestTrail) -> Response:
        media_type = JSON
        try:
            media_type = answer_type(incoming.headers.get("accept"))
            async with asyncio.timeout(self.services.settings.request_timeout_s) as deadline:
                return await self._answered(incoming, media_type, trail)
        except Refusal as error:
            refusal = error
        except TimeoutError:
            if not deadline.expired():
                raise
            logger.warning("request %s found no end in time", trail.request_id)
            refusal = out_of_time()
        trail.codes = (refusal.code.value,)
        return refuse(trail.request_id, refusal, media_type)

    async def _answered(self, incoming: Incoming, media_type: str, trail: RequestTrail) -> Response:
        headers = incoming.headers
        try:
            principal = await self.authenticator.principal(headers.get("authorization"), self.services.clock())
        except InvalidToken as error:
            raise BadRequest(401, ErrorCode.UNAUTHENTICATED, str(error)) from error
        except DATABASE_OUTAGES as error:
            logger.warning("nobody can be let in while the database is away: %r", error)
            raise Refusal(503, ErrorCode.UNAVAILABLE, "the database is away", retry_after_ms=RETRY_AFTER_MS) from error
        trail.role = principal.role.value
        asked = await read_request(incoming, self.services.settings.body_bytes_max)
        context = self.contexts.of(principal, trail.request_id, headers.get("accept-language", ""))
        answer = await self.answering.answer(asked, context, incoming.address, trail)
        trail.codes = sorted({error["extensions"]["code"] for error in answer.get("errors", ())})
        return reply(trail.request_id, status_of(answer, media_type), answer, media_type)


def out_of_time() -> Refusal:
    """The request took longer than it may. Its facts may be decided all the same: their keys make a repeat safe."""
    message = "no answer in time; whether it was done is not known, so send it again with the same key"
    return Refusal(503, ErrorCode.TIMED_OUT, message, retry_after_ms=RETRY_AFTER_MS)
