"""Campaigns as they are read: with their state as everyone is shown it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

import asyncpg

from siyu.db import Pool
from siyu.inputs import is_storable
from siyu.paging import Page, cut_page


class ShownState(Enum):
    """What a campaign's stored state and its window amount to at a moment."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One campaign; `config` and `terms` are JSON text, the latter None for the default terms.

    `problem` is why siyu paused it, until it is let run again.
    `published_at` is when it first ran: None for one that nobody has been able to take part in.
    """

    id: UUID
    type_key: str
    name: str
    state: ShownState
    starts_at: datetime | None
    ends_at: datetime | None
    revision: int
    config: str
    problem: str | None = None
    problem_at: datetime | None = None
    terms: str | None = None
    published_at: datetime | None = None

    @property
    def never_ran(self) -> bool:
        """Whether nobody has been able to take part: it is a draft, or was archived as one."""
        archived = self.state is ShownState.ARCHIVED and self.published_at is None
        return self.state is ShownState.DRAFT or archived


@dataclass(frozen=True, slots=True)
class CampaignSelection:
    """Which campaigns: of these states and this type; None selects all, in `states` all but the archived."""

    states: Sequence[ShownState] | None = None
    type_key: str | None = None


# In every statement with these columns $1 is the present moment.
COLUMNS = """
id, type_key, name,
CASE WHEN state IN ('draft', 'archived') THEN state
     WHEN state = 'ended' OR ends_at <= $1 THEN 'ended'
     WHEN state = 'paused' THEN 'paused'
     WHEN starts_at > $1 THEN 'scheduled'
     ELSE 'running' END AS shown,
starts_at, ends_at, revision, config, problem, problem_at, terms, published_at
"""

BY_IDS = f"SELECT {COLUMNS} FROM campaign WHERE id = ANY($2::uuid[])"

# At most CAMPAIGNS_MAX rows: no index has to help with the filters.
PAGE = f"""
SELECT * FROM (SELECT {COLUMNS} FROM campaign) AS campaign
WHERE (($2::text[] IS NULL AND shown <> 'archived') OR shown = ANY($2::text[]))
  AND ($3::text IS NULL OR type_key = $3)
  AND ($4::uuid IS NULL OR id < $4)
ORDER BY id DESC LIMIT $5
"""


def campaign_row(record: asyncpg.Record) -> CampaignRow:
    """A record of COLUMNS as a row."""
    campaign_id, type_key, name, shown, *rest = record
    return CampaignRow(campaign_id, type_key, name, ShownState(shown), *rest)


async def campaigns_by_id(pool: Pool, ids: Collection[UUID], now: datetime) -> dict[UUID, CampaignRow]:
    """Those of these campaigns that exist."""
    return {record["id"]: campaign_row(record) for record in await pool.fetch(BY_IDS, now, list(ids))}


async def campaign_page(
    pool: Pool, selection: CampaignSelection, limit: int, after: UUID | None, now: datetime
) -> Page[CampaignRow]:
    """The newest campaigns that are older than `after`."""
    if selection.type_key is not None and not is_storable(selection.type_key):
        return Page((), has_more=False)
    states = [state.value for state in selection.states] if selection.states is not None else None
    records = await pool.fetch(PAGE, now, states, selection.type_key, after, limit + 1)
    return cut_page([campaign_row(record) for record in records], limit)
