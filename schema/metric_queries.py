"""The reads of metrics, alerts and expenses."""

from collections.abc import Sequence

import strawberry

from schema.connections import Connection, connect, encode_cursor, forward, uuid_cursor
from schema.context import Info
from schema.date_range import DateRangeInput
from schema.errors import invalid_argument
from schema.fields import field_for
from schema.permissions import ForAnalysts, ForOperators
from schema.types.metric import Metric, MetricKey, MetricsOfLevel, Reading
from schema.types.metric_alert import Expense, MetricAlert
from siyu.metrics.alerts import AlertState, alert_page
from siyu.metrics.catalogue import ALL, CATALOGUE, LEVEL_TITLES
from siyu.metrics.definition import Cut, Definition, Level, Status
from siyu.metrics.expenses import expense_page
from siyu.metrics.queries import CutValue, cut_values, values
from siyu.metrics.ranges import load_ranges


@strawberry.type
class MetricQueries:
    """What analysts and operators read of metrics."""

    @field_for(
        ForAnalysts,
        "Metrics of a range of days, in the order of their levels: those of `keys` and of `level`, else all.",
    )
    async def metrics(
        self,
        info: Info,
        range: DateRangeInput,
        keys: list[MetricKey] | None = strawberry.UNSET,
        level: Level | None = strawberry.UNSET,
        cut: list[Cut] | None = strawberry.UNSET,
        compare: bool = True,
    ) -> list[Metric]:
        named = {each.value for each in keys} if keys else set(CATALOGUE)
        wanted = [each for each in ALL if each.key in named and (not level or each.level is level)]
        return await _read(info, wanted, range, list(dict.fromkeys(cut or ())), compare=compare)

    @field_for(ForAnalysts, "Every metric of a range of days by its level, compared with the days before.")
    async def metrics_board(self, info: Info, range: DateRangeInput) -> list[MetricsOfLevel]:
        metrics = await _read(info, ALL, range, (), compare=True)
        return [_level(info, level, [each for each in metrics if each.definition.level is level]) for level in Level]

    @field_for(ForAnalysts, "The alerts of a state, the newest first.")
    async def metric_alerts(
        self,
        info: Info,
        state: AlertState = AlertState.OPEN,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
    ) -> Connection[MetricAlert]:
        slice_ = forward(first, after)
        page = await alert_page(info.context.pool, state, slice_.limit, uuid_cursor(slice_.after))
        return connect(page, slice_, lambda row: MetricAlert(row=row), lambda row: encode_cursor(row.id))

    @field_for(ForOperators, "What was spent, the last that was entered first; the cancelled too.")
    async def expenses(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[Expense]:
        slice_ = forward(first, after)
        page = await expense_page(info.context.pool, slice_.limit, uuid_cursor(slice_.after))
        return connect(page, slice_, lambda row: Expense(row=row), lambda row: encode_cursor(row.id))


async def _read(
    info: Info, wanted: Sequence[Definition], days: DateRangeInput, cuts: Sequence[Cut], *, compare: bool
) -> list[Metric]:
    """The metrics, with as many statements for one of them as for all."""
    if not wanted:
        raise invalid_argument("there is no metric of these keys and this level")
    window, context = days.window(), info.context
    ranges = await load_ranges(context.pool)
    found = await values(context.pool, context.zone, wanted, window, ranges)
    by_cut: dict[str, list[CutValue]] = {each.key: [] for each in wanted}
    for cut in cuts:
        for key, told in (await cut_values(context.pool, context.zone, wanted, window, cut, ranges)).items():
            by_cut[key] += told
    reading = Reading(info, wanted, window, compare)
    return [
        Metric(definition=each, found=found[each.key], cut_values=by_cut[each.key], reading=reading) for each in wanted
    ]


def _level(info: Info, level: Level, metrics: list[Metric]) -> MetricsOfLevel:
    statuses = [metric.found.status for metric in metrics]
    return MetricsOfLevel(
        level=level,
        title=LEVEL_TITLES[level].in_language(info.context.language),
        healthy=statuses.count(Status.HEALTHY),
        out_of_range=statuses.count(Status.LOW) + statuses.count(Status.HIGH),
        metrics=metrics,
    )
