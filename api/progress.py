"""Shows how far a long command has come: a bar on a terminal, a line every few seconds elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

SECONDS_BETWEEN_LINES = 5.0

# Called with how much is done and the total, in bytes or rows or anything that grows, and how many rows that makes.
Report = Callable[[int, int, int], None]


@contextmanager
def showing_progress(title: str) -> Iterator[Report]:
    """Show progress on standard error until the block ends."""
    console = Console(stderr=True)
    if console.is_terminal:
        with _bar(console) as bar:
            yield _report_to(bar, title)
    else:
        yield _report_in_lines(title)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows, {task.fields[rate]:,.0f}/s"),
        TimeRemainingColumn(),
        console=console,
    )


def _report_to(bar: Progress, title: str) -> Report:
    started = monotonic()
    task = bar.add_task(title, total=None, rows=0, rate=0.0)

    def report(done: int, total: int, rows: int) -> None:
        bar.update(task, completed=done, total=total, rows=rows, rate=_rate(rows, started))

    return report


def _report_in_lines(title: str) -> Report:
    started = last = monotonic()

    def report(done: int, total: int, rows: int) -> None:
        nonlocal last
        if monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = monotonic()
            share = done / total if total else 1
            click.echo(f"{title}: {share:.0%}, {rows:,} rows, {_rate(rows, started):,.0f}/s", err=True)

    return report


def _rate(rows: int, started: float) -> float:
    return rows / max(monotonic() - started, 0.001)
