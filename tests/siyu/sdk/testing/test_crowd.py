"""Equal seeds make equal crowds; what they do can happen."""

from random import Random

import pytest
from hypothesis import given

from plugins.check_in.campaign import CHECK_IN
from plugins.purchase.campaign import PURCHASE
from siyu.sdk.testing import Crowd, Stage, Step, play
from siyu.sdk.testing.scene import AnyCampaignType
from siyu.sdk.testing.strategies import lives_of


def seeded(seed: int) -> Random:
    """A generator that draws the same each time."""
    return Random(seed)  # noqa: S311 - nothing is kept secret by it


@pytest.mark.parametrize("kind", [CHECK_IN, PURCHASE], ids=lambda kind: kind.key)
def test_equal_seeds_make_equal_crowds(kind: AnyCampaignType) -> None:
    def steps(seed: int) -> list[Step]:
        crowd = Crowd(kind, seeded(seed))
        return [crowd.step() for _ in range(50)]

    assert steps(7) == steps(7)
    assert steps(7) != steps(8)


def test_a_late_fact_leaves_the_clock_where_it_was() -> None:
    stage = Stage(PURCHASE)
    began = stage.now
    step = next(step for step in iter(Crowd(PURCHASE, seeded(7)).step, None) if step.late and step.after)

    played = play(stage, step)

    assert stage.now == began + step.after
    assert played.fact.at == stage.now - step.late


@given(lives_of(PURCHASE))
def test_a_crowd_refunds_what_it_paid_alone(life: list[Step]) -> None:
    stage = Stage(PURCHASE)

    assert {play(stage, step).refusal for step in life} <= {None, "TOO_LATE"}
