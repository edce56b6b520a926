"""A fact as a campaign sees it: something that happened to a member."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID


class Fact(NamedTuple):
    """What happened, to whom and when.

    `at` is when it happened (aware UTC) and `day` the same moment's date in the campaign's time zone, which is the
    shop's unless its terms name another: judge by these, a fact may arrive later. `data` is JSON of the shape its type
    declares: an action's input, a model of `timers` or `emits`, or `Reviewed`; for `order.paid` and `order.refunded`
    the `order` and `amount_fen`, for `order.cancelled` the `order`, for `refund.failed` the `order` and the `problem`,
    and for all of these the keys `reservation` and `team`, where the shop tells what the campaign gave out for the
    order. `seed` is equal in every process that decides this fact: draw with `random.Random(fact.seed)`, never with a
    clock or a global generator.
    """

    id: UUID
    type: str
    member_id: UUID
    at: datetime
    day: date
    data: Mapping[str, Any]

    @property
    def seed(self) -> str:
        """The seed for random draws about this fact."""
        return self.id.hex

    @property
    def new_key(self) -> str:
        """The key for what this fact opens, a team or a reservation; nobody else has it before that is done."""
        return self.id.hex
