"""Issued rewards as they are read, for many members at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from siyu.db import Pool
from siyu.paging import Page, cut_page


@dataclass(frozen=True, slots=True)
class RewardRow:
    """One reward; `state` is issued or revoked."""

    id: UUID
    campaign_id: UUID
    key: str
    reward: str
    state: str
    issued_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class RewardsWanted:
    """A page of one member's rewards, newest first: those older than `after`."""

    member_id: UUID
    limit: int
    after: UUID | None


PAGES = """
SELECT wanted.place, page.* FROM unnest($1::uuid[], $2::int[], $3::uuid[])
    WITH ORDINALITY AS wanted (member_id, size, newest, place)
CROSS JOIN LATERAL (
    SELECT id, campaign_id, key, reward, state, issued_at, revoked_at FROM issued_reward
    WHERE member_id = wanted.member_id AND (wanted.newest IS NULL OR id < wanted.newest)
    ORDER BY id DESC LIMIT wanted.size
) AS page
ORDER BY wanted.place, page.id DESC
"""


async def reward_pages(pool: Pool, wanted: Sequence[RewardsWanted]) -> list[Page[RewardRow]]:
    """The wanted pages, in their order, with one statement."""
    pages: list[list[RewardRow]] = [[] for _ in wanted]
    records = await pool.fetch(
        PAGES,
        [page.member_id for page in wanted],
        [page.limit + 1 for page in wanted],
        [page.after for page in wanted],
    )
    for place, *row in records:
        pages[place - 1].append(RewardRow(*row))
    return [cut_page(rows, page.limit) for rows, page in zip(pages, wanted, strict=True)]
