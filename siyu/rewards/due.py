"""What a worker has to do about rewards: the rows that wait, oldest first."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from siyu.db import Pool

# For each reward of the catalogue the index of what waits under its key.
ISSUED = """
SELECT issued.id, issued.member_id, 0 FROM reward CROSS JOIN LATERAL (
    SELECT id, member_id FROM issued_reward
    WHERE issued_reward.reward = reward.key AND opened_at IS NULL AND issued_reward.state = 'issued'
    ORDER BY id LIMIT $1
) AS issued
WHERE reward.state <> 'draft' ORDER BY issued.id LIMIT $1
"""

DELIVERIES = "SELECT id, member_id, attempts FROM redemption WHERE deliver_at <= $1 ORDER BY deliver_at LIMIT $2"

OVER = "SELECT id, member_id, attempts FROM redemption WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2"


class Due(NamedTuple):
    """A row that waits, whose it is, and how often it was tried before."""

    id: UUID
    member_id: UUID
    attempts: int


async def issued_to_open(pool: Pool, most: int) -> list[Due]:
    """Issued rewards, under names of the catalogue, that have not become redemptions."""
    return [Due(*row) for row in await pool.fetch(ISSUED, most)]


async def deliveries_due(pool: Pool, now: datetime, most: int) -> list[Due]:
    """Confirmed redemptions that siyu has to give."""
    return [Due(*row) for row in await pool.fetch(DELIVERIES, now, most)]


async def reservations_over(pool: Pool, now: datetime, most: int) -> list[Due]:
    """Reservations whose order was not paid in time."""
    return [Due(*row) for row in await pool.fetch(OVER, now, most)]
