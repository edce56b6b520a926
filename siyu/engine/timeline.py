"""What happened to members and what was decided of it, newest first, for many members at once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from siyu.db import Pool
from siyu.paging import Page, cut_page

# Along the index fact_member, from the place on; of a person along that of each who was merged into them.
FACTS = """
SELECT wanted.place, page.* FROM unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::uuid[])
    WITH ORDINALITY AS wanted (member_id, size, newest, newest_id, place)
CROSS JOIN LATERAL (
    SELECT fact.id, type, at, campaign_id FROM (
        SELECT wanted.member_id AS id UNION ALL SELECT id FROM member WHERE merged_into = wanted.member_id
    ) AS kin CROSS JOIN LATERAL (
        SELECT id, type, at, campaign_id FROM fact
        WHERE member_id = kin.id AND at <= coalesce(wanted.newest, 'infinity')
            AND (at, id) < (coalesce(wanted.newest, 'infinity'),
                            coalesce(wanted.newest_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
        ORDER BY at DESC, id DESC LIMIT wanted.size
    ) AS fact
    ORDER BY at DESC, fact.id DESC LIMIT wanted.size
) AS page
ORDER BY wanted.place, page.at DESC, page.id DESC
"""
# A fact is decided by so many campaigns at most that are shown.
DECISIONS_MAX = 20
DECISIONS = """
SELECT made.* FROM unnest($1::uuid[]) AS wanted (id_of_fact)
CROSS JOIN LATERAL (
    SELECT fact_id, id, campaign_id, refusal_code, effects, refusal_missing FROM decision
    WHERE fact_id = wanted.id_of_fact
    ORDER BY id DESC LIMIT $2
) AS made
"""


class TimelineWanted(NamedTuple):
    """A page of one person's timeline: what is older than `after`, a moment and a fact."""

    member_id: UUID
    limit: int
    after: tuple[datetime, UUID] | None


class TimelineDecision(NamedTuple):
    """A decision in short; `effects` and `refusal_missing` are JSON."""

    id: UUID
    campaign_id: UUID | None
    refusal_code: str | None
    effects: str
    refusal_missing: str | None


class TimelineRow(NamedTuple):
    """A fact with what was decided of it, the latest first."""

    fact_id: UUID
    type: str
    at: datetime
    campaign_id: UUID | None
    decisions: Sequence[TimelineDecision]


async def timeline_pages(pool: Pool, wanted: Sequence[TimelineWanted]) -> list[Page[TimelineRow]]:
    """The wanted pages, in their order, with two statements."""
    records = await pool.fetch(
        FACTS,
        [page.member_id for page in wanted],
        [page.limit + 1 for page in wanted],
        [page.after[0] if page.after else None for page in wanted],
        [page.after[1] if page.after else None for page in wanted],
    )
    decisions: dict[UUID, list[TimelineDecision]] = defaultdict(list)
    found = list({record[1] for record in records})
    for fact_id, *rest in await pool.fetch(DECISIONS, found, DECISIONS_MAX):
        decisions[fact_id].append(TimelineDecision(*rest))
    pages: list[list[TimelineRow]] = [[] for _ in wanted]
    for place, fact_id, kind, at, campaign_id in records:
        pages[place - 1].append(TimelineRow(fact_id, kind, at, campaign_id, tuple(decisions[fact_id])))
    return [cut_page(rows, page.limit) for rows, page in zip(pages, wanted, strict=True)]
