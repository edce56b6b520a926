"""Caps: how much any campaign may give at most, in all or a member, ever or in a period."""

from enum import Enum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from siyu.sdk.counters import Period, Scope

# As the greatest amount of an effect.
CAP_LIMIT_MAX = 1_000_000_000_000
# The names of the counters that caps are kept in have to fit their column.
UNIT_LENGTH_MAX = 10


class Measure(Enum):
    """What a cap counts: the value that is given, or the decisions that reward."""

    VALUE = "value"
    COUNT = "count"


class Cap(BaseModel):
    """At most `limit` of a measure, for the whole campaign or for each member, in every such period.

    - `measure`: VALUE is what `Grant` gives and `Hold` promises of the wallet `unit`; COUNT is the decisions with a
      `Grant`, `Hold` or `Issue`, and has no unit.
    - `period`: by the fact's time in the shop's time zone. What is taken back and what is not kept of a promise makes
      room again in caps of EVER alone; a count is never given back.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    measure: Measure
    unit: Annotated[str, Field(min_length=1, max_length=UNIT_LENGTH_MAX)] | None = None
    scope: Scope
    period: Period
    limit: Annotated[int, Field(ge=0, le=CAP_LIMIT_MAX)]

    @field_validator("scope")
    @classmethod
    def scope_is_any_campaigns(cls, scope: Scope) -> Scope:
        """Every campaign has members; teams and items are a matter of its type."""
        if scope not in {Scope.CAMPAIGN, Scope.MEMBER}:
            raise ValueError("must be campaign or member")
        return scope

    @field_validator("period")
    @classmethod
    def period_is_any_campaigns(cls, period: Period) -> Period:
        """Slots are a matter of the type."""
        if period is Period.SLOT:
            raise ValueError("must be ever, day, week or month")
        return period

    @model_validator(mode="after")
    def value_has_a_unit(self) -> "Cap":
        """Value is of a unit, a count of none."""
        if (self.unit is not None) != (self.measure is Measure.VALUE):
            raise ValueError("a cap of value needs a unit, a cap of a count has none")
        return self
