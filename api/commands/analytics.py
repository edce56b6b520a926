"""`analytics`: RFM, retention, funnels and the life cycle, as tables or JSON."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from api.commands.options import data_option, json_option, told_in_a_sentence
from api.services import Services, run_with_services
from api.settings import load_settings
from siyu.metrics import CohortBy

if TYPE_CHECKING:
    from siyu.metrics.analytics import Analytics

# Asks for rows, given the day on which it is asked.
Question = Callable[["Analytics", date], Awaitable[Sequence[Any]]]

day = click.DateTime(["%Y-%m-%d"])
on_option = click.option("--on", type=day, help="At the end of this day of the shop.  [default: today]")
from_option = click.option("--from", "first", type=day, required=True, help="First day.")
to_option = click.option("--to", "last", type=day, required=True, help="Last day.")


@click.group()
def analytics() -> None:
    """Ask about all members at once: the database, or the snapshot that SIYU_ANALYTICS_URL names.

    会员分析：RFM、留存、漏斗、生命周期。
    """


@analytics.command()
@on_option
@click.option("--window-days", default=365, show_default=True, help="Days of orders.")
@json_option
@data_option
def rfm(on: datetime | None, window_days: int, as_json: bool, data: Path | None) -> None:
    """How many buyers are in each cell of recency, frequency and money. RFM 分群."""
    _ask(lambda asked, today: asked.rfm(_day(on) or today, window_days), as_json, data)


@analytics.command()
@from_option
@to_option
@click.option("--by", type=click.Choice([each.value for each in CohortBy]), default="week", show_default=True)
@click.option("--period-days", default=30, show_default=True, help="Length of a period.")
@click.option("--periods", default=3, show_default=True, help="How many periods after the first.")
@json_option
@data_option
def retention(
    first: datetime, last: datetime, by: str, period_days: int, periods: int, as_json: bool, data: Path | None
) -> None:
    """How many of those who joined from one day to another were active again. 留存."""
    _ask(
        lambda asked, today: asked.retention(first.date(), last.date(), today, CohortBy(by), period_days, periods),
        as_json,
        data,
    )


@analytics.command()
@click.argument("steps", nargs=-1, required=True)
@from_option
@to_option
@click.option("--window-days", default=7, show_default=True, help="Days from the first step to the last.")
@json_option
@data_option
def funnel(
    steps: tuple[str, ...], first: datetime, last: datetime, window_days: int, as_json: bool, data: Path | None
) -> None:
    """How many members did one thing, then another: STEPS are types of facts. 漏斗."""
    _ask(lambda asked, _: asked.funnel(steps, first.date(), last.date(), window_days), as_json, data)


@analytics.command()
@on_option
@json_option
@data_option
def stages(on: datetime | None, as_json: bool, data: Path | None) -> None:
    """How many members are in each stage of the life cycle. 生命周期."""
    _ask(lambda asked, today: asked.stages(_day(on) or today), as_json, data)


@analytics.command()
@on_option
@json_option
@data_option
def layers(on: datetime | None, as_json: bool, data: Path | None) -> None:
    """How many members are in each layer. 分层."""
    _ask(lambda asked, today: asked.layers(_day(on) or today), as_json, data)


@analytics.command()
@from_option
@to_option
@json_option
@data_option
def moves(first: datetime, last: datetime, as_json: bool, data: Path | None) -> None:
    """From which stage of the life cycle into which members came. 生命周期流转."""
    _ask(lambda asked, _: asked.stage_moves(first.date(), last.date()), as_json, data)


@analytics.command()
@from_option
@to_option
@json_option
@data_option
def figures(first: datetime, last: datetime, as_json: bool, data: Path | None) -> None:
    """Revenue, orders, buyers, repurchase, ARPU and average order value. 经营数据."""

    async def asked_for(asked: "Analytics", _: date) -> Sequence[Mapping[str, Any]]:
        found = await asked.figures(first.date(), last.date())
        ratios = {name: getattr(found, name) for name in ("average_order_fen", "arpu_fen", "repurchase")}
        return [asdict(found) | ratios]

    _ask(asked_for, as_json, data)


def _ask(question: Question, as_json: bool, data: Path | None) -> None:
    async def main(services: Services) -> Sequence[Any]:
        today = services.clock().astimezone(services.zone).date()
        with told_in_a_sentence():
            return await question(await services.analytics.open(), today)

    found = run_with_services(load_settings(data=data), main)
    rows = [row if isinstance(row, dict) else asdict(row) for row in found]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, default=str))
        return
    if not rows:
        click.echo("Nobody. 没有数据。")
        return
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*(_shown(value) for value in row.values()))
    Console().print(table)


def _shown(value: object) -> str:
    match value:
        case None:
            return "–"
        case float():
            return f"{value:,.3f}"
        case bool() | str() | date():
            return str(value)
        case _:
            return f"{value:,}"


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
