"""The composition root: settings and services become the Starlette application."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Route

from api.executor import CompiledExecutor
from api.explorer import explorer_routes
from api.http import GraphQLEndpoint
from api.identity import Authenticator, load_tokens
from api.services import Services
from schema import build_schema


async def show_explorer(_request: Request) -> RedirectResponse:
    """Whoever opens the server's address is shown the explorer."""
    return RedirectResponse("/graphql")


def build_app(services: Services) -> Starlette:
    """The application of one process."""
    schema = build_schema(services.registry, CompiledExecutor().extension)
    authenticator = Authenticator(load_tokens(services.settings), services.credentials)
    endpoint = GraphQLEndpoint(services, authenticator, schema)
    routes: list[BaseRoute] = [
        Route("/graphql", endpoint.post, methods=["POST"]),
        Route("/healthz", endpoint.health, methods=["GET"]),
    ]
    if services.settings.environment == "development":
        routes.append(Route("/", show_explorer, methods=["GET"]))
        routes.extend(explorer_routes())
    return Starlette(routes=routes)
