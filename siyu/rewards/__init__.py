"""Rewards that campaigns issued to members: a name and a key each; what they are and how they arrive is the shop's."""

from siyu.rewards.book import RewardBook, RewardKey
from siyu.rewards.store import find_reward_keys, load_rewards, write_rewards

__all__ = ["RewardBook", "RewardKey", "find_reward_keys", "load_rewards", "write_rewards"]
