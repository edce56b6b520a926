"""`snapshot`: what analytics read, as Parquet files."""

import json
from pathlib import Path

import click

from api.commands.options import data_option, json_option
from api.progress import showing_progress
from api.services import Services, run_with_services
from api.settings import load_settings


@click.command()
@click.option(
    "--to", type=click.Path(path_type=Path, file_okay=False), help="Folder of the snapshots.  [default: DATA/snapshots]"
)
@json_option
@data_option
def snapshot(to: Path | None, as_json: bool, data: Path | None) -> None:
    """Write members, orders and facts of this moment as Parquet files, for SIYU_ANALYTICS_URL and other readers.

    The newest whole snapshot is in the folder that the file CURRENT names; two are kept. They have no personal data.
    """
    from siyu.metrics.analytics import Snapshot, take_snapshot  # noqa: PLC0415 - takes a second to load

    settings = load_settings(data=data)
    folder = (to or settings.data / "snapshots").absolute()

    async def main(services: Services) -> Snapshot:
        with showing_progress("snapshot") as report:

            def tell(done: int, total: int) -> None:
                report(done, total, done)

            return await take_snapshot(services.pool, services.zone, folder, services.clock(), tell)

    taken = run_with_services(settings, main)
    if as_json:
        found = {"folder": str(taken.folder), "taken_at": taken.taken_at.isoformat(), "rows": dict(taken.rows)}
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    listed = ", ".join(f"{rows:,} {table}" for table, rows in taken.rows.items())
    click.echo(f"{listed}, of {taken.taken_at:%Y-%m-%d %H:%M:%S} UTC, in {taken.folder}")
    click.echo(f"To ask it: SIYU_ANALYTICS_URL=duckdb://{folder}")
