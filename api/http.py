"""POST /graphql and GET /healthz: from an HTTP request to the schema and back."""

import asyncio
import logging
from dataclasses import dataclass

import asyncpg
import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.answering import Answering
from api.identity import Authenticator, InvalidToken
from api.media import JSON, answer_type, status_of
from api.refusals import BadRequest, Refusal
from api.replies import NEVER_STORED, refuse, reply
from api.requests import read_request
from api.services import Services
from schema import Context, ErrorCode, Principal
from siyu.ids import new_id
from siyu.loops import DATABASE_OUTAGES

logger = logging.getLogger(__name__)

# Waiting for a free connection counts: a process whose pool is stuck cannot serve either.
HEALTH_TIMEOUT_S = 2.0
RETRY_AFTER_MS = 1_000


@dataclass(frozen=True, slots=True)
class GraphQLEndpoint:
    """Answers GraphQL over POST with what the services hold."""

    services: Services
    authenticator: Authenticator
    answering: Answering

    async def post(self, request: Request) -> Response:
        """One operation, answered within the request's time."""
        request_id, media_type = new_id().hex, JSON
        request.state.request_id = request_id
        try:
            media_type = answer_type(request.headers.get("accept"))
            async with asyncio.timeout(self.services.settings.request_timeout_s) as deadline:
                return await self._answered(request, media_type, request_id)
        except Refusal as refusal:
            return refuse(request_id, refusal, media_type)
        except TimeoutError:
            if not deadline.expired():
                raise
            logger.warning("request %s found no end in time", request_id)
            return refuse(request_id, out_of_time(), media_type)

    async def _answered(self, request: Request, media_type: str, request_id: str) -> Response:
        try:
            principal = await self.authenticator.principal(request.headers.get("authorization"), self.services.clock())
        except InvalidToken as error:
            raise BadRequest(401, ErrorCode.UNAUTHENTICATED, str(error)) from error
        except DATABASE_OUTAGES as error:
            logger.warning("nobody can be let in while the database is away: %r", error)
            raise Refusal(503, ErrorCode.UNAVAILABLE, "the database is away", retry_after_ms=RETRY_AFTER_MS) from error
        asked = await read_request(request, self.services.settings.body_bytes_max)
        context = self._context(request, principal, request_id)
        answer = await self.answering.answer(asked, context, request.client.host if request.client else "")
        return reply(request_id, status_of(answer, media_type), answer, media_type)

    def _context(self, request: Request, principal: Principal, request_id: str) -> Context:
        services = self.services
        return Context(
            principal=principal,
            request_id=request_id,
            language=request.headers.get("accept-language", ""),
            now=services.clock(),
            engine=services.engine,
            pool=services.pool,
            leaderboards=services.leaderboards,
            zone=services.zone,
            issue_token=self.authenticator.tokens.issue,
            live=services.live,
        )

    async def health(self, _request: Request) -> Response:
        """Whether this process can serve: it can while the database answers; Redis may be away."""
        status, word = 200, "ok"
        try:
            async with asyncio.timeout(HEALTH_TIMEOUT_S):
                await self.services.pool.fetchval("SELECT 1")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            logger.warning("the database is away: %r", error)
            status, word = 503, "database away"
        return Response(orjson.dumps({"status": word}), status, NEVER_STORED, JSON)


def out_of_time() -> Refusal:
    """The request took longer than it may. Its facts may be decided all the same: their keys make a repeat safe."""
    message = "no answer in time; whether it was done is not known, so send it again with the same key"
    return Refusal(503, ErrorCode.TIMED_OUT, message, retry_after_ms=RETRY_AFTER_MS)
