"""Random values keep the bounds of their models and follow from the seed."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from random import Random
from typing import Annotated, Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, model_validator

from siyu.orders import ORDER_FACTS
from siyu.sdk import ActionInput
from siyu.sdk.testing import CannotDraw
from siyu.sdk.testing.drawing import draw


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
    weight: Annotated[float, Field(gt=0, lt=1)]


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
    several: Annotated[tuple[Inner, ...], Field(min_length=1, max_length=2)]
    pair: tuple[Hand, bool]
    by_name: dict[str, int]
    maybe: int | None
    left_out: int = 5


class Odd(ActionInput):
    """Half of the inputs within the bounds are refused."""

    number: Annotated[int, Field(ge=0, le=99)]

    @model_validator(mode="after")
    def it_is_odd(self) -> "Odd":
        """Something that no schema tells."""
        if self.number % 2 == 0:
            raise ValueError("must be odd")
        return self


@pytest.mark.parametrize("model", [Everything, Odd, ActionInput, *ORDER_FACTS.values()])
@given(seed=st.integers())
def test_what_is_drawn_fits_its_model_and_follows_from_the_seed(model: type[BaseModel], seed: int) -> None:
    drawn = draw(model, seeded(seed))

    assert model.model_validate_json(drawn.model_dump_json()) == drawn
    assert draw(model, seeded(seed)) == drawn


class Patterned(ActionInput):
    """A text that nobody guesses."""

    word: Annotated[str, Field(pattern="^siyu-[0-9]{8}$")]


class WithExamples(ActionInput):
    """A text that its author gives away."""

    word: Annotated[str, Field(pattern="^siyu-[0-9]{8}$", examples=["siyu-00000001", "siyu-00000002"])]


def test_a_text_of_a_pattern_is_one_of_its_examples() -> None:
    drawn = {draw(WithExamples, seeded(seed)).word for seed in range(20)}

    assert drawn == {"siyu-00000001", "siyu-00000002"}


class Endless(ActionInput):
    """A value inside a value inside a value."""

    inside: "Endless"


@pytest.mark.parametrize("model", [Patterned, Endless])
def test_what_cannot_be_drawn_is_said(model: type[ActionInput]) -> None:
    with pytest.raises(CannotDraw, match=model.__name__):
        draw(model, seeded(1))
