"""`replay CAMPAIGN`: past facts decided again by a draft config, and what would have been different."""

import sys
from collections.abc import Mapping
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import click
import orjson
from rich.console import Console
from rich.table import Table

from api.commands.options import data_option, json_option, told_in_a_sentence
from api.commands.trying import config_option, find_campaign, read_changes
from api.progress import showing_progress
from api.services import Services, run_with_services
from api.settings import load_settings
from schema.ids import FACT, MEMBER, encode_id
from siyu.campaigns.drafts import Draft
from siyu.engine.replay import Difference, Replay, ReplaySummary
from siyu.engine.replay_verdicts import Verdict
from siyu.engine.totals import SIGNS, by_unit
from siyu.members.queries import MemberRow, members_by_id

SHOWN_MAX = 100
# So much of a nickname or a global id is printed.
MEMBER_WIDTH = 10


@click.command()
@click.argument("campaign")
@click.option("--since", metavar="DATE", help="Compare what happened from then on.  [default: from the first]")
@click.option("--until", metavar="DATE", help="Compare what happened before then.")
@config_option
@json_option
@data_option
def replay(
    campaign: str, since: str | None, until: str | None, config: Path | None, as_json: bool, data: Path | None
) -> None:
    """Decide past facts again and list what would have been different. CAMPAIGN is an id or a name.

    Without --config, the campaign is replayed as it is stored. DATE is a day or a time, in the shop's time zone unless
    it has an offset. Nothing is written, and nobody is held up. The members and orders of the campaign's whole past are
    kept in memory.

    The first hundred differences are printed; with --json all of them, one object a line, and the summary in the last.
    """
    settings = load_settings(data=data)
    changes = read_changes(config)
    start, end = (_moment(text, settings.zone) for text in (since, until))

    async def main(services: Services) -> tuple[list[Difference], Mapping[UUID, MemberRow], ReplaySummary]:
        draft = Draft(await find_campaign(services.pool, campaign), None, changes)
        summary, shown = ReplaySummary(), list[Difference]()
        plan = Replay(services.pool, services.registry, services.zone, draft, start, end)
        with showing_progress("Replaying") as report:
            differences = plan.differences(summary, lambda done, total: report(done, total, done))
            async with aclosing(differences):
                async for difference in differences:
                    if as_json:
                        # Not click's echo, which empties the buffer after every line.
                        sys.stdout.write(orjson.dumps(_as_json(difference)).decode() + "\n")
                    elif len(shown) < SHOWN_MAX:
                        shown.append(difference)
        members = await members_by_id(services.pool, {difference.member_id for difference in shown})
        return shown, members, summary

    with told_in_a_sentence():
        shown, members, summary = run_with_services(settings, main)
    if as_json:
        click.echo(orjson.dumps({"summary": _summary(summary)}).decode())
    else:
        console = Console(soft_wrap=True, highlight=False, markup=False)
        if shown:
            console.print(_table(shown, members, settings.zone))
        _print(console, len(shown), summary)


def _moment(text: str | None, zone: ZoneInfo) -> datetime | None:
    """A day's beginning or a time; the shop's unless it has an offset. Raises BadParameter."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no date and no time, such as 2026-11-01") from error


def _as_json(difference: Difference) -> dict[str, Any]:
    return {
        "fact": encode_id(FACT, difference.fact_id) if difference.fact_id else None,
        "type": difference.type,
        "member": encode_id(MEMBER, difference.member_id),
        "at": difference.at.isoformat(),
        "before": difference.before._asdict(),
        "after": difference.after._asdict(),
    }


def _summary(summary: ReplaySummary) -> dict[str, Any]:
    return {
        "facts": summary.facts,
        "compared": summary.compared,
        "differing": summary.differing,
        "drifted": summary.drifted,
        "before": by_unit(summary.before),
        "after": by_unit(summary.after),
    }


def _table(shown: list[Difference], members: Mapping[UUID, MemberRow], zone: ZoneInfo) -> Table:
    """The differences in 80 columns: what tells rows apart is shown whole, the rest is folded."""
    table = Table()
    table.add_column("At", no_wrap=True)
    table.add_column("Fact", overflow="fold")
    table.add_column("Member", no_wrap=True, width=MEMBER_WIDTH)
    table.add_column("Before", overflow="fold")
    table.add_column("After", overflow="fold")
    for difference in shown:
        at = difference.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        verdicts = (_sentence(difference.before), _sentence(difference.after))
        table.add_row(at, difference.type, _named(difference.member_id, members), *verdicts)
    return table


def _named(member_id: UUID, members: Mapping[UUID, MemberRow]) -> str:
    """The member's nickname; of a global id the end, since all begin alike."""
    member = members.get(member_id)
    nickname = member.nickname if member else None
    return nickname or f"…{encode_id(MEMBER, member_id)[-MEMBER_WIDTH + 1 :]}"


def _print(console: Console, shown: int, summary: ReplaySummary) -> None:
    if summary.differing > shown:
        console.print(f"… and {summary.differing - shown:,} more; --json prints all.")
    for unit in sorted({unit for unit, _ in summary.before | summary.after}):
        totals = ((total, summary.before[unit, total], summary.after[unit, total]) for total in SIGNS)
        changes = (f"{total} {before:,} → {after:,}" for total, before, after in totals)
        console.print(f"{unit}: {', '.join(changes)}")
    console.print(f"{summary.compared:,} of {summary.facts:,} facts compared, {summary.differing:,} differ.")
    if summary.drifted:
        console.print(
            f"{summary.drifted:,} earlier facts were decided by another config; members start from a changed state."
        )


def _sentence(verdict: Verdict) -> str:
    """A verdict in a few words: the values of its effects, but for what says nothing to a reader."""
    if verdict.refusal is not None:
        return verdict.refusal
    words = (" ".join(str(value) for value in effect.values() if value is not None) for effect in verdict.effects)
    return "; ".join(words) or "nothing"
