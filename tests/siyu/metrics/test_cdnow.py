"""The orders of CDNOW: figures of windows, recomputed from the file in plain Python."""

import csv
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from siyu.db import Pool
from siyu.ids import new_id
from siyu.metrics.catalogue import CATALOGUE
from siyu.metrics.figures import Window
from siyu.metrics.keeping import rebuild
from siyu.metrics.queries import values
from siyu.metrics.recounting import FIRST_DAY, LAST_DAY
from tests.factories import SHANGHAI

ORDERS = Path(__file__).parents[3] / "examples" / "cdnow" / "orders.csv"
SAMPLE_CUSTOMERS = 800
DAY = timedelta(days=1)
WINDOWS = (
    Window(date(1998, 6, 1), date(1998, 6, 30)),
    Window(date(1997, 7, 3), date(1997, 10, 1)),
    Window(date(1997, 1, 1), date(1997, 1, 31)),
    Window(date(1997, 6, 1), date(1998, 6, 30)),
)
KEYS = ("average_order_value", "arpu", "repurchase", "retention_30d", "group_activity", "first_order_conversion", "ltv")

Orders = dict[str, list[tuple[date, int]]]


def read_orders(customers: int | None) -> Orders:
    """What the first customers paid in fen, by day; of all where None."""
    orders: Orders = defaultdict(list)
    with ORDERS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["customer_id"] in orders or customers is None or len(orders) < customers:
                fen = int(Decimal(row["amount"]) * 100)
                orders[row["customer_id"]].append((date.fromisoformat(row["paid_at"]), fen))
    return orders


async def fill(pool: Pool, orders: Orders) -> None:
    """A shop in Shanghai with these customers, who joined with their first order."""
    members = {customer: new_id() for customer in orders}

    def noon(day: date) -> datetime:
        return datetime.combine(day, time(12), SHANGHAI)

    await pool.copy_records_to_table(
        "member",
        columns=("id", "joined_at"),
        records=[(members[customer], noon(min(done)[0])) for customer, done in orders.items()],
    )
    await pool.execute("UPDATE member_feature SET first_order_at = joined_at, last_order_at = joined_at, orders = 1")
    rows = [
        (number := new_id(), number.hex, members[customer], fen, 0, noon(on))
        for customer, done in orders.items()
        for on, fen in done
    ]
    columns = ("id", "number", "member_id", "amount_fen", "refunded_fen", "paid_at")
    await pool.copy_records_to_table("shop_order", columns=columns, records=rows)


def plainly(orders: Orders, window: Window) -> dict[str, tuple[float, float]]:
    """Numerators and denominators, by the words of docs/metrics.md."""

    def within(first: date, last: date) -> list[list[int]]:
        return [[fen for on, fen in done if first <= on <= last] for done in orders.values()]

    bought = [fens for fens in within(window.first, window.last) if fens]
    revenue, joined = sum(map(sum, bought)), [min(done)[0] for done in orders.values()]
    lately = [fens for fens in within(window.last - 29 * DAY, window.last) if fens]
    firsts, again = 0, 0
    for done in orders.values():
        before = [on for on, _ in done if window.first - 30 * DAY <= on <= window.last - 30 * DAY]
        if before:
            firsts += 1
            again += any(min(before) + 30 * DAY <= on <= window.last for on, _ in done)
    new = sum(window.first <= on <= window.last for on in joined)
    members = sum(on <= window.last for on in joined)
    return {
        "average_order_value": (revenue, sum(map(len, bought))),
        "arpu": (revenue, len(bought)),
        "repurchase": (sum(len(fens) > 1 for fens in bought), len(bought)),
        "retention_30d": (again, firsts),
        "group_activity": (len(lately), members),
        "first_order_conversion": (new, new),
        "ltv": (sum(map(sum, within(date.min, window.last))), members),
    }


async def check(pool: Pool, customers: int | None) -> None:
    orders = read_orders(customers)
    await fill(pool, orders)
    await rebuild(pool, SHANGHAI, datetime.combine(date(1998, 7, 1), time(0), SHANGHAI), FIRST_DAY, LAST_DAY, print)
    definitions = [CATALOGUE[key] for key in KEYS]
    for window in WINDOWS:
        found = await values(pool, SHANGHAI, definitions, window)
        expected = plainly(orders, window)
        assert {key: (value.numerator, value.denominator) for key, value in found.items()} == expected
        for key, (numerator, denominator) in expected.items():
            assert found[key].value == (numerator / denominator if denominator else None)


async def test_a_sample_of_cdnow_is_what_the_file_says(pool: Pool) -> None:
    await check(pool, SAMPLE_CUSTOMERS)


@pytest.mark.prove
async def test_all_of_cdnow_is_what_the_file_says(pool: Pool) -> None:
    await check(pool, None)
