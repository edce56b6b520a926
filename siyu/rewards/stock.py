"""Stock of a reward: edited by difference alone, never below what is taken."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from siyu.db import Pool
from siyu.errors import IdempotencyConflict, InvalidInput, NotFound, Problem, RewardStateError
from siyu.ids import new_id
from siyu.rewards.catalogue import STOCK_MAX, Reward
from siyu.rewards.catalogue_rows import REWARD_COLUMNS, REWARDS, reward_of

NOTE = """
INSERT INTO reward_stock_change (id, reward_id, difference, idempotency_key, at, made_by)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (idempotency_key) DO NOTHING RETURNING true
"""

NOTED = "SELECT reward_id, difference FROM reward_stock_change WHERE idempotency_key = $1"

# First, so that whoever changes the same stock waits here.
LOCK = f"SELECT {REWARD_COLUMNS} FROM {REWARDS} WHERE reward.id = $1 FOR NO KEY UPDATE OF reward"

ADD = f"UPDATE reward SET stock = stock + $2 WHERE id = $1 AND stock + $2 BETWEEN taken AND {STOCK_MAX} RETURNING true"


@dataclass(frozen=True, slots=True)
class RewardStockChange:
    """What an operator adds to the stock of a reward, or takes from it.

    `idempotency_key` names this change for ever; `made_by` says who makes it, in at most 60 characters.
    """

    reward_id: UUID
    difference: int
    idempotency_key: str
    made_by: str


async def adjust_reward_stock(pool: Pool, change: RewardStockChange, now: datetime) -> Reward:
    """Change the stock of a reward that has one; a repeated key changes nothing more.

    Raises NotFound, InvalidInput, IdempotencyConflict, and RewardStateError where more is taken than would be left.
    """
    if not 1 <= abs(change.difference) <= STOCK_MAX:
        raise InvalidInput([Problem(("difference",), f"must not be 0, nor beyond {STOCK_MAX}")])
    async with pool.acquire() as connection, connection.transaction():
        before = await connection.fetchrow(LOCK, change.reward_id)
        if before is None:
            raise NotFound("there is no such reward")
        if reward_of(before).stock is None:
            raise RewardStateError("there is no end of the reward, so there is no stock to change")
        noted = change.idempotency_key, now, change.made_by
        if await connection.fetchval(NOTE, new_id(), change.reward_id, change.difference, *noted):
            if not await connection.fetchval(ADD, change.reward_id, change.difference):
                raise RewardStateError("more is taken already than would be left, or it would be too much")
        else:
            [first] = await connection.fetch(NOTED, change.idempotency_key)
            if tuple(first) != (change.reward_id, change.difference):
                raise IdempotencyConflict(change.idempotency_key)
        row = await connection.fetchrow(LOCK, change.reward_id)
    return reward_of(row)
