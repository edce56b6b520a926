"""Reviews as they are read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import orjson

from siyu.db import Pool
from siyu.paging import NewestWanted, Page, cut_page, newest_pages


class ReviewState(Enum):
    """Whether a review waits for its verdict, and what that was."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One review. `asked_fact_id` is the fact whose decision asked for it.

    From `note` on it is set where there is a verdict, but for the last two: what a decision about a verdict failed
    with, and when, of an open one.
    """

    id: UUID
    campaign_id: UUID
    member_id: UUID
    key: str
    reason: str
    evidence: Mapping[str, str | int]
    state: ReviewState
    asked_fact_id: UUID
    asked_at: datetime
    note: str | None
    decided_by: str | None
    verdict_fact_id: UUID | None
    decided_at: datetime | None
    problem: str | None
    problem_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewsWanted:
    """A page of the reviews in one state, of one campaign or of all: beyond `after`.

    Open ones come in the order in which they were asked for, those with a verdict in the opposite one.
    """

    state: ReviewState
    limit: int
    campaign_id: UUID | None = None
    after: UUID | None = None


COLUMNS = """
id, campaign_id, member_id, key, reason, evidence, state, asked_fact_id, asked_at,
note, decided_by, verdict_fact_id, decided_at, problem, problem_at
"""

BY_IDS = f"SELECT {COLUMNS} FROM review WHERE id = ANY($1::uuid[])"

# Each walks one index, review_of_campaign or review_of_state, from the place that the cursor names.
FIRST, LAST = "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"
OLDEST_FIRST = f"id > coalesce($2::uuid, '{FIRST}') ORDER BY id"
NEWEST_FIRST = f"id < coalesce($2::uuid, '{LAST}') ORDER BY id DESC"


async def review_page(pool: Pool, wanted: ReviewsWanted) -> Page[ReviewRow]:
    """The wanted reviews."""
    order = OLDEST_FIRST if wanted.state is ReviewState.OPEN else NEWEST_FIRST
    arguments: list[object] = [wanted.state.value, wanted.after, wanted.limit + 1]
    of_campaign = ""
    if wanted.campaign_id is not None:
        of_campaign = "campaign_id = $4 AND"
        arguments.append(wanted.campaign_id)
    sql = f"SELECT {COLUMNS} FROM review WHERE {of_campaign} state = $1 AND {order} LIMIT $3"
    return cut_page([_row(*record) for record in await pool.fetch(sql, *arguments)], wanted.limit)


async def reviews_by_id(pool: Pool, ids: Collection[UUID]) -> dict[UUID, ReviewRow]:
    """Those of these reviews that exist."""
    return {record["id"]: _row(*record) for record in await pool.fetch(BY_IDS, list(ids))}


async def review_pages(pool: Pool, wanted: Sequence[NewestWanted]) -> list[Page[ReviewRow]]:
    """Pages of members' reviews, in their order, with one statement."""
    return await newest_pages(pool, "review", COLUMNS, _row, wanted)


def _row(
    review_id: UUID, campaign_id: UUID, member_id: UUID, key: str, reason: str, evidence: str, state: str, *rest: Any
) -> ReviewRow:
    shown = orjson.loads(evidence)
    return ReviewRow(review_id, campaign_id, member_id, key, reason, shown, ReviewState(state), *rest)
