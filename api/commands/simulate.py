"""`simulate CAMPAIGN|TYPE`: a campaign played by a synthetic crowd."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any, TypedDict, Unpack

import click
from rich.console import Console
from rich.table import Table

from api.commands.options import data_option, json_option, told_in_a_sentence
from api.commands.trying import config_option, find_campaign, read_changes
from api.progress import showing_progress
from api.services import PLUGINS_FOLDER, Services, run_with_services
from api.settings import Settings, load_settings
from siyu.campaigns import LiveCampaign, load_registry
from siyu.campaigns.drafts import Draft, DraftChanges, as_drafted, load_with_draft
from siyu.engine.population import CrowdPlan
from siyu.engine.simulation import Report
from siyu.engine.simulation import simulate as play
from siyu.engine.totals import by_unit
from siyu.groups import load_sizes
from siyu.ledger import UNITS

MEMBERS_MAX = 200_000
DAYS_MAX = 366
SEED_MAX = 2**63 - 1
AMOUNT = re.compile("[0-9]{1,13}")
GROUP_SIZE = re.compile("[0-9]{1,6}")
GIVEN_MAX = 1_000_000_000_000
# Where the campaign itself does not say when it starts: the same day in every run.
STARTS_ON = date(2026, 1, 1)


class CrowdOptions(TypedDict):
    """Who comes, with what, and what operators say."""

    members: int
    days: int
    seed: int
    gifts: tuple[str, ...]
    groups: tuple[str, ...]
    approve: float


@click.command()
@click.argument("campaign", metavar="CAMPAIGN|TYPE")
@click.option("--members", type=click.IntRange(1, MEMBERS_MAX), default=10_000, show_default=True, help="How many.")
@click.option("--days", type=click.IntRange(1, DAYS_MAX), default=30, show_default=True, help="For how long.")
@click.option("--seed", type=click.IntRange(0, SEED_MAX), default=7, show_default=True, help="Which crowd.")
@click.option("--give", "gifts", metavar="UNIT=AMOUNT", multiple=True, help="What each has from elsewhere.")
@click.option(
    "--group",
    "groups",
    metavar="KEY=MEMBERS",
    multiple=True,
    help="A group and how many it has; of groups of a stored campaign: as today.",
)
@click.option(
    "--approve",
    type=click.FloatRange(0, 1),
    default=1.0,
    show_default=True,
    help="Which share of reviews operators approve.",
)
@config_option
@json_option
@data_option
def simulate(
    campaign: str,
    config: Path | None,
    as_json: bool,
    data: Path | None,
    **crowd: Unpack[CrowdOptions],
) -> None:
    """Let a synthetic crowd play a campaign in memory, and print what it costs, who wins and how the value is spread.

    CAMPAIGN is an id or a name; TYPE, the key of a campaign type, needs no database and takes the config from --config,
    or its defaults. Members begin with nothing to spend but what --give gives them, such as points=1000, and in no
    group but those of --group and those whose size the campaign looks at: the first of the crowd are in them. What a
    campaign has operators look at gets its verdict at the end of the day: approved, unless --approve says for which
    share. One seed prints the same report every time.
    """
    settings = load_settings(data=data)
    changes, given = read_changes(config), dict(map(_gift, crowd["gifts"]))
    with told_in_a_sentence():
        live, groups = _campaign(settings, campaign, changes)
    starts_on = live.starts_at.astimezone(settings.zone).date() if live.starts_at else STARTS_ON
    size = crowd["members"], crowd["days"], crowd["seed"]
    plan = CrowdPlan(
        *size, starts_on, settings.zone, given, crowd["approve"], groups | dict(map(group_given, crowd["groups"]))
    )
    with showing_progress("Simulating") as report:
        result = play(live, plan, report)
    if as_json:
        click.echo(json.dumps(_as_json(live, plan, result), ensure_ascii=False))
    else:
        _print(live, plan, result)


def _gift(text: str) -> tuple[str, int]:
    """A unit and an amount, such as points=1000. Raises BadParameter."""
    unit, _, amount = text.partition("=")
    if unit not in UNITS:
        raise click.BadParameter(f"{text!r} names no unit; there are: {', '.join(UNITS)}", param_hint="--give")
    if not AMOUNT.fullmatch(amount) or int(amount) > GIVEN_MAX:
        raise click.BadParameter(f"{text!r} gives no whole number from 0 to {GIVEN_MAX:,}", param_hint="--give")
    return unit, int(amount)


def group_given(text: str) -> tuple[str, int]:
    """A group's key and how many members it has, such as runners=40. Raises BadParameter."""
    key, _, size = text.rpartition("=")
    if not key or not GROUP_SIZE.fullmatch(size):
        raise click.BadParameter(f"{text!r} is no group's key and a number of members", param_hint="--group")
    return key, int(size)


def _campaign(settings: Settings, text: str, changes: DraftChanges) -> tuple[LiveCampaign, dict[str, int]]:
    """The campaign to play, running: of a type, or as stored, with how many members the groups have that it looks at.

    Starts servers for a stored one alone.
    """
    registry = load_registry(PLUGINS_FOLDER)
    if text in registry.types:
        return as_drafted(registry, None, Draft(None, text, changes)), {}

    async def main(services: Services) -> tuple[LiveCampaign, dict[str, int]]:
        draft = Draft(await find_campaign(services.pool, text), None, changes)
        async with services.pool.acquire() as connection:
            _, live = await load_with_draft(connection, services.registry, draft)
            sizes = await load_sizes(connection, live.sized)
        return replace(live, state="running"), sizes

    return run_with_services(settings, main)


def _as_json(campaign: LiveCampaign, plan: CrowdPlan, report: Report) -> dict[str, Any]:
    return {
        "type": campaign.type.key,
        "version": campaign.type.version,
        "members": plan.members,
        "days": plan.days,
        "seed": plan.seed,
        "starts_on": plan.starts_on.isoformat(),
        "facts": _sorted(report.facts),
        "unplayed": report.unplayed,
        "decisions": report.decisions,
        "refusals": _sorted(report.refusals),
        "participants": report.participants,
        "winners": report.winners,
        "given": dict(plan.given),
        "approve": plan.approved,
        "groups": dict(plan.groups),
        "reviews": None if report.reviews is None else asdict(report.reviews),
        "value": by_unit(report.totals),
        "rewards": {name: asdict(rewards) for name, rewards in report.rewards.items()},
        "spread": {unit: asdict(spread) for unit, spread in report.spreads.items()},
    }


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _print(campaign: LiveCampaign, plan: CrowdPlan, report: Report) -> None:
    console = Console(soft_wrap=True, highlight=False, markup=False)
    kind = campaign.type
    console.print(
        f"{kind.key} {kind.version}: {plan.members:,} members, {plan.days} days from {plan.starts_on}, seed {plan.seed}"
    )
    for unit, amount in plan.given.items():
        console.print(f"  each has {amount:,} {unit} from elsewhere")
    for key, size in plan.groups.items():
        console.print(f"  the group {key} has {size:,} members")
    for fact_type, count in _sorted(report.facts).items():
        console.print(f"  {fact_type}: {count:,}")
    for fact_type in report.unplayed:
        console.print(f"  {fact_type}: not played, siyu does not know what such a fact holds")
    console.print(f"{report.decisions:,} decisions, {report.participants:,} participants, {report.winners:,} winners")
    for code, count in _sorted(report.refusals).items():
        console.print(f"  {code}: {count:,}")
    if report.reviews is not None:
        reviews = report.reviews
        console.print(
            f"reviews: {reviews.approved:,} approved, {reviews.rejected:,} rejected, {reviews.open:,} open"
            f" (operators approve {plan.approved:.0%})"
        )
    for unit, totals in by_unit(report.totals).items():
        console.print(f"{unit}: {', '.join(f'{total} {amount:,}' for total, amount in totals.items())}")
    for name, rewards in report.rewards.items():
        console.print(f"{name}: issued {rewards.issued:,}, revoked {rewards.revoked:,}")
    if report.spreads:
        console.print(_spreads(report))


def _spreads(report: Report) -> Table:
    table = Table("Of each winner", "Mean", "10 %", "Median", "90 %", "99 %", "Most", "Top tenth has")
    for unit, spread in report.spreads.items():
        numbers = (spread.mean, *spread.quantiles.values(), spread.greatest)
        table.add_row(unit, *(f"{number:,}" for number in numbers), f"{spread.top_tenth_percent} %")
    return table
