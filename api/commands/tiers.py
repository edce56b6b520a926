"""`tiers`: the shop's ladder: what it is, what another would do, and the review."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import click
import orjson

from api.auditing import Change
from api.commands.options import data_option, json_option, told_in_a_sentence
from api.services import Services, run_with_services
from api.settings import load_settings
from siyu.tiers.ladder import Ladder
from siyu.tiers.live import load_ladder, to_json
from siyu.tiers.presets import PRESETS
from siyu.tiers.queries import current_ladder, tiers_held
from siyu.tiers.reading import checked_ladder
from siyu.tiers.review import review_all, warn_all
from siyu.tiers.service import set_ladder
from siyu.tiers.settling import Moves, preview_ladder, settle_all

MADE_BY = "python -m api tiers"

at_option = click.option(
    "--at", metavar="DATE", help="Judge as of this day or time in the shop's zone.  [default: now]"
)


@click.group()
def tiers() -> None:
    """Look after the ladder of tiers.

    LADDER is the name of a preset, community or retail, or a JSON file such as `tiers show --json` prints under
    `config`.
    """


@tiers.command()
@json_option
@data_option
def show(as_json: bool, data: Path | None) -> None:
    """Show the shop's ladder, and how many members have which tier."""

    async def main(services: Services) -> dict[str, Any]:
        row, held = await current_ladder(services.pool), await tiers_held(services.pool)
        return {
            "revision": row.revision if row else None,
            "active_from": row.active_from.isoformat() if row else None,
            "settled": row is None or row.settled_at is not None,
            "config": orjson.loads(to_json(row.ladder)) if row else None,
            "members": {tier or "": count for tier, count in held.items()},
        }

    shown = run_with_services(load_settings(data=data), main)
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    if shown["config"] is None:
        click.echo("The shop has no ladder: tiers are set from outside. `tiers set community` gives it one.")
        return
    click.echo(f"Ladder {shown['revision']}, since {shown['active_from']}:")
    for tier in shown["config"]["tiers"]:
        title = tier["title"]
        click.echo(f"  {tier['key']} ({title['zh']}, {title['en']}): {shown['members'].get(tier['key'], 0):,} members")
    if not shown["settled"]:
        click.echo("Some members have yet to be judged by it; the worker is at it.")


@tiers.command()
@click.argument("ladder")
@at_option
@json_option
@data_option
def preview(ladder: str, at: str | None, as_json: bool, data: Path | None) -> None:
    """Tell how many members would move where under LADDER; nothing is written."""
    settings = load_settings(data=data)
    wanted, moment = read_ladder(ladder), _moment(at, settings.zone)

    async def main(services: Services) -> tuple[Moves, float, int | None]:
        started = perf_counter()
        moves = await preview_ladder(services.pool, wanted, services.zone, moment or services.clock())
        return moves, perf_counter() - started, None

    _print(*run_with_services(settings, main), as_json=as_json)


@tiers.command(name="set")
@click.argument("ladder")
@at_option
@json_option
@data_option
def set_(ladder: str, at: str | None, as_json: bool, data: Path | None) -> None:
    """Make LADDER the shop's, and judge all members by it; `tiers preview` tells beforehand what comes of it."""
    settings = load_settings(data=data)
    wanted, moment = read_ladder(ladder), _moment(at, settings.zone)

    async def main(services: Services) -> tuple[Moves, float, int | None]:
        started, now = perf_counter(), moment or services.clock()
        live = await set_ladder(services.pool, wanted, services.zone, now, MADE_BY)
        return await settle_all(services.pool, live, now), perf_counter() - started, None

    change = Change("tiers set", {"ladder": orjson.loads(to_json(wanted)), "at": at})
    _print(*run_with_services(settings, main, change=change), as_json=as_json)


@tiers.command()
@at_option
@json_option
@data_option
def review(at: str | None, as_json: bool, data: Path | None) -> None:
    """Let those fall whose tier is over, and note warnings; the worker does it all the time."""
    settings = load_settings(data=data)
    moment = _moment(at, settings.zone)

    async def main(services: Services) -> tuple[Moves, float, int | None]:
        started, now = perf_counter(), moment or services.clock()
        live = await load_ladder(services.pool, services.zone)
        if live is None:
            raise click.ClickException("The shop has no ladder; `tiers set community` gives it one.")
        moves = await review_all(services.pool, live, now)
        warned = await warn_all(services.pool, live, now)
        return moves, perf_counter() - started, warned

    _print(*run_with_services(settings, main, change=Change("tiers review", {"at": at})), as_json=as_json)


def read_ladder(text: str) -> Ladder:
    """A preset by its name, or a ladder from a file. Raises ClickException."""
    if text in PRESETS:
        return PRESETS[text]
    file = Path(text)
    if not file.is_file():
        raise click.ClickException(f"There is no preset and no file {text}; the presets are {', '.join(PRESETS)}.")
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{file} is not JSON: {error}.") from error
    with told_in_a_sentence():
        return checked_ladder(config, ("config",))


def _moment(text: str | None, zone: ZoneInfo) -> datetime | None:
    """The end of a day, or a time; the shop's unless it has an offset. Raises BadParameter."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no date and no time, such as 2026-11-01") from error
    if len(text) == len("2026-11-01"):
        moment += timedelta(days=1, microseconds=-1)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _print(moves: Moves, seconds: float, warned: int | None, *, as_json: bool) -> None:
    total = sum(moves.values())
    if as_json:
        told: Mapping[str, Any] = {
            "moves": [{"from": a, "to": b, "members": count} for (a, b), count in sorted(moves.items())],
            "members": total,
            "warned": warned,
            "seconds": round(seconds, 3),
        }
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for (before, after), count in sorted(moves.items()):
        click.echo(
            f"{before} → {after}: {count:,} members" if before != after else f"{before} stays: {count:,} members"
        )
    click.echo(f"{total:,} members in {seconds:.1f} s." + (f" {warned:,} were warned." if warned is not None else ""))
