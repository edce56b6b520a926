"""The composition root: settings and services become the Starlette application."""

import logging

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute

from api.answering import Answering
from api.contexts import Contexts
from api.executor import Plans
from api.explorer import explorer_routes
from api.failing import Failures
from api.guard import DocumentGuard, GuardedDocument
from api.http import GraphQLEndpoint
from api.identity import Authenticator, load_tokens
from api.live import LiveSockets
from api.rates import Rates
from api.sdl import SchemaText
from api.services import Services
from api.surroundings import middleware
from api.trusted import load_trusted
from schema import WRITTEN_ALIKE, SiyuSchema, build_schema

logger = logging.getLogger(__name__)


async def show_explorer(_request: Request) -> RedirectResponse:
    """Whoever opens the server's address is shown the explorer."""
    return RedirectResponse("/graphql")


def build_app(services: Services) -> Starlette:
    """The application of one process. Raises SettingsError for trusted documents that cannot be loaded."""
    settings = services.settings
    answering = build_answering(services)
    authenticator = Authenticator(load_tokens(settings), services.credentials)
    endpoint = GraphQLEndpoint(services, authenticator, answering, Contexts(services, authenticator))
    routes: list[BaseRoute] = [
        Route("/graphql", endpoint, methods=["POST"]),
        *services.health.routes(),
        WebSocketRoute("/graphql", LiveSockets(services, authenticator, answering).serve),
        Route("/schema.graphql", SchemaText(answering.schema.as_str()).get, methods=["GET"]),
    ]
    if settings.environment == "development":
        routes.append(Route("/", show_explorer, methods=["GET"]))
        routes.extend(explorer_routes())
    failures = Failures(services.observer)
    return Starlette(
        routes=routes,
        middleware=middleware(settings),
        exception_handlers={HTTPException: failures.answer_http_error, Exception: failures.answer_failure},
    )


def build_answering(services: Services) -> Answering:
    """The schema with its guard before it, and what it takes from callers and lets them send."""
    guards: list[DocumentGuard] = []
    schema: SiyuSchema = build_schema(services.registry, documents=[lambda: GuardedDocument(guards[0])])
    guard = DocumentGuard(schema._schema)
    guards.append(guard)
    trusted = load_trusted(services.settings.trusted_documents)
    for text, known in guard.keep(trusted.values()).items():
        for error in known.errors:
            logger.warning("a trusted document cannot be run: %s: %s", error.message, text[:200])
    plans = Plans(schema._schema, services.observer.counts.plans, WRITTEN_ALIKE)
    return Answering(services.settings, schema, plans, guard, Rates(services.redis), trusted)
