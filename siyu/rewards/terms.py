"""What an operator says of a reward, checked, and the columns that keep it."""

from collections.abc import Mapping
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from siyu.inputs import parse_json
from siyu.rewards.catalogue import (
    DETAILS,
    HOLD_S_MAX,
    HOLD_S_MIN,
    PER_MEMBER_MAX,
    PRICE_FEN_MAX,
    PRICE_POINTS_MAX,
    STEP_MAX,
    STOCK_MAX,
    Key,
    LimitPeriod,
    Reward,
    RewardKind,
)

TIERS_MAX = 16
HOLD_S_DEFAULT = 900

Title = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
Tier = Annotated[str, StringConstraints(min_length=1, max_length=32, strip_whitespace=True)]


class RewardTerms(BaseModel):
    """What is said of a reward besides its key, kind, details and stock; `library` is a library's key.

    A reward of a library is a gift: it has no price, and a member takes one of each step.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    title_zh: Title
    title_en: Title
    price_points: Annotated[int, Field(ge=0, le=PRICE_POINTS_MAX)] = 0
    price_fen: Annotated[int, Field(ge=0, le=PRICE_FEN_MAX)] = 0
    per_member: Annotated[int, Field(ge=1, le=PER_MEMBER_MAX)] | None = None
    period: LimitPeriod = LimitPeriod.EVER
    tiers: Annotated[tuple[Tier, ...], Field(max_length=TIERS_MAX)] = ()
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    hold_s: Annotated[int, Field(ge=HOLD_S_MIN, le=HOLD_S_MAX)] = HOLD_S_DEFAULT
    library: Key | None = None
    step: Annotated[int, Field(ge=1, le=STEP_MAX)] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.starts_at is not None and self.ends_at is not None and self.starts_at >= self.ends_at:
            raise ValueError("the reward must begin before it ends")
        if (self.library is None) != (self.step is None):
            raise ValueError("a library and a step come together")
        if self.library is not None and (self.price_points or self.price_fen):
            raise ValueError("a reward of a library is a gift: it has no price")
        return self


class NewReward(BaseModel):
    """What stays as it is said first: the key; and the stock, which is changed by difference alone."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    key: Key
    stock: Annotated[int, Field(ge=0, le=STOCK_MAX)] | None


def parse_details(kind: RewardKind, details: object) -> Mapping[str, Any]:
    """What a reward of the kind gives, as JSON. Raises InvalidInput."""
    return parse_json(DETAILS[kind], details, ("details",)).model_dump(mode="json", exclude_none=True)


def columns_of(terms: RewardTerms, details: Mapping[str, Any], library_id: UUID | None) -> dict[str, object]:
    """The columns that keep what is said, by name; `details` as they are."""
    columns = terms.model_dump(exclude={"library"})
    columns |= {"period": terms.period.value, "tiers": list(terms.tiers)}
    return columns | {"details": dict(details), "library_id": library_id}


def stored_columns(reward: Reward) -> dict[str, object]:
    """The same of a reward as it is stored."""
    columns = {name: getattr(reward, name) for name in RewardTerms.model_fields if name != "library"}
    columns |= {"period": reward.period.value, "tiers": list(reward.tiers)}
    return columns | {"details": dict(reward.details), "library_id": reward.library_id}


def terms_json(reward: Reward, library: str | None) -> dict[str, Any]:
    """What is said of a reward, as JSON that RewardTerms takes; `library` is the key of its library."""
    terms = {name: getattr(reward, name) for name in RewardTerms.model_fields if name not in {"library", "period"}}
    moments = {name: terms[name].isoformat() for name in ("starts_at", "ends_at") if terms[name] is not None}
    return terms | moments | {"tiers": list(reward.tiers), "period": reward.period.value, "library": library}
