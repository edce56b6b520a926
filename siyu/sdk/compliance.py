"""What a campaign type declares so that the core can hold it to the law: kinds of actions, and what it rewards."""

from enum import Enum
from typing import NamedTuple

from siyu.sdk.text import Text


class ActionKind(Enum):
    """What a member does with an action: plays, shares with others, or recruits a new member."""

    PLAY = "play"
    SHARE = "share"
    RECRUIT = "recruit"


class RewardRule(NamedTuple):
    """That a type may give `unit` for facts of the type `fact`. `level` is 1 or 2 for the unit commission, else 0."""

    unit: str
    fact: str
    level: int = 0


class ConfigProblem(NamedTuple):
    """What a type's own `validate` finds wrong with a config: the path to the field, and a sentence."""

    path: tuple[str, ...]
    text: Text
