"""`python -m benchmarks.peers SIDE`: one server in Python, on a free port of this machine, until it is told to stop."""

import sys
from collections.abc import Callable
from functools import partial

import click
from starlette.applications import Starlette

from api.server import listen, serve_app, stop_event
from api.services import Services, run_with_services
from benchmarks.peers.page import Remembered, Rows, page_rows
from benchmarks.peers.raw_page import raw_app
from benchmarks.peers.siyu_page import siyu_app, siyu_settings
from benchmarks.peers.strawberry_page import strawberry_app


def _ariadne(rows: Rows) -> Starlette:
    # Installed for the benchmark alone, so only its own server imports it.
    from benchmarks.peers.ariadne_page import ariadne_app  # noqa: PLC0415

    return ariadne_app(rows)


SIDES: dict[str, Callable[[Rows], Starlette]] = {
    "raw": raw_app,
    "strawberry": partial(strawberry_app, cached=False),
    "strawberry_cached": partial(strawberry_app, cached=True),
    "ariadne": _ariadne,
}


@click.command()
@click.argument("side", type=click.Choice(["siyu", *SIDES]))
@click.option("--rows", type=click.Choice(["memory", "postgres"]), required=True)
@click.option("--data", required=True)
@click.option("--ariadne", required=True, help="Where ariadne was installed.")
@click.option("--database-url", required=True)
@click.option("--redis-url", required=True)
def serve(side: str, rows: str, data: str, ariadne: str, database_url: str, redis_url: str) -> None:
    """Serve the page at /graphql."""
    sys.path.append(ariadne)
    settings = siyu_settings(data, database_url, redis_url)
    with listen("127.0.0.1", 0) as listening:

        async def main(services: Services) -> None:
            ready = partial(click.echo, f"serves {listening.getsockname()[1]}")
            with stop_event() as stop:
                app = _app(side, services, in_memory=rows == "memory")
                await serve_app(app, listening, stop, ready)

        run_with_services(settings, main, settings.deadlines)


def _app(side: str, services: Services, *, in_memory: bool) -> Starlette:
    if side == "siyu":
        return siyu_app(services, in_memory=in_memory)
    return SIDES[side](page_rows(Remembered(services.pool) if in_memory else services.pool))


if __name__ == "__main__":
    serve()
