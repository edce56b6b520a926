"""`python -m api audit`, and the commands that write into its log."""

import asyncio
import csv
import inspect
import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from api.cli import cli
from api.csv_cells import safe_cell
from api.embedded import Servers
from api.settings import Settings
from siyu.audit import Intent, keep_intents
from siyu.clock import utc_now
from siyu.db import Pool

# Commands that change nothing of the shop's data, or of the log itself.
READS = {
    "analytics figures",
    "analytics funnel",
    "analytics layers",
    "analytics moves",
    "analytics retention",
    "analytics rfm",
    "analytics stages",
    "metrics show",
    "snapshot",
    "api-key list",
    "audit export",
    "audit list",
    "audit verify",
    "doctor",
    "keys list",
    "ledger verify",
    "migrate",
    "new-campaign",
    "replay",
    "schema",
    "serve",
    "simulate",
    "tiers preview",
    "tiers show",
    "token",
    "worker",
}
TAMPER = "SET session_replication_role = replica; UPDATE audit_entry SET name = 'mei' WHERE number = 2"


@pytest.fixture(autouse=True)
def deployment(settings: Settings, servers: Servers, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own database."""
    monkeypatch.setenv("SIYU_DATA", str(settings.data))
    monkeypatch.setenv("SIYU_DATABASE_URL", database_url)
    monkeypatch.setenv("SIYU_REDIS_URL", servers.redis_url)


async def run(*arguments: str) -> Result:
    """A command, which has a loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, cli, arguments)


def leaves(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command with its words."""
    if not isinstance(command, click.Group):
        yield " ".join(words), command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from leaves(found, (*words, name))


def test_every_command_that_changes_something_is_kept_under_its_words() -> None:
    for words, command in leaves(cli):
        assert command.callback is not None
        source = inspect.getsource(inspect.unwrap(command.callback))
        assert (f'Change("{words}"' in source) != (words in READS), words


async def test_what_commands_change_is_kept(pool: Pool) -> None:
    assert (await run("api-key", "create", "--name", "till", "--scope", "facts")).exit_code == 0
    assert (await run("api-key", "revoke", "unknown")).exit_code == 1
    assert (await run("tiers", "set", "community")).exit_code == 0
    listed = json.loads((await run("audit", "list", "--json")).output)["entries"]

    assert [(entry["field"], entry["outcome"], entry["codes"]) for entry in listed] == [
        ("tiers set", "ok", []),
        ("api-key revoke", "refused", ["NOT_FOUND"]),
        ("api-key create", "ok", []),
    ]
    assert listed[2]["arguments"] == {"name": "till", "scopes": ["facts"], "days": 90}
    assert {entry["role"] for entry in listed} == {"command"}
    assert "api-key create (ok)" in (await run("audit", "list", "--outcome", "ok")).output
    assert (await run("audit", "list", "--from", "soon")).exit_code == 2


async def test_a_changed_log_is_told_with_its_first_bad_entry(pool: Pool) -> None:
    for number in range(3):
        intent = Intent("operator", "lin", None, "memberFreeze", "{}", ("Member:1",), f"reason {number}")
        await keep_intents(pool, [intent], utc_now())
    verified = await run("audit", "verify", "--json")
    head = json.loads(verified.output)["head"]

    assert verified.exit_code == 0
    assert json.loads(verified.output) == {"sound": True, "entries": 3, "head": head}
    assert (await run("audit", "verify", "--head", head)).exit_code == 0
    assert (await run("audit", "verify", "--head", "00" * 31 + "01")).exit_code == 1
    assert (await run("audit", "verify", "--head", "xyz")).exit_code == 2
    await pool.execute(TAMPER)
    found = await run("audit", "verify", "--json")
    assert found.exit_code == 1
    assert json.loads(found.output)["bad_number"] == 2
    assert "Entry 2: the entry was changed" in (await run("audit", "verify")).output


async def test_the_log_is_exported_whole_or_not_at_all(pool: Pool, tmp_path: Path) -> None:
    for reason in ("=HYPERLINK(1)", "plain"):
        await keep_intents(pool, [Intent("operator", "lin", None, "memberFreeze", "{}", (), reason)], utc_now())
    table, lines = tmp_path / "log.csv", tmp_path / "log.jsonl"

    assert (await run("audit", "export", str(table), "--format", "csv")).exit_code == 0
    assert (await run("audit", "export", str(lines), "--actor", "lin")).exit_code == 0
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["reason"] for row in rows] == ["plain", "'=HYPERLINK(1)"]
    told = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    assert [each["reason"] for each in told] == ["plain", "=HYPERLINK(1)"]
    assert not list(tmp_path.glob("*.part"))  # noqa: ASYNC240 - the test's own folder
    missing = tmp_path / "missing" / "log.csv"
    assert (await run("audit", "export", str(missing))).exit_code == 1


@pytest.mark.parametrize("start", "=+-@\t\r＝", ids=range(7))
def test_no_cell_is_a_formula(start: str) -> None:
    assert safe_cell(f"{start}1") == f"'{start}1"
    assert safe_cell(f" {start}1") == f"' {start}1"
