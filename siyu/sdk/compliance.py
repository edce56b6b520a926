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
    """That a type may give `unit` for facts of the type `fact`. `level` is 1 or 2 for the unit commission, else 0.

    `through` are the campaign's own timers and emitted facts by which it comes from there to the decision that gives
    it, which is about the last of them; a fact named here is asked for in decisions about the one before it, or about
    another of its own type, and in no others.

    >>> RewardRule("commission", "order.paid", 1, through=("referral.mature", "referral.matured")).level
    1
    """

    unit: str
    fact: str
    level: int = 0
    through: tuple[str, ...] = ()

    @property
    def facts(self) -> tuple[str, ...]:
        """Every type of fact on the way, from what is rewarded to the one that is given for."""
        return (self.fact, *self.through)


class ConfigProblem(NamedTuple):
    """What a type's own `validate` finds wrong with a config: the path to the field, and a sentence."""

    path: tuple[str, ...]
    text: Text
