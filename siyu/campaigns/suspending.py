"""A failing campaign paused by siyu itself, so that its code is not asked any more until an operator has looked."""

from datetime import datetime
from uuid import UUID

from siyu.db import Pool

PROBLEM_LENGTH_MAX = 1_000

# What it settles has no state that stops it: the problem does.
SUSPEND = """
UPDATE campaign SET problem = $2, problem_at = $3, state = CASE state WHEN 'running' THEN 'paused' ELSE state END
WHERE id = $1 AND problem IS NULL
"""


async def suspend(pool: Pool, campaign_id: UUID, problem: str, now: datetime) -> None:
    """Pause the campaign and keep why; one that has a problem already keeps its first."""
    await pool.execute(SUSPEND, campaign_id, problem.replace("\0", " ")[:PROBLEM_LENGTH_MAX], now)
