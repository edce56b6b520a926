"""A cart that coupons are applied to, and discounts spread over its lines to the last fen."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from siyu.coupons.terms import AMOUNT_FEN_MAX, Key

LINES_MAX = 100
QUANTITY_MAX = 9_999


class CartLine(BaseModel):
    """Some units of a product at a price, as the shop's list has it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    product: Key
    category: Key | None = None
    price_fen: Annotated[int, Field(ge=0, le=AMOUNT_FEN_MAX)]
    quantity: Annotated[int, Field(ge=1, le=QUANTITY_MAX)]

    @property
    def total_fen(self) -> int:
        """What the line costs without coupons."""
        return self.price_fen * self.quantity


class CartState(NamedTuple):
    """What is left to pay of each line, and how many units of it have no benefit of their own yet."""

    left_fen: tuple[int, ...]
    free_units: tuple[int, ...]


def first_state(lines: Sequence[CartLine]) -> CartState:
    """The cart before any coupon."""
    return CartState(tuple(line.total_fen for line in lines), tuple(line.quantity for line in lines))


def spread(amount_fen: int, weights: Sequence[int]) -> tuple[int, ...]:
    """An amount over lines in proportion to their weights, to the last fen: the largest remainders get one more.

    The amount is not above the sum of the weights, and so no line gets more than its weight.

    >>> spread(10, [100, 100, 100])
    (4, 3, 3)
    """
    total = sum(weights)
    if not amount_fen:
        return (0,) * len(weights)
    shares = [amount_fen * weight // total for weight in weights]
    remainders = [amount_fen * weight % total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: (-remainders[place], place))
    for place in by_remainder[: amount_fen - sum(shares)]:
        shares[place] += 1
    return tuple(shares)
