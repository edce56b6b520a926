"""Metrics as they are read: values of a period, the period before, their cuts and their series."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.db import Connection, Pool
from siyu.errors import InvalidInput, Problem
from siyu.features.presets import LAYERS, STAGES
from siyu.metrics.definition import Cut, Definition, Range
from siyu.metrics.evaluating import Value, evaluate, figures_of, quotient
from siyu.metrics.figures import UNKNOWN, Figures, Window, gather
from siyu.metrics.ranges import load_ranges
from siyu.sdk import Text

RANGE_DAYS_MAX = 400
# Of a cut so many keys are told, those with most to divide by; the rest is OTHER.
CUT_KEYS_MAX = 20
SERIES_POINTS_MAX = 100
EARLIEST = date(1970, 1, 1)
LATEST = date(9000, 1, 1)

NAMES = "SELECT id::text, name FROM campaign WHERE id = ANY($1::uuid[])"
PRESET_TITLES: Mapping[Cut, Mapping[str, Text]] = {
    Cut.LAYER: {preset.key: preset.title for preset in LAYERS},
    Cut.STAGE: {preset.key: preset.title for preset in STAGES},
}


class Step(Enum):
    """How far the points of a series are apart; weeks begin on Mondays."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class CutValue:
    """A metric's value for one key of a cut: '' for members without one; None for all that are not told apart."""

    cut: Cut
    key: str | None
    label: Text | None
    value: Value


@dataclass(frozen=True, slots=True)
class Point:
    """A metric's value of a stretch of days, which the period may cut short."""

    window: Window
    value: float | None


def checked_window(first: date, last: date, path: tuple[str, ...] = ("range",)) -> Window:
    """The window. Raises InvalidInput where it is none, or longer than RANGE_DAYS_MAX."""
    window = Window(first, last)
    if not EARLIEST <= first <= last <= LATEST:
        raise InvalidInput([Problem(path, "must begin before it ends, after 1970 and before 9000")])
    if window.days > RANGE_DAYS_MAX:
        raise InvalidInput([Problem(path, f"must have at most {RANGE_DAYS_MAX} days")])
    return window


def period_before(window: Window) -> Window:
    """As many days, right before."""
    return Window(window.first - timedelta(days=window.days), window.first - timedelta(days=1))


def _wanted(definitions: Collection[Definition]) -> set[str]:
    return {figure for definition in definitions for figure in figures_of(definition)}


async def values(
    connection: Connection | Pool,
    zone: ZoneInfo,
    definitions: Sequence[Definition],
    window: Window,
    ranges: Mapping[str, Range] | None = None,
) -> dict[str, Value]:
    """The value of each metric for the whole shop, with that of the period before."""
    ranges = await load_ranges(connection) if ranges is None else ranges
    found = await gather(connection, zone, [window, period_before(window)], None, _wanted(definitions))
    now, before = found[0, ""], found[1, ""]
    return {each.key: evaluate(each, now, before, window.days, ranges) for each in definitions}


async def cut_values(
    connection: Connection | Pool,
    zone: ZoneInfo,
    definitions: Sequence[Definition],
    window: Window,
    cut: Cut,
    ranges: Mapping[str, Range] | None = None,
) -> dict[str, list[CutValue]]:
    """The values of each metric by a cut, those with most to divide by first, and last all others together."""
    ranges = await load_ranges(connection) if ranges is None else ranges
    found = await gather(connection, zone, [window, period_before(window)], cut, _wanted(definitions))
    keys = sorted({key for _, key in found})
    labels = await _labels(connection, cut, keys)
    nobody = Figures(unknown=UNKNOWN[cut])
    told: dict[str, list[CutValue]] = {}
    for definition in definitions:
        sized = [(found.get((0, key), nobody)[definition.denominator] or 0, key) for key in keys]
        shown = [key for _, key in sorted(sized, key=lambda each: (-each[0], each[1]))]
        pairs = [(key, found.get((0, key), nobody), found.get((1, key), nobody)) for key in shown]
        told[definition.key] = [
            CutValue(cut, key, labels.get(key), evaluate(definition, now, before, window.days, ranges))
            for key, now, before in pairs[:CUT_KEYS_MAX]
        ]
        if len(pairs) > CUT_KEYS_MAX:
            now, before = Figures(unknown=UNKNOWN[cut]), Figures(unknown=UNKNOWN[cut])
            for _, each_now, each_before in pairs[CUT_KEYS_MAX:]:
                now.add(each_now)
                before.add(each_before)
            told[definition.key].append(
                CutValue(cut, None, None, evaluate(definition, now, before, window.days, ranges))
            )
    return told


async def series(
    connection: Connection | Pool,
    zone: ZoneInfo,
    definitions: Sequence[Definition],
    window: Window,
    step: Step,
) -> dict[str, list[Point]]:
    """The points of each metric. Raises InvalidInput for more than SERIES_POINTS_MAX."""
    windows = steps_of(window, step)
    found = await gather(connection, zone, windows, None, _wanted(definitions))
    return {
        each.key: [Point(part, quotient(each, found[place, ""], part.days)) for place, part in enumerate(windows)]
        for each in definitions
    }


def steps_of(window: Window, step: Step) -> list[Window]:
    """The window in days, in weeks or in months of the calendar. Raises InvalidInput for too many."""
    parts: list[Window] = []
    first = window.first
    while first <= window.last:
        if len(parts) == SERIES_POINTS_MAX:
            raise InvalidInput([Problem(("step",), f"a series has at most {SERIES_POINTS_MAX} points")])
        parts.append(Window(first, min(_end(first, step), window.last)))
        first = parts[-1].last + timedelta(days=1)
    return parts


def _end(first: date, step: Step) -> date:
    """The last day of the stretch that holds the day."""
    if step is Step.WEEK:
        return first + timedelta(days=6 - first.weekday())
    if step is Step.MONTH:
        return (first.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first


async def _labels(connection: Connection | Pool, cut: Cut, keys: Collection[str]) -> Mapping[str, Text]:
    """What the keys of a cut are called, where they have names beside themselves."""
    if cut is Cut.CAMPAIGN:
        rows = await connection.fetch(NAMES, [UUID(key) for key in keys])
        return {row[0]: Text(zh=row[1], en=row[1]) for row in rows}
    return PRESET_TITLES.get(cut, {})
