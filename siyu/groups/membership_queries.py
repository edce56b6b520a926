"""Who is and was in groups, as it is read: the pages that many groups or members are asked for, a statement a kind."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from siyu.db import Pool
from siyu.groups.record import Role
from siyu.paging import Page, cut_page

# Days without an interaction, by the shop's days; who never had one is silent since joining.
SILENT_DAYS, DORMANT_DAYS, LOST_DAYS = 15, 30, 180
# A candidate has so many interactions in 7 days, today among them, and is among the best of the group.
KOC_INTERACTIONS_MIN, KOC_WINDOW_DAYS, KOC_SHARE_PERCENT = 3, 7, 15


class Silence(Enum):
    """For how long somebody has not interacted in a group; who is dormant is silent too."""

    SILENT = "silent"
    DORMANT = "dormant"
    LOST = "lost"


SILENCE_DAYS: Mapping[Silence, int] = {
    Silence.SILENT: SILENT_DAYS,
    Silence.DORMANT: DORMANT_DAYS,
    Silence.LOST: LOST_DAYS,
}


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """One membership as it stands; `joined_at` is when the last stay began, `joins` and `leaves` are all that was told.

    `interactions` are those of the last 7 days where candidates are listed, else 0.
    """

    community_id: UUID
    member_id: UUID
    role: Role
    joined_at: datetime
    left_at: datetime | None
    inviter_id: UUID | None
    source: str | None
    joins: Sequence[datetime]
    leaves: Sequence[datetime]
    interactions: int = 0


class Listed(Enum):
    """Which memberships of a group are listed, and in which order."""

    # Who is in, the latest first.
    IN = "in"
    # Who has left and not come back, the latest first.
    LEFT = "left"
    # Who is in and does nothing, by id.
    SILENT = "silent"
    # Who might become KOC, the most active first.
    CANDIDATES = "candidates"


class MembershipsWanted(NamedTuple):
    """A page of one group's memberships. `after` is the order's value and the member of the last row before it."""

    community_id: UUID
    listed: Listed
    limit: int
    role: Role | None = None
    silence: Silence | None = None
    after: tuple[datetime | int | None, UUID] | None = None


SHOWN = "community_id, member_id, role, joined_at, left_at, inviter_id, source, joins, leaves"
OF = ", ".join(f"m.{column}" for column in SHOWN.split(", "))

PAGES = """
SELECT wanted.place, page.* FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::uuid[], $5::int[])
    WITH ORDINALITY AS wanted (id, role, moment, member, size, place)
CROSS JOIN LATERAL ({page}) AS page
ORDER BY wanted.place, page.position
"""
BY_TIME = """
    SELECT {columns}, 0 AS interactions, row_number() OVER (ORDER BY {time} DESC, member_id DESC) AS position
    FROM membership AS m
    WHERE community_id = wanted.id AND {where} AND (role = wanted.role OR wanted.role IS NULL AND role <> 'bot')
        AND (wanted.moment IS NULL OR ({time}, member_id) < (wanted.moment, wanted.member))
    ORDER BY {time} DESC, member_id DESC LIMIT wanted.size
"""
IN = PAGES.format(page=BY_TIME.format(columns=OF, time="joined_at", where="left_at IS NULL"))
LEFT = PAGES.format(
    page=BY_TIME.format(columns=OF, time="left_at", where="left_at IS NOT NULL AND joined_at IS NOT NULL")
)
# A member and those who were merged into them: what these did, the person did. As an array, which no plan turns into
# walking all activity for each member.
KIN = "ANY (ARRAY(SELECT {0}.member_id UNION ALL SELECT id FROM member WHERE merged_into = {0}.member_id))"
# The number stands for the days; whoever joined or did something since then is not among them.
SILENT = PAGES.format(
    page=f"""
    SELECT {OF}, 0 AS interactions, row_number() OVER (ORDER BY member_id) AS position FROM membership AS m
    WHERE community_id = wanted.id AND left_at IS NULL AND m.role <> 'bot' AND joined_at < wanted.moment
        AND (wanted.member IS NULL OR member_id > wanted.member)
        AND NOT EXISTS (
            SELECT FROM group_activity AS a
            WHERE a.community_id = m.community_id AND a.member_id = {KIN.format("m")}
                AND a.day >= (wanted.moment AT TIME ZONE $6::text)::date
            -- Else the array is made anew for each row of activity, where nobody knows how many there are.
            OFFSET 0)
    ORDER BY member_id LIMIT wanted.size
    """
)
CANDIDATES = f"""
SELECT wanted.place, {OF}, page.interactions, page.position
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::uuid[]) WITH ORDINALITY AS wanted (id, size, few, member, place)
CROSS JOIN LATERAL (
    SELECT * FROM (
        SELECT member_id, interactions, row_number() OVER (ORDER BY interactions DESC, member_id) AS position
        FROM (
            SELECT coalesce(merged_into, member_id) AS member_id,
                   sum(posts + likes + answers + clicks)::int AS interactions
            FROM group_activity LEFT JOIN member AS gone ON gone.id = member_id AND merged_into IS NOT NULL
            WHERE community_id = wanted.id AND day BETWEEN $5::date - {KOC_WINDOW_DAYS - 1} AND $5
            GROUP BY coalesce(merged_into, member_id)
            HAVING sum(posts + likes + answers + clicks) >= {KOC_INTERACTIONS_MIN}
        ) AS busy
        -- Looked up for each: as a join it may be planned as a walk through the whole group for each of them.
        WHERE (
            SELECT left_at IS NULL AND role = 'member' FROM membership AS own
            WHERE own.community_id = wanted.id AND own.member_id = busy.member_id
        )
    ) AS ranked
    WHERE position <= (
        SELECT ceil(member_count * {KOC_SHARE_PERCENT} / 100.0) FROM community WHERE id = wanted.id
    ) AND (wanted.few IS NULL OR interactions < wanted.few OR interactions = wanted.few AND member_id > wanted.member)
    ORDER BY position LIMIT wanted.size
) AS page
JOIN membership AS m ON m.community_id = wanted.id AND m.member_id = page.member_id
ORDER BY wanted.place, page.position
"""
LAST_ACTIVE = f"""
SELECT wanted.community_id, wanted.member_id, max(day)
FROM unnest($1::uuid[], $2::uuid[]) AS wanted (community_id, member_id)
JOIN group_activity AS a ON a.community_id = wanted.community_id AND a.member_id = {KIN.format("wanted")}
GROUP BY 1, 2
"""
OF_MEMBERS = f"""
SELECT wanted.place, page.* FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::int[])
    WITH ORDINALITY AS wanted (id, moment, community, size, place)
CROSS JOIN LATERAL (
    SELECT {SHOWN} FROM membership
    WHERE member_id = wanted.id AND left_at IS NULL
        AND (wanted.moment IS NULL OR (joined_at, community_id) < (wanted.moment, wanted.community))
    ORDER BY joined_at DESC, community_id DESC LIMIT wanted.size
) AS page
ORDER BY wanted.place, page.joined_at DESC, page.community_id DESC
"""
BY_PLACES = f"""
SELECT {SHOWN} FROM membership JOIN unnest($1::uuid[], $2::uuid[]) AS wanted (community_id, member_id)
    USING (community_id, member_id)
WHERE joined_at IS NOT NULL
"""

# A group and a member.
MembershipKey = tuple[UUID, UUID]


class GroupsOfMember(NamedTuple):
    """A page of the groups that a member is in, the latest joined first."""

    member_id: UUID
    limit: int
    after: tuple[datetime, UUID] | None


def membership_row(record: Iterable[object]) -> MembershipRow:
    """A row of SHOWN, and of what the member did lately where that follows."""
    values = list(record)
    values[2] = Role(values[2])
    return MembershipRow(*values)  # type: ignore[arg-type]  # the driver's types are the columns'


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day of the shop begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)


async def membership_pages(
    pool: Pool, zone: ZoneInfo, today: date, wanted: Sequence[MembershipsWanted]
) -> list[Page[MembershipRow]]:
    """The wanted pages, in their order: a statement for each kind of list."""
    pages: dict[int, Page[MembershipRow]] = {}
    for listed in Listed:
        places = [place for place, each in enumerate(wanted) if each.listed is listed]
        if places:
            found = await _pages(pool, zone, today, listed, [wanted[place] for place in places])
            pages |= dict(zip(places, found, strict=True))
    return [pages[place] for place in range(len(wanted))]


async def _pages(
    pool: Pool, zone: ZoneInfo, today: date, listed: Listed, wanted: Sequence[MembershipsWanted]
) -> list[Page[MembershipRow]]:
    ids, sizes = [each.community_id for each in wanted], [each.limit + 1 for each in wanted]
    values, members = [each.after[0] if each.after else None for each in wanted], [_member(each) for each in wanted]
    if listed is Listed.CANDIDATES:
        records = await pool.fetch(CANDIDATES, ids, sizes, values, members, today)
    elif listed is Listed.SILENT:
        since = [midnight(today - timedelta(SILENCE_DAYS[each.silence or Silence.SILENT] - 1), zone) for each in wanted]
        records = await pool.fetch(SILENT, ids, [None] * len(ids), since, members, sizes, zone.key)
    else:
        roles = [each.role.value if each.role else None for each in wanted]
        records = await pool.fetch(IN if listed is Listed.IN else LEFT, ids, roles, values, members, sizes)
    return _cut(records, [each.limit for each in wanted])


def _member(wanted: MembershipsWanted) -> UUID | None:
    return wanted.after[1] if wanted.after else None


def _cut(records: Sequence[asyncpg.Record], limits: Sequence[int]) -> list[Page[MembershipRow]]:
    pages: list[list[MembershipRow]] = [[] for _ in limits]
    for place, *row, _ in records:
        pages[place - 1].append(membership_row(row))
    return [cut_page(rows, limit) for rows, limit in zip(pages, limits, strict=True)]


async def groups_of_members(pool: Pool, wanted: Sequence[GroupsOfMember]) -> list[Page[MembershipRow]]:
    """The wanted pages, in their order, with one statement."""
    records = await pool.fetch(
        OF_MEMBERS,
        [each.member_id for each in wanted],
        [each.after[0] if each.after else None for each in wanted],
        [each.after[1] if each.after else None for each in wanted],
        [each.limit + 1 for each in wanted],
    )
    pages: list[list[MembershipRow]] = [[] for _ in wanted]
    for place, *row in records:
        pages[place - 1].append(membership_row(row))
    return [cut_page(rows, each.limit) for rows, each in zip(pages, wanted, strict=True)]


async def memberships_by_key(pool: Pool, keys: Collection[MembershipKey]) -> dict[MembershipKey, MembershipRow]:
    """Those of these memberships that there are or were."""
    records = await pool.fetch(BY_PLACES, *map(list, zip(*keys, strict=True)))
    return {(record[0], record[1]): membership_row(record) for record in records}


async def last_active_days(pool: Pool, keys: Collection[MembershipKey]) -> dict[MembershipKey, date]:
    """The last day on which members did something in a group; who never did is missing."""
    records = await pool.fetch(LAST_ACTIVE, *map(list, zip(*keys, strict=True)))
    return {(record[0], record[1]): record[2] for record in records}
