"""`metrics`: the shop's figures at the terminal, and the days they are counted from made anew."""

import json
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from api.auditing import Change
from api.commands.options import data_option, json_option, told_in_a_sentence
from api.progress import showing_progress
from api.services import Services, run_with_services
from api.settings import load_settings
from siyu.metrics.catalogue import ALL
from siyu.metrics.definition import Definition, Level, Status, Unit
from siyu.metrics.evaluating import Value
from siyu.metrics.figures import Window
from siyu.metrics.keeping import rebuild as rebuild_days
from siyu.metrics.queries import checked_window, values
from siyu.metrics.recounting import FIRST_DAY, LAST_DAY

DAYS_SHOWN = 30
COLOURS = {Status.HEALTHY: "green", Status.LOW: "red", Status.HIGH: "red", Status.UNKNOWN: "dim"}
day_type = click.DateTime(["%Y-%m-%d"])


@click.group()
def metrics() -> None:
    """Look after the metrics."""


@metrics.command()
@click.option("--from", "first", type=day_type, help="The first day.  [default: 30 days in all]")
@click.option("--to", "last", type=day_type, help="The last day.  [default: yesterday]")
@click.option("--level", type=click.Choice([level.value for level in Level]), help="One level alone.")
@json_option
@data_option
def show(first: Any, last: Any, level: str | None, as_json: bool, data: Path | None) -> None:
    """Show the metrics of some days, compared with as many days before."""

    async def main(services: Services) -> tuple[Window, dict[str, Value]]:
        end = last.date() if last else services.clock().astimezone(services.zone).date() - timedelta(days=1)
        start = first.date() if first else end - timedelta(days=DAYS_SHOWN - 1)
        window = checked_window(start, end, ("--from",))
        wanted = [each for each in ALL if level is None or each.level.value == level]
        return window, await values(services.pool, services.zone, wanted, window)

    with told_in_a_sentence():
        window, found = run_with_services(load_settings(data=data), main)
    shown = [(each, found[each.key]) for each in ALL if each.key in found]
    if as_json:
        click.echo(json.dumps(_as_json(window, shown), ensure_ascii=False))
    else:
        Console().print(_table(window, shown))


@metrics.command()
@click.option("--from", "first", type=day_type, help="The first day.  [default: the first of all]")
@click.option("--to", "last", type=day_type, help="The last day.  [default: the last of all]")
@json_option
@data_option
def rebuild(first: Any, last: Any, as_json: bool, data: Path | None) -> None:
    """Count the days anew from facts and orders; the server and its workers may go on meanwhile."""
    start, end = first.date() if first else FIRST_DAY, last.date() if last else LAST_DAY
    if start > end:
        raise click.UsageError("--from must not be after --to.")

    async def main(services: Services) -> int:
        total, done = await services.pool.fetchval("SELECT count(*) FROM member"), 0
        with showing_progress("metrics") as report:

            def count(members: int) -> None:
                nonlocal done
                done += members
                report(done, total, done)

            return await rebuild_days(services.pool, services.zone, services.clock(), start, end, count)

    started = perf_counter()
    change = Change("metrics rebuild", {})
    members = run_with_services(load_settings(data=data), main, change=change)
    seconds = perf_counter() - started
    if as_json:
        click.echo(json.dumps({"members": members, "seconds": round(seconds, 3)}))
    else:
        click.echo(f"The days of {members:,} members are counted anew, in {seconds:.1f} s.")


def _as_json(window: Window, shown: list[tuple[Definition, Value]]) -> dict[str, Any]:
    return {
        "from": window.first.isoformat(),
        "to": window.last.isoformat(),
        "metrics": [
            {
                "key": each.key,
                "level": each.level.value,
                "unit": each.unit.value,
                "value": value.value,
                "previous": value.previous,
                "numerator": value.numerator,
                "denominator": value.denominator,
                "low": value.healthy.low,
                "high": value.healthy.high,
                "growth": value.healthy.growth,
                "status": value.status.value,
            }
            for each, value in shown
        ],
    }


def _table(window: Window, shown: list[tuple[Definition, Value]]) -> Table:
    table = Table("level", "metric", "value", "before", "healthy", "status", title=_span(window.first, window.last))
    for each, value in shown:
        status = f"[{COLOURS[value.status]}]{value.status.value}[/]"
        cells = (_told(each.unit, value.value), _told(each.unit, value.previous), _healthy(each.unit, value))
        table.add_row(each.level.value, f"{each.title.zh} {each.title.en}", *cells, status)
    return table


def _span(first: date, last: date) -> str:
    return f"{first} – {last}"


def _told(unit: Unit, value: float | None) -> str:
    if value is None:
        return "–"
    if unit is Unit.RATIO:
        return f"{value:.1%}"
    return f"¥{value / 100:,.2f}" if unit is Unit.FEN else f"{value:,.2f}"


def _healthy(unit: Unit, value: Value) -> str:
    healthy = value.healthy
    told = [] if healthy.low is None else [f"≥ {_told(unit, healthy.low)}"]
    told += [] if healthy.high is None else [f"≤ {_told(unit, healthy.high)}"]
    told += [] if healthy.growth is None else [f"up {healthy.growth:.0%}"]
    return ", ".join(told) or "–"
