"""What a campaign type reads beyond its own state, declared as data so that it is loaded before deciding."""

from typing import NamedTuple

# Groups whose size decisions under one config may look at.
GROUP_SIZES_MAX = 200


class References(NamedTuple):
    """Load what is left of the campaign's own grants and spends under `fact.data[field]`, for these fact types.

    A fact whose field is missing or no text refers to nothing. For `order.refunded` the field `order` is always read.

    >>> References(frozenset({"order.paid"}), "order").field
    'order'
    """

    facts: frozenset[str]
    field: str
