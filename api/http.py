"""POST /graphql and GET /healthz: from an HTTP request to the schema and back."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.identity import Authenticator, InvalidToken
from api.requests import MEDIA_TYPE, BadRequest, read_request
from api.services import Services
from schema import Context, Principal, SiyuSchema, execute
from siyu.ids import new_id
from siyu.loops import DATABASE_OUTAGES

logger = logging.getLogger(__name__)

# Waiting for a free connection counts: a process whose pool is stuck cannot serve either.
HEALTH_TIMEOUT_S = 2.0
NEVER_STORED = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class GraphQLEndpoint:
    """Answers GraphQL over POST with what the services hold."""

    services: Services
    authenticator: Authenticator
    schema: SiyuSchema

    async def post(self, request: Request) -> Response:
        """One operation."""
        request_id = new_id().hex
        try:
            principal = await self.authenticator.principal(request.headers.get("authorization"), self.services.clock())
            asked = await read_request(request, self.services.settings.body_bytes_max)
        except InvalidToken as error:
            return refusal(request_id, 401, "UNAUTHENTICATED", str(error))
        except BadRequest as error:
            return refusal(request_id, error.status, error.code, str(error))
        except DATABASE_OUTAGES as error:
            logger.warning("nobody can be let in while the database is away: %r", error)
            return refusal(request_id, 503, "UNAVAILABLE", "the database is away", retryable=True)
        answer = await execute(
            self.schema,
            asked.query,
            asked.variables,
            asked.operation_name,
            self._context(request, principal, request_id),
        )
        return reply(request_id, 200, answer)

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
        return Response(orjson.dumps({"status": word}), status, NEVER_STORED, MEDIA_TYPE)


def reply(request_id: str, status: int, content: Mapping[str, Any]) -> Response:
    """A JSON answer that no cache keeps."""
    headers = {**NEVER_STORED, "X-Request-Id": request_id}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(orjson.dumps(content), status, headers, MEDIA_TYPE)


def refusal(request_id: str, status: int, code: str, message: str, *, retryable: bool = False) -> Response:
    """An answer to a request that never reached the schema."""
    extensions = {"code": code, "retryable": retryable, "requestId": request_id}
    return reply(request_id, status, {"errors": [{"message": message, "extensions": extensions}]})
