"""Imports as tests run them: in this process, with nobody watching."""

import asyncio
from pathlib import Path

from api.imports import (
    MEMBER_COLUMNS,
    MEMBERSHIP_COLUMNS,
    ORDER_COLUMNS,
    ImportResult,
    MembershipsImport,
    MembersImport,
    OrdersImport,
    run_import,
)
from siyu.clock import utc_now
from siyu.db import Pool
from siyu.engine import Engine
from tests.factories import SHANGHAI, new_vault, shop_engine


def no_report(done: int, total: int, rows: int) -> None:
    """Nobody watches."""


async def import_orders(pool: Pool, path: Path, engine: Engine | None = None) -> ImportResult:
    """Import a file of orders into a shop in Shanghai."""
    submitting = engine or shop_engine(pool)
    return await run_import(
        path,
        ORDER_COLUMNS,
        lambda tally: OrdersImport(submitting, pool, SHANGHAI, utc_now, tally),
        no_report,
        asyncio.Event(),
    )


async def import_members(pool: Pool, path: Path) -> ImportResult:
    """Import a file of members of kind `shop`."""
    return await run_import(
        path,
        MEMBER_COLUMNS,
        lambda tally: MembersImport("shop", pool, SHANGHAI, utc_now, tally, new_vault()),
        no_report,
        asyncio.Event(),
    )


async def import_memberships(pool: Pool, path: Path) -> ImportResult:
    """Import a file of stays in groups."""
    return await run_import(
        path,
        MEMBERSHIP_COLUMNS,
        lambda tally: MembershipsImport("shop", shop_engine(pool), pool, SHANGHAI, utc_now, tally),
        no_report,
        asyncio.Event(),
    )
