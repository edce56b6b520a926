"""What hinders members from redeeming rewards now, by the check that the desk decides by; nothing is written."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.db import Pool
from siyu.engine.outcome import Refusal
from siyu.ledger.queries import balances
from siyu.rewards import Reward, hindrance
from siyu.rewards.catalogue_queries import rewards_by_id, standings_of

# A member and a reward.
Offer = tuple[UUID, UUID]


async def hindrances(pool: Pool, offers: Sequence[Offer], now: datetime, zone: ZoneInfo) -> dict[Offer, Refusal]:
    """For those of the offers that the member cannot take up now, why not; a page costs as much as one."""
    rewards = await rewards_by_id(pool, {reward_id for _, reward_id in offers})
    known: list[tuple[UUID, Reward]] = [(member, rewards[reward]) for member, reward in offers if reward in rewards]
    points = await balances(pool, {member for member, _ in known}, now)
    found: dict[Offer, Refusal] = {}
    for (member_id, reward), standing in zip(known, await standings_of(pool, known, now, zone), strict=True):
        balance = points.get((member_id, "points"), 0)
        hindered = hindrance(reward, standing._replace(points=balance), now, zone)
        if hindered is not None:
            found[member_id, reward.id] = Refusal(*hindered)
    return found
