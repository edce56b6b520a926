"""The import of CDNOW's orders, killed ten times at random moments, ends as one that nobody disturbed."""

import asyncio
import csv
import signal
from collections import Counter
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import pytest

from api.embedded import Servers
from siyu.boards import fold_everything
from siyu.db import Pool
from tests.api.processes import ROOT, Commands
from tests.factories import add_campaign
from tests.seeds import seeded_random

ORDERS_FILE = ROOT / "examples" / "cdnow" / "orders.csv"
ORDERS, CUSTOMERS, PAID_FEN = 69_659, 23_570, 250_031_563
KILLS = 10
POLL_S = 0.02
ROWS_TIMEOUT_S = 120.0
# A kill falls anywhere into a batch, not only behind a commit that we just saw.
JITTER_S = 0.1

POINTS = """
SELECT external.value AS customer, coalesce(sum(account.balance), 0)::bigint AS points
FROM identity AS external LEFT JOIN account USING (member_id) GROUP BY external.value
"""
TABLES = ("member", "identity", "shop_order", "fact", "decision", "participation", "account", "transfer", "board_score")


class Totals(NamedTuple):
    """What the import is judged by."""

    orders: int
    members: int
    paid_fen: int
    points: int


def points_by_the_rule() -> Counter[str]:
    """What each customer has earned by one point a yuan, rounded down order by order."""
    points: Counter[str] = Counter()
    with ORDERS_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            points[row["customer_id"]] += int(Decimal(row["amount"]))
    return points


async def totals(pool: Pool) -> Totals:
    """The shop as it stands."""
    row = await pool.fetchrow("""
        SELECT (SELECT count(*) FROM shop_order) AS orders, (SELECT count(*) FROM member) AS members,
            (SELECT coalesce(sum(amount_fen), 0)::bigint FROM shop_order) AS paid_fen,
            (SELECT coalesce(sum(balance), 0)::bigint FROM account WHERE member_id IS NOT NULL) AS points
    """)
    assert row is not None
    return Totals(*row)


async def fingerprints(pool: Pool) -> dict[str, str]:
    """A hash of every row of every table."""
    return {
        table: await pool.fetchval(
            f"SELECT count(*) || ' ' || coalesce(sum(hashtextextended(row::text, 0)), 0) FROM {table} AS row"
        )
        for table in TABLES
    }


async def killed_at(commands: Commands, pool: Pool, orders: int, jitter_s: float) -> int:
    """Start the import, kill it soon after it has brought so many orders in; how many there are."""
    async with commands.running("import", "orders", ORDERS_FILE) as process:
        async with asyncio.timeout(ROWS_TIMEOUT_S):
            while await pool.fetchval("SELECT count(*) FROM shop_order") < orders:
                assert process.returncode is None, "the import has ended before its turn"
                await asyncio.sleep(POLL_S)
        await asyncio.sleep(jitter_s)
        process.send_signal(signal.SIGKILL)
        await process.communicate()
        assert process.returncode == -signal.SIGKILL, "the import has ended before it was killed"
    return int(await pool.fetchval("SELECT count(*) FROM shop_order"))


@pytest.mark.prove
async def test_ten_kills_change_nothing(
    servers: Servers, database_url: str, pool: Pool, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    urls = {"SIYU_DATABASE_URL": database_url, "SIYU_REDIS_URL": servers.redis_url}
    commands = Commands({**urls, "SIYU_DATA": str(tmp_path)})
    seed, random = seeded_random()
    say(capsys, f"\nseed {seed}")
    await add_campaign(pool, "purchase", {"lateness_days": None})

    # Each kill has a stretch of the file to itself, so that none waits for rows that are in already.
    stretch = ORDERS // (KILLS + 1)
    for kill in range(KILLS):
        seen = await killed_at(
            commands, pool, kill * stretch + random.randrange(1, stretch), random.uniform(0, JITTER_S)
        )
        say(capsys, f"kill {kill + 1}: {seen:,} orders were in")
    started = monotonic()
    finished = await commands.run("import", "orders", ORDERS_FILE)
    say(capsys, f"to the end: {monotonic() - started:.1f} s; {finished.out.strip()}")

    expected = points_by_the_rule()
    reached = await totals(pool)
    say(capsys, f"{reached}")
    assert finished.code == 0, finished.err
    assert reached == Totals(ORDERS, CUSTOMERS, PAID_FEN, expected.total())
    assert {row["customer"]: row["points"] for row in await pool.fetch(POINTS)} == dict(expected)
    await fold_everything(pool)
    verified = await commands.run("ledger", "verify")
    assert verified.code == 0, verified.out

    before = await fingerprints(pool)
    again = await commands.run("import", "orders", ORDERS_FILE)
    say(capsys, f"again: {again.out.strip()}")
    assert again.code == 0
    assert await fingerprints(pool) == before


def say(capsys: pytest.CaptureFixture[str], text: str) -> None:
    """Tell whoever runs the proof, whether or not it holds."""
    with capsys.disabled():
        print(text)
