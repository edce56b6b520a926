"""The application of open services on a port of the loopback, in this process; and a member who is signed in."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import uvicorn
from starlette.applications import Starlette

from api.services import Services
from schema.ids import CAMPAIGN, MEMBER, encode_id
from siyu.access import Caller, start_session
from siyu.clock import utc_now
from tests.clients.npm import MANIFESTS
from tests.factories import add_campaign, add_members

STOP_TIMEOUT_S = 5


def trusting(services: Services) -> Services:
    """The services of a server that runs the documents of the client's tests alone."""
    changed = {"trusted_documents": MANIFESTS, "documents": "trusted"}
    return replace(services, settings=services.settings.model_copy(update=changed))


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    """The address of an application that answers until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=STOP_TIMEOUT_S)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


async def given(services: Services, address: str) -> tuple[UUID, str]:
    """A member with a session whose access token is no good, and a campaign: the member, and all of it as JSON."""
    [member], campaign = await add_members(services.pool, 1), await add_campaign(services.pool, "check_in")
    session = await start_session(services.pool, Caller("member", member_id=member), utc_now())
    tokens = {"accessToken": "of.last.year", "refreshToken": session.refresh_token}
    shown = {
        "url": f"{address}/graphql",
        "session": {"member": encode_id(MEMBER, member), **tokens},
        "campaign": encode_id(CAMPAIGN, campaign),
    }
    return member, json.dumps(shown)
