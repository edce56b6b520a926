"""Groups that tests start from, and the facts of those who join and leave them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from siyu.db import Pool
from siyu.engine import Engine, NewFact
from siyu.ids import new_id
from tests.clock import NOON

ADD = """
INSERT INTO community (id, key, name, positioning, capacity, created_at, updated_at, updated_by)
VALUES ($1, $2, $2, $3, $4, $5, $5, 'tests')
"""
STANDING = """
SELECT joined_at, left_at, role FROM membership JOIN community ON community.id = community_id
WHERE key = $1 AND member_id = $2
"""


async def add_group(
    pool: Pool, key: str, capacity: int = 500, positioning: str = "interest", at: datetime = NOON
) -> UUID:
    """A group without members."""
    group_id = new_id()
    await pool.execute(ADD, group_id, key, positioning, capacity, at)
    return group_id


def joined(member: UUID, group: str, at: datetime = NOON, key: str | None = None, **data: Any) -> NewFact:
    """A member joined."""
    return NewFact("group.joined", member, at, {"group": group, **data}, key or new_id().hex)


def left(member: UUID, group: str, at: datetime = NOON, key: str | None = None) -> NewFact:
    """A member left."""
    return NewFact("group.left", member, at, {"group": group}, key or new_id().hex)


async def codes(engine: Engine, *facts: NewFact) -> list[str | None]:
    """What the core refused of these facts, submitted one after the other."""
    return [refusal_of(await engine.submit(fact)) for fact in facts]


def refusal_of(outcome: Any) -> str | None:
    """The code of the refusal that no campaign has made."""
    told = [each.refusal.code for each in outcome.decisions if each.campaign_id is None and each.refusal]
    return told[0] if told else None


async def size_of(pool: Pool, key: str) -> int:
    """How many members the group's row says it has."""
    count: int = await pool.fetchval("SELECT member_count FROM community WHERE key = $1", key)
    return count


async def groups_of(pool: Pool, member: UUID) -> Sequence[str]:
    """The groups that rules see of a member."""
    keys: Sequence[str] = await pool.fetchval("SELECT groups FROM member WHERE id = $1", member)
    return keys


async def standing(pool: Pool, key: str, member: UUID) -> tuple[datetime | None, datetime | None, str] | None:
    """Since when and until when the member was in the group, and as what."""
    row = await pool.fetchrow(STANDING, key, member)
    return tuple(row) if row else None
