"""`metrics`: shown at the terminal and as JSON, and counted anew."""

import json
from datetime import UTC, datetime

from siyu.db import Pool
from tests.api.processes import Commands
from tests.factories import add_members, paid, shop_engine

BOUGHT = datetime(2024, 2, 29, 4, tzinfo=UTC)
DAYS = ("--from", "2024-02-01", "--to", "2024-02-29")


async def test_metrics_are_rebuilt_and_shown(commands: Commands, pool: Pool) -> None:
    [member, _] = await add_members(pool, 2)
    engine = shop_engine(pool)
    for number in range(2):
        await engine.submit(paid(member, str(number), 123_45, BOUGHT))
    await pool.execute("DELETE FROM outbox")

    rebuilt = await commands.run("metrics", "rebuild", "--json")
    shown = await commands.run("metrics", "show", *DAYS, "--level", "value")
    as_json = json.loads((await commands.run("metrics", "show", *DAYS, "--json")).out)
    bad = await commands.run("metrics", "show", "--from", "2024-02-02", "--to", "2024-02-01")

    assert json.loads(rebuilt.out)["members"] == 2
    assert "¥246.90" in shown.out
    assert "100.0%" in shown.out
    assert "打开率" not in shown.out
    assert (as_json["from"], as_json["to"], len(as_json["metrics"])) == ("2024-02-01", "2024-02-29", 22)
    [arpu] = [each for each in as_json["metrics"] if each["key"] == "arpu"]
    assert arpu | {"previous": None} == {
        "key": "arpu",
        "level": "value",
        "unit": "fen",
        "value": 246_90,
        "previous": None,
        "numerator": 246_90,
        "denominator": 1,
        "low": 15_000,
        "high": 30_000,
        "growth": None,
        "status": "healthy",
    }
    assert "must begin before it ends" in bad.err
