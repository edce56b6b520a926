"""What analytics say of CDNOW is what polars finds in the file, on every engine and on both days."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from siyu.db import open_database
from siyu.metrics import CohortBy
from siyu.metrics.analytics import Analytics, SparkEngine
from tests.databases import Databases
from tests.siyu.metrics.analytics.plain_cdnow import PlainCdnow
from tests.siyu.metrics.analytics.shops import both_engines, fill_with_cdnow

DAYS = (date(1997, 10, 1), date(1998, 6, 30))
FIRST_DAY, LAST_JOINED = date(1997, 1, 1), date(1997, 3, 31)
WINDOW_DAYS = 365
AT_EACH_DAY = pytest.mark.parametrize("day", DAYS, ids=str)
# Nothing of Spark is there before it is asked.
SPARK = pytest.param("spark", marks=pytest.mark.scale)
BY_EACH_ENGINE = pytest.mark.parametrize("engine", ["postgres", "duckdb", SPARK])


@dataclass(frozen=True)
class Shop:
    """CDNOW twice: as polars reads it, and as siyu's engines do."""

    plain: PlainCdnow
    engines: Mapping[str, Analytics]


@pytest.fixture(scope="module")
async def cdnow(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """The whole file."""
    plain = PlainCdnow()
    async with databases.fresh() as url, open_database(url, pool_max=4) as pool:
        await fill_with_cdnow(pool, plain)
        folder = tmp_path_factory.mktemp("snapshots")
        spark = SparkEngine(folder, "local[2]")
        with closing(spark):
            yield Shop(plain, await both_engines(pool, folder) | {"spark": Analytics(spark)})


@BY_EACH_ENGINE
@AT_EACH_DAY
async def test_rfm_cells(cdnow: Shop, engine: str, day: date) -> None:
    cells = await cdnow.engines[engine].rfm(day, WINDOW_DAYS)

    found = {(cell.recency, cell.frequency, cell.monetary): (cell.members, cell.spend_fen) for cell in cells}
    assert found == cdnow.plain.rfm_cells(day, WINDOW_DAYS)
    assert len(found) > 50


@BY_EACH_ENGINE
@AT_EACH_DAY
async def test_retention_after_thirty_days_by_weekly_cohort(cdnow: Shop, engine: str, day: date) -> None:
    periods = await cdnow.engines[engine].retention(FIRST_DAY, LAST_JOINED, day, CohortBy.WEEK, 30, 1)

    found = {each.first_day: (each.members, each.active) for each in periods if each.period == 1}
    assert found == cdnow.plain.retention(FIRST_DAY, LAST_JOINED + timedelta(days=6), day)
    assert len(found) == 13
    assert all(each.is_complete for each in periods)


@BY_EACH_ENGINE
@AT_EACH_DAY
async def test_repurchase_arpu_and_average_order_value(cdnow: Shop, engine: str, day: date) -> None:
    first = day - timedelta(days=WINDOW_DAYS - 1)

    found = await cdnow.engines[engine].figures(first, day)

    revenue_fen, orders, buyers, repeat_buyers = cdnow.plain.figures(first, day)
    assert (found.revenue_fen, found.orders, found.buyers) == (revenue_fen, orders, buyers)
    assert found.repurchase == repeat_buyers / buyers
    assert found.arpu_fen == revenue_fen / buyers
    assert found.average_order_fen == revenue_fen / orders


@BY_EACH_ENGINE
@AT_EACH_DAY
async def test_stages_and_layers(cdnow: Shop, engine: str, day: date) -> None:
    stages = {each.key: each.members for each in await cdnow.engines[engine].stages(day)}
    layers = {each.key: each.members for each in await cdnow.engines[engine].layers(day)}

    plain_stages, plain_layers = cdnow.plain.standings(day)
    assert (stages, layers) == (dict(plain_stages), dict(plain_layers))


@BY_EACH_ENGINE
async def test_moves_between_stages_lead_from_the_ones_to_the_others(cdnow: Shop, engine: str) -> None:
    asked, (before, after) = cdnow.engines[engine], (date(1997, 3, 15), date(1997, 10, 1))

    moves = await asked.stage_moves(before, after)

    came, went = Counter[str | None](), Counter[str | None]()
    for move in moves:
        went[move.before] += move.members
        came[move.after] += move.members
    assert came == cdnow.plain.standings(after)[0]
    assert went - Counter({None: went[None]}) == cdnow.plain.standings(before)[0]
    assert went[None] == sum(came.values()) - cdnow.plain.standings(before)[0].total()


@pytest.mark.parametrize("engine", ["duckdb", SPARK])
async def test_every_engine_gives_the_same_curve(cdnow: Shop, engine: str) -> None:
    months, *_ = both = [
        await asked.retention(FIRST_DAY, LAST_JOINED, DAYS[1], CohortBy.MONTH, 30, 12)
        for asked in (cdnow.engines["postgres"], cdnow.engines[engine])
    ]

    assert both == [months, months]
    assert [each.first_day for each in months if each.period == 0] == [date(1997, month, 1) for month in (1, 2, 3)]
