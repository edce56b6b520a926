"""Alerts and expenses, as operators see them."""

from datetime import date, datetime

import strawberry

from schema.context import Info
from schema.fields import field
from schema.ids import CAMPAIGN, EXPENSE, METRIC_ALERT, encode_id
from schema.scalars import BigInt
from schema.types.metric import MetricKey, advice_of, metric_key
from siyu.metrics.alerts import Alert, AlertState
from siyu.metrics.catalogue import CATALOGUE
from siyu.metrics.definition import Cut, Status
from siyu.metrics.expenses import Expense as ExpenseRow

strawberry.enum(AlertState, name="MetricAlertState", description="Whether an alert waits, is known, or is over.")


@strawberry.type(description="A metric that is out of its range, of the whole shop or of one key of a cut.")
class MetricAlert:
    """An alert as a GraphQL object."""

    row: strawberry.Private[Alert]

    @field("The id.")
    def id(self) -> strawberry.ID:
        return encode_id(METRIC_ALERT, self.row.id)

    @field("Which metric.")
    def metric(self) -> MetricKey:
        return metric_key(self.row.metric)

    @field("What the metric is called, in your language.")
    def name(self, info: Info) -> str:
        return CATALOGUE[self.row.metric].title.in_language(info.context.language)

    @field("Null for the whole shop.")
    def cut(self) -> Cut | None:
        return self.row.cut

    @field("Which group, channel or campaign it is about; null for the whole shop.")
    def cut_key(self) -> str | None:
        if self.row.cut is None:
            return None
        return encode_id(CAMPAIGN, self.row.cut_key) if self.row.cut is Cut.CAMPAIGN else self.row.cut_key

    @field("On which side of its range it is, or was when it was last out of it.")
    def status(self) -> Status:
        return self.row.status

    @field("The value of the last 30 days when it was last judged.")
    def value(self) -> float:
        return self.row.value

    @field("What it had to reach, where it is too low.")
    def low(self) -> float | None:
        return self.row.low

    @field("What it must not go beyond.")
    def high(self) -> float | None:
        return self.row.high

    @field("The likely lever.")
    def advice(self, info: Info) -> str | None:
        return advice_of(CATALOGUE[self.row.metric], self.row.status, info.context.language)

    @field("Whether it waits, is known to an operator, or is over.")
    def state(self) -> AlertState:
        return self.row.state

    @field("The last day of the 30 by which it was opened.")
    def opened_on(self) -> date:
        return self.row.opened_on

    @field("When it was opened.")
    def opened_at(self) -> datetime:
        return self.row.opened_at

    @field("Who has taken notice.")
    def acknowledged_by(self) -> str | None:
        return self.row.acknowledged_by

    @field("When somebody has.")
    def acknowledged_at(self) -> datetime | None:
        return self.row.acknowledged_at

    @field("What they wrote.")
    def note(self) -> str | None:
        return self.row.note

    @field("When it was back in its range for some days.")
    def closed_at(self) -> datetime | None:
        return self.row.closed_at


@strawberry.type(description="What was spent on a day, on a campaign, on a channel or on getting members at large.")
class Expense:
    """An expense as a GraphQL object."""

    row: strawberry.Private[ExpenseRow]

    @field("The id.")
    def id(self) -> strawberry.ID:
        return encode_id(EXPENSE, self.row.id)

    @field("The day of the shop that it counts for.")
    def day(self) -> date:
        return self.row.day

    @field("How much.")
    def amount_fen(self) -> BigInt:
        return BigInt(self.row.amount_fen)

    @field("The id of the campaign it is for.")
    def campaign(self) -> strawberry.ID | None:
        return encode_id(CAMPAIGN, self.row.campaign_id) if self.row.campaign_id else None

    @field("The channel it is for, as members' channels are written.")
    def channel(self) -> str | None:
        return self.row.channel

    @field("What it was.")
    def note(self) -> str:
        return self.row.note

    @field("Who entered it.")
    def made_by(self) -> str:
        return self.row.made_by

    @field("When it was entered.")
    def made_at(self) -> datetime:
        return self.row.made_at

    @field("Who cancelled it; it counts no more.")
    def cancelled_by(self) -> str | None:
        return self.row.cancelled_by

    @field("When it was cancelled.")
    def cancelled_at(self) -> datetime | None:
        return self.row.cancelled_at
