"""A million members come in from a file and go out into one, at a rate and in memory that hold."""

import csv
import resource
from pathlib import Path

import pytest

from api.member_files import ExportWanted, export_members
from siyu.clock import utc_now
from siyu.db import Pool
from tests.api.imports.factories import import_members, no_report
from tests.factories import SHANGHAI

MEMBERS = 1_000_000
# Two cores do 5,700 in and 29,000 out; of the first 200,000 rows it is 11,800 and 42,600.
ROWS_PER_S_MIN = 4_000
EXPORTED_PER_S_MIN = 20_000
GROWTH_MB_MAX = 200


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


@pytest.mark.prove
async def test_a_million_members_come_in_and_go_out(
    pool: Pool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["identity", "nickname", "joined_at", "tier", "tags", "groups", "attr:size"])
        for number in range(MEMBERS):
            tags = "vip;mum" if number % 3 else ""
            table.writerow(
                [f"c-{number:07}", f"会员{number}", "2024-01-05", "", tags, "runners", "L" if number % 2 else ""]
            )
    before_mb = peak_mb()
    result = await import_members(pool, path)
    imported_mb = peak_mb()
    began = utc_now()
    count = await export_members(pool, ExportWanted(out, None, True, SHANGHAI), began, no_report)
    seconds = (utc_now() - began).total_seconds()
    with capsys.disabled():
        print(
            f"\nimport {result.rows_per_s:,.0f} rows/s, peak {before_mb:.0f} → {imported_mb:.0f} MB; "
            f"export {count / seconds:,.0f} rows/s, peak {peak_mb():.0f} MB"
        )

    assert (result.imported, result.rejected, count) == (MEMBERS, 0, MEMBERS)
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert sum(1 for _ in csv.reader(file)) == MEMBERS + 1
    assert result.rows_per_s > ROWS_PER_S_MIN
    assert count / seconds > EXPORTED_PER_S_MIN
    assert peak_mb() - before_mb < GROWTH_MB_MAX
