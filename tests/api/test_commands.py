"""`python -m api` as a person runs it: what is listed, what works, and one sentence where it cannot."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import click
import pytest
from click.testing import CliRunner

from api.cli import COMMANDS, cli
from api.migrating import known_migrations
from schema.ids import CAMPAIGN, MEMBER, encode_id
from siyu.db import Pool
from tests.api.due_timers import install_relay
from tests.api.graphql import VIEWER, ask
from tests.api.processes import ROOT, STOP_TIMEOUT_S, Commands, Finished, first_line
from tests.factories import add_campaign, add_members

# tests/migrations/test_applying.py has more of them.
MIGRATORS = 2
LIMITLESS = 1_000
# Standard output is the command's own.
MODULES_LOADED = """
import atexit, sys
from api.cli import cli
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
cli()
"""
NOBODY = "postgresql://siyu@127.0.0.1:1/siyu"


def is_one_sentence(finished: Finished) -> bool:
    """Whether the command failed with one line on standard error and nothing else."""
    return finished.code == 1 and finished.out == "" and finished.err.count("\n") == 1


def install_broken_plugin(site: Path) -> None:
    """A distribution whose campaign cannot be imported."""
    (site / "broken-1.0.dist-info").mkdir(parents=True)
    (site / "broken-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (site / "broken-1.0.dist-info" / "entry_points.txt").write_text("[siyu.campaigns]\nlottery = broken_lottery\n")
    (site / "broken_lottery.py").write_text("raise RuntimeError('out of luck')\n")


def test_help_lists_every_command() -> None:
    text = CliRunner().invoke(cli, ["--help"]).output

    listed = {line.split()[0] for line in text.partition("Commands:")[2].splitlines() if line.strip()}
    assert listed == set(COMMANDS)
    assert {"serve", "worker", "migrate", "import", "token", "schema", "doctor", "boards", "ledger", "demo"} <= listed


@pytest.mark.parametrize(("name", "sentence"), COMMANDS.items(), ids=COMMANDS)
def test_every_command_is_listed_with_the_first_sentence_of_its_help(name: str, sentence: str) -> None:
    command = cli.get_command(click.Context(cli), name)

    assert command is not None
    assert (command.name, command.get_short_help_str(LIMITLESS)) == (name, sentence)


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        ("--help", {"pydantic", "asyncpg", "schema"}),
        ("token --help", {"strawberry", "tortoise", "siyu.engine"}),
        ("migrate --help", {"strawberry", "siyu.engine"}),
        ("ledger --help", {"strawberry", "graphql"}),
        ("worker --help", {"strawberry", "graphql"}),
    ],
)
def test_a_command_starts_without_what_it_does_not_need(arguments: str, unneeded: set[str]) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", MODULES_LOADED, *arguments.split()], cwd=ROOT, capture_output=True, check=True, text=True
    ).stderr.split()

    assert {"api.cli", "click"} <= set(loaded)
    assert not unneeded & set(loaded)


def test_schema_prints_the_committed_schema() -> None:
    printed = CliRunner().invoke(cli, ["schema"]).output

    assert printed.strip() == (ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8").strip()


async def test_a_token_opens_the_server_although_a_plugin_is_broken(
    commands: Commands, pool: Pool, tmp_path: Path
) -> None:
    [member] = await add_members(pool, 1)
    install_broken_plugin(tmp_path)
    operator, for_member = await asyncio.gather(
        commands.run("token", "--hours", "1"), commands.run("token", "--role", "member", "--member", str(member))
    )

    async with commands.serving(PYTHONPATH=str(tmp_path)) as server, server.client() as client:
        as_operator = await ask(client, VIEWER, operator.out.strip())
        as_member = await ask(client, VIEWER, for_member.out.strip())
        health = await client.get("/healthz")
        server.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(STOP_TIMEOUT_S):
            _, err = await server.process.communicate()

    assert as_operator["viewer"] == {"__typename": "OperatorViewer"}
    assert as_member["viewer"]["member"] == {"id": encode_id(MEMBER, member)}
    assert health.json() == {"status": "ok"}
    assert server.process.returncode == 0
    assert b"plugin lottery is left out: RuntimeError: out of luck" in err


def test_a_token_for_a_member_names_one() -> None:
    for arguments in (["--role", "member"], ["--member", str(UUID(int=1))], ["--role", "member", "--member", "x"]):
        result = CliRunner().invoke(cli, ["token", *arguments])
        assert result.exit_code == 2
        assert "Error: " in result.output


async def test_doctor_finds_a_good_shop_in_order(commands: Commands) -> None:
    finished = await commands.run("doctor", "--json")

    findings = json.loads(finished.out)["findings"]
    assert finished.code == 0
    assert all(finding["ok"] and not finding["mend"] for finding in findings)
    assert {"settings", "plugins", "database", "migrations", "redis", "clock"} <= {one["name"] for one in findings}


async def test_doctor_names_all_that_is_wrong_and_how_to_mend_it(
    commands: Commands, empty_database_url: str, tmp_path: Path
) -> None:
    install_broken_plugin(tmp_path)
    finished = await commands.run(
        "doctor",
        "--json",
        SIYU_DATABASE_URL=empty_database_url,
        SIYU_REDIS_URL=f"unix://{tmp_path}/nobody.sock",
        PYTHONPATH=str(tmp_path),
    )

    wrong = {finding["name"]: finding for finding in json.loads(finished.out)["findings"] if not finding["ok"]}
    assert finished.code == 1
    assert set(wrong) == {"plugin lottery", "migrations", "redis"}
    assert wrong["plugin lottery"]["found"] == "RuntimeError: out of luck"
    assert "broken 1.0" in wrong["plugin lottery"]["mend"]
    assert "python -m api migrate" in wrong["migrations"]["mend"]
    assert "SIYU_REDIS_URL" in wrong["redis"]["mend"]


async def test_doctor_names_campaign_types_that_are_missing_or_fail(commands: Commands, pool: Pool) -> None:
    await add_campaign(pool, "check_in")
    await add_campaign(pool, "purchase")
    await pool.execute(
        "UPDATE campaign SET problem = 'it failed', problem_at = now() WHERE type_key = 'purchase'",
    )

    finished = await commands.run("doctor", "--json", SIYU_PLUGINS="plugins.purchase,plugins.lottery")

    wrong = {finding["name"]: finding for finding in json.loads(finished.out)["findings"] if not finding["ok"]}
    assert finished.code == 1
    assert set(wrong) == {"plugin plugins.lottery", "campaign type check_in", "campaign type purchase"}
    assert "not installed" in wrong["plugin plugins.lottery"]["found"]
    assert "no plugin that is loaded" in wrong["campaign type check_in"]["found"]
    assert wrong["campaign type purchase"]["found"] == "it failed"
    assert "campaignResume" in wrong["campaign type purchase"]["mend"]


async def test_doctor_names_what_types_were_installed_with_and_campaigns_that_their_type_refuses(
    commands: Commands, pool: Pool, tmp_path: Path
) -> None:
    install_relay(tmp_path)
    await add_campaign(pool, "check_in", {"streak_points": [5]})
    await add_campaign(pool, "check_in", {"streak_points": [-1]}, state="draft")
    refused = await add_campaign(pool, "check_in", {"streak_points": [5], "colour": "red"}, state="paused")

    finished = await commands.run("doctor", "--json", PYTHONPATH=str(tmp_path))

    findings = json.loads(finished.out)["findings"]
    [wrong] = [finding for finding in findings if not finding["ok"]]
    [plugins] = [finding for finding in findings if finding["name"] == "plugins"]
    assert finished.code == 1
    named = "check_in, flash_sale, group_buy, purchase, referral, relay (relay 1.0), witness (relay 1.0)"
    assert plugins["found"] == f"7 campaign types: {named}"
    assert wrong["name"] == f"campaign check_in ({encode_id(CAMPAIGN, refused)})"
    assert wrong["found"].endswith("refuses what is stored of it: config.colour: Extra inputs are not permitted")
    assert "campaignUpdate" in wrong["mend"]


async def test_migrate_is_safe_at_once_and_again(commands: Commands, empty_database_url: str) -> None:
    refused = await commands.run("serve", "--port", "0", SIYU_DATABASE_URL=empty_database_url)
    at_once = await asyncio.gather(
        *(commands.run("migrate", SIYU_DATABASE_URL=empty_database_url) for _ in range(MIGRATORS))
    )

    applied = f"Applied: {', '.join(known_migrations())}.\n"
    nothing = "The database is up to date.\n"
    assert is_one_sentence(refused)
    assert "run `python -m api migrate` first" in refused.err
    assert sorted(finished.out for finished in at_once) == [applied, *[nothing] * (MIGRATORS - 1)]
    assert {finished.code for finished in at_once} == {0}


async def test_a_database_that_is_away_is_one_sentence(commands: Commands) -> None:
    finished = await asyncio.gather(
        *(commands.run(*command, SIYU_DATABASE_URL=NOBODY) for command in (["serve", "--port", "0"], ["migrate"]))
    )

    assert all(is_one_sentence(one) and "check SIYU_DATABASE_URL" in one.err for one in finished)


async def test_a_taken_port_is_told_before_any_server_is_started(commands: Commands, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        without_urls = Commands({"SIYU_DATA": str(tmp_path / "data")})
        finished = await without_urls.run("serve", "--port", str(port))

    assert is_one_sentence(finished)
    assert f"Port {port} on 127.0.0.1 is taken" in finished.err
    assert not (tmp_path / "data").exists()


async def test_a_worker_works_until_it_is_interrupted(commands: Commands) -> None:
    async with commands.running("worker") as process:
        assert "works in the background" in await first_line(process)
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(STOP_TIMEOUT_S):
            _, err = await process.communicate()

    assert (process.returncode, err) == (0, b"")
