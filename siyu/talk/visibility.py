"""Who may see the boards of a group: its members, and whoever works for the shop."""

from uuid import UUID

from siyu.db import Pool

EXISTS = "SELECT EXISTS (SELECT FROM community WHERE id = $1)"
IS_IN = """
SELECT EXISTS (
    SELECT FROM membership WHERE community_id = $1 AND member_id = $2 AND joined_at IS NOT NULL AND left_at IS NULL
)
"""


async def may_see_boards(pool: Pool, group_id: UUID, member_id: UUID | None) -> bool:
    """Whether there is such a group and the member is in it; without a member, whether there is one."""
    asked = pool.fetchval(EXISTS, group_id) if member_id is None else pool.fetchval(IS_IN, group_id, member_id)
    seen: bool = await asked
    return seen
