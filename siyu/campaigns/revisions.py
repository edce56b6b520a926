"""The revisions of a campaign: each kept whole, with who made it and when."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from siyu.campaigns.queries import COLUMNS
from siyu.db import Pool
from siyu.paging import Page, cut_page

PAGE = """
SELECT revision, name, starts_at, ends_at, config, terms, created_at, created_by FROM campaign_revision
WHERE campaign_id = $1 AND ($2::int IS NULL OR revision < $2) ORDER BY revision DESC LIMIT $3
"""


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """What a campaign was from `created_at` until the next revision; `config` and `terms` are JSON text."""

    revision: int
    name: str
    starts_at: datetime | None
    ends_at: datetime | None
    config: str
    terms: str | None
    created_at: datetime
    created_by: str


def keeping_the_revision(change: str) -> str:
    """A statement that changes one campaign, returning it, made to keep what it made of it in the same breath.

    Of its arguments $1 is the moment and $2 who makes the change.
    """
    return f"""
    WITH changed AS ({change}), kept AS (
        INSERT INTO campaign_revision
            (campaign_id, revision, name, starts_at, ends_at, config, terms, created_at, created_by)
        SELECT id, revision, name, starts_at, ends_at, config, terms, $1, $2 FROM changed
    )
    SELECT {COLUMNS} FROM changed
    """


async def revision_page(pool: Pool, campaign_id: UUID, limit: int, before: int | None) -> Page[RevisionRow]:
    """The revisions of a campaign, newest first, those older than `before`."""
    records = await pool.fetch(PAGE, campaign_id, before, limit + 1)
    return cut_page([RevisionRow(*record) for record in records], limit)
