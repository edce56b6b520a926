"""Some days of the shop, as documents name them."""

from datetime import date

import strawberry

from schema.errors import invalid_argument
from siyu.errors import InvalidInput
from siyu.metrics.figures import Window
from siyu.metrics.queries import checked_window


@strawberry.input(description="Some days of the shop's time zone, both included; at most 400.")
class DateRangeInput:
    """A range of days."""

    from_: date = strawberry.field(name="from")
    to: date

    def window(self) -> Window:
        """The days. Raises ApiError where they are none, or too many."""
        try:
            return checked_window(self.from_, self.to)
        except InvalidInput as error:
            raise invalid_argument(str(error)) from None
