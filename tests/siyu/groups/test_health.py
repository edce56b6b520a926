"""How groups are judged, and whom their lists name."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from siyu.db import Pool
from siyu.groups.health import ADVICE, Health, Judged, Verdict, healths, judge
from siyu.groups.membership_queries import Listed, MembershipsWanted, Silence, last_active_days, membership_pages
from siyu.groups.record import Positioning
from tests.clock import NOON
from tests.factories import SHANGHAI, add_members, shop_engine
from tests.siyu.groups.shop import add_group, codes, joined, left

TODAY = NOON.astimezone(SHANGHAI).date()
ACTIVE = "INSERT INTO group_activity (community_id, member_id, day, posts, likes) VALUES ($1, $2, $3, $4, $5)"


async def did(pool: Pool, group: UUID, member: UUID, days_ago: int, posts: int = 1, likes: int = 0) -> None:
    """What a member did on a day."""
    await pool.execute(ACTIVE, group, member, TODAY - timedelta(days_ago), posts, likes)


async def group_of(
    pool: Pool, count: int, days_ago: int = 300, positioning: str = "welfare"
) -> tuple[UUID, list[UUID]]:
    """A group whose members joined so many days ago."""
    members = await add_members(pool, count)
    group = await add_group(pool, "tea", positioning="welfare", at=NOON - timedelta(days_ago))
    await codes(shop_engine(pool), *(joined(member, "tea", NOON - timedelta(days_ago)) for member in members))
    return group, members


async def health_of(pool: Pool, group: UUID, days_ago: int = 300, today: date = TODAY) -> Health:
    """The group's health."""
    asked = Judged(group, Positioning.WELFARE, NOON - timedelta(days_ago))
    return (await healths(pool, SHANGHAI, today, [asked]))[asked]


@pytest.mark.parametrize(
    ("positioning", "daily", "verdict"),
    [
        (Positioning.WELFARE, 49.9, Verdict.QUIET),
        (Positioning.WELFARE, 50, Verdict.HEALTHY),
        (Positioning.WELFARE, 80.1, Verdict.NOISY),
        (Positioning.INTEREST, 149, Verdict.QUIET),
        (Positioning.INTEREST, 200, Verdict.HEALTHY),
        (Positioning.HONOUR, 79, Verdict.QUIET),
        (Positioning.HONOUR, 121, Verdict.NOISY),
    ],
)
def test_posts_are_judged_by_positioning(positioning: Positioning, daily: float, verdict: Verdict) -> None:
    assert judge(positioning, daily, 10, 3, is_old=True) is verdict


@pytest.mark.parametrize(
    ("members", "active", "is_old", "verdict"),
    [
        (10, 2, True, Verdict.FAILING),
        (10, 3, True, Verdict.HEALTHY),
        (10, 2, False, Verdict.HEALTHY),
        (0, 0, True, Verdict.HEALTHY),
    ],
)
def test_a_group_fails_below_thirty_percent(members: int, active: int, is_old: bool, verdict: Verdict) -> None:
    assert judge(Positioning.WELFARE, 60, members, active, is_old=is_old) is verdict


def test_every_verdict_on_posts_has_advice_for_every_positioning() -> None:
    assert set(ADVICE) == {(verdict, each) for verdict in (Verdict.QUIET, Verdict.NOISY) for each in Positioning}


async def test_the_counts_are_those_of_the_last_days(pool: Pool) -> None:
    group, members = await group_of(pool, 6)
    for member, days_ago in zip(members, (0, 14, 15, 29, 30), strict=False):
        await did(pool, group, member, days_ago, posts=7)
    await did(pool, group, members[0], 1, posts=350)
    await did(pool, group, members[0], 7, posts=7)
    await did(pool, group, members[0], 8, posts=9_999)

    health = await health_of(pool, group)

    assert (health.daily_posts, health.posts_today, health.verdict) == (51, 7, Verdict.HEALTHY)
    assert (health.members, health.active, health.silent, health.dormant, health.lost) == (6, 4, 4, 2, 1)
    assert (health.joined, health.left) == (0, 0)
    assert health.active_share == pytest.approx(4 / 6)


async def test_a_young_group_is_judged_by_the_days_it_has_had(pool: Pool) -> None:
    group, [lin] = await group_of(pool, 1, days_ago=2)
    await did(pool, group, lin, 1, posts=100)
    await did(pool, group, lin, 0, posts=3)

    health = await health_of(pool, group, days_ago=2)

    assert (health.daily_posts, health.joined, health.verdict) == (50, 1, Verdict.HEALTHY)
    assert (await health_of(pool, group, 0, TODAY - timedelta(2))).daily_posts == 0


async def test_leavers_and_bots_are_not_among_the_members(pool: Pool) -> None:
    group, members = await group_of(pool, 3)
    [bot] = await add_members(pool, 1)
    await codes(
        shop_engine(pool),
        left(members[0], "tea", NOON - timedelta(3)),
        left(members[1], "tea", NOON - timedelta(40)),
        joined(bot, "tea", role="bot"),
    )
    await did(pool, group, members[0], 1)
    await did(pool, group, bot, 1)

    health = await health_of(pool, group)

    assert (health.members, health.active, health.left, health.silent) == (1, 0, 1, 1)


async def pages(pool: Pool, *wanted: MembershipsWanted) -> list[Sequence[UUID]]:
    """The members of these pages."""
    return [[row.member_id for row in page.rows] for page in await membership_pages(pool, SHANGHAI, TODAY, wanted)]


async def test_the_silent_the_dormant_and_the_lost_are_listed(pool: Pool) -> None:
    group, members = await group_of(pool, 5)
    for member, days_ago in zip(members, (14, 15, 30, 180), strict=False):
        await did(pool, group, member, days_ago)
    [newcomer] = await add_members(pool, 1)
    await codes(shop_engine(pool), joined(newcomer, "tea", NOON - timedelta(2)))

    listed = await pages(pool, *(MembershipsWanted(group, Listed.SILENT, 10, silence=silence) for silence in Silence))

    assert listed == [members[1:], members[2:], members[3:]]
    health = await health_of(pool, group)
    assert [health.silent, health.dormant, health.lost] == [4, 3, 2]


async def test_candidates_are_the_best_of_those_with_three_interactions_a_week(pool: Pool) -> None:
    group, members = await group_of(pool, 20)
    for place, (days_ago, posts, likes) in enumerate(
        [(0, 1, 1), (6, 2, 1), (7, 99, 0), (1, 5, 5), (2, 4, 0), (3, 9, 0)]
    ):
        await did(pool, group, members[place], days_ago, posts, likes)
    await pool.execute("UPDATE membership SET role = 'koc' WHERE member_id = $1", members[5])

    # Three are 15 % of twenty; who posted much a week ago, too little, or is one already is none.
    first = MembershipsWanted(group, Listed.CANDIDATES, 2)
    [page] = await membership_pages(pool, SHANGHAI, TODAY, [first])
    second = first._replace(after=(page.rows[-1].interactions, page.rows[-1].member_id))

    assert [(row.member_id, row.interactions) for row in page.rows] == [(members[3], 10), (members[4], 4)]
    assert page.has_more
    assert await pages(pool, second) == [[members[1]]]


async def test_what_a_merged_member_did_the_survivor_did(pool: Pool) -> None:
    group, members = await group_of(pool, 10)
    survivor, merged = members[:2]
    for member in members[2:]:
        await did(pool, group, member, 0)
    await did(pool, group, merged, 1, posts=4)
    await pool.execute("DELETE FROM membership WHERE member_id = $1", merged)
    await pool.execute("UPDATE member SET linked = true, merged_into = $2 WHERE id = $1", merged, survivor)

    listed = await membership_pages(
        pool, SHANGHAI, TODAY, [MembershipsWanted(group, listed, 9) for listed in (Listed.SILENT, Listed.CANDIDATES)]
    )

    assert [[(row.member_id, row.interactions) for row in page.rows] for page in listed] == [[], [(survivor, 4)]]
    assert (await health_of(pool, group)).silent == 0
    key = (group, survivor)
    assert await last_active_days(pool, [key]) == {key: TODAY - timedelta(1)}


async def test_pages_of_one_group_follow_each_other_without_gap_or_repeat(pool: Pool) -> None:
    group, members = await group_of(pool, 5)
    seen: list[UUID] = []
    after: tuple[datetime, UUID] | None = None
    for _ in range(3):
        [page] = await membership_pages(pool, SHANGHAI, TODAY, [MembershipsWanted(group, Listed.IN, 2, after=after)])
        seen += [row.member_id for row in page.rows]
        after = page.rows[-1].joined_at, page.rows[-1].member_id

    assert sorted(seen) == sorted(members)
    assert seen == sorted(members, reverse=True)
