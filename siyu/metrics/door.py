"""Opens analytics when somebody asks for the first time: what it works with takes a second and 100 MB to load."""

import asyncio
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from siyu.db import Pool
from siyu.metrics.errors import AnalyticsUnavailable

if TYPE_CHECKING:
    from siyu.metrics.analytics import Analytics, AnalyticsEngine

LOCAL_SPARK = "local[*]"


class AnalyticsDoor:
    """Asks the engine of `url`: None is PostgreSQL; `duckdb:///FOLDER`, `spark:///FOLDER?master=…` a snapshot."""

    def __init__(self, url: str | None, pool: Pool, zone: ZoneInfo, timeout_s: float) -> None:
        """`timeout_s` is the longest time of one question to PostgreSQL."""
        self._url = url
        self._pool = pool
        self._zone = zone
        self._timeout_s = timeout_s
        self._opened: Analytics | None = None

    async def open(self) -> "Analytics":
        """Raises AnalyticsUnavailable."""
        if self._opened is None:
            try:
                await asyncio.to_thread(import_module, "siyu.metrics.analytics")
            except ModuleNotFoundError as missing:
                message = f"analytics needs {missing.name}: pip install 'siyu[server,analytics]'"
                raise AnalyticsUnavailable(message) from missing
            # Whoever came in between has opened it.
            self._opened = self._opened or self._made()
        return self._opened

    def _made(self) -> "Analytics":
        from siyu.metrics.analytics import Analytics  # noqa: PLC0415 - loaded by now

        return Analytics(self._engine())

    def _engine(self) -> "AnalyticsEngine":
        from siyu.metrics.analytics import DuckDbEngine, PostgresEngine, SparkEngine  # noqa: PLC0415 - loaded by now

        if self._url is None:
            return PostgresEngine(self._pool, self._zone, self._timeout_s)
        parts = urlsplit(self._url)
        folder = Path(unquote(parts.path))
        if parts.scheme == "duckdb":
            return DuckDbEngine(folder)
        return SparkEngine(folder, parse_qs(parts.query).get("master", [LOCAL_SPARK])[0])
