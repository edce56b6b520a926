"""Read fields on a stage, and what the suite says of them."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import Field, ValidationError

from plugins.check_in.calendar import CALENDAR
from plugins.purchase.campaign import PURCHASE
from siyu.sdk import CampaignType, ReadField, Reading, ReadInput, ReadOutput, Text
from siyu.sdk.testing import CampaignIsNotSound, InvalidAnswer, Stage, campaign_tests
from tests.siyu.sdk.testing.planted import SOUND, WAVES

TITLE = Text(zh="次数", en="Waves")


class Days(ReadOutput):
    """When somebody waved, and what is known of them."""

    today: date
    days: tuple[str, ...]
    tier: str | None


class Asked(ReadInput):
    """How many days."""

    at_most: int = Field(default=10, ge=1, le=10)


def days(config: Any, state: Any, asked: Asked, reading: Reading) -> Days:
    """The latest days."""
    tier = reading.features.tier if reading.features else None
    return Days(today=reading.day, days=tuple(state.days[-asked.at_most :]), tier=tier)


DAYS = ReadField(name="days", title=TITLE, input=Asked, output=Days, read=days)


def telling(**change: Any) -> CampaignType[Any, Any]:
    """The sound type with the field, changed."""
    return replace(SOUND, fields=(replace(DAYS, **change),))


def problems_of(kind: CampaignType[Any, Any]) -> Any:
    """What the suite says."""
    with pytest.raises(CampaignIsNotSound) as raised:
        campaign_tests(kind)("answers_every_field")
    return raised.value.problems["answers_every_field"]


def test_a_field_is_read_on_a_stage() -> None:
    stage = Stage(telling(), at="2026-11-21T23:59")
    before = stage.read("lin", "days")
    stage.act("lin", "wave", hand="left")
    stage.wait(minutes=1)
    stage.act("lin", "wave", hand="left")

    assert before == Days(today=date(2026, 11, 21), days=(), tier=None)
    assert stage.read("lin", "days", at_most=1) == Days(today=date(2026, 11, 22), days=("2026-11-22",), tier=None)


def test_a_field_sees_what_the_shop_knows_where_the_type_asks_for_it() -> None:
    stage = Stage(replace(telling(), features=lambda config: config.points == 7), SOUND.config(points=7))
    stage.member("lin", tier="gold")

    assert stage.read("lin", "days").tier == "gold"
    stage.config = SOUND.config(points=5)
    assert stage.read("lin", "days").tier is None


def test_what_cannot_be_asked_is_refused() -> None:
    stage = Stage(telling())

    with pytest.raises(LookupError, match="it has: days"):
        stage.read("lin", "weeks")
    with pytest.raises(ValidationError):
        stage.read("lin", "days", at_most=0)


@pytest.mark.parametrize(
    ("answered", "said"),
    [
        pytest.param(None, "must answer a Days, and answered None", id="nothing"),
        pytest.param(Days(today=date.min, days=("x" * 70_000,), tier=None), "at most 65,536 characters", id="long"),
    ],
)
def test_what_the_server_would_not_tell_is_no_answer(answered: Any, said: str) -> None:
    kind = telling(read=lambda *_: answered)

    with pytest.raises(InvalidAnswer, match=said):
        Stage(kind).read("lin", "days")
    assert said in problems_of(kind)[0]


class Guessed(ReadInput):
    """Nobody guesses it."""

    word: str = Field(pattern="^siyu-[0-9]{8}$")


def test_the_suite_reads_every_field_in_every_state() -> None:
    campaign_tests(telling())("answers_every_field")
    numbers = iter(range(10_000))

    assert (
        "answered in two ways"
        in problems_of(telling(read=lambda *_: Days(today=date.min, days=(str(next(numbers)),), tier=None)))[0]
    )
    assert "give its fields `examples`" in problems_of(telling(input=Guessed))[0]


def test_the_source_of_a_field_is_looked_at_too() -> None:
    check = "reaches_for_nothing"
    with pytest.raises(CampaignIsNotSound) as raised:
        campaign_tests(replace(PURCHASE, fields=(WAVES,)))(check)

    assert any("planted" in problem for problem in raised.value.problems[check])
    campaign_tests(replace(PURCHASE, fields=(CALENDAR,)))(check)


def test_the_titles_of_fields_are_in_both_languages() -> None:
    with pytest.raises(CampaignIsNotSound, match="the title of the field days: zh is not Chinese"):
        campaign_tests(telling(title=Text(zh="days", en="days")))("says_it_in_both_languages")
