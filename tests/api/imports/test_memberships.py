"""Stays in groups of a file: who is in, who was, and what cannot be."""

from datetime import datetime
from pathlib import Path
from typing import Any

from siyu.db import Pool
from tests.api.imports.factories import import_memberships
from tests.siyu.groups.shop import add_group, size_of

STAYS = """
SELECT identity.value, role, joined_at, left_at, source, brought.value FROM membership
JOIN identity ON identity.member_id = membership.member_id
LEFT JOIN identity AS brought ON brought.member_id = inviter_id ORDER BY 1
"""


def written(path: Path, *lines: str) -> Path:
    """A file with these rows."""
    path.write_text("社群,会员号,入群时间,退群时间,角色,邀请人,来源\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


async def stays(pool: Pool) -> list[tuple[Any, ...]]:
    """All stays, by member."""
    return [tuple(row) for row in await pool.fetch(STAYS)]


async def test_stays_are_those_of_the_file_and_a_second_import_changes_nothing(pool: Pool, tmp_path: Path) -> None:
    await add_group(pool, "tea", capacity=2)
    path = written(
        tmp_path / "m.csv",
        "tea,1,2024-01-05,,群主,,",
        "tea,2,2024-02-05,,,1,poster",
        "tea,3,2024-01-06,2024-03-01,,1,",
        "tea,9,2024-01-06,,bot,,",
    )

    first, second = [await import_memberships(pool, path) for _ in range(2)]

    assert (first.imported, first.repeated, first.rejected) == (4, 0, 0)
    assert (second.imported, second.repeated, second.rejected) == (0, 4, 0)
    day = {text: datetime.fromisoformat(f"2024-{text}T16:00:00Z") for text in ("01-04", "02-04", "01-05", "02-29")}
    assert await stays(pool) == [
        ("1", "owner", day["01-04"], None, None, None),
        ("2", "member", day["02-04"], None, "poster", "1"),
        ("3", "member", day["01-05"], day["02-29"], None, "1"),
        ("9", "bot", day["01-05"], None, None, None),
    ]
    assert await size_of(pool, "tea") == 2


async def test_what_cannot_be_is_rejected_with_its_reason(pool: Pool, tmp_path: Path) -> None:
    await add_group(pool, "tea", capacity=1)
    path = written(
        tmp_path / "m.csv",
        "tea,1,2024-01-05,,,,",
        "tea,2,2024-01-05,,,,",
        "moon,1,2024-01-05,,,,",
        "tea,3,2024-01-05,,king,,",
        "tea,3,2024-01-05,2023-01-05,,,",
        "tea,,,,,,",
    )

    result = await import_memberships(pool, path)

    assert (result.imported, result.rejected) == (1, 5)
    assert result.rejects_file is not None
    rejects = result.rejects_file.read_text(encoding="utf-8-sig")
    for code in ("GROUP_FULL", "GROUP_NOT_FOUND", "BAD_ROLE", "BAD_TIME", "MISSING_ID"):
        assert code in rejects
    assert "The group is full: it holds 1." in rejects
