"""The orders of CDNOW under the preset `community`: each member's tier on a day, recomputed from the file alone."""

import csv
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from siyu.db import Pool
from siyu.ids import new_id
from siyu.tiers.presets import COMMUNITY
from siyu.tiers.review import review_all
from siyu.tiers.service import set_ladder
from siyu.tiers.settling import settle_all
from tests.factories import SHANGHAI

ORDERS = Path(__file__).parents[3] / "examples" / "cdnow" / "orders.csv"
LAST = date(1998, 6, 30)
# The last day of the file, then the first days after a quarter and after a year, and when nobody has anything left.
JUDGED = [date(1998, 6, 30), date(1998, 7, 1), date(1999, 1, 1), date(2000, 4, 1)]

Order = tuple[date, int]


def read_orders() -> dict[str, list[Order]]:
    """What each customer paid in fen, by day."""
    orders: dict[str, list[Order]] = defaultdict(list)
    with ORDERS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            paid_on = date.fromisoformat(row["paid_at"])
            orders[row["customer_id"]].append((paid_on, int(Decimal(row["amount"]) * 100)))
    return orders


def quarter(day: date) -> int:
    """Quarters, counted through."""
    return day.year * 4 + (day.month - 1) // 3


def tier_of(orders: Sequence[Order], day: date) -> str:
    """The tier on a day, by the words of the handbook and docs/tiers.md alone."""
    silver, gold = -1, -1
    for paid_on, amount in orders:
        if not amount:
            continue
        in_month = sum(
            fen for on, fen in orders if (on.year, on.month) == (paid_on.year, paid_on.month) and on <= paid_on
        )
        in_year = sum(fen for on, fen in orders if on.year == paid_on.year and on <= paid_on)
        in_all = sum(fen for on, fen in orders if on <= paid_on)
        if in_month >= 30_000:
            silver = max(silver, quarter(paid_on))
        if (in_all if gold < 0 else in_year) > 200_000:
            gold = max(gold, paid_on.year)
    if gold >= 0 and day.year <= gold + 1:
        return "gold"
    fell_in = quarter(date(gold + 2, 1, 1)) if gold >= 0 else -1
    is_silver = (silver >= 0 and quarter(day) <= silver + 1) or quarter(day) == fell_in
    return "silver" if is_silver else "bronze"


async def fill(pool: Pool, orders: dict[str, list[Order]]) -> dict[str, str]:
    """A shop in Shanghai with these customers and orders; the customers by their members' ids."""
    members = {customer: new_id() for customer in orders}
    joined = datetime(1996, 1, 1, tzinfo=UTC)
    await pool.copy_records_to_table(
        "member", columns=("id", "joined_at"), records=[(member, joined) for member in members.values()]
    )
    rows = [
        (number := new_id(), number.hex, members[customer], fen, 0, datetime.combine(on, time(12), SHANGHAI))
        for customer, done in orders.items()
        for on, fen in done
    ]
    columns = ("id", "number", "member_id", "amount_fen", "refunded_fen", "paid_at")
    await pool.copy_records_to_table("shop_order", columns=columns, records=rows)
    return {member.hex: customer for customer, member in members.items()}


async def test_every_customer_has_the_tier_that_the_file_says(pool: Pool) -> None:
    orders = read_orders()
    customers = await fill(pool, orders)
    now = datetime.combine(LAST, time(23), SHANGHAI)
    live = await set_ladder(pool, COMMUNITY, SHANGHAI, now, "lin")
    moves = await settle_all(pool, live, now)

    counts = []
    for day in JUDGED:
        await review_all(pool, live, datetime.combine(day, time(0), SHANGHAI) + timedelta(seconds=1))
        held = {customers[row[0].hex]: row[1] for row in await pool.fetch("SELECT id, tier FROM member")}
        assert {customer: tier for customer, tier in held.items() if tier != tier_of(orders[customer], day)} == {}
        counts.append(Counter(held.values()))

    assert sum(moves.values()) == len(held) == 23_570
    assert counts[0] == {"bronze": 23_497, "silver": 30, "gold": 43}
    assert counts[-1] == {"bronze": 23_570}
