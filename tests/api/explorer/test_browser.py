"""Both explorer pages in headless Chromium: token, run, answer and schema, with no word to any other host."""

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import strawberry
import uvicorn
from playwright.async_api import Browser, Page, Request, async_playwright, expect
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from api.explorer import ASSETS, GRAPHIQL_PAGE, explorer_routes

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CHROMIUM_FLAGS = ["--disable-gpu", "--disable-quic", "--disable-component-update", "--disable-sync"]
STOP_TIMEOUT_S = 5
PAGE_TIMEOUT_MS = 15_000
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 375, "height": 812}

needs_graphiql = pytest.mark.skipif(
    not (ASSETS / GRAPHIQL_PAGE).is_file(), reason="GraphiQL is not fetched (python -m api.explorer.fetch)"
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"),
]


@strawberry.type(description="A person who belongs to the shop.")
class Member:
    id: strawberry.ID
    nickname: str = strawberry.field(description="Shown on leaderboards.")
    old_name: str | None = strawberry.field(default=None, deprecation_reason="Use nickname.")


@strawberry.type
class Query:
    @strawberry.field
    def viewer(self, info: strawberry.Info) -> Member:
        return Member(id=strawberry.ID("1"), nickname=f"小雨 {info.context['authorization']}")

    @strawberry.field
    def members(self, first: int = 10) -> list[Member]:
        return [Member(id=strawberry.ID(str(number)), nickname=f"member {number}") for number in range(first)]


@dataclass
class Site:
    """A running server of the explorer, and the Authorization header of each document it was sent."""

    url: str
    needs_token: bool = False
    authorizations: list[str | None] = field(default_factory=list)


@asynccontextmanager
async def serve(assets: Path) -> AsyncIterator[Site]:
    """Serve the explorer and a real small schema on a free port of the loopback."""
    schema = strawberry.Schema(Query)

    async def answer(request: HttpRequest) -> JSONResponse:
        body, authorization = await request.json(), request.headers.get("authorization")
        site.authorizations.append(authorization)
        if site.needs_token and not authorization:
            return JSONResponse({"errors": [{"message": "Sign in first."}]}, 401)
        result = await schema.execute(body["query"], body.get("variables"), {"authorization": authorization})
        errors = {"errors": [error.formatted for error in result.errors]} if result.errors else {}
        return JSONResponse({"data": result.data, **errors})

    app = Starlette(routes=[*explorer_routes(assets), Route("/graphql", answer, methods=["POST"])])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        site = Site(f"http://127.0.0.1:{listener.getsockname()[1]}")
        config = uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=STOP_TIMEOUT_S)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))  # until it is up, the listener's queue waits
        try:
            yield site
        finally:
            server.should_exit = True
            await serving


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Site]:
    """A site that shows the small page."""
    async with serve(tmp_path / "no-assets") as site:
        yield site


@pytest.fixture
async def graphiql() -> AsyncIterator[Site]:
    """A site that shows GraphiQL."""
    async with serve(ASSETS) as site:
        yield site


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium with a profile of its own."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield chromium
        await chromium.close()


@asynccontextmanager
async def opened(
    browser: Browser,
    site: Site,
    address: str = "/graphql",
    *,
    size: dict[str, int] = DESK,
    locale: str = "en-US",
    complains_of: str | None = None,
) -> AsyncIterator[Page]:
    """A page that must end without an exception, a request to another host, or a console error but `complains_of`."""
    complaints: list[str] = []

    def hear(request: Request) -> None:
        if not request.url.startswith((site.url, "data:", "blob:")):
            complaints.append(f"request to {request.url}")

    context = await browser.new_context(viewport={"width": size["width"], "height": size["height"]}, locale=locale)
    context.on("request", hear)
    context.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    context.on("weberror", lambda raised: complaints.append(str(raised.error)))
    page = await context.new_page()
    page.set_default_timeout(PAGE_TIMEOUT_MS)
    await page.goto(site.url + address)
    yield page
    overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    await context.close()
    assert [complaint for complaint in complaints if not complains_of or complains_of not in complaint] == []
    assert overflow == 0


async def type_into_graphiql(page: Page, document: str) -> None:
    """Replace the document in GraphiQL's editor."""
    await page.get_by_role("region", name="Operation Editor").locator(".monaco-editor").first.click()
    await page.keyboard.press("Control+A")
    await page.keyboard.insert_text(document)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_the_small_page_runs_a_document_with_the_token(
    browser: Browser, small: Site, size: dict[str, int]
) -> None:
    async with opened(browser, small, size=size) as page:
        await page.get_by_label("Bearer token").fill("abc.def")
        await page.get_by_label("Document").fill(
            "query Two($n: Int!) { viewer { nickname } members(first: $n) { id } }"
        )
        await page.get_by_label("Variables").fill('{"n": 2}')
        await page.get_by_role("button", name="Run").click()

        await expect(page.locator("#result")).to_contain_text('"nickname": "小雨 Bearer abc.def"')
        await expect(page.locator("#status")).to_contain_text("200")
        assert small.authorizations[-1] == "Bearer abc.def"


async def test_the_small_page_shows_the_schema_and_filters_it(browser: Browser, small: Site) -> None:
    async with opened(browser, small) as page:
        schema = page.get_by_role("region", name="Schema")
        await schema.get_by_role("searchbox").fill("nick")
        await expect(schema.get_by_text("A person who belongs to the shop.")).to_be_visible()
        await expect(schema.get_by_text("Shown on leaderboards.")).to_be_visible()
        await expect(schema.get_by_text("Query", exact=True)).to_be_hidden()

        await schema.get_by_role("searchbox").fill("viewer")
        await schema.get_by_role("button", name="Member").first.click()
        await expect(schema.get_by_text("deprecated: Use nickname.")).to_be_visible()


async def test_the_small_page_asks_again_for_a_refused_schema(browser: Browser, small: Site) -> None:
    small.needs_token = True
    async with opened(browser, small, complains_of="401") as page:
        await expect(page.locator("#schema-note")).to_contain_text("Sign in first.")

        await page.get_by_label("Bearer token").fill("abc.def")
        await page.get_by_label("Bearer token").press("Enter")
        await expect(page.locator("#schema-note")).to_be_empty()
        await expect(page.locator("#schema-count")).to_have_text("6 / 6")


async def test_the_small_page_says_what_is_wrong(browser: Browser, small: Site) -> None:
    async with opened(browser, small) as page:
        await page.get_by_label("Variables").fill("[1]")
        await page.get_by_label("Variables").press("Control+Enter")
        await expect(page.locator("#status")).to_contain_text("The variables are not a JSON object.")

        await page.get_by_label("Variables").fill("")
        await page.get_by_label("Document").fill("{ nothing }")
        await page.get_by_label("Document").press("Control+Enter")
        await expect(page.locator("#result")).to_contain_text("Cannot query field 'nothing'")
        await expect(page.locator("#status")).to_have_class("bad")


async def test_tab_indents_and_escape_lets_it_leave(browser: Browser, small: Site) -> None:
    async with opened(browser, small) as page:
        document = page.get_by_label("Document")
        await document.fill("")
        await document.press("Tab")
        await expect(document).to_have_value("  ")

        await document.press("Escape")
        await document.press("Tab")
        await expect(page.get_by_label("Variables")).to_be_focused()


async def test_a_chinese_browser_reads_chinese_and_can_switch(browser: Browser, small: Site) -> None:
    async with opened(browser, small, locale="zh-CN") as page:
        await expect(page.get_by_role("button", name="运行")).to_be_visible()
        await page.get_by_label("示例").select_option(label="排行榜")
        await expect(page.get_by_label("查询文档")).to_have_value(re.compile("leaderboard"))

        await page.get_by_role("button", name="English").click()
        await page.reload()
        await expect(page.get_by_role("button", name="Run")).to_be_visible()


async def test_both_languages_have_the_same_labels(browser: Browser, small: Site) -> None:
    async with opened(browser, small) as page:
        labels = await page.evaluate("import('/explorer/labels.js').then(({LABELS}) => LABELS)")
        used = await page.evaluate("[...document.querySelectorAll('[data-label]')].map(e => e.dataset.label)")

        assert labels["en"].keys() == labels["zh"].keys()
        assert set(used) <= labels["en"].keys()


async def test_a_link_with_a_token_fills_it_in_and_hides_it(browser: Browser, small: Site) -> None:
    async with opened(browser, small, "/graphql#token=from.link") as page:
        await expect(page.get_by_label("Bearer token")).to_have_value("from.link")
        assert page.url == f"{small.url}/graphql"

        await page.reload()
        await expect(page.get_by_label("Bearer token")).to_have_value("from.link")


@needs_graphiql
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_graphiql_runs_a_document_with_the_token(browser: Browser, graphiql: Site, size: dict[str, int]) -> None:
    async with opened(browser, graphiql, size=size) as page:
        await page.get_by_label("Bearer token").fill("abc.def")
        await type_into_graphiql(page, "query Viewer { viewer { nickname } }")
        await page.get_by_role("button", name="Execute query").click()

        await expect(page.locator(".graphiql-response")).to_contain_text("小雨")
        assert graphiql.authorizations[-1] == "Bearer abc.def"


@needs_graphiql
async def test_graphiql_marks_an_unknown_field(browser: Browser, graphiql: Site) -> None:
    async with opened(browser, graphiql) as page:
        await type_into_graphiql(page, "query Wrong { nothing }")

        await expect(page.locator(".squiggly-error").first).to_be_visible()  # drawn by the worker


@needs_graphiql
async def test_graphiql_asks_again_for_a_refused_schema(browser: Browser, graphiql: Site) -> None:
    graphiql.needs_token = True
    async with opened(browser, graphiql, complains_of="401") as page:
        await expect(
            page.get_by_role("region", name="Operation Editor").locator(".monaco-editor").first
        ).to_be_visible()
        await page.get_by_label("Bearer token").fill("abc.def")
        await page.get_by_label("Bearer token").press("Enter")

        await page.get_by_role("button", name="Show Documentation Explorer").click()
        await expect(page.get_by_role("link", name="Query", exact=True)).to_be_visible()


@needs_graphiql
async def test_graphiql_shows_the_schema(browser: Browser, graphiql: Site) -> None:
    async with opened(browser, graphiql) as page:
        await page.get_by_role("button", name="Show Documentation Explorer").click()
        await page.get_by_role("link", name="Query", exact=True).click()

        await expect(page.locator(".graphiql-doc-explorer")).to_contain_text("members")
