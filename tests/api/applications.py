"""Applications with other settings than the deployment's, on the services that are open."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx

from api.app import build_app
from api.services import Services


@asynccontextmanager
async def application(services: Services, **changed: object) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application whose settings are changed; what the application raises, it answers with 500."""
    settings = services.settings.model_copy(update=changed)
    app = build_app(replace(services, settings=settings))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
