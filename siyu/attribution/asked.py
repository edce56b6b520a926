"""What is asked of campaigns' figures: which campaigns, which range of time, and how revenue is shared out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from siyu.errors import InvalidInput, Problem

WINDOW_DAYS_MAX = 366
WINDOW_DAYS_DEFAULT = 30
RANGE_DAYS_MAX = 1_830
COMPARED_MAX = 20


class Attribution(Enum):
    """To which campaigns that a member met before an order its revenue goes: the first, the last, or all alike."""

    FIRST_TOUCH = "first"
    LAST_TOUCH = "last"
    EVEN = "even"


@dataclass(frozen=True, slots=True)
class Asked:
    """Figures of what happened from `since` on and before `until`. An order is put down to campaigns that the member
    met within the window before it: at `paid_at - window` or later, and before `paid_at`."""

    since: datetime
    until: datetime
    model: Attribution = Attribution.LAST_TOUCH
    window: timedelta = timedelta(days=WINDOW_DAYS_DEFAULT)


@dataclass(frozen=True, slots=True)
class CampaignAsked:
    """What is asked of one campaign."""

    campaign_id: UUID
    asked: Asked


def asked_for(since: datetime, until: datetime, model: Attribution, window_days: int) -> Asked:
    """The same with its bounds checked. Raises InvalidInput."""
    problems = []
    if not since < until:
        problems.append(Problem(("range", "until"), "must be after `since`"))
    elif until - since > timedelta(days=RANGE_DAYS_MAX):
        problems.append(Problem(("range", "until"), f"must be at most {RANGE_DAYS_MAX} days after `since`"))
    problems += window_problems(window_days)
    if problems:
        raise InvalidInput(problems)
    return Asked(since, until, model, timedelta(days=window_days))


def window_problems(window_days: int) -> Sequence[Problem]:
    """What is wrong with a window."""
    if 1 <= window_days <= WINDOW_DAYS_MAX:
        return ()
    return [Problem(("window_days",), f"must be from 1 to {WINDOW_DAYS_MAX}")]
