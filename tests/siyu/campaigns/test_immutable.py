"""What can be changed in place is known by its type."""

from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from siyu.campaigns.immutable import blank, is_immutable
from siyu.sdk import CampaignState
from tests.factories import shop_registry


class Colour(Enum):
    RED = 1


class Inner(CampaignState):
    number: int = 0


class Fixed(CampaignState):
    day: date | None = None
    cuts: tuple[Annotated[int, Field(ge=0)], ...] = ()
    pairs: tuple[tuple[str, Inner], ...] = ()
    colour: Colour | Literal["none"] = "none"
    names: frozenset[str] = frozenset()


class WithList(CampaignState):
    cuts: list[int] = Field(default_factory=list)


class WithNested(CampaignState):
    inner: tuple[WithList, ...] = ()


class WithAny(CampaignState):
    said: Any = None


class Thawed(BaseModel):
    model_config = ConfigDict(frozen=False)
    number: int = 0


class WithPrivate(CampaignState):
    _seen: int = PrivateAttr(default=0)


@pytest.mark.parametrize("model", [Inner, Fixed])
def test_immutable(model: type[BaseModel]) -> None:
    assert is_immutable(model)


@pytest.mark.parametrize("model", [WithList, WithNested, WithAny, Thawed, WithPrivate])
def test_changeable(model: type[BaseModel]) -> None:
    assert not is_immutable(model)


class MadeAnew(CampaignState):
    number: int = Field(default_factory=iter(range(9)).__next__)


def test_who_has_no_state_yet_shares_one_only_where_it_cannot_become_another() -> None:
    assert blank(Inner) is blank(Inner)
    assert blank(WithList) is not blank(WithList)
    assert [blank(MadeAnew).number for _ in range(2)] == [0, 1]


def test_check_in_needs_no_copies() -> None:
    kind = shop_registry().types["check_in"]

    assert is_immutable(kind.config)
    assert is_immutable(kind.state)
