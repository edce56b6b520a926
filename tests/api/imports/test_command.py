"""`python -m api import` and `ledger verify` as a person runs them: exit codes, texts, signals."""

import asyncio
import json
import signal
from pathlib import Path

import pytest

from siyu.db import Pool
from tests.api.processes import Commands
from tests.factories import add_campaign

HEADER = "order_id,customer_id,paid_at,quantity,amount\n"
# Enough rows for a few seconds, so that a signal comes in the middle.
ROWS = 12_000
ORDERS_TIMEOUT_S = 30.0


@pytest.fixture
def many_orders(tmp_path: Path) -> Path:
    path = tmp_path / "many.csv"
    path.write_text(HEADER + "".join(f"C{n},{n // 3},2024-01-{1 + n % 28:02},1,{n}.10\n" for n in range(ROWS)))
    return path


async def orders_beyond(pool: Pool, count: int) -> None:
    """Wait until more than `count` orders are in."""
    async with asyncio.timeout(ORDERS_TIMEOUT_S):
        while await pool.fetchval("SELECT count(*) FROM shop_order") <= count:
            await asyncio.sleep(0.02)


async def test_exit_codes_and_json_tell_how_it_went(commands: Commands, tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text(HEADER + "C1,1,2024-01-01,1,5.00\n")
    assert (await commands.run("import", "orders", path))[0] == 0

    path.write_text(HEADER + "C1,1,2024-01-01,1,5.00\nC2,1,2024-01-01,1,x\n")
    code, out, _ = await commands.run("import", "orders", path, "--json")
    result = json.loads(out)
    assert code == 2
    assert result.pop("seconds") > 0
    assert result.pop("rows_per_s") > 0
    assert result == {
        "rows": 2,
        "imported": 0,
        "repeated": 1,
        "rejected": 1,
        "rejects_file": f"{path}.rejects.csv",
        "stopped_after_line": None,
    }


async def test_what_cannot_be_imported_is_one_sentence(commands: Commands, tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text("order_id,price\n")

    missing, wrong = await asyncio.gather(
        commands.run("import", "members", tmp_path / "nothing.csv"), commands.run("import", "orders", path)
    )

    assert missing == (1, "", f"Error: There is no file {tmp_path}/nothing.csv.\n")
    assert wrong[:2] == (1, "")
    assert wrong[2].startswith(f"Error: {path} has an unknown column “price”. Expected columns: order_id (订单号); ")
    assert wrong[2].count("\n") == 1


async def test_an_interrupted_and_a_killed_import_are_completed_by_the_next(
    commands: Commands, pool: Pool, many_orders: Path
) -> None:
    await add_campaign(pool, "purchase", {"lateness_days": None})
    async with commands.running("import", "orders", many_orders) as interrupted:
        await orders_beyond(pool, 0)
        interrupted.send_signal(signal.SIGINT)
        out, _ = await interrupted.communicate()
    assert interrupted.returncode == 130
    assert "run the same command to go on" in out.decode()
    in_time = await pool.fetchval("SELECT count(*) FROM shop_order")
    assert 0 < in_time < ROWS

    async with commands.running("import", "orders", many_orders) as killed:
        await orders_beyond(pool, in_time)
        killed.kill()
        await killed.communicate()
    assert await pool.fetchval("SELECT count(*) FROM shop_order") < ROWS

    code, out_again, _ = await commands.run("import", "orders", many_orders, "--json")
    assert code == 0
    result = json.loads(out_again)
    assert (result["rows"], result["imported"] + result["repeated"]) == (ROWS, ROWS)
    totals = await pool.fetchrow("SELECT count(*), sum(amount_fen), count(DISTINCT member_id) FROM shop_order")
    assert totals is not None
    assert tuple(totals) == (ROWS, sum(n * 100 + 10 for n in range(ROWS)), ROWS // 3)
    assert await pool.fetchval("SELECT sum(balance) FROM account") == sum(range(ROWS))
    assert (await commands.run("ledger", "verify"))[0] == 0


async def test_verify_names_what_does_not_hold(commands: Commands, pool: Pool) -> None:
    await pool.execute("INSERT INTO board_score VALUES ('spend', 'all', gen_random_uuid(), 5, now(), 1)")

    (code, out, _), (json_code, json_out, _) = await asyncio.gather(
        commands.run("ledger", "verify"), commands.run("ledger", "verify", "--json")
    )

    assert (code, json_code) == (1, 1)
    assert "comes to 5 fen on the board; their orders come to 0 fen" in out
    assert not json.loads(json_out)["holds"]
