"""Members of a file join, and stay as they are when they come again."""

from datetime import datetime
from pathlib import Path

from siyu.clock import utc_now
from siyu.db import Pool
from tests.api.imports.factories import import_members


async def test_members_join_with_what_the_file_says(pool: Pool, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("会员号,昵称,加入时间\n1,小红,2024-01-05\n2,,\n,x,\n4,x,soon\n", encoding="utf-8")
    before = utc_now()

    result = await import_members(pool, path)

    assert (result.imported, result.repeated, result.rejected) == (2, 0, 2)
    rows = await pool.fetch(
        "SELECT kind, value, nickname, joined_at FROM member JOIN identity ON member_id = member.id ORDER BY value"
    )
    assert tuple(rows[0]) == ("shop", "1", "小红", datetime.fromisoformat("2024-01-04T16:00:00Z"))
    assert tuple(rows[1])[:3] == ("shop", "2", None)
    assert before <= rows[1]["joined_at"] <= utc_now()


async def test_known_members_and_the_second_of_two_rows_stay_as_they_are(pool: Pool, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("identity,nickname\n1,小红\n1,小明\n", encoding="utf-8")
    first = await import_members(pool, path)
    path.write_text("identity,nickname\n1,小刚\n", encoding="utf-8")
    second = await import_members(pool, path)

    assert (first.imported, first.repeated) == (1, 1)
    assert (second.imported, second.repeated) == (0, 1)
    assert await pool.fetchval("SELECT nickname FROM member") == "小红"
