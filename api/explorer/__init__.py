"""The explorer at GET /graphql: GraphiQL where npm fetched it at set-up, else a small page of our own."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PAGE = Path(__file__).parent / "page"
ASSETS = Path(__file__).parent / "assets"
GRAPHIQL_PAGE = "graphiql.html"

# No page of the explorer may load anything from another host, and none runs inline scripts.
STRICT_POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# GraphiQL's editor writes style elements while it runs, and its style sheet carries fonts as data: addresses.
GRAPHIQL_POLICY = f"{STRICT_POLICY}; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:"
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": STRICT_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
NOT_A_BROWSER = "GET /graphql shows the explorer to browsers; send documents by POST as application/json.\n"


def explorer_routes(assets: Path = ASSETS) -> list[BaseRoute]:
    """Return the routes GET /graphql (the page) and GET /explorer/{file} (its files).

    `assets` is where `python -m api.explorer.fetch` put GraphiQL; without it the small page is shown. Which of the
    two is decided at each request, so GraphiQL can be fetched while the server runs.
    """

    def show_page(request: Request) -> Response:
        if not _accepts_html(request):
            return PlainTextResponse(NOT_A_BROWSER, status_code=405, headers={"Allow": "POST"})
        if (assets / GRAPHIQL_PAGE).is_file():
            headers = HEADERS | {"Content-Security-Policy": GRAPHIQL_POLICY}
            return FileResponse(assets / GRAPHIQL_PAGE, headers=headers)
        return FileResponse(PAGE / "page.html", headers=HEADERS)

    return [
        Route("/graphql", show_page, methods=["GET"], name="explorer"),
        Mount("/explorer", _ExplorerFiles(assets), name="explorer-files"),
    ]


def _accepts_html(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


class _ExplorerFiles(StaticFiles):
    """Serves the files of the small page and of GraphiQL, two flat folders, under the explorer's headers."""

    def __init__(self, assets: Path) -> None:
        super().__init__(directory=PAGE)
        self.all_directories = [PAGE, assets]

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        return response
