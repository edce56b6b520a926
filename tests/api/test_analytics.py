"""`analytics` and `snapshot`: the same answers from the database and from a snapshot of it."""

import json
from datetime import UTC, datetime
from pathlib import Path

from siyu.db import Pool
from tests.api.processes import Commands
from tests.factories import add_members, paid, shop_engine

BOUGHT = datetime(2026, 11, 1, 4, tzinfo=UTC)
RFM = ("analytics", "rfm", "--on", "2026-11-02", "--json")


async def test_a_snapshot_is_taken_and_asked(commands: Commands, pool: Pool, tmp_path: Path) -> None:
    lin, wang, _ = await add_members(pool, 3)
    engine = shop_engine(pool)
    for number, (member, fen) in enumerate([(lin, 10_000), (lin, 5_000), (wang, 30_000)]):
        await engine.submit(paid(member, f"A{number}", fen, BOUGHT))
    url = f"duckdb://{tmp_path / 'snapshots'}"

    taken = await commands.run("snapshot", "--to", tmp_path / "snapshots", "--json")
    from_snapshot = await commands.run(*RFM, SIYU_ANALYTICS_URL=url)
    from_database = await commands.run(*RFM)

    assert json.loads(taken.out)["rows"] == {"members": 3, "orders": 3, "facts": 3}
    cells = json.loads(from_snapshot.out)
    assert cells == json.loads(from_database.out)
    assert sum(cell["members"] for cell in cells) == 2
