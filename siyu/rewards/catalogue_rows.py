"""Rewards of the catalogue as rows of the database."""

from typing import Any

import orjson

from siyu.rewards.catalogue import Library, LimitPeriod, Measure, Reward, RewardKind, RewardState

# The fields of Reward in their order. `library` is the reward's library, if it has one.
REWARD_COLUMNS = """
    reward.id, reward.key, reward.kind, reward.title_zh, reward.title_en, reward.details, reward.price_points,
    reward.price_fen, reward.stock, reward.taken, reward.per_member, reward.period, reward.tiers, reward.starts_at,
    reward.ends_at, reward.state, reward.hold_s, reward.library_id, library.measure, reward.step, reward.revision
"""
REWARDS = "reward LEFT JOIN reward_library library ON library.id = reward.library_id"


def reward_of(row: Any) -> Reward:
    """A row of REWARD_COLUMNS; any sequence of them."""
    reward_id, key, kind, zh, en, details, points, fen, stock, taken, per_member, period, tiers, *rest = row
    starts_at, ends_at, state, hold_s, library_id, measure, step, revision = rest
    return Reward(
        reward_id,
        key,
        RewardKind(kind),
        zh,
        en,
        orjson.loads(details),
        points,
        fen,
        stock,
        taken,
        per_member,
        LimitPeriod(period),
        tuple(tiers),
        starts_at,
        ends_at,
        RewardState(state),
        hold_s,
        library_id,
        Measure(measure) if measure is not None else None,
        step,
        revision,
    )


def library_of(row: Any) -> Library:
    """A row of `reward_library`: id, key, titles, measure."""
    library_id, key, title_zh, title_en, measure = row
    return Library(library_id, key, title_zh, title_en, Measure(measure))
