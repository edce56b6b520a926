"""Participations as they are read, for many members at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from siyu.campaigns.participations import ParticipationKey
from siyu.db import Pool
from siyu.paging import Page, cut_page


@dataclass(frozen=True, slots=True)
class ParticipationRow:
    """One participation; `state` is JSON text of the version beside it, `arm` the member's in an experiment.

    Where `team` is set it is that team's, and `member_id` no member's.
    """

    id: UUID
    campaign_id: UUID
    member_id: UUID
    state: str
    state_version: int
    created_at: datetime
    updated_at: datetime
    arm: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class ParticipationsWanted:
    """A page of one member's participations, newest first: in one campaign or in all, those older than `after`."""

    member_id: UUID
    campaign_id: UUID | None
    limit: int
    after: UUID | None


COLUMNS = "id, campaign_id, subject_id, state, state_version, created_at, updated_at, arm, team"

BY_IDS = f"SELECT {COLUMNS} FROM participation WHERE id = ANY($1::uuid[])"

BY_KEYS = f"""
SELECT {COLUMNS} FROM participation
JOIN unnest($1::uuid[], $2::uuid[]) AS wanted (campaign, subject) ON campaign_id = campaign AND subject_id = subject
"""

PAGES = f"""
SELECT wanted.place, page.*
FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[])
    WITH ORDINALITY AS wanted (subject, campaign, size, newest, place)
CROSS JOIN LATERAL (
    SELECT {COLUMNS} FROM participation
    WHERE subject_id = wanted.subject
      AND (wanted.campaign IS NULL OR campaign_id = wanted.campaign)
      AND (wanted.newest IS NULL OR id < wanted.newest)
    ORDER BY id DESC LIMIT wanted.size
) AS page
ORDER BY wanted.place, page.id DESC
"""


async def participations_by_id(pool: Pool, ids: Collection[UUID]) -> dict[UUID, ParticipationRow]:
    """Those of these participations that exist."""
    return {record["id"]: ParticipationRow(*record) for record in await pool.fetch(BY_IDS, list(ids))}


async def participations_by_key(
    pool: Pool, keys: Collection[ParticipationKey]
) -> dict[ParticipationKey, ParticipationRow]:
    """Those of these participations, by campaign and member, that exist."""
    campaign_ids, member_ids = [campaign for campaign, _ in keys], [member for _, member in keys]
    rows = [ParticipationRow(*record) for record in await pool.fetch(BY_KEYS, campaign_ids, member_ids)]
    return {(row.campaign_id, row.member_id): row for row in rows}


async def participation_pages(pool: Pool, wanted: Sequence[ParticipationsWanted]) -> list[Page[ParticipationRow]]:
    """The wanted pages, in their order, with one statement."""
    pages: list[list[ParticipationRow]] = [[] for _ in wanted]
    records = await pool.fetch(
        PAGES,
        [page.member_id for page in wanted],
        [page.campaign_id for page in wanted],
        [page.limit + 1 for page in wanted],
        [page.after for page in wanted],
    )
    for place, *row in records:
        pages[place - 1].append(ParticipationRow(*row))
    return [cut_page(rows, page.limit) for rows, page in zip(pages, wanted, strict=True)]
