"""What a shop's members can redeem: the kinds of rewards, what each kind gives, and a reward of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

# As the names of rewards that campaigns issue.
REWARD_KEY_LENGTH_MAX = 64
# Of one reward: what the ledger takes in one transfer, and a million yuan.
PRICE_POINTS_MAX = 1_000_000_000_000
PRICE_FEN_MAX = 100_000_000
STOCK_MAX = 1_000_000_000
PER_MEMBER_MAX = 10_000
STEP_MAX = 100_000
PRIVILEGE_DAYS_MAX = 3_660
HOLD_S_MIN, HOLD_S_MAX = 60, 7 * 86_400

Line = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]


class RewardKind(Enum):
    """What a reward is."""

    COUPON = "coupon"
    POINTS = "points"
    GOODS = "goods"
    PRIVILEGE = "privilege"
    CONTENT = "content"
    EXPERIENCE = "experience"
    DONATION = "donation"


class RewardState(Enum):
    """Whether members can redeem it: not yet, within its window, no longer."""

    DRAFT = "draft"
    ON_SALE = "on_sale"
    OFF = "off"


class LimitPeriod(Enum):
    """For how long a member's limit counts, by the shop's days; weeks begin on Monday."""

    EVER = "ever"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def start(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """When the period began that holds the moment; None for all of time."""
        if self is LimitPeriod.EVER:
            return None
        local = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        if self is LimitPeriod.WEEK:
            local -= timedelta(days=local.weekday())
        elif self is LimitPeriod.MONTH:
            local = local.replace(day=1)
        return local

    def end(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """When the next period begins; None for all of time."""
        start = self.start(at, zone)
        # Days of a zone differ in length: noon of the day after the last one is in the next period whatever they do.
        longest = {LimitPeriod.DAY: 1, LimitPeriod.WEEK: 7, LimitPeriod.MONTH: 32}
        return None if start is None else self.start(start + timedelta(days=longest[self], hours=2), zone)


class PrivilegeKind(Enum):
    """What a member wears."""

    TITLE = "title"
    BADGE = "badge"
    AVATAR_FRAME = "avatar_frame"


class Details(BaseModel):
    """What a reward of some kind gives."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class CouponDetails(Details):
    """A coupon of a template, by its key."""

    template: Key


class PointsDetails(Details):
    """Points, as many as a member did not pay with."""

    amount: Annotated[int, Field(ge=1, le=PRICE_POINTS_MAX)]


class GoodsDetails(Details):
    """A thing, by the shop's own number of it."""

    sku: Line | None = None


class PrivilegeDetails(Details):
    """A title, a badge or a frame for the avatar, by the front end's name of it, for some days or for ever."""

    privilege: Literal["title", "badge", "avatar_frame"]
    name: Key
    days: Annotated[int, Field(ge=1, le=PRIVILEGE_DAYS_MAX)] | None = None


class ContentDetails(Details):
    """Something to read or watch: where it is, which those alone are told who have it."""

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s]{1,490}$")]


class ExperienceDetails(Details):
    """Something to take part in, and where."""

    place: Line | None = None


class DonationDetails(Details):
    """A good cause: who is given the money or the things."""

    recipient: Line


DETAILS: Mapping[RewardKind, type[Details]] = {
    RewardKind.COUPON: CouponDetails,
    RewardKind.POINTS: PointsDetails,
    RewardKind.GOODS: GoodsDetails,
    RewardKind.PRIVILEGE: PrivilegeDetails,
    RewardKind.CONTENT: ContentDetails,
    RewardKind.EXPERIENCE: ExperienceDetails,
    RewardKind.DONATION: DonationDetails,
}

# What siyu gives by itself; all else somebody hands over.
DELIVERED = frozenset({RewardKind.COUPON, RewardKind.POINTS, RewardKind.PRIVILEGE})


class Measure(Enum):
    """What a library's steps count of a member: the newcomers they invited, or those of them who paid an order."""

    INVITEES = "invitees"
    BUYERS = "buyers"


@dataclass(frozen=True, slots=True)
class Library:
    """Rewards in steps: whoever reaches a step picks one of its rewards."""

    id: UUID
    key: str
    title_zh: str
    title_en: str
    measure: Measure


@dataclass(frozen=True, slots=True)
class Reward:
    """One reward of the catalogue, as it stands.

    `stock` None: there is no end of it. `taken` of it is redeemed, or reserved. `per_member` None: no limit. `tiers`
    are those that may redeem it; none: all. With a library, `step` is what its measure has to come to. `hold_s` is how
    long a reservation waits for its order.
    """

    id: UUID
    key: str
    kind: RewardKind
    title_zh: str
    title_en: str
    details: Mapping[str, Any]
    price_points: int
    price_fen: int
    stock: int | None
    taken: int
    per_member: int | None
    period: LimitPeriod
    tiers: tuple[str, ...]
    starts_at: datetime | None
    ends_at: datetime | None
    state: RewardState
    hold_s: int
    library_id: UUID | None
    measure: Measure | None
    step: int | None
    revision: int

    @property
    def left(self) -> int | None:
        """How many there are still; None where there is no end of them."""
        return None if self.stock is None else self.stock - self.taken
