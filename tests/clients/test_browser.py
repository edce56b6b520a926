"""The client in a web page in headless Chromium, against a server that runs trusted documents alone."""

import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Page, Route, async_playwright, expect
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse
from starlette.routing import Route as Served

from api.app import build_app
from api.services import Services
from tests.clients.npm import CLIENT, TOOLS, needs_node, needs_packages, npm, run
from tests.clients.serving import given, served, trusting

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    needs_node,
    needs_packages,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"),
]

SCRIPT = CLIENT / "build" / "page.js"
PAGE = """<!doctype html><meta charset=utf-8><link rel=icon href=data:>
<button id=me>me</button><button id=check-in>check in</button><ul id=log></ul><script type=module src=/page.js></script>
"""
POLICY = {"Content-Security-Policy": "default-src 'self'; img-src data:"}
POINTS = 5
HIDE = """hidden => {
    Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


@dataclass
class Visit:
    """A page whose member is signed in, on a server; it `loses` replies after the server has done its work."""

    page: Page
    services: Services
    campaign: str
    loses: bool = False

    async def carry(self, route: Route) -> None:
        """Send a request, and bring its reply or not."""
        reply = await route.fetch()
        await (route.abort() if self.loses else route.fulfill(response=reply))

    async def check_in(self) -> None:
        """Click, for the shop's campaign."""
        await self.page.evaluate("id => document.querySelector('#check-in').dataset.campaign = id", self.campaign)
        await self.page.get_by_role("button", name="check in").click()

    async def points(self) -> int | None:
        """What all members together have."""
        held = "SELECT sum(balance) FROM account WHERE member_id IS NOT NULL AND unit = 'points'"
        total: int | None = await self.services.pool.fetchval(held)
        return total


@pytest.fixture
async def visit(services: Services) -> AsyncIterator[Visit]:
    await npm("build")
    bundle = ("--bundle", "--format=esm", "--target=es2020", f"--outfile={SCRIPT}")
    code, out = await run(TOOLS / "esbuild", "test/browser/page.ts", *bundle)
    assert code == 0, out

    async def page_of(_request: Request) -> HTMLResponse:
        return HTMLResponse(PAGE, headers=POLICY)

    async def script(_request: Request) -> FileResponse:
        return FileResponse(SCRIPT, media_type="text/javascript")

    app = build_app(trusting(services))
    app.router.routes[:0] = [Served("/page", page_of), Served("/page.js", script)]
    async with served(app) as address, async_playwright() as playwright:
        _, shown = await given(services, address)
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM)
        page = await chromium.new_page()
        await page.goto(f"{address}/page")
        session = json.dumps(json.loads(shown)["session"])
        await page.evaluate("session => localStorage.setItem('siyu.session', session)", session)
        found = Visit(page, services, json.loads(shown)["campaign"])
        await page.route("**/graphql", found.carry)
        yield found
        await chromium.close()


async def loses_the_reply(visit: Visit) -> None:
    """The member is signed in with new tokens, has checked in, and has not been told."""
    log, before = visit.page.locator("#log li"), await visit.points() or 0
    await visit.page.get_by_role("button", name="me").click()
    await expect(log.last).to_contain_text('me {"ok":true,"data":{"viewer":{"member":')
    visit.loses = True
    await visit.check_in()
    await expect(log.last).to_contain_text('now {"ok":false,"failures":[{"code":"NETWORK"')
    visit.loses = False
    assert await visit.points() == before + POINTS


async def is_told_late(visit: Visit) -> None:
    """The page has the first answer, and the member what it says."""
    log, after = visit.page.locator("#log li"), await visit.points()
    await expect(log.last).to_contain_text('late {"ok":true,"data":{"checkInSign":{"decision":{')
    await expect(log.last).to_contain_text('"amount":"5"')
    assert await visit.page.evaluate("localStorage.getItem('siyu.intents')") == "[]"
    assert await visit.points() == after


async def test_a_tab_that_comes_back_is_told_what_was_lost(visit: Visit) -> None:
    await loses_the_reply(visit)

    await visit.page.evaluate(HIDE, True)
    await visit.page.evaluate(HIDE, False)

    await is_told_late(visit)


async def test_a_page_that_is_opened_again_is_told_what_was_lost(visit: Visit) -> None:
    await loses_the_reply(visit)

    await visit.page.reload()

    await is_told_late(visit)
