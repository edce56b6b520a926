"""Issued rewards as they are read, for many members at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from siyu.db import Pool
from siyu.paging import NewestWanted, Page, newest_pages


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


COLUMNS = "id, campaign_id, key, reward, state, issued_at, revoked_at"


async def reward_pages(pool: Pool, wanted: Sequence[NewestWanted]) -> list[Page[RewardRow]]:
    """The wanted pages, in their order, with one statement."""
    return await newest_pages(pool, "issued_reward", COLUMNS, RewardRow, wanted, of_person=True)
