"""`ledger verify`: recomputes every balance of a live database and reports what does not hold."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from api.commands.options import data_option
from api.progress import showing_progress
from api.services import Services, run_with_services
from api.settings import load_settings
from siyu.campaigns.pending_store import count_overdue
from siyu.ledger.verify import Finding, verify_ledger

VIOLATED = 1


@click.group()
def ledger() -> None:
    """The ledger of points."""


@ledger.command()
@data_option
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON object.")
def verify(data: Path | None, as_json: bool) -> None:
    """Recompute everything from the transfers; the exit code is 1 if anything does not hold.

    It reads one snapshot of the database and holds nobody up. What the worker has yet to add to the boards is counted
    in, so it does not matter whether one is running.
    """

    async def main(services: Services) -> tuple[list[Finding], int]:
        with showing_progress("Verifying") as report:
            findings = await verify_ledger(services.pool, lambda done, total: report(done, total, done))
        async with services.pool.acquire() as connection:
            return findings, await count_overdue(connection, services.clock())

    findings, overdue = run_with_services(load_settings(data=data), main)
    if overdue:
        click.echo(f"Warning: {overdue} timers and emitted facts wait since more than an hour; see `doctor`.", err=True)
    holds = not any(finding.violations for finding in findings)
    if as_json:
        click.echo(json.dumps({"holds": holds, "findings": [asdict(finding) for finding in findings]}))
    else:
        _print(findings)
    sys.exit(0 if holds else VIOLATED)


def _print(findings: Sequence[Finding]) -> None:
    table = Table("What must hold", "Rows", "Violations")
    for finding in findings:
        table.add_row(finding.invariant, f"{finding.examined:,}", f"{finding.violations:,}")
    console = Console(soft_wrap=True)
    console.print(table)
    for finding in findings:
        if finding.violations:
            console.print(f"\n{finding.invariant} – not so, the first {len(finding.first)}:", highlight=False)
            for sentence in finding.first:
                console.print(f"  {sentence}", highlight=False, markup=False)
