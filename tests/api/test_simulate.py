"""`python -m api simulate`: one seed, one report, in every process; of a type without a server."""

import asyncio
import json
from pathlib import Path

import click
import pytest

from api.commands.simulate import group_given
from siyu.db import Pool
from tests.api.processes import Commands
from tests.factories import add_campaign

SMALL = ("--members", "300", "--days", "10")


@pytest.mark.parametrize(("kind", "form"), [("check_in", ()), ("purchase", ("--json",))])
async def test_one_seed_prints_one_report_in_every_process(tmp_path: Path, kind: str, form: tuple[str, ...]) -> None:
    commands = Commands({"SIYU_DATA": str(tmp_path / "data")})

    first, second, other = await asyncio.gather(
        commands.run("simulate", kind, *SMALL, "--seed", "7", *form, PYTHONHASHSEED="1"),
        commands.run("simulate", kind, *SMALL, "--seed", "7", *form, PYTHONHASHSEED="2"),
        commands.run("simulate", kind, *SMALL, "--seed", "8", *form, PYTHONHASHSEED="1"),
    )

    assert (first.code, second.code, other.code) == (0, 0, 0), first.err
    assert first.out == second.out != other.out
    assert not (tmp_path / "data").exists(), "a type is played without a server"


async def test_a_stored_campaign_is_played_with_its_config_or_another(
    commands: Commands, pool: Pool, tmp_path: Path
) -> None:
    await add_campaign(pool, "check_in", {"streak_points": [7]}, state="draft")
    config = tmp_path / "other.json"
    config.write_text('{"streak_points": [14]}')

    stored = await commands.run("simulate", "check_in", *SMALL, "--json", SIYU_DATA=str(tmp_path))
    await pool.execute("UPDATE campaign SET name = '签到'")
    named, changed = await asyncio.gather(
        commands.run("simulate", "签到", *SMALL, "--json"),
        commands.run("simulate", "签到", *SMALL, "--json", "--config", config),
    )

    assert (stored.code, named.code, changed.code) == (0, 0, 0), named.err + changed.err
    of_type, of_campaign, of_change = (json.loads(finished.out) for finished in (stored, named, changed))
    assert of_type["value"] != of_campaign["value"]
    assert of_change["value"]["points"]["granted"] == 2 * of_campaign["value"]["points"]["granted"] > 0
    assert of_campaign["winners"] == of_change["winners"] == of_campaign["participants"]


async def test_what_is_neither_a_type_nor_a_campaign_is_told(commands: Commands) -> None:
    finished = await commands.run("simulate", "lottery")

    assert (finished.code, finished.out) == (1, "")
    assert "There is no campaign named 'lottery'" in finished.err


async def test_what_members_are_given_is_told_and_checked(tmp_path: Path) -> None:
    commands = Commands({"SIYU_DATA": str(tmp_path / "data")})

    given, as_text, *refused = await asyncio.gather(
        commands.run("simulate", "purchase", *SMALL, "--give", "points=1000", "--group", "tea=7", "--json"),
        commands.run("simulate", "purchase", *SMALL, "--give", "points=1000", "--group", "tea=7"),
        *(commands.run("simulate", "purchase", "--give", text) for text in ("gold=1", "points=-1", "points")),
    )

    assert (given.code, as_text.code) == (0, 0), given.err + as_text.err
    report = json.loads(given.out)
    assert (report["given"], report["rewards"]) == ({"points": 1000}, {})
    assert (report["groups"], "the group tea has 7 members" in as_text.out) == ({"tea": 7}, True)
    assert "each has 1,000 points from elsewhere" in as_text.out
    assert [finished.code for finished in refused] == [2, 2, 2]
    assert "names no unit" in refused[0].err
    assert "gives no whole number" in refused[1].err


@pytest.mark.parametrize("text", ["tea", "tea=", "=7", "tea=-1", "tea=many", "tea=1000000"])
def test_a_group_is_a_key_and_a_number_of_members(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no group's key and a number of members"):
        group_given(text)
