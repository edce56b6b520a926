"""What the benchmarks run on: embedded servers in a temporary folder, a shop with members and campaigns."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from api.embedded import Servers, embedded_servers
from api.services import PLUGINS_FOLDER
from siyu.campaigns import load_registry
from siyu.campaigns.service import create, publish
from siyu.db import Pool
from siyu.engine import Engine, HintBoard
from siyu.ids import new_id

SHANGHAI = ZoneInfo("Asia/Shanghai")
JOINED_AT = datetime(2025, 1, 1, tzinfo=UTC)
# Noon in Shanghai; each further sign-in of a member is for the next day.
FIRST_NOON = datetime(2026, 1, 1, 4, tzinfo=UTC)


@contextmanager
def temporary_data() -> Iterator[Path]:
    """A data folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="siyu-benchmark-"))
    # The account that PostgreSQL runs as when we are root has to get in.
    folder.chmod(0o755)
    try:
        yield folder / "data"
    finally:
        shutil.rmtree(folder)


@contextmanager
def temporary_servers() -> Iterator[Servers]:
    """Embedded servers that are gone afterwards."""
    with temporary_data() as data, embedded_servers(data) as servers:
        yield servers


def open_engine(pool: Pool, hints: HintBoard | None = None) -> Engine:
    """An engine as `serve` has it; without `hints` every fact is decided."""
    return Engine(pool, load_registry(PLUGINS_FOLDER), SHANGHAI, hints=hints)


async def add_members(pool: Pool, count: int) -> list[UUID]:
    """New members."""
    ids = [new_id() for _ in range(count)]
    await pool.execute("INSERT INTO member (id, joined_at) SELECT unnest($1::uuid[]), $2", ids, JOINED_AT)
    return ids


async def add_campaign(pool: Pool, type_key: str, config: Mapping[str, Any]) -> UUID:
    """A running campaign."""
    registry = load_registry(PLUGINS_FOLDER)
    draft = await create(pool, registry, type_key, {"name": type_key, "config": config}, JOINED_AT)
    await publish(pool, registry, draft.id, JOINED_AT)
    return draft.id
