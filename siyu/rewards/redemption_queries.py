"""Redemptions and privileges as they are read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from siyu.codes import read_code
from siyu.db import Pool
from siyu.paging import NewestWanted, Page, cut_page, newest_pages
from siyu.rewards.redemption import Redemption, RedemptionState
from siyu.rewards.redemption_store import COLUMNS, redemption_of

SELECT = f"SELECT {', '.join(COLUMNS)} FROM redemption"
PRIVILEGE_COLUMNS = "id, kind, name, starts_at, until"


@dataclass(frozen=True, slots=True)
class PrivilegeRow:
    """Something that a member wears from a moment on, until another or for ever."""

    id: UUID
    kind: str
    name: str
    starts_at: datetime
    until: datetime | None

    def is_worn(self, at: datetime) -> bool:
        """Whether they wear it at this moment."""
        return self.starts_at <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class RedemptionsWanted:
    """A page of the shop's redemptions in one state, oldest first, of one reward or of all: beyond `after`."""

    state: RedemptionState
    limit: int
    reward_id: UUID | None = None
    after: UUID | None = None


async def redemptions_by_id(pool: Pool, ids: Collection[UUID]) -> dict[UUID, Redemption]:
    """Those of these redemptions that exist."""
    return {row[0]: redemption_of(row) for row in await pool.fetch(f"{SELECT} WHERE id = ANY($1::uuid[])", list(ids))}


async def redemption_by_code(pool: Pool, typed: str) -> Redemption | None:
    """The redemption whose code this is, however it was typed."""
    code = read_code(typed)
    row = await pool.fetchrow(f"{SELECT} WHERE code = $1", code) if code is not None else None
    return redemption_of(row) if row is not None else None


async def redemption_of_fact(pool: Pool, fact_id: UUID) -> Redemption | None:
    """What a fact made."""
    row = await pool.fetchrow(f"{SELECT} WHERE fact_id = $1", fact_id)
    return redemption_of(row) if row is not None else None


async def redemption_page(pool: Pool, wanted: RedemptionsWanted) -> Page[Redemption]:
    """The wanted redemptions."""
    arguments: list[object] = [wanted.state.value, wanted.after or UUID(int=0), wanted.limit + 1]
    of_reward = ""
    if wanted.reward_id is not None:
        of_reward = "reward_id = $4 AND"
        arguments.append(wanted.reward_id)
    rows = await pool.fetch(f"{SELECT} WHERE {of_reward} state = $1 AND id > $2 ORDER BY id LIMIT $3", *arguments)
    return cut_page([redemption_of(row) for row in rows], wanted.limit)


async def redemption_pages(pool: Pool, wanted: Sequence[NewestWanted]) -> list[Page[Redemption]]:
    """The wanted pages of members' redemptions, in their order, with one statement."""
    return await newest_pages(pool, "redemption", ", ".join(COLUMNS), lambda *row: redemption_of(row), wanted)


async def privilege_pages(pool: Pool, wanted: Sequence[NewestWanted]) -> list[Page[PrivilegeRow]]:
    """The wanted pages of members' privileges, past ones and those to come too, in their order, with one statement."""
    return await newest_pages(pool, "privilege", PRIVILEGE_COLUMNS, PrivilegeRow, wanted)
