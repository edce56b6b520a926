"""What a coupon template promises: the benefit, where it counts, how long, and what it may be combined with."""

from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

# A hundred million yuan: far above any order.
AMOUNT_FEN_MAX = 10_000_000_000
STEPS_MAX = 20
KEYS_MAX = 200
KEY_LENGTH_MAX = 64
DAYS_MAX = 3_660
UNDO_MINUTES_MAX = 1_440
# Terms that are kept in memory: a shop has a few dozen templates at a time.
REMEMBERED_MAX = 1_024

AmountFen = Annotated[int, Field(ge=1, le=AMOUNT_FEN_MAX)]
# What the shop calls a product, a category or a group of coupons.
Key = Annotated[str, Field(min_length=1, max_length=KEY_LENGTH_MAX)]
Keys = Annotated[tuple[Key, ...], Field(max_length=KEYS_MAX)]
Days = Annotated[int, Field(ge=1, le=DAYS_MAX)]


class Part(BaseModel):
    """A part of the terms; a name that it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class AmountOff(Part):
    """So many fen less."""

    kind: Literal["amount_off"]
    amount_fen: AmountFen


class PercentOff(Part):
    """So many percent less, but never more than the cap; `percent` 20 is what a Chinese shop calls 8 折."""

    kind: Literal["percent_off"]
    percent: Annotated[int, Field(ge=1, le=99)]
    cap_fen: AmountFen | None = None


class Step(Part):
    """From so many fen on, so many less."""

    from_fen: AmountFen
    amount_fen: AmountFen

    @model_validator(mode="after")
    def _leaves_something(self) -> "Step":
        if self.amount_fen > self.from_fen:
            raise ValueError("a step must not take away more than it begins at")
        return self


class FullReduction(Part):
    """Steps, of which the highest that is reached counts: 满300减50, 满600减120."""

    kind: Literal["full_reduction"]
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=STEPS_MAX)]

    @model_validator(mode="after")
    def _rises(self) -> "FullReduction":
        for lower, higher in zip(self.steps, self.steps[1:], strict=False):
            if lower.from_fen >= higher.from_fen or lower.amount_fen >= higher.amount_fen:
                raise ValueError("each step must begin higher and take away more than the one before")
        return self


class Exchange(Part):
    """One unit of a product for nothing."""

    kind: Literal["exchange"]
    product: Key


class NewcomerPrice(Part):
    """One unit, the dearest in scope, for so many fen; for a member's first order alone."""

    kind: Literal["newcomer_price"]
    price_fen: Annotated[int, Field(ge=0, le=AMOUNT_FEN_MAX)]


Benefit = Annotated[
    AmountOff | PercentOff | FullReduction | Exchange | NewcomerPrice,
    Field(discriminator="kind"),
]


class Scope(Part):
    """Which products count: all, or those that are named or whose category is; never those that are left out."""

    products: Keys = ()
    categories: Keys = ()
    except_products: Keys = ()
    except_categories: Keys = ()

    def covers(self, product: str, category: str | None) -> bool:
        """Whether the product counts."""
        if product in self.except_products or category in self.except_categories:
            return False
        if not (self.products or self.categories):
            return True
        return product in self.products or category in self.categories


class FixedWindow(Part):
    """Good from one moment until another, whenever it was received."""

    kind: Literal["fixed"]
    starts_at: AwareDatetime
    ends_at: AwareDatetime

    @model_validator(mode="after")
    def _goes_forward(self) -> "FixedWindow":
        if self.starts_at >= self.ends_at:
            raise ValueError("ends_at must be after starts_at")
        return self


class FromReceipt(Part):
    """Good at once, until the end of the shop's day so many days after the day of receipt."""

    kind: Literal["from_receipt"]
    days: Days


Validity = Annotated[FixedWindow | FromReceipt, Field(discriminator="kind")]


class Stacking(Part):
    """What it may be combined with: nothing at all, or anything but others of its group; of none it has no rivals."""

    exclusive: bool = False
    group: Key | None = None


class CouponTerms(Part):
    """Everything that a template promises. Terms of a published template never change: members hold its coupons.

    `minimum_fen` is asked of the scope's list prices. `returned_days` is how many days a coupon has at least that was
    given back after a refund. `undo_minutes` is how long a store may undo that it took one.
    """

    benefit: Benefit
    validity: Validity
    scope: Scope = Scope()
    minimum_fen: Annotated[int, Field(ge=0, le=AMOUNT_FEN_MAX)] = 0
    stacking: Stacking = Stacking()
    returned_days: Annotated[int, Field(ge=0, le=DAYS_MAX)] = 7
    undo_minutes: Annotated[int, Field(ge=0, le=UNDO_MINUTES_MAX)] = 15

    def window(self, received_at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From when until when a coupon is good that is received now; it may be over already."""
        if isinstance(self.validity, FixedWindow):
            return self.validity.starts_at, self.validity.ends_at
        return received_at, end_of_day(received_at, self.validity.days, zone)

    def prolonged(self, expires_at: datetime, returned_at: datetime, zone: ZoneInfo) -> datetime:
        """Until when a coupon is good that is given back: as before, or at least to the end of `returned_days`."""
        if not self.returned_days:
            return expires_at
        return max(expires_at, end_of_day(returned_at, self.returned_days, zone))


def end_of_day(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The moment at which the shop's day ends that is so many days after a moment's."""
    day = at.astimezone(zone).date() + timedelta(days=days + 1)
    return datetime.combine(day, time(), zone).astimezone(at.tzinfo)


@lru_cache(REMEMBERED_MAX)
def terms_of(text: str) -> CouponTerms:
    """The terms as the database keeps them."""
    return CouponTerms.model_validate_json(text)
