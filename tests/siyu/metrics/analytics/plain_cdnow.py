"""CDNOW's figures once more, by polars from the file alone: nothing of siyu's is read."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import polars as pl

FILE = Path(__file__).parents[4] / "examples" / "cdnow" / "orders.csv"


class PlainCdnow:
    """The file, asked as of the end of a day. Customers join with their first order; nobody does anything but order."""

    def __init__(self) -> None:
        rows = pl.read_csv(FILE, schema_overrides={"customer_id": pl.String})
        self.orders = rows.select(
            "order_id",
            "customer_id",
            paid_on=pl.col("paid_at").str.to_date(),
            fen=(pl.col("amount") * 100).round().cast(pl.Int64),
        )

    def until(self, day: date) -> pl.DataFrame:
        """The orders up to the end of the day."""
        return self.orders.filter(pl.col("paid_on") <= day)

    def rfm_cells(self, day: date, window_days: int) -> Mapping[tuple[int, int, int], tuple[int, int]]:
        """Members and spend in fen by recency, frequency and money."""
        bought = self.until(day).filter(pl.col("paid_on") > day - timedelta(days=window_days))
        buyers = bought.group_by("customer_id").agg(
            last=pl.col("paid_on").max(), orders=pl.len(), fen=pl.col("fen").sum()
        )
        n = len(buyers)
        scores = {
            name: pl.min_horizontal(5, ((pl.col(column).rank("min") - 1) / (n - 1) * 5).floor().cast(pl.Int64) + 1)
            for name, column in (("r", "last"), ("f", "orders"), ("m", "fen"))
        }
        cells = buyers.with_columns(**scores).group_by("r", "f", "m").agg(members=pl.len(), spend=pl.col("fen").sum())
        return {(r, f, m): (members, spend) for r, f, m, members, spend in cells.iter_rows()}

    def retention(self, first: date, last: date, day: date) -> Mapping[date, tuple[int, int]]:
        """By Monday of the week of joining: members, and those who ordered on days 30 to 59 after joining."""
        cohorts: Counter[date] = Counter()
        again: Counter[date] = Counter()
        for dates in self.until(day).group_by("customer_id").agg("paid_on")["paid_on"].to_list():
            joined = min(dates)
            if first <= joined <= last:
                monday = joined - timedelta(days=joined.weekday())
                cohorts[monday] += 1
                again[monday] += any(30 <= (each - joined).days < 60 for each in dates)
        return {monday: (members, again[monday]) for monday, members in cohorts.items()}

    def figures(self, first: date, last: date) -> tuple[int, int, int, int]:
        """Revenue in fen, orders, buyers and those with two orders or more; here the buyers alone are active."""
        paid = self.orders.filter(pl.col("paid_on").is_between(first, last))
        counts = paid["customer_id"].value_counts()["count"]
        return paid["fen"].sum(), len(paid), len(counts), int((counts > 1).sum())

    def standings(self, day: date) -> tuple[Counter[str | None], Counter[str | None]]:
        """How many members are in which stage and in which layer, by the words of the handbook."""
        stages: Counter[str | None] = Counter()
        layers: Counter[str | None] = Counter()
        for dates in self.until(day).group_by("customer_id").agg("paid_on")["paid_on"].to_list():
            age, sleeps = (day - min(dates)).days, (day - max(dates)).days >= 90
            if age < 7:
                stages["introduction"] += 1
            elif age < 30:
                stages["growth"] += 1
            else:
                stages["decline" if sleeps or age >= 180 else "maturity"] += 1
            # Nobody interacts, so that nobody can be in one of the others, and who has ordered is not new.
            layers["silent" if age >= 90 and sleeps else None] += 1
        return stages, layers
