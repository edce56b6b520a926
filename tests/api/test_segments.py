"""`python -m api segments`: lists them, and writes whom one has to a file, or says in a sentence why not."""

import csv
import json
from pathlib import Path

from schema.ids import MEMBER, SEGMENT, encode_id
from siyu.db import Pool
from siyu.rules import RuleClock
from siyu.segments.queries import SegmentKind
from siyu.segments.service import create_segment
from tests.api.processes import Commands
from tests.clock import NOON
from tests.factories import SHANGHAI, add_members


def files_in(folder: Path) -> list[str]:
    """The names of what was exported, and of what was begun."""
    return sorted(path.name for path in folder.glob("*.csv*"))


async def test_a_segment_is_listed_and_written_to_a_file(commands: Commands, pool: Pool, tmp_path: Path) -> None:
    members = await add_members(pool, 1_200)
    await pool.execute("UPDATE member SET tags = '{=1+1,tea}', tier = 'gold' WHERE id = $1", members[0])
    clock = RuleClock(NOON, SHANGHAI)
    gold = await create_segment(pool, "金卡", "member.tier == 'gold'", SegmentKind.LIVE, clock, "lin")
    await create_segment(pool, "all", "true", SegmentKind.STATIC, clock, "lin")

    listed = json.loads((await commands.run("segments", "list", "--json")).out)
    by_id = await commands.run("segments", "export", encode_id(SEGMENT, gold.id), tmp_path / "gold.csv", "--json")
    by_name = await commands.run("segments", "export", "all", tmp_path / "all.csv")
    unknown = await commands.run("segments", "export", "none", tmp_path / "none.csv")

    assert [(row["name"], row["kind"]) for row in listed] == [("all", "STATIC"), ("金卡", "LIVE")]
    assert json.loads(by_id.out)["members"] == 1
    with (tmp_path / "gold.csv").open(encoding="utf-8-sig", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["id"], row["tier"], row["tags"]) == (encode_id(MEMBER, members[0]), "gold", "'=1+1;tea")
    assert (row["orders"], row["stage"], row["joined_at"]) == ("0", "", "1990-01-01T00:00:00+00:00")
    assert by_name.out == f"1,200 members of all are in {tmp_path / 'all.csv'}.\n"
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        ids = [row["id"] for row in csv.DictReader(file)]
    assert ids == [encode_id(MEMBER, member) for member in members]
    assert (unknown.code, unknown.err.count("\n")) == (1, 1)
    assert files_in(tmp_path) == ["all.csv", "gold.csv"]
