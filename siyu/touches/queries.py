"""Touches as they are read: of one member, and how members arrived."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from siyu.db import Pool
from siyu.paging import Page, cut_page

COLUMNS = """
fact_id, member_id, at, arrived_at, channel, utm_source, utm_medium, utm_campaign, utm_term, utm_content, scene, device,
campaign_id
"""
TouchKey = tuple[datetime, UUID]

PAGES = f"""
SELECT wanted.place, page.*
FROM unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::uuid[])
    WITH ORDINALITY AS wanted (member_id, size, before_at, before_id, place)
CROSS JOIN LATERAL (
    SELECT {COLUMNS} FROM touch
    WHERE touch.member_id = wanted.member_id
      AND (wanted.before_at IS NULL OR (at, fact_id) < (wanted.before_at, wanted.before_id))
    ORDER BY at DESC, fact_id DESC LIMIT wanted.size
) AS page
ORDER BY wanted.place, page.at DESC, page.fact_id DESC
"""
ARRIVALS = """
SELECT member.id, member.channel, member.device, arrival.fact_id, arrival.at, arrival.campaign_id
FROM member LEFT JOIN arrival ON arrival.member_id = member.id WHERE member.id = ANY($1::uuid[])
"""
# Of one member: a member whose arrival was corrected a hundred times is none that anybody has seen.
CHANGES_MAX = 100
CHANGES = """
SELECT wanted.id, change.id, change.at, change.channel, change.campaign_id, change.noted_at
FROM unnest($1::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
    SELECT * FROM arrival_change WHERE member_id = wanted.id ORDER BY id DESC LIMIT $2
) AS change ORDER BY wanted.id, change.id DESC
"""
# The member's own front end: the repeat of a report is none of too many.
REPORTED = """
SELECT count(*) >= $3 AND NOT EXISTS (SELECT FROM fact WHERE idempotency_key = $4)
FROM (SELECT FROM touch WHERE member_id = $1 AND at > $2 LIMIT $3) AS counted
"""
REPORTS_MAX = 100
REPORTS_WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TouchRow:
    """One touch, by the fact that told of it."""

    fact_id: UUID
    member_id: UUID
    at: datetime
    arrived_at: datetime
    channel: str
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    utm_term: str | None
    utm_content: str | None
    scene: int | None
    device: str | None
    campaign_id: UUID | None

    @property
    def key(self) -> TouchKey:
        """Where it stands in the order of touches."""
        return self.at, self.fact_id


@dataclass(frozen=True, slots=True)
class TouchesWanted:
    """A page of a member's touches, the latest first: what came before a key."""

    member_id: UUID
    limit: int
    before: TouchKey | None = None


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """How a member arrived, and the terminal they were last seen on; what is not known is None."""

    channel: str | None
    device: str | None
    touch_id: UUID | None
    at: datetime | None
    campaign_id: UUID | None


@dataclass(frozen=True, slots=True)
class ArrivalChange:
    """What was once taken for a member's arrival: the touch's time, channel and campaign, and when it was noted."""

    id: int
    at: datetime
    channel: str
    campaign_id: UUID | None
    noted_at: datetime


async def touch_pages(pool: Pool, wanted: Sequence[TouchesWanted]) -> list[Page[TouchRow]]:
    """The wanted pages, in their order, with one statement."""
    pages: list[list[TouchRow]] = [[] for _ in wanted]
    keys = [page.before or (None, None) for page in wanted]
    columns = [each.member_id for each in wanted], [each.limit + 1 for each in wanted]
    for place, *row in await pool.fetch(PAGES, *columns, [key[0] for key in keys], [key[1] for key in keys]):
        pages[place - 1].append(TouchRow(*row))
    return [cut_page(rows, page.limit) for rows, page in zip(pages, wanted, strict=True)]


async def arrivals_of(pool: Pool, member_ids: Collection[UUID]) -> dict[UUID, ArrivalRow]:
    """How these members arrived."""
    return {row[0]: ArrivalRow(*row[1:]) for row in await pool.fetch(ARRIVALS, list(member_ids))}


async def arrival_changes(pool: Pool, member_ids: Sequence[UUID]) -> list[list[ArrivalChange]]:
    """What was taken for each member's arrival, the newest first, CHANGES_MAX at most."""
    found: dict[UUID, list[ArrivalChange]] = {member_id: [] for member_id in member_ids}
    for member_id, *row in await pool.fetch(CHANGES, list(found), CHANGES_MAX):
        found[member_id].append(ArrivalChange(*row))
    return [found[member_id] for member_id in member_ids]


async def reports_too_much(pool: Pool, member_id: UUID, now: datetime, idempotency_key: str) -> bool:
    """Whether REPORTS_MAX touches of the member are of the last REPORTS_WINDOW already, and this one is not among them.

    Two reports at one moment may both pass: the bound keeps a broken front end from filling the table, to the number.
    """
    found: bool = await pool.fetchval(REPORTED, member_id, now - REPORTS_WINDOW, REPORTS_MAX, idempotency_key)
    return found
