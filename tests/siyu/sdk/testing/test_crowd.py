"""Random values keep the bounds of their models; equal seeds make equal crowds."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from random import Random
from typing import Annotated, Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from plugins.check_in.campaign import CHECK_IN
from plugins.purchase.campaign import PURCHASE
from siyu.sdk import ActionInput
from siyu.sdk.testing import CannotDraw, Crowd, Stage, Step, play
from siyu.sdk.testing.drawing import draw
from siyu.sdk.testing.strategies import lives_of


def seeded(seed: int) -> Random:
    """A generator that draws the same each time."""
    return Random(seed)  # noqa: S311 - nothing is kept secret by it


class Hand(Enum):
    """Left or right."""

    LEFT = "left"
    RIGHT = "right"


class Inner(BaseModel):
    """Something inside."""

    count: Annotated[int, Field(gt=5, lt=8)]


class Everything(ActionInput):
    """A field of each kind that an action is likely to have."""

    whole: Annotated[int, Field(ge=-3, le=3)]
    open_whole: int
    fraction: Annotated[float, Field(ge=0, le=1)]
    price: Annotated[Decimal, Field(gt=0, le=5, decimal_places=2)]
    word: Annotated[str, Field(min_length=2, max_length=3)]
    yes: bool
    hand: Hand
    colour: Literal["red", "blue"]
    one: Literal[1]
    day: date
    moment: datetime
    id: UUID
    inner: Inner
    words: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)]
    by_name: dict[str, int]
    maybe: int | None
    left_out: int = 5


@given(st.integers())
def test_every_kind_of_field_is_drawn_within_its_bounds(seed: int) -> None:
    drawn = draw(Everything, seeded(seed))

    assert draw(Everything, seeded(seed)) == drawn


class Patterned(ActionInput):
    """A text that nobody guesses."""

    word: Annotated[str, Field(pattern="^siyu-[0-9]{8}$")]


class Endless(ActionInput):
    """A value inside a value inside a value."""

    inside: "Endless"


@pytest.mark.parametrize("model", [Patterned, Endless])
def test_what_cannot_be_drawn_is_said(model: type[ActionInput]) -> None:
    with pytest.raises(CannotDraw):
        draw(model, seeded(1))


@pytest.mark.parametrize("kind", [CHECK_IN, PURCHASE], ids=lambda kind: kind.key)
def test_equal_seeds_make_equal_crowds(kind: object) -> None:
    def steps(seed: int) -> list[Step]:
        crowd = Crowd(kind, seeded(seed))  # type: ignore[arg-type]
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
