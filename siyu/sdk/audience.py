"""Whom a campaign is for: a predicate over what the shop knows of a member."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

LABELS_MAX = 64
LABEL_LENGTH_MAX = 32
GROUP_LENGTH_MAX = 64
# A century: within it no count of days is a mistake of a factor.
JOINED_DAYS_MAX = 36_500

Label = Annotated[str, Field(min_length=1, max_length=LABEL_LENGTH_MAX)]
GroupKey = Annotated[str, Field(min_length=1, max_length=GROUP_LENGTH_MAX)]
Labels = Annotated[tuple[Label, ...], Field(max_length=LABELS_MAX)]
Groups = Annotated[tuple[GroupKey, ...], Field(max_length=LABELS_MAX)]
Days = Annotated[int, Field(ge=0, le=JOINED_DAYS_MAX)]


class Privileges(NamedTuple):
    """What a member's tier gives them: a discount, points as so many percent of the usual ones, gates that are open.

    Campaigns and front ends make of them what they will; the engine applies none by itself.
    """

    discount_percent: int = 0
    points_percent: int = 100
    gates: frozenset[str] = frozenset()


NO_PRIVILEGES = Privileges()


class Features(NamedTuple):
    """What the shop knows of a member before the fact that is decided: that fact's own order is not in it."""

    joined_at: datetime
    tier: str | None = None
    tags: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    has_ordered: bool = False
    privileges: Privileges = NO_PRIVILEGES


class Audience(BaseModel):
    """Who may take part: whoever meets every condition that is set.

    `joined_from` and `joined_before` bound the moment of joining, the days its age in calendar days of the campaign's
    time zone. `first_order`: "before" for those who have not ordered yet (so that the first order itself is for
    them), "after" for those who have.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    tiers: Labels = ()
    tags_any: Labels = ()
    tags_none: Labels = ()
    groups_any: Groups = ()
    joined_from: AwareDatetime | None = None
    joined_before: AwareDatetime | None = None
    joined_days_min: Days | None = None
    joined_days_max: Days | None = None
    first_order: Literal["before", "after"] | None = None

    @model_validator(mode="after")
    def someone_can_be_in_it(self) -> "Audience":
        """Bounds that exclude everybody are a mistake."""
        if self.joined_from and self.joined_before and self.joined_from >= self.joined_before:
            raise ValueError("joined_before must be later than joined_from")
        if None not in (low := self.joined_days_min, high := self.joined_days_max) and low > high:  # type: ignore[operator]  # neither is None
            raise ValueError("joined_days_max must not be less than joined_days_min")
        return self

    def lacks(self, features: Features, at: datetime, zone: ZoneInfo) -> Mapping[str, Any] | None:
        """What a member is missing at a moment, by the conditions' names; None for one who is in the audience.

        This method is the seam: whatever decides who is in an audience answers like it.
        """
        missing = {name: wanted for name, met, wanted in self._conditions(features, at, zone) if not met}
        return missing or None

    def _conditions(self, features: Features, at: datetime, zone: ZoneInfo) -> list[tuple[str, bool, Any]]:
        """Each condition that is set: its name, whether it is met, and its value as JSON."""
        joined = features.joined_at
        days = (at.astimezone(zone).date() - joined.astimezone(zone).date()).days
        ordered = "after" if features.has_ordered else "before"
        start, end, youngest, oldest = self.joined_from, self.joined_before, self.joined_days_min, self.joined_days_max
        conditions = (
            ("tiers", bool(self.tiers), features.tier in self.tiers, list(self.tiers)),
            ("tags_any", bool(self.tags_any), not features.tags.isdisjoint(self.tags_any), list(self.tags_any)),
            ("tags_none", bool(self.tags_none), features.tags.isdisjoint(self.tags_none), list(self.tags_none)),
            ("groups_any", bool(self.groups_any), not features.groups.isdisjoint(self.groups_any), [*self.groups_any]),
            ("joined_from", start is not None, start is None or joined >= start, start and start.isoformat()),
            ("joined_before", end is not None, end is None or joined < end, end and end.isoformat()),
            ("joined_days_min", youngest is not None, youngest is None or days >= youngest, youngest),
            ("joined_days_max", oldest is not None, oldest is None or days <= oldest, oldest),
            ("first_order", self.first_order is not None, self.first_order == ordered, self.first_order),
        )
        return [(name, met, wanted) for name, is_set, met, wanted in conditions if is_set]
