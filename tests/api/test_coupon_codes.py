"""`coupons codes`: a file that the printer takes, and one sentence where nothing can be made."""

from pathlib import Path

from siyu.codes import read_code
from siyu.db import Pool
from tests.api.processes import Commands
from tests.siyu.coupons.shop import add_template


async def test_codes_come_in_a_file_that_nobody_else_reads_and_a_second_run_writes_the_same(
    commands: Commands, pool: Pool, tmp_path: Path
) -> None:
    await add_template(pool)
    files = [tmp_path / "one.txt", tmp_path / "two.txt"]

    finished = [await commands.run("coupons", "codes", "tea", "--count", "50", "--out", file) for file in files]
    unknown = await commands.run("coupons", "codes", "none", "--count", "50", "--out", tmp_path / "none.txt")

    assert finished[0].out == f"50 codes of the batch 1 are in {files[0]}.\n"
    lines = files[0].read_text().splitlines()
    assert len({read_code(line) for line in lines} - {None}) == 50
    assert sorted(lines) == sorted(files[1].read_text().splitlines())
    assert files[0].stat().st_mode & 0o077 == 0
    assert (unknown.code, unknown.err) == (1, "Error: there is no coupon template none\n")
