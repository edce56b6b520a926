"""Whom a campaign is for: a rule; and what the shop knows of a member, for campaigns that read it."""

from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

LABELS_MAX = 64
LABEL_LENGTH_MAX = 32
GROUP_LENGTH_MAX = 64

Label = Annotated[str, Field(min_length=1, max_length=LABEL_LENGTH_MAX)]


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
    """Who may take part: the members for whom the rule holds when the fact happens.

    `rule` is a text in the language of rules, a small subset of CEL: `member.tier in ["gold", "black"]`. It is checked
    when the campaign is saved. Tier, tags, groups, the time of joining and `member.has_ordered` are exact: as they were
    before the fact, whatever was decided a moment ago. Days are those of the campaign's time zone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    rule: str
