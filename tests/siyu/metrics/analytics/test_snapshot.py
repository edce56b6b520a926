"""A snapshot is whole or not there, is of one moment, and has no personal data."""

import json
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from siyu.db import Pool
from siyu.metrics import AnalyticsUnavailable
from siyu.metrics.analytics import DuckDbEngine, current_snapshot, take_snapshot
from siyu.metrics.analytics.snapshot import SNAPSHOTS_KEPT, Report
from siyu.metrics.analytics.tables import SOURCE_TABLES, tables
from tests.factories import SHANGHAI, add_members
from tests.siyu.metrics.analytics.shops import SNAPSHOT_AT, taken


def untold(_done: int, _total: int) -> None:
    """Nobody looks."""


def files_in(folder: Path) -> list[Path]:
    """All files, in order of their names."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


async def test_members_are_numbered_and_can_be_found_again(pool: Pool, tmp_path: Path) -> None:
    ids = await add_members(pool, 3)
    await pool.execute("UPDATE member SET nickname = 'Lin Xiaomei', avatar_url = 'https://shop.example/lin.png'")

    await taken(pool, tmp_path)

    file = current_snapshot(tmp_path).file("members")
    rows = pq.read_table(file).to_pylist()
    assert {row["id"] for row in rows} == {str(each) for each in ids}
    assert sorted(row["member"] for row in rows) == [1, 2, 3]
    assert set(rows[0]) == {"member", "id", *SOURCE_TABLES["members"].columns}
    assert not [path for path in files_in(tmp_path) if b"Lin Xiaomei" in path.read_bytes()]


async def test_where_there_is_none_the_sentence_says_how_to_take_one(tmp_path: Path) -> None:
    with pytest.raises(AnalyticsUnavailable, match=r"python -m api snapshot --to "):
        await DuckDbEngine(tmp_path).rows(tables("int64").members)


async def test_one_that_was_not_finished_is_never_the_current_one(pool: Pool, tmp_path: Path) -> None:
    await add_members(pool, 2)
    await taken(pool, tmp_path)

    def fail(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await take_snapshot(pool, SHANGHAI, tmp_path, SNAPSHOT_AT + timedelta(hours=1), fail)

    assert current_snapshot(tmp_path).taken_at == SNAPSHOT_AT
    # The next one tidies up behind it.
    await take_snapshot(pool, SHANGHAI, tmp_path, SNAPSHOT_AT + timedelta(hours=2), untold)
    assert not [path for path in files_in(tmp_path) if ".partial" in str(path)]


async def test_the_newest_are_kept(pool: Pool, tmp_path: Path) -> None:
    moments = [SNAPSHOT_AT + timedelta(hours=hour) for hour in range(4)]
    for moment in moments:
        await take_snapshot(pool, SHANGHAI, tmp_path, moment, untold)

    assert current_snapshot(tmp_path).taken_at == moments[-1]
    manifests = [json.loads(path.read_text()) for path in files_in(tmp_path) if path.name == "manifest.json"]
    assert [each["taken_at"] for each in manifests] == [moment.isoformat() for moment in moments[-SNAPSHOTS_KEPT:]]


async def test_it_is_of_one_moment_and_tells_how_far_it_is(pool: Pool, tmp_path: Path) -> None:
    await add_members(pool, 2)
    told: list[tuple[int, int]] = []

    def report(done: int, total: int) -> None:
        told.append((done, total))

    checked: Report = report
    snapshot = await take_snapshot(pool, SHANGHAI, tmp_path, SNAPSHOT_AT, checked)

    assert snapshot.rows == {"members": 2, "orders": 0, "facts": 0}
    assert told == [(2, 2)]
