"""Rewards that tests begin with."""

from collections.abc import Mapping
from typing import Any

from siyu.db import Pool
from siyu.rewards import Reward, RewardKind, service
from tests.clock import NOON

DETAILS: Mapping[RewardKind, Mapping[str, Any]] = {
    RewardKind.COUPON: {"template": "ten_off"},
    RewardKind.POINTS: {"amount": 50},
    RewardKind.GOODS: {"sku": "MUG-1"},
    RewardKind.PRIVILEGE: {"privilege": "title", "name": "regular", "days": 30},
    RewardKind.CONTENT: {"url": "https://shop.example/course"},
    RewardKind.EXPERIENCE: {"place": "Shop 1"},
    RewardKind.DONATION: {"recipient": "School library"},
}


async def add_reward(
    pool: Pool,
    key: str = "mug",
    kind: RewardKind = RewardKind.GOODS,
    stock: int | None = None,
    details: Mapping[str, Any] | None = None,
    **terms: object,
) -> Reward:
    """A reward on sale; what is left out is as plain as can be."""
    said = {"title_zh": "杯子", "title_en": "Mug"} | terms
    named = {"key": key, "stock": stock}
    made = await service.create(pool, named, kind, DETAILS[kind] if details is None else details, said, NOON)
    return await service.publish(pool, made.id)
