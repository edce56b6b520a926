"""Counters: the numbers that members of a campaign share or use up, and the periods they start anew in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Generic

from siyu.sdk.view import ConfigT

COUNTERS_MAX = 16
SUBJECTS_MAX = 200


class Scope(Enum):
    """Whose number it is: one of the campaign, or one for each member, team or item."""

    CAMPAIGN = "campaign"
    MEMBER = "member"
    TEAM = "team"
    ITEM = "item"


class Period(Enum):
    """When a counter starts anew, by the fact's time in the shop's time zone; SLOT: as the type's `slot_of` says."""

    EVER = "ever"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    SLOT = "slot"


@dataclass(frozen=True, kw_only=True)
class Counter(Generic[ConfigT]):
    """A number that `Reserve` takes from, never beyond its limit whoever else takes at the same moment.

    - `name`: snake_case, at most 32 characters.
    - `limit(config, subject)`: how many there are, 0 or more; None: no limit. Pure.
    - `refusal`: the code among the type's `refusals` for a `Reserve` that names none.
    - `field`: of scope ITEM, the field of `fact.data` that names the item, or several (a list, of which the first 32
      count and the rest is passed over in silence). A fact without it has no such counter. Scope TEAM goes by
      `CampaignType.team`.
    - `subjects(config)`: of scope ITEM, all items there are, at most 200; pure. Without a `field`, every fact names
      all of them, for a campaign that draws the item itself: then at most 32, else the config is refused when it is
      saved. All are locked for every fact, so that such facts are decided one batch after the other.
    - `stock`: of scopes CAMPAIGN and ITEM, a limit that no new config of a published campaign may change;
      `campaignStockAdjust` adds to it and takes from it. An ITEM stock names its `subjects`.
    - `public`: members may see how much is used and left.
    - `hints`: of scopes CAMPAIGN and ITEM (the latter with a `field`), codes by which an action refuses everybody, and
      whatever amount, because nothing of it is left. For a second after such a refusal the action is refused in the
      same words at the door, to whoever does it with the same item: nothing is decided, and nothing written down.

    The subject is "" for the campaign, the member's id as text, the team's key or the item. `limit` and `subjects` go
    by the campaign's own config, whatever the member's arm overrides: what members share is the same for all.
    """

    name: str
    scope: Scope
    period: Period = Period.EVER
    limit: Callable[[ConfigT, str], int | None]
    refusal: str
    field: str | None = None
    subjects: Callable[[ConfigT], Sequence[str]] | None = None
    stock: bool = False
    public: bool = False
    hints: frozenset[str] = frozenset()


def bucket_of(period: Period, local: datetime) -> str:
    """Which of the periods a local time falls into: "", `2026-11-22`, `2026-W47`, `2026-11`. Not for SLOT.

    >>> bucket_of(Period.WEEK, datetime(2027, 1, 1))
    '2026-W53'
    """
    if period is Period.EVER:
        return ""
    if period is Period.DAY:
        return local.date().isoformat()
    if period is Period.WEEK:
        year, week, _ = local.isocalendar()
        return f"{year:04}-W{week:02}"
    if period is Period.MONTH:
        return f"{local.year:04}-{local.month:02}"
    raise ValueError("the campaign type says which slot a time falls into")
