"""The explorer's routes: which page, which files, under which headers, and nothing else."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from api.explorer import GRAPHIQL_PAGE, PAGE, explorer_routes

HTML = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an app whose GraphiQL assets are looked for in tmp_path / "assets"."""
    app = Starlette(routes=explorer_routes(tmp_path / "assets"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=HTML) as client:
        yield client


def put_graphiql(folder: Path) -> None:
    (folder / "assets").mkdir()
    (folder / "assets" / GRAPHIQL_PAGE).write_text("<title>GraphiQL</title>")
    (folder / "assets" / "graphiql.js").write_text("export {};")


async def test_the_small_page_is_shown_without_graphiql(client: httpx.AsyncClient) -> None:
    reply = await client.get("/graphql")

    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.text == (PAGE / "page.html").read_text()


async def test_graphiql_is_shown_as_soon_as_it_was_fetched(client: httpx.AsyncClient, tmp_path: Path) -> None:
    before = await client.get("/graphql")
    put_graphiql(tmp_path)
    after = await client.get("/graphql")

    assert "<title>GraphiQL" not in before.text
    assert "<title>GraphiQL" in after.text


async def test_both_pages_may_load_from_their_own_host_only(client: httpx.AsyncClient, tmp_path: Path) -> None:
    small = (await client.get("/graphql")).headers["content-security-policy"]
    put_graphiql(tmp_path)
    graphiql = (await client.get("/graphql")).headers["content-security-policy"]

    for policy in (small, graphiql):
        assert "default-src 'self'" in policy
        assert "http" not in policy
        assert "script-src" not in policy  # scripts stay under default-src
    assert "unsafe" not in small


@pytest.mark.parametrize(
    ("file", "content_type"),
    [("page.js", "javascript"), ("page.css", "text/css"), ("icon.svg", "image/svg+xml"), ("graphiql.js", "javascript")],
)
async def test_the_files_of_both_folders_are_served(
    client: httpx.AsyncClient, tmp_path: Path, file: str, content_type: str
) -> None:
    put_graphiql(tmp_path)

    reply = await client.get(f"/explorer/{file}")

    assert reply.status_code == 200
    assert content_type in reply.headers["content-type"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["cache-control"] == "no-cache"


async def test_an_unchanged_file_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/explorer/page.js")

    second = await client.get("/explorer/page.js", headers={"If-None-Match": first.headers["etag"]})

    assert (second.status_code, second.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "missing.js",
        "..%2f__init__.py",
        "..%2ffetch.py",
        "%2e%2e/fetch.py",
        "%2fetc%2fpasswd",
        "..",
        "a%00b",
        "a" * 300,
    ],
)
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    reply = await client.get(f"/explorer/{path}")

    assert reply.status_code == 404


async def test_a_link_out_of_the_folder_is_not_followed(client: httpx.AsyncClient, tmp_path: Path) -> None:
    put_graphiql(tmp_path)
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "assets" / "link.txt").symlink_to(tmp_path / "secret.txt")

    assert (await client.get("/explorer/link.txt")).status_code == 404


async def test_a_program_that_gets_is_told_to_post(client: httpx.AsyncClient) -> None:
    reply = await client.get("/graphql?query={viewer{__typename}}", headers={"Accept": "application/json"})

    assert (reply.status_code, reply.headers["allow"]) == (405, "POST")
    assert "POST" in reply.text
