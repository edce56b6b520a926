"""The check-in as siyu knows it: its actions, its effects, its words."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from plugins.check_in import groups, making_up, proof, signing, waiting
from plugins.check_in.calendar import CALENDAR
from plugins.check_in.config import CheckInConfig
from plugins.check_in.state import STATE_VERSION, CheckInState, upcast
from siyu.sdk import (
    Action,
    CampaignType,
    ConfigProblem,
    Effect,
    Grant,
    Issue,
    Notify,
    Once,
    Progress,
    Refuse,
    Review,
    Schedule,
    Score,
    SetState,
    SetTeam,
    Spend,
    TeamOf,
    Text,
)

SIGN = Action("sign", Text(zh="签到", en="Check in"), proof.SignInput)
MAKE_UP = Action("makeUp", Text(zh="补签", en="Make up a day"), making_up.MakeUpInput)
EFFECTS: frozenset[type[Effect]] = frozenset(
    {Grant, Issue, Notify, Once, Refuse, Review, Schedule, Score, SetState, SetTeam, Spend}
)
# How long a streak can get before it starts anew.
STREAK_DAYS_MAX = {"week": 7, "month": 31}


def validate(config: CheckInConfig) -> Iterator[ConfigProblem]:
    """Milestones that no streak can get to are a mistake."""
    longest = STREAK_DAYS_MAX.get(config.restart)
    for place, milestone in enumerate(config.continuous_milestones):
        if longest is not None and milestone.days > longest:
            path = ("continuous_milestones", str(place), "days")
            zh, en = f"连续签到最多只能达到 {longest} 天", f"No streak gets beyond {longest} days"
            yield ConfigProblem(path, Text(zh=zh, en=en))


def effects_of(config: CheckInConfig) -> frozenset[type[Effect]]:
    """What a config has not (rewards, reviewed photos, groups, a price of made-up days) needs nothing to be read."""
    unused: set[type[Effect]] = set()
    if all(milestone.reward is None for milestone in (*config.continuous_milestones, *config.cumulative_milestones)):
        unused.add(Issue)
    if not config.review:
        unused.add(Review)
    if config.groups is None:
        unused.add(SetTeam)
    if config.make_up is None or not config.make_up.cost_points:
        unused.add(Spend)
    return EFFECTS - unused


def group_key(config: CheckInConfig, data: Mapping[str, Any], _local: datetime) -> str | None:
    """The group that a fact counts a member for, if it is one of those that sign in together."""
    group = data.get("group")
    known = config.groups is not None and group is not None and config.groups.goal_of(group) is not None
    return group if known else None


def group_sizes(config: CheckInConfig) -> Iterator[str]:
    """The groups whose goal is a share of their members."""
    if config.groups is not None:
        yield from (each.group for each in config.groups.goals if each.share_percent is not None)


def describe(config: CheckInConfig, state: CheckInState) -> Progress:
    """The streak, against the length of the table, and what is not in it yet."""
    zh, en, waiting = f"已连续签到 {state.streak} 天", f"Days in a row: {state.streak}", len(state.waiting)
    if waiting:
        zh, en = f"{zh}，另有 {waiting} 天待审核", f"{en}; {waiting} more to be reviewed"
    return Progress(current=state.streak, target=len(config.streak_points), text=Text(zh=zh, en=en))


CHECK_IN = CampaignType(
    key="check_in",
    title=Text(zh="签到", en="Check-in"),
    sdk=">=1.0,<2",
    version="3.1.0",
    config=CheckInConfig,
    state=CheckInState,
    state_version=STATE_VERSION,
    upcast=upcast,
    actions=(SIGN, MAKE_UP),
    effects=EFFECTS,
    effects_of=effects_of,
    refusals={
        signing.ALREADY_SIGNED: Text(zh="今天已经签到过了", en="Already checked in today"),
        signing.DAY_IS_PAST: Text(zh="不能补签更早的日期", en="A later day has been signed already"),
        making_up.MAKE_UP_IS_OFF: Text(zh="本活动不支持补签", en="Missed days cannot be made up here"),
        making_up.DAY_IS_NOT_OVER: Text(zh="只能补签今天之前的日期", en="Only days before today can be made up"),
        making_up.TOO_LONG_AGO: Text(
            zh="只能补签最近 {days_back} 天", en="Only the last {days_back} days can be made up"
        ),
        making_up.BEFORE_FIRST_DAY: Text(
            zh="只能补签首次签到之后的日期", en="Only days after the first check-in can be made up"
        ),
        making_up.DAY_IS_SIGNED: Text(zh="这一天已经签到过了", en="That day has been signed already"),
        making_up.NO_CARDS_LEFT: Text(
            zh="每月最多补签 {per_month} 天", en="At most {per_month} days of a month can be made up"
        ),
        making_up.TOO_FEW_POINTS: Text(zh="积分不足，还差 {missing} 积分", en="{missing} points are missing"),
        proof.PHOTO_NEEDED: Text(zh="请上传签到照片", en="A photo is needed to check in"),
        proof.PLACE_NEEDED: Text(zh="请允许获取您的位置", en="Your location is needed to check in"),
        proof.TOO_FAR_AWAY: Text(
            zh="您距离 {place} 的签到范围还有 {metres} 米", en="You are {metres} m away from where {place} begins"
        ),
        waiting.TOO_MANY_WAIT: Text(
            zh="已有 {waiting} 天在等待审核，请稍后再来", en="{waiting} days are waiting for review; come back later"
        ),
        groups.COUNTED_ALREADY: Text(zh="这一天已经计入社群", en="That day has been counted for the group already"),
    },
    messages={
        waiting.REJECTED: Text(
            zh="您 {day} 的签到照片未通过审核，当天不计入签到",
            en="Your photo of {day} was not accepted: the day does not count",
        )
    },
    reviews={
        waiting.PHOTO: Text(
            zh="请核对签到照片是否符合活动要求", en="Does the photo show what the check-in asks members to do?"
        )
    },
    timers={
        waiting.SETTLE: waiting.Settle,
        groups.GROUP_SIGN: groups.GroupSign,
        groups.GROUP_BONUS: groups.GroupSign,
    },
    team=TeamOf("team", groups.GroupState, key=group_key),
    describe_team=groups.describe_group,
    fields=(CALENDAR,),
    decide=signing.decide,
    describe=describe,
    validate=validate,
    features=lambda config: bool(config.tier_multipliers) or config.groups is not None,
    group_sizes=group_sizes,
)
