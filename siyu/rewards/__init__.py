"""Rewards: what campaigns issue to members by name, the catalogue that members redeem from, what they have of it."""

from siyu.rewards.book import RewardBook, RewardKey
from siyu.rewards.catalogue import DELIVERED, Reward, RewardKind
from siyu.rewards.facts import DESK_FACTS, ENDING, NAMING_REDEMPTIONS, named_id
from siyu.rewards.redeeming import REDEMPTION_REFUSALS, hindrance
from siyu.rewards.redemption import Redemption, RedemptionState
from siyu.rewards.redemption_book import Privilege, RedemptionBook
from siyu.rewards.redemption_store import Wanted, load_redemptions, load_stock, write_redemptions
from siyu.rewards.store import find_reward_keys, load_rewards, write_rewards

__all__ = [
    "DELIVERED",
    "DESK_FACTS",
    "ENDING",
    "NAMING_REDEMPTIONS",
    "REDEMPTION_REFUSALS",
    "Privilege",
    "Redemption",
    "RedemptionBook",
    "RedemptionState",
    "Reward",
    "RewardBook",
    "RewardKey",
    "RewardKind",
    "Wanted",
    "find_reward_keys",
    "hindrance",
    "load_redemptions",
    "load_rewards",
    "load_stock",
    "named_id",
    "write_redemptions",
    "write_rewards",
]
