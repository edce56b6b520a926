"""`coupons codes TEMPLATE`: unique codes by the hundred thousand, in a file for the printer."""

from pathlib import Path

import click

from api.auditing import Change
from api.commands.options import data_option
from api.progress import showing_progress
from api.services import Services, run_with_services
from api.settings import load_settings
from siyu.codes import shown_code
from siyu.coupons.code_batches import CODES_MAX, Batch, codes_of, make_codes
from siyu.errors import DomainError

BATCH_DEFAULT = "1"


@click.group()
def coupons() -> None:
    """Look after coupons."""


@coupons.command()
@click.argument("template")
@click.option("--count", type=click.IntRange(1, CODES_MAX), required=True, help="How many codes the batch is to have.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="One code a line.")
@click.option("--batch", default=BATCH_DEFAULT, show_default=True, help="What the batch is called.")
@data_option
def codes(template: str, count: int, out: Path, batch: str, data: Path | None) -> None:
    """Make codes, each of which a member can exchange for one coupon of the template with this key.

    It may be stopped at any moment and run again with the same batch: what is there counts, and the file gets all of
    it. Another batch is other codes.
    """

    async def main(services: Services) -> Batch:
        with showing_progress(f"codes for {template}") as report:
            made = await make_codes(
                services.pool,
                template,
                batch,
                count,
                services.clock(),
                lambda done, total: report(done, total, done),
            )
        with out.open("w", encoding="utf-8") as file:
            async for some in codes_of(services.pool, made.id):
                file.writelines(f"{shown_code(code)}\n" for code in some)
        return made

    try:
        # Nobody else may read what is as good as money.
        out.touch(mode=0o600)
        change = Change("coupons codes", {"template": template, "count": count, "batch": batch})
        made = run_with_services(load_settings(data=data), main, change=change)
    except (DomainError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{made.codes:,} codes of the batch {batch} are in {out}.")
