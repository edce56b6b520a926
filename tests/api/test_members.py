"""`python -m api members`: dossiers, exports, and imports of what was exported."""

import asyncio
import csv
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import cli
from api.embedded import Servers
from api.identity import open_personal_keys
from api.imports import ImportResult
from api.settings import Settings, load_settings
from schema.ids import MEMBER, SEGMENT, encode_id
from siyu.db import Pool
from siyu.ids import new_id
from siyu.privacy import PersonalField
from siyu.privacy.store import PersonalChanges, write_personal
from siyu.rules import RuleClock
from siyu.segments.queries import SegmentKind
from siyu.segments.service import create_segment
from tests.api.imports.factories import import_members
from tests.factories import SHANGHAI, add_members
from tests.schema.conftest import NOON

FILE = """会员号,昵称,加入时间,等级,标签,社群,属性:size,attr:height_cm,attr:born_on,attr:has_pets,attr:shoe
c-0001,=1+1,2024-01-05,gold,vip;mum,runners,L,171.5,1990-03-15,是,039
c-0002,小红,2024-01-06,,mum；,,,,,,
c-0003,x,2024-01-06,,,,138 0013 8000,,,,
c-0004,x,2024-01-06,,,,,,1990-02-30,,
"""
LOG = "SELECT arguments, reason, objects FROM audit_entry WHERE intent IS NULL ORDER BY number"


@pytest.fixture(autouse=True)
def deployment(settings: Settings, servers: Servers, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own database."""
    monkeypatch.setenv("SIYU_DATA", str(settings.data))
    monkeypatch.setenv("SIYU_DATABASE_URL", database_url)
    monkeypatch.setenv("SIYU_REDIS_URL", servers.redis_url)


async def run(*arguments: str | Path) -> Result:
    """A command, which has a loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, cli, [str(each) for each in arguments])


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: row["joined_at"])


async def imported(pool: Pool, path: Path, text: str) -> ImportResult:
    await asyncio.to_thread(path.write_text, text, encoding="utf-8")
    return await import_members(pool, path)


async def test_what_is_imported_is_exported_and_can_be_imported_again(pool: Pool, tmp_path: Path) -> None:
    told = await imported(pool, tmp_path / "m.csv", FILE)
    out = tmp_path / "out.csv"
    result = await run("members", "export", out, "--reveal", "--reason", "for the printer")
    [first, second] = rows_of(out)

    assert (told.imported, told.rejected) == (2, 2)
    rejects = (tmp_path / "m.csv.rejects.csv").read_text(encoding="utf-8-sig")
    assert "attr:size" in rejects
    assert "attr:born_on" in rejects
    assert result.exit_code == 0, result.output
    assert first["nickname"] == "'=1+1"
    assert (first["identity"], first["tier"], first["tags"], first["groups"]) == (
        "c-0001",
        "gold",
        "vip;mum",
        "",
    )
    assert (first["attr:size"], first["attr:height_cm"], first["attr:has_pets"]) == ("L", "171.5", "true")
    assert (first["attr:born_on"], first["attr:shoe"]) == ("1990-03-15", "039")
    assert (second["tags"], second["tier"], second["attr:size"]) == ("mum", "", "")
    types = dict(await pool.fetch("SELECT key, type FROM member_attribute"))  # type: ignore[arg-type]
    assert types == {"size": "text", "height_cm": "number", "born_on": "date", "has_pets": "flag", "shoe": "text"}

    before = await pool.fetch("SELECT tags, groups, tier, xmin::text FROM member ORDER BY id")
    again = await imported(pool, tmp_path / "again.csv", out.read_text(encoding="utf-8-sig"))
    assert (again.repeated, again.rejected) == (2, 0)
    # What says nothing new is not even written.
    assert await pool.fetch("SELECT tags, groups, tier, xmin::text FROM member ORDER BY id") == before


async def test_labels_are_added_and_attributes_replaced(pool: Pool, tmp_path: Path) -> None:
    head = "identity,tags,tier,attr:size\n"
    await imported(pool, tmp_path / "a.csv", f"{head}1,a,gold,L\n1,b,,M\n")
    await imported(pool, tmp_path / "b.csv", f"{head}1,c;a,,\n")

    row = await pool.fetchrow("SELECT tags, tier, value FROM member JOIN member_attribute ON member_id = id")
    assert tuple(row or ()) == (["a", "b", "c"], "gold", "M")


async def test_a_tier_that_the_ladder_decides_is_rejected(pool: Pool, tmp_path: Path) -> None:
    assert (await run("tiers", "set", "community")).exit_code == 0
    told = await imported(pool, tmp_path / "m.csv", "identity,tier\n1,gold\n2,\n")

    assert (told.imported, told.rejected) == (1, 1)
    assert "TIER_OF_LADDER" in (tmp_path / "m.csv.rejects.csv").read_text(encoding="utf-8-sig")


async def test_an_export_is_masked_and_of_a_segment(pool: Pool, tmp_path: Path) -> None:
    await imported(pool, tmp_path / "m.csv", FILE)
    clock = RuleClock(NOON, SHANGHAI)
    segment = await create_segment(pool, "vips", "'vip' in member.tags", SegmentKind.LIVE, clock, "lin")
    out = tmp_path / "out.csv"
    shown = encode_id(SEGMENT, segment.id)

    assert json.loads((await run("members", "export", out, "--segment", shown, "--json")).output)["rows"] == 1
    [row] = rows_of(out)
    assert row["identity"] == "••••01"
    assert "c-0001" not in out.read_text(encoding="utf-8")
    assert out.stat().st_mode & 0o077 == 0
    assert (await run("members", "export", out, "--reveal")).exit_code == 2
    assert (await run("members", "export", out, "--segment", "x")).exit_code == 2
    gone = await run("members", "export", out, "--segment", encode_id(SEGMENT, new_id()))
    assert gone.exit_code == 1
    assert not list(tmp_path.glob("*.part"))  # noqa: ASYNC240 - the test's own folder


async def test_a_dossier_is_written_whole_and_noted_with_its_reason(pool: Pool, tmp_path: Path) -> None:
    [member] = await add_members(pool, 1)
    out = tmp_path / "member.zip"
    shown = encode_id(MEMBER, member)
    vault = open_personal_keys(load_settings()).vault()
    async with pool.acquire() as connection, connection.transaction():
        await write_personal(connection, member, PersonalChanges(vault, {PersonalField.REAL_NAME: "林小美"}))
    result = await run("members", "dossier", shown, "--out", out, "--reason", "asked by letter")

    assert result.exit_code == 0, result.output
    with zipfile.ZipFile(out) as archive:
        told = json.loads(archive.read("manifest.json"))
        [row] = archive.read("member.jsonl").splitlines()
        assert json.loads(archive.read("personal.json")) == {"real_name": "林小美"}
    assert told["rows"] == {"member": 1, "member_feature": 1}
    assert json.loads(row)["id"] == str(member)
    [entry] = await pool.fetch(LOG)
    assert tuple(entry)[1:] == ("asked by letter", [f"Member:{member}"])
    assert (await run("members", "dossier", shown, "--out", out)).exit_code == 2
    assert (await run("members", "dossier", "x", "--out", out, "--reason", "y")).exit_code == 2
    other = encode_id(MEMBER, new_id())
    assert (await run("members", "dossier", other, "--out", tmp_path / "no.zip", "--reason", "y")).exit_code == 1
    assert not (tmp_path / "no.zip").exists()
