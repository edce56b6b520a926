"""Replaying CDNOW's orders with twice the points lists exactly the grants that differ, in less than half a minute."""

import asyncio
import csv
import json
from decimal import Decimal
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter

import pytest

from api.embedded import Servers
from siyu.db import Pool
from tests.api.processes import ROOT, Commands
from tests.factories import add_campaign

ORDERS_FILE = ROOT / "examples" / "cdnow" / "orders.csv"
ORDERS = 69_659
SECONDS_MAX = 30.0
IMPORT_TIMEOUT_S = 600.0

# The points of an order before and after; None where none are granted.
Change = tuple[int | None, int | None]


def changes_by_the_rule() -> dict[str, Change]:
    """What one and two points a yuan make of each order, rounded down order by order, where that differs."""
    changes: dict[str, Change] = {}
    with ORDERS_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            amount = Decimal(row["amount"])
            once, twice = int(amount), int(amount * 2)
            if once != twice:
                changes[row["order_id"]] = once or None, twice or None
    return changes


def granted(verdict: dict[str, list[dict[str, object]]]) -> tuple[str | None, int | None]:
    """The order and the points of a verdict's grant."""
    for effect in verdict["effects"]:
        if effect["kind"] == "grant":
            return effect["reference"], effect["amount"]  # type: ignore[return-value]  # JSON
    return None, None


def cpu_s() -> float:
    """What the processes that have ended here took of the CPU: on a busy machine the clock shows the others, too."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.prove
async def test_the_differences_are_those_of_the_rule(
    servers: Servers, database_url: str, pool: Pool, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    urls = {"SIYU_DATABASE_URL": database_url, "SIYU_REDIS_URL": servers.redis_url}
    commands = Commands({**urls, "SIYU_DATA": str(tmp_path)})
    await add_campaign(pool, "purchase", {"lateness_days": None})
    async with commands.running("import", "orders", ORDERS_FILE) as process, asyncio.timeout(IMPORT_TIMEOUT_S):
        _, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    config = tmp_path / "double.json"
    config.write_text('{"multiplier": 2, "lateness_days": null}')

    started, cpu_before_s = perf_counter(), cpu_s()
    finished = await commands.run("replay", "purchase", "--config", config, "--json")
    seconds = perf_counter() - started

    assert finished.code == 0, finished.err
    *differences, last = [json.loads(line) for line in finished.out.splitlines()]
    found: dict[str, Change] = {}
    for difference in differences:
        (_, before), (order, after) = granted(difference["before"]), granted(difference["after"])
        assert order is not None
        found[order] = before, after
    expected = changes_by_the_rule()
    assert len(found) == len(differences)
    assert found == expected
    assert last["summary"] | {"before": 0, "after": 0} == {
        "facts": ORDERS,
        "compared": ORDERS,
        "differing": len(expected),
        "drifted": 0,
        "before": 0,
        "after": 0,
    }
    with capsys.disabled():
        print(f"{ORDERS:,} facts replayed in {seconds:.1f} s ({cpu_s() - cpu_before_s:.1f} s of its own CPU)")
    assert seconds < SECONDS_MAX
