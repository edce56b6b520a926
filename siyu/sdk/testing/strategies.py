"""Random lives of a campaign for property tests; needs `hypothesis`, which siyu does not install."""

from random import Random

from hypothesis import strategies as st

from siyu.sdk.testing.crowd import Crowd, Step
from siyu.sdk.testing.scene import AnyCampaignType

STEPS_MAX = 20


def lives_of(kind: AnyCampaignType, *, steps_max: int = STEPS_MAX) -> st.SearchStrategy[list[Step]]:
    """Lists of at most `steps_max` things that happen to three members; `play` lets one happen on a stage."""

    def life(random: Random, length: int) -> list[Step]:
        crowd = Crowd(kind, random)
        return [crowd.step() for _ in range(length if crowd else 0)]

    return st.builds(life, st.randoms(use_true_random=False), st.integers(0, steps_max))
