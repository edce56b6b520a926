"""`import orders FILE`, `members FILE` and `memberships FILE`: CSV files of any size, safe to stop and to run again."""

import json
import sys
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from api.auditing import Change
from api.commands.options import data_option
from api.imports import (
    MEMBER_COLUMNS,
    MEMBERSHIP_COLUMNS,
    ORDER_COLUMNS,
    SHOP_IDENTITY,
    CannotImport,
    ImportResult,
    MembershipsImport,
    MembersImport,
    OrdersImport,
    run_import,
)
from api.imports.columns import Column
from api.imports.running import Job, Tally
from api.progress import showing_progress
from api.server import stop_event
from api.services import Services, run_with_services
from api.settings import load_settings
from siyu.privacy import PHONE_KIND

SOME_REJECTED = 2
INTERRUPTED = 130
KIND_LENGTH_MAX = 32

MakeJob = Callable[[Services, Tally], Job[Any]]


@click.group(name="import")
def import_() -> None:
    """Import CSV files (UTF-8, or GB18030 from Excel).

    An import may be stopped at any moment and run again: rows that are in are left as they are. Rows that cannot be
    imported are written to FILE.rejects.csv. Exit codes: 0 all rows are in, 1 nothing could be done, 2 some rows were
    rejected, 130 stopped by Ctrl-C.
    """


file_argument = click.argument("file", type=click.Path(path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")


@import_.command()
@file_argument
@data_option
@json_option
def orders(file: Path, data: Path | None, as_json: bool) -> None:
    """Import paid orders, each as a fact that campaigns decide about.

    Columns: order_id 订单号, customer_id 客户号/会员号, paid_at 支付时间 (a date or a time; in the shop's time zone
    unless it has an offset), amount 金额 (yuan, at most two decimals), and optionally quantity 数量, which is checked
    but not stored. Customers become members, known by the identity “shop”.
    """

    def make_job(services: Services, tally: Tally) -> OrdersImport:
        return OrdersImport(services.engine, services.pool, services.zone, services.clock, tally)

    _import(file, data, as_json, ORDER_COLUMNS, make_job, Change("import orders", {"file": file.name}))


@import_.command()
@file_argument
@click.option("--kind", default=SHOP_IDENTITY, show_default=True, help="Which system knows the members by identity.")
@data_option
@json_option
def members(file: Path, kind: str, data: Path | None, as_json: bool) -> None:
    """Import members; those who are known already keep their nickname and day of joining.

    Columns: identity 会员号, and optionally nickname 昵称, joined_at 加入时间 (now, if empty), tier 等级, tags 标签
    (with ; between several; they are added to those there are), and any number of attr:KEY 属性:KEY, each an
    attribute, whose type is found from the value. A file of `members export --reveal` can be imported as it is;
    groups and consents are passed over. With --kind phone the identities are phone numbers, which are kept encrypted,
    and masked in FILE.rejects.csv.
    """
    if not 1 <= len(kind) <= KIND_LENGTH_MAX:
        raise click.ClickException(f"--kind must have 1 to {KIND_LENGTH_MAX} characters.")

    def make_job(services: Services, tally: Tally) -> MembersImport:
        return MembersImport(kind, services.pool, services.zone, services.clock, tally, services.vault)

    change = Change("import members", {"file": file.name, "kind": kind})
    personal = {"identity"} if kind == PHONE_KIND else ()
    _import(file, data, as_json, MEMBER_COLUMNS, make_job, change, personal)


@import_.command()
@file_argument
@click.option("--kind", default=SHOP_IDENTITY, show_default=True, help="Which system knows the members by identity.")
@data_option
@json_option
def memberships(file: Path, kind: str, data: Path | None, as_json: bool) -> None:
    """Import who is in groups and who was; the groups must be there, members are made where they are not.

    Columns: group 社群 (the group's key), member 会员号, and optionally joined_at 入群时间 (now, if empty), left_at
    退群时间 (empty for who is in), role 角色 (member 成员, koc, owner 群主 or bot 机器人), inviter 邀请人 and
    source 来源.
    """
    if not 1 <= len(kind) <= KIND_LENGTH_MAX:
        raise click.ClickException(f"--kind must have 1 to {KIND_LENGTH_MAX} characters.")

    def make_job(services: Services, tally: Tally) -> MembershipsImport:
        return MembershipsImport(
            kind, services.engine, services.pool, services.zone, services.clock, tally, services.vault
        )

    change = Change("import memberships", {"file": file.name, "kind": kind})
    personal = {"member", "inviter"} if kind == PHONE_KIND else ()
    _import(file, data, as_json, MEMBERSHIP_COLUMNS, make_job, change, personal)


def _import(
    file: Path,
    data: Path | None,
    as_json: bool,
    columns: Sequence[Column],
    make_job: MakeJob,
    change: Change,
    personal: Collection[str] = (),
) -> None:
    if not file.is_file():
        raise click.ClickException(f"There is no file {file}.")

    async def main(services: Services) -> ImportResult:
        with stop_event() as stop, showing_progress(file.name) as report:
            return await run_import(file, columns, partial(make_job, services), report, stop, personal)

    try:
        result = run_with_services(load_settings(data=data), main, change=change)
    except CannotImport as error:
        raise click.ClickException(str(error)) from error
    click.echo(_as_json(result) if as_json else _as_text(result))
    sys.exit(_exit_code(result))


def _exit_code(result: ImportResult) -> int:
    if result.stopped_after_line is not None:
        return INTERRUPTED
    return SOME_REJECTED if result.rejected else 0


def _as_json(result: ImportResult) -> str:
    return json.dumps(
        {
            "rows": result.rows,
            "imported": result.imported,
            "repeated": result.repeated,
            "rejected": result.rejected,
            "seconds": round(result.seconds, 3),
            "rows_per_s": round(result.rows_per_s, 1),
            "rejects_file": str(result.rejects_file) if result.rejects_file else None,
            "stopped_after_line": result.stopped_after_line,
        },
        ensure_ascii=False,
    )


def _as_text(result: ImportResult) -> str:
    lines = [
        f"{result.rows:,} rows: {result.imported:,} imported, {result.repeated:,} known already, "
        f"{result.rejected:,} rejected; {result.seconds:.1f} s, {result.rows_per_s:,.0f} rows/s."
    ]
    if result.rejects_file:
        lines.append(f"The rejected rows and why: {result.rejects_file}")
    if result.stopped_after_line is not None:
        lines.append(f"Stopped after line {result.stopped_after_line:,}; run the same command to go on.")
    return "\n".join(lines)
