"""alertAcknowledge, metricRangeSet, expenseEnter and expenseCancel: for operators."""

from datetime import date

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.ids import CAMPAIGN, EXPENSE, METRIC_ALERT, decode_or_nobody
from schema.keys import own_key
from schema.permissions import ForOperators
from schema.scalars import BigInt
from schema.types.metric import HealthyRange, MetricKey, healthy_range
from schema.types.metric_alert import Expense, MetricAlert
from siyu.metrics.alerts import acknowledge
from siyu.metrics.catalogue import CATALOGUE
from siyu.metrics.definition import Range
from siyu.metrics.expenses import cancel_expense, checked, enter_expense
from siyu.metrics.ranges import load_ranges, set_range


@strawberry.input
class AlertAcknowledgeInput:
    """Which alert an operator has taken notice of."""

    alert: strawberry.ID
    note: str = strawberry.field(description="What is being done, in at most 500 characters.")


@strawberry.input
class MetricRangeSetInput:
    """Where a metric is healthy from now on; a range without bounds has it never be out of one."""

    metric: MetricKey
    low: float | None = None
    high: float | None = None
    growth: float | None = strawberry.field(
        default=None, description="The least change from the period before, as a share of it: 0.2 is 20 % more."
    )
    reset: bool = strawberry.field(default=False, description="Have the handbooks' range again.")


@strawberry.input
class ExpenseEnterInput:
    """What was spent."""

    day: date = strawberry.field(description="The day of the shop that it counts for.")
    amount_fen: BigInt
    campaign: strawberry.ID | None = strawberry.UNSET
    channel: str | None = strawberry.UNSET
    note: str
    idempotency_key: str


@strawberry.input
class ExpenseCancelInput:
    """Which expense was a mistake."""

    expense: strawberry.ID


@strawberry.type
class AlertAcknowledgePayload:
    """The alert as it is now."""

    alert: MetricAlert | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class MetricRangeSetPayload:
    """The range as it is now; null where the metric has none."""

    healthy: HealthyRange | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class ExpenseEnterPayload:
    """The expense as it is kept; with a repeated key, that of the first time."""

    expense: Expense | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class ExpenseCancelPayload:
    """The expense as it is now."""

    expense: Expense | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class MetricMutations:
    """What operators do about metrics."""

    @field_for(ForOperators, "Take notice of an alert; the first one's note stays. It closes by itself.")
    async def alert_acknowledge(self, info: Info, input: AlertAcknowledgeInput) -> AlertAcknowledgePayload:
        context = info.context
        alert_id, author = decode_or_nobody(METRIC_ALERT, input.alert), context.principal.subject or ""
        try:
            alert = await acknowledge(context.pool, alert_id, input.note, author, context.now)
        except MENDABLE as error:
            return AlertAcknowledgePayload(user_errors=user_errors(error, context.language))
        return AlertAcknowledgePayload(alert=MetricAlert(row=alert))

    @field_for(ForOperators, "Set where a metric is healthy for this shop; alerts follow with the next day.")
    async def metric_range_set(self, info: Info, input: MetricRangeSetInput) -> MetricRangeSetPayload:
        context, key = info.context, input.metric.value
        wanted = None if input.reset else Range(input.low, input.high, input.growth)
        try:
            await set_range(context.pool, key, wanted, context.principal.subject or "", context.now)
        except MENDABLE as error:
            return MetricRangeSetPayload(user_errors=user_errors(error, context.language))
        ranges = await load_ranges(context.pool)
        return MetricRangeSetPayload(healthy=healthy_range(ranges.get(key, CATALOGUE[key].healthy)))

    @field_for(ForOperators, "Enter a cost. Safe to repeat with the same key.")
    async def expense_enter(self, info: Info, input: ExpenseEnterInput) -> ExpenseEnterPayload:
        context = info.context
        try:
            key = own_key(context.principal, input.idempotency_key)
            campaign = decode_or_nobody(CAMPAIGN, input.campaign) if input.campaign else None
            new = checked(input.day, input.amount_fen, campaign, input.channel or None, input.note)
            expense = await enter_expense(context.pool, new, context.principal.subject or "", key, context.now)
        except MENDABLE as error:
            return ExpenseEnterPayload(user_errors=user_errors(error, context.language))
        return ExpenseEnterPayload(expense=Expense(row=expense))

    @field_for(ForOperators, "Cancel a cost that was a mistake; it stays in the list and counts no more.")
    async def expense_cancel(self, info: Info, input: ExpenseCancelInput) -> ExpenseCancelPayload:
        context = info.context
        expense_id, author = decode_or_nobody(EXPENSE, input.expense), context.principal.subject or ""
        try:
            expense = await cancel_expense(context.pool, expense_id, author, context.now)
        except MENDABLE as error:
            return ExpenseCancelPayload(user_errors=user_errors(error, context.language))
        return ExpenseCancelPayload(expense=Expense(row=expense))
