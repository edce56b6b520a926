"""`tiers`: a ladder is previewed, set and shown at the terminal, and the review run by hand."""

import json
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner

from api.cli import cli
from siyu.db import Pool
from tests.api.processes import Commands
from tests.factories import add_members, paid, shop_engine

BOUGHT = datetime(2024, 2, 29, 4, tzinfo=UTC)


async def test_a_ladder_is_previewed_set_shown_and_reviewed(commands: Commands, pool: Pool, tmp_path: Path) -> None:
    [member, _] = await add_members(pool, 2)
    await shop_engine(pool).submit(paid(member, "A", 30_000, BOUGHT))
    file = tmp_path / "ladder.json"

    done = await commands.run("tiers", "set", "community", "--at", "2024-02-29")
    shown = await commands.run("tiers", "show", "--json")
    file.write_text(json.dumps(json.loads(shown.out)["config"]), encoding="utf-8")
    again = await commands.run("tiers", "preview", file, "--at", "2024-02-29", "--json")
    reviewed = await commands.run("tiers", "review", "--at", "2024-07-01", "--json")

    assert "bronze → silver: 1 members\n" in done.out
    assert json.loads(shown.out)["members"] == {"bronze": 1, "silver": 1}
    assert json.loads(again.out)["moves"] == [
        {"from": "bronze", "to": "bronze", "members": 1},
        {"from": "silver", "to": "silver", "members": 1},
    ]
    assert json.loads(reviewed.out)["moves"] == [{"from": "silver", "to": "bronze", "members": 1}]


def test_what_is_no_ladder_is_told_in_a_sentence(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"tiers": []}', encoding="utf-8")

    told = [CliRunner().invoke(cli, ["tiers", "preview", str(ladder)]).output for ladder in ("none", bad)]

    assert told[0] == "Error: There is no preset and no file none; the presets are community, retail.\n"
    assert told[1].startswith("Error: config.tiers: ")
