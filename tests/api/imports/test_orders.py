"""Orders of a file become facts, once, whatever happens in between."""

import asyncio
import csv
from pathlib import Path

from api.imports import ORDER_COLUMNS, OrdersImport, run_import
from api.imports.running import ROWS_AT_ONCE
from siyu.clock import utc_now
from siyu.db import Pool
from tests.api.imports.factories import import_orders
from tests.factories import SHANGHAI, add_campaign, paid, shop_engine

HEADER = "order_id,customer_id,paid_at,quantity,amount\n"
RATE = {"points_per_yuan": "1", "lateness_days": None}


def write(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def rejects_of(path: Path) -> list[list[str]]:
    with path.with_name(f"{path.name}.rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


async def state(pool: Pool) -> list[tuple[object, ...]]:
    """Everything of value that an import leaves behind, without ids."""
    rows = await pool.fetch(
        """
        SELECT identity.value, member.joined_at, account.balance,
               (SELECT array_agg((number, amount_fen, paid_at) ORDER BY number) FROM shop_order
                WHERE member_id = member.id)
        FROM member JOIN identity ON identity.member_id = member.id
        LEFT JOIN account ON account.member_id = member.id
        ORDER BY identity.value
        """
    )
    return [tuple(row) for row in rows]


async def test_orders_make_members_and_points(pool: Pool, tmp_path: Path) -> None:
    await add_campaign(pool, "purchase", RATE)
    path = write(tmp_path / "o.csv", "C2,7,2024-01-02,1,20.99", "C1,7,2024-01-01,,12", "C3,8,2024/1/3 10:00,2,0.00")

    result = await import_orders(pool, path)

    assert (result.rows, result.imported, result.repeated, result.rejected) == (3, 3, 0, 0)
    rows = await pool.fetch(
        """
        SELECT value, joined_at::text, balance, sum(amount_fen)::int
        FROM identity JOIN member ON member.id = member_id JOIN shop_order USING (member_id)
        LEFT JOIN account USING (member_id) GROUP BY 1, 2, 3 ORDER BY 1
        """
    )
    assert [tuple(row) for row in rows] == [
        ("7", "2023-12-31 16:00:00+00", 32, 3_299),
        ("8", "2024-01-03 02:00:00+00", None, 0),
    ]


async def test_chinese_headings_and_excels_encoding_are_read(pool: Pool, tmp_path: Path) -> None:
    path = tmp_path / "订单.csv"
    path.write_bytes("订单号;会员号;支付时间;金额\r\n甲1;张三;2024/1/5;9.90\r\n".encode("gb18030"))

    assert (await import_orders(pool, path)).imported == 1
    assert await pool.fetchval("SELECT number FROM shop_order") == "甲1"


async def test_the_same_file_again_changes_nothing(pool: Pool, tmp_path: Path) -> None:
    await add_campaign(pool, "purchase", RATE)
    path = write(tmp_path / "o.csv", *(f"C{n},{n % 70},2024-01-0{1 + n % 9},1,{n}.50" for n in range(300)))
    await import_orders(pool, path)
    before = await state(pool)

    result = await import_orders(pool, path)

    assert (result.imported, result.repeated) == (0, 300)
    assert await state(pool) == before


async def test_bad_rows_are_set_aside_and_the_rest_is_imported(pool: Pool, tmp_path: Path) -> None:
    path = write(
        tmp_path / "o.csv",
        "C1,1,2024-01-01,1,5.00",
        "C2,1,2024-01-01,1,-5.00",
        "C3,1,,1,5.00",
        ",1,2024-01-01,1,5.00",
        "C5,1,2024-01-01,1",
        "C6,1,2024-01-01,1.5,5.00",
        "C7,1,2024-01-01,1,7.00",
    )

    result = await import_orders(pool, path)

    assert (result.rows, result.imported, result.rejected) == (7, 2, 5)
    assert result.rejects_file == tmp_path / "o.csv.rejects.csv"
    header, *rows = rejects_of(path)
    assert header == ["line", "code", "reason", "order_id", "customer_id", "paid_at", "quantity", "amount"]
    assert [row[:2] for row in rows] == [
        ["3", "NEGATIVE_AMOUNT"],
        ["4", "MISSING_TIME"],
        ["5", "MISSING_ID"],
        ["6", "WRONG_COLUMN_COUNT"],
        ["7", "BAD_QUANTITY"],
    ]
    assert rows[0][3:] == ["C2", "1", "2024-01-01", "1", "-5.00"]
    assert all(row[2].endswith((".", "1.5")) for row in rows)


async def test_a_run_without_rejects_removes_an_earlier_ones(pool: Pool, tmp_path: Path) -> None:
    path = write(tmp_path / "o.csv", "C1,1,2024-01-01,1,x")
    await import_orders(pool, path)
    assert len(rejects_of(path)) == 2
    write(path, "C1,1,2024-01-01,1,1.00")

    result = await import_orders(pool, path)

    assert result.rejects_file is None
    assert not path.with_name("o.csv.rejects.csv").exists()


async def test_an_order_twice_in_a_file_counts_once(pool: Pool, tmp_path: Path) -> None:
    path = write(tmp_path / "o.csv", "C1,1,2024-01-01,1,5.00", "C1,1,2024-01-01,1,5.00", "C1,1,2024-01-01,1,6.00")

    result = await import_orders(pool, path)

    assert (result.imported, result.repeated, result.rejected) == (1, 1, 1)
    assert rejects_of(path)[1][:2] == ["4", "ORDER_DIFFERS"]
    assert await pool.fetchval("SELECT amount_fen FROM shop_order") == 500


async def test_an_order_that_came_another_way_is_known(pool: Pool, tmp_path: Path) -> None:
    path = write(tmp_path / "o.csv", "C1,1,2024-01-01,1,5.00")
    await import_orders(pool, path)
    member_id = await pool.fetchval("SELECT id FROM member")
    await shop_engine(pool).submit(paid(member_id, "C2", 700, utc_now()))
    write(path, "C2,1,2024-01-01,1,7.00")

    result = await import_orders(pool, path)

    assert (result.imported, result.repeated, result.rejected) == (0, 1, 0)


async def test_a_stopped_import_says_how_far_it_came_and_the_next_run_completes_it(pool: Pool, tmp_path: Path) -> None:
    engine = shop_engine(pool)
    rows = 3 * ROWS_AT_ONCE
    path = write(tmp_path / "o.csv", *(f"C{n},{n},2024-01-01,1,1.00" for n in range(rows)))
    stop = asyncio.Event()
    told: list[tuple[int, int, int]] = []

    def report(done: int, total: int, count: int) -> None:
        told.append((done, total, count))
        stop.set()

    stopped = await run_import(
        path, ORDER_COLUMNS, lambda tally: OrdersImport(engine, pool, SHANGHAI, utc_now, tally), report, stop
    )
    assert stopped.stopped_after_line == ROWS_AT_ONCE + 1
    assert await pool.fetchval("SELECT count(*) FROM shop_order") == ROWS_AT_ONCE == told[0][2]

    result = await import_orders(pool, path)

    assert (result.imported, result.repeated, result.stopped_after_line) == (rows - ROWS_AT_ONCE, ROWS_AT_ONCE, None)
