"""Groups that sign in together: how many of their members came on a day, their streak, and everybody's bonus.

A group is a team whose key is the group's. Nothing is given by the decision that counts a member: it would be lost with
what a cap refuses. Whoever is counted once the goal is reached has their bonus at once, those before them when the
group's day is closed.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from pydantic import Field

from plugins.check_in.config import GROUP_LENGTH_MAX, CheckInConfig, GroupGoal, Groups
from plugins.check_in.days import begins_anew
from plugins.check_in.state import CheckInState
from siyu.sdk import (
    CampaignState,
    Effect,
    Fact,
    FactData,
    Features,
    Grant,
    Once,
    Progress,
    Schedule,
    SetTeam,
    Text,
    View,
)

GROUP_SIGN, GROUP_BONUS = "groupSign", "groupBonus"
GROUP_SIGN_FACT, GROUP_BONUS_FACT = "check_in.groupSign", "check_in.groupBonus"
COUNTED_ALREADY = "COUNTED_ALREADY"

# A day is over everywhere at noon (UTC) of the next; so long after that, its last sign-ins are decided.
CLOSES_AT = time(13, tzinfo=UTC)
# How many more days operators have to review the photos of a group's day.
REVIEW_DAYS = 7
# Of a group's days so many are remembered: of those that are not closed, and of many that a late worker has to pay.
GROUP_DAYS_MAX = 31
DAY = timedelta(days=1)


class GroupSign(FactData):
    """Somebody of a group has signed in on a day."""

    group: Annotated[str, Field(min_length=1, max_length=GROUP_LENGTH_MAX)]
    day: date


class GroupDay(CampaignState):
    """How many members signed in on a day; once the goal is reached, the streak up to it and everybody's bonus.

    `needed` is how many a share of the group's members is on that day; 0 where the goal is a number, or not known yet.
    """

    day: date
    signed: int = 0
    needed: int = 0
    streak: int = 0
    bonus: int = 0


class GroupState(CampaignState):
    """Where a group stands: the length of its latest run of days that reached the goal, the best, and its latest days.

    `days` begins with the latest.
    """

    group: str = ""
    streak: int = 0
    best_streak: int = 0
    reached: int = 0
    days: tuple[GroupDay, ...] = ()


def group_of(groups: Groups, features: Features) -> str | None:
    """The group that a member signs in for: the first goal's that they belong to."""
    return next((each.group for each in groups.goals if each.group in features.groups), None)


def sign_for(group: str, day: date, at: datetime) -> Schedule:
    """Count a member who signed in for the group, at once."""
    return Schedule(f"group-{day.isoformat()}", at, GROUP_SIGN, {"group": group, "day": day.isoformat()})


def closing(config: CheckInConfig, day: date) -> datetime:
    """When nobody can be counted for the group's day any more."""
    return datetime.combine(day + DAY * (1 + REVIEW_DAYS if config.review else 1), CLOSES_AT)


def count_member(fact: Fact, view: View[CheckInConfig, CheckInState]) -> Iterator[Effect]:
    """Count the member for their group's day, and say when they are to have their bonus."""
    group, day, config = fact.data["group"], date.fromisoformat(fact.data["day"]), view.config
    goal = config.groups.goal_of(group) if config.groups is not None else None
    if goal is None:
        return
    state, closes_at = view.team(GroupState), closing(config, day)
    if state is None or fact.at >= closes_at:
        return
    counted = with_member(config, state, group, day, needed_on(day, goal, state, view))
    is_reached = any(each.streak for each in counted.days if each.day == day)
    yield Once(f"{day.isoformat()}-group", COUNTED_ALREADY)
    yield SetTeam(group, counted)
    yield Schedule(f"bonus-{day.isoformat()}", fact.at if is_reached else closes_at, GROUP_BONUS, dict(fact.data))


def take_bonus(fact: Fact, view: View[CheckInConfig, CheckInState]) -> Iterator[Effect]:
    """Give the member the bonus of the group's day, if it reached its goal."""
    if view.config.groups is None:
        return
    day, state = fact.data["day"], view.team(GroupState)
    bonus = 0 if state is None else sum(each.bonus for each in state.days if each.day.isoformat() == day)
    if bonus:
        yield Once(f"{day}-bonus", COUNTED_ALREADY)
        yield Grant("points", bonus)


def needed_on(day: date, goal: GroupGoal, state: GroupState, view: View[CheckInConfig, CheckInState]) -> int:
    """How many a share is on the day: fixed when the first is counted, so that who joins or leaves later changes
    nothing; 0 where the goal is a number, or siyu knows of nobody in the group.
    """
    if goal.share_percent is None:
        return 0
    fixed = next((each.needed for each in state.days if each.day == day), 0)
    return fixed or goal.share_of(view.group_size(goal.group))


def with_member(config: CheckInConfig, state: GroupState, group: str, day: date, needed: int) -> GroupState:
    """The group once one more of its members has signed in on the day, of which a share needs so many."""
    by_day = {each.day: each for each in state.days}
    found = by_day.get(day, GroupDay(day=day))
    by_day[day] = found.model_copy(update={"signed": found.signed + 1, "needed": needed})
    reached, goal = state.reached, goal_on(config, group, needed)
    if not found.streak and goal is not None and found.signed + 1 >= goal:
        reached += 1
        _reach(config, by_day, day)
    days = tuple(sorted(by_day.values(), key=lambda each: each.day, reverse=True)[:GROUP_DAYS_MAX])
    streak = next((each.streak for each in days if each.streak), state.streak)
    best = max(state.best_streak, *(each.streak for each in days))
    return GroupState(group=group, streak=streak, best_streak=best, reached=reached, days=days)


def goal_on(config: CheckInConfig, group: str, needed: int) -> int | None:
    """How many have to sign in: the number of the config, or what a share of it was fixed at; None: not known."""
    goal = config.groups.goal_of(group) if config.groups is not None else None
    return None if goal is None else goal.goal or needed or None


def _reach(config: CheckInConfig, by_day: dict[date, GroupDay], day: date) -> None:
    """Let the day have reached its goal; days after it that did so before are in one run with it now."""
    assert config.groups is not None, "a goal is a group's"  # noqa: S101 - our bug
    streak = _streak_before(config, by_day, day) + 1
    by_day[day] = by_day[day].model_copy(update={"streak": streak, "bonus": config.groups.bonus_of(streak)})
    later = day + DAY
    while later in by_day and by_day[later].streak and not begins_anew(later, config.restart):
        streak += 1
        # Their bonus is given by now, or promised.
        by_day[later] = by_day[later].model_copy(update={"streak": streak})
        later += DAY


def _streak_before(config: CheckInConfig, by_day: dict[date, GroupDay], day: date) -> int:
    before = by_day.get(day - DAY)
    return 0 if before is None or begins_anew(day, config.restart) else before.streak


def describe_group(config: CheckInConfig, state: GroupState) -> Progress:
    """Who came on the group's latest day, against its goal."""
    signed, needed = (state.days[0].signed, state.days[0].needed) if state.days else (0, 0)
    goal = goal_on(config, state.group, needed)
    zh, en = f"连续达标 {state.streak} 天", f"Days in a row that reached the goal: {state.streak}"
    return Progress(current=signed, target=goal, text=Text(zh=zh, en=en))
