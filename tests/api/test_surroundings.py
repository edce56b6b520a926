"""An answer says in one header on what it depends, each name once, for whoever asks it from another origin too."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.services import Services
from api.surroundings import COMPRESSED_BYTES_MIN, Gzip
from tests.api.applications import application

SHOP = "https://shop.example"
# Longer than what is compressed.
TYPES = {"query": "{ __schema { types { name description } } }"}


@pytest.fixture
async def shared(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """An application that a page of another origin may read."""
    async with application(services, cors_origins=SHOP) as client:
        yield client


def names_in(reply: httpx.Response) -> list[list[str]]:
    """The names of each `Vary`, in order."""
    return [sorted(value.lower().split(", ")) for value in reply.headers.get_list("vary")]


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_long_answer_for_another_origin_has_one_vary(
    shared: httpx.AsyncClient, method: str, accepted: str
) -> None:
    headers = {"Origin": SHOP, "Accept-Encoding": accepted}
    asked = {"GET": ("/schema.graphql", None), "POST": ("/graphql", TYPES)}[method]

    reply = await shared.request(method, asked[0], json=asked[1], headers=headers)

    assert len(reply.content) >= COMPRESSED_BYTES_MIN, reply.text
    assert names_in(reply) == [["accept-encoding", "origin"]]
    assert reply.headers.get("content-encoding") == ("gzip" if accepted == "gzip" else None)


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (["Accept-Encoding"], ["accept-encoding"]),
        (["accept-encoding, Origin"], ["accept-encoding", "origin"]),
        (["Origin", "Origin,ACCEPT-ENCODING"], ["accept-encoding", "origin"]),
        (["Cookie", "Accept"], ["accept", "accept-encoding", "cookie"]),
        (["*"], ["*"]),
    ],
)
async def test_what_an_answer_says_itself_is_said_once(
    own: list[str], expected: list[str], method: str, accepted: str
) -> None:
    async def answered(_: Request) -> Response:
        reply = Response("x" * COMPRESSED_BYTES_MIN)
        for value in own:
            reply.headers.append("Vary", value)
        return reply

    app = Starlette(
        routes=[Route("/", answered, methods=["GET", "POST"])],
        middleware=[Middleware(Gzip, minimum_size=COMPRESSED_BYTES_MIN)],
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        reply = await client.request(method, "/", headers={"Accept-Encoding": accepted})

    assert names_in(reply) == [expected]
