"""How groups do: what members do in them against what is healthy for their positioning, and what to do about it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from siyu.db import Pool
from siyu.groups.membership_queries import DORMANT_DAYS, LOST_DAYS, SILENT_DAYS
from siyu.groups.record import Positioning
from siyu.sdk import Text

# Fewer members than this who did something within ACTIVE_DAYS, and the group is failing.
ACTIVE_PERCENT_MIN = 30
ACTIVE_DAYS = 30
# Posts are those of a day on average of the whole days of a week; a younger group's, of its days.
POSTS_DAYS = 7
# Joiners and leavers are those of so many days.
MOVES_DAYS = 30


class PostsRange(NamedTuple):
    """How many posts a day are healthy."""

    least: int
    most: int


HEALTHY_POSTS: Mapping[Positioning, PostsRange] = {
    Positioning.WELFARE: PostsRange(50, 80),
    Positioning.INTEREST: PostsRange(150, 200),
    Positioning.HONOUR: PostsRange(80, 120),
}


class Verdict(Enum):
    """What is to be said of a group; the first that holds."""

    # Too few members have done anything.
    FAILING = "failing"
    QUIET = "quiet"
    NOISY = "noisy"
    HEALTHY = "healthy"


ADVICE: Mapping[tuple[Verdict, Positioning], Text] = {
    (Verdict.QUIET, Positioning.WELFARE): Text(
        zh="发言偏少：固定时段（12:00–13:30、20:00–21:00）发放限时福利，并用签到与拼团带动互动",
        en="Too quiet: give timed offers in fixed slots (12:00–13:30, 20:00–21:00) and bring members in by check-ins "
        "and group-buys",
    ),
    (Verdict.QUIET, Positioning.INTEREST): Text(
        zh="发言偏少：每天中午抛出一个轻话题，请 KOC 先聊起来，并用本周热聊榜奖励发言",
        en="Too quiet: open a light topic every noon, have KOCs begin, and reward talk by the weekly talk board",
    ),
    (Verdict.QUIET, Positioning.HONOUR): Text(
        zh="发言偏少：安排会员专属内容、新品内测与共创任务，并用消费排行榜与徽章表彰",
        en="Too quiet: offer content for members alone, trials and co-creation, and honour them by the spending board "
        "and badges",
    ),
    (Verdict.NOISY, Positioning.WELFARE): Text(
        zh="发言过多：福利信息会被淹没，把闲聊引到兴趣群，并固定福利发布时段",
        en="Too noisy: offers drown. Lead small talk to interest groups and keep offers to their slots",
    ),
    (Verdict.NOISY, Positioning.INTEREST): Text(
        zh="发言过多：按话题分群或设话题专区，每天整理精华，提醒群规",
        en="Too noisy: split by topic or open a zone for topics, sum up each day, and recall the rules",
    ),
    (Verdict.NOISY, Positioning.HONOUR): Text(
        zh="发言过多：收紧入群门槛，把大众话题引到兴趣群，保留专属感",
        en="Too noisy: ask more of who joins and lead common topics to interest groups, so that it stays exclusive",
    ),
}
FAILING_ADVICE = Text(
    zh="30 天内活跃成员不足 30%，这类群的成员 63% 会离开：唤醒沉默成员，把活跃成员并入健康的群，逐步关闭本群",
    en="Fewer than 30 % were active in 30 days, and 63 % of such groups' members leave: wake the silent, move the "
    "active into a healthy group, and close this one step by step",
)
HEALTHY_ADVICE = Text(zh="状态健康：保持节奏，继续培养 KOC", en="Healthy: keep the rhythm, and go on cultivating KOCs")


class Judged(NamedTuple):
    """A group's health is asked for by its id, positioning and creation."""

    id: UUID
    positioning: Positioning
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """How a group does. `silent` counts the dormant too, and these the lost; members are those who are in, bots not."""

    positioning: Positioning
    verdict: Verdict
    daily_posts: float
    posts_today: int
    members: int
    active: int
    silent: int
    dormant: int
    lost: int
    joined: int
    left: int

    @property
    def healthy_posts(self) -> PostsRange:
        """How many posts a day are healthy for such a group."""
        return HEALTHY_POSTS[self.positioning]

    @property
    def active_share(self) -> float | None:
        """The part of the members who did something within 30 days; None for a group without members."""
        return self.active / self.members if self.members else None

    @property
    def advice(self) -> Text:
        """What to do about it."""
        if self.verdict is Verdict.FAILING:
            return FAILING_ADVICE
        return ADVICE.get((self.verdict, self.positioning), HEALTHY_ADVICE)


def _quiet(days: int) -> str:
    """Nothing for so many days, today among them, and joined before."""
    return f"count(*) FILTER (WHERE coalesce(last_on, '-infinity') <= $2::date - {days} AND joined_on <= $2 - {days})"


COUNTS = f"""
SELECT wanted.id, talk.today, talk.before, crowd.*, gone.left_lately
FROM unnest($1::uuid[]) AS wanted (id)
CROSS JOIN LATERAL (
    SELECT coalesce(sum(posts) FILTER (WHERE day = $2::date), 0)::int AS today,
           coalesce(sum(posts) FILTER (WHERE day < $2), 0)::int AS before
    FROM group_activity WHERE community_id = wanted.id AND day BETWEEN $2 - {POSTS_DAYS} AND $2
) AS talk
CROSS JOIN LATERAL (
    SELECT count(*)::int AS members,
           (count(*) FILTER (WHERE last_on > $2::date - {ACTIVE_DAYS}))::int AS active,
           {_quiet(SILENT_DAYS)}::int AS silent,
           {_quiet(DORMANT_DAYS)}::int AS dormant,
           {_quiet(LOST_DAYS)}::int AS lost,
           (count(*) FILTER (WHERE joined_on > $2::date - {MOVES_DAYS}))::int AS joined_lately,
           min(joined_on) AS first_on
    FROM (
        SELECT (joined_at AT TIME ZONE $3::text)::date AS joined_on,
               greatest((SELECT max(day) FROM group_activity AS a
                         WHERE a.community_id = wanted.id AND a.member_id = m.member_id), absorbed.last_on) AS last_on
        FROM membership AS m
        -- What was done by whoever was merged into them: hardly anybody, so found once and not for each member.
        LEFT JOIN (
            SELECT merged_into, max(day) AS last_on FROM member AS kin JOIN group_activity AS a ON a.member_id = kin.id
            WHERE merged_into IS NOT NULL AND a.community_id = wanted.id GROUP BY 1
        ) AS absorbed ON absorbed.merged_into = m.member_id
        WHERE m.community_id = wanted.id AND left_at IS NULL AND role <> 'bot'
        -- Else the last day is looked up anew by each of the counts.
        OFFSET 0
    ) AS each
) AS crowd
CROSS JOIN LATERAL (
    SELECT count(*)::int AS left_lately FROM membership
    WHERE community_id = wanted.id AND left_at IS NOT NULL AND joined_at IS NOT NULL AND role <> 'bot'
        AND left_at >= ($2::date - {MOVES_DAYS - 1})::timestamp AT TIME ZONE $3
) AS gone
"""


async def healths(pool: Pool, zone: ZoneInfo, today: date, groups: Collection[Judged]) -> dict[Judged, Health]:
    """The health of these groups on this day of the shop, with one statement."""
    by_id = {group.id: group for group in groups}
    records = await pool.fetch(COUNTS, list(by_id), today, zone.key)
    return {by_id[row[0]]: _health(by_id[row[0]], zone, today, row) for row in records}


def _health(group: Judged, zone: ZoneInfo, today: date, row: asyncpg.Record) -> Health:
    _, posts_today, posts_before, members, active, silent, dormant, lost, joined, first_on, left = row
    began_on = group.created_at.astimezone(zone).date()
    if first_on is not None:
        began_on = min(began_on, first_on)
    days = min(POSTS_DAYS, (today - began_on) // timedelta(days=1))
    daily = posts_before / days if days > 0 else float(posts_today)
    is_old = (today - began_on).days >= ACTIVE_DAYS
    verdict = judge(group.positioning, daily, members, active, is_old=is_old)
    seen = members, active, silent, dormant, lost, joined, left
    return Health(group.positioning, verdict, daily, posts_today, *seen)


def judge(positioning: Positioning, daily_posts: float, members: int, active: int, *, is_old: bool) -> Verdict:
    """The verdict on a group; one that is younger than ACTIVE_DAYS is not failing yet."""
    healthy = HEALTHY_POSTS[positioning]
    if is_old and members and active * 100 < ACTIVE_PERCENT_MIN * members:
        return Verdict.FAILING
    if daily_posts < healthy.least:
        return Verdict.QUIET
    return Verdict.NOISY if daily_posts > healthy.most else Verdict.HEALTHY
