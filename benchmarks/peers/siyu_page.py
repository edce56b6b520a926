"""siyu as `serve` runs it, on servers that run; only what its page reads may come from memory."""

import os
from dataclasses import replace
from pathlib import Path
from typing import cast

from starlette.applications import Starlette

from api.app import build_app
from api.observing import log_to
from api.services import Services
from api.settings import Settings
from benchmarks.peers.page import Remembered
from siyu.db import Pool

# One caller asks for all pages here, as fast as it can; its bucket is kept, and never empty.
RATE_POINTS = 1_000_000_000


def siyu_settings(data: str, database_url: str, redis_url: str) -> Settings:
    """The settings of the server."""
    return Settings(
        data=data,
        database_url=database_url,
        redis_url=redis_url,
        rate_points=RATE_POINTS,
        rate_points_per_s=RATE_POINTS,
        _env_file=None,
    )


def siyu_app(services: Services, *, in_memory: bool) -> Starlette:
    """The application, with everything that surrounds it; its log of a line a request goes nowhere."""
    nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - it is open as long as the process is
    log_to(nowhere, services.settings.log_level, as_json=True)
    if in_memory:
        # Of a pool, the resolvers of the page use `fetch` alone.
        services = replace(services, pool=cast("Pool", Remembered(services.pool)))
    return build_app(services)
