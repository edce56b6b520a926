"""The fields that campaign types add to their participations."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from pydantic import Field

from schema import build_schema
from schema.ids import CAMPAIGN, encode_id
from siyu.campaigns import AnyCampaignType
from siyu.engine import Engine
from siyu.sdk import ReadField, Reading, ReadInput, ReadOutput, Text
from tests.factories import SHANGHAI, add_campaign, add_members
from tests.schema.conftest import NOON, OPERATOR, Shop, as_member
from tests.schema.test_plugin_types import MAKE, WISH, registry_of

TITLE = Text(zh="愿望", en="Wishes")


class Weight(Enum):
    """How much is wished for."""

    LIGHT = "light"
    HEAVY = "heavy"


class Wished(ReadOutput):
    """One thing that was wished."""

    name: str
    weight: Weight = Field(description="By the length of its name.")


class Wishes(ReadOutput):
    """What was wished,
    all of it.
    """

    day: date
    tier: str | None
    first: Wished | None
    things: tuple[Wished, ...]


class WishesAsked(ReadInput):
    """Which wishes."""

    at_most: int = Field(ge=1, le=10, description="How many.")
    starts: str | None = None


def tell(config: Any, state: Any, asked: WishesAsked, reading: Reading) -> Wishes:
    """The words as things."""
    words = [word for word in state.said.get("words", "").split() if word.startswith(asked.starts or "")]
    things = tuple(Wished(name=word, weight=Weight.HEAVY if len(word) > 3 else Weight.LIGHT) for word in words)
    tier = reading.features.tier if reading.features else None
    return Wishes(day=reading.day, tier=tier, first=next(iter(things), None), things=things[: asked.at_most])


WISHES = ReadField(name="wishes", title=TITLE, read=tell, input=WishesAsked, output=Wishes)
TELLING = replace(WISH, fields=(WISHES,))

ASK = """
query ($campaign: ID!, $atMost: Int!) {
  participation(campaign: $campaign) {
    progress { current }
    ... on WishParticipation { wishes(atMost: $atMost, starts: "b") { day tier first { name weight } things { name } } }
  }
  campaign(id: $campaign) {
    name
    ... on WishCampaign { viewerWishes(atMost: $atMost) { day first { name } things { name weight } } }
  }
}
"""
VIEWERS = """
query ($campaign: ID!) { campaign(id: $campaign) { ... on WishCampaign { viewerWishes(atMost: 1) { day tier } } } }
"""


def with_type(shop: Shop, kind: AnyCampaignType) -> Shop:
    """The shop with this campaign type too."""
    registry = registry_of(kind)
    return replace(shop, engine=Engine(shop.pool, registry, SHANGHAI), schema=build_schema(registry))


def made(campaign: UUID) -> dict[str, Any]:
    """The input of a wish."""
    return {"campaign": encode_id(CAMPAIGN, campaign), "idempotencyKey": "my-wishes", "words": "bo bread tea"}


@pytest.fixture
def silence() -> Iterator[None]:
    """What fails here is logged with its traceback."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


async def test_a_field_tells_of_the_state_in_the_types_that_its_models_became(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    campaign, wishing = await add_campaign(shop.pool, "wish"), with_type(shop, TELLING)
    given = {"campaign": encode_id(CAMPAIGN, campaign), "atMost": 1}

    before = await wishing.data(as_member(member), ASK, **given)
    await wishing.data(as_member(member), MAKE, input=made(campaign))
    after = await wishing.data(as_member(member), ASK, **given)

    assert before["participation"] is None
    assert before["campaign"]["viewerWishes"] == {"day": "2026-11-21", "first": None, "things": []}
    assert after["participation"]["wishes"] == {
        "day": "2026-11-21",
        "tier": None,
        "first": {"name": "bo", "weight": "LIGHT"},
        "things": [{"name": "bo"}],
    }
    assert after["campaign"]["viewerWishes"]["things"] == [{"name": "bo", "weight": "LIGHT"}]
    assert (await wishing.data(OPERATOR, ASK, **given))["campaign"]["viewerWishes"] is None


async def test_a_field_sees_the_campaigns_day_and_what_the_shop_knows_where_the_type_asks_for_it(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    await shop.pool.execute("UPDATE member SET tier = 'gold'")
    campaign = await add_campaign(shop.pool, "wish")
    await shop.pool.execute("""UPDATE campaign SET terms = '{"time_zone": "Pacific/Kiritimati"}'""")
    kinds = [replace(TELLING, features=asks) for asks in (lambda config: True, lambda config: False)]

    shop.now = NOON + timedelta(hours=7)
    [known, unknown] = [
        (await with_type(shop, kind).data(as_member(member), VIEWERS, campaign=encode_id(CAMPAIGN, campaign)))[
            "campaign"
        ]
        for kind in kinds
    ]

    # Seven in the evening in Shanghai is the next morning there.
    assert known == {"viewerWishes": {"day": "2026-11-22", "tier": "gold"}}
    assert unknown == {"viewerWishes": {"day": "2026-11-22", "tier": None}}


async def test_an_argument_that_the_model_refuses_is_told(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    campaign, wishing = await add_campaign(shop.pool, "wish"), with_type(shop, TELLING)

    answer = await wishing.answer(as_member(member), ASK, {"campaign": encode_id(CAMPAIGN, campaign), "atMost": 11})

    [error] = answer["errors"]
    assert error["extensions"]["code"] == "INVALID_ARGUMENT"
    assert error["message"].startswith("atMost: ")
    assert answer["data"]["campaign"] == {"name": answer["data"]["campaign"]["name"], "viewerWishes": None}


def loops(*_: Any) -> Any:
    """Never comes back."""
    while True:
        pass


def raises(*_: Any) -> Any:
    """Fails."""
    raise ZeroDivisionError("the secret")


def answers_another(*_: Any) -> Any:
    """Not what was declared."""
    return Wished(name="x", weight=Weight.LIGHT)


def answers_too_much(*_: Any) -> Any:
    """More than any front end reads."""
    thing = Wished(name="x" * 60, weight=Weight.LIGHT)
    return Wishes(day=date(2026, 11, 21), tier=None, first=None, things=(thing,) * 1_000)


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize("read", [loops, raises, answers_another, answers_too_much])
async def test_a_field_that_fails_is_an_error_of_its_own_alone(shop: Shop, read: Any) -> None:
    [member] = await add_members(shop.pool, 1)
    campaign = await add_campaign(shop.pool, "wish")
    wishing = with_type(shop, replace(TELLING, fields=(replace(WISHES, read=read),)))
    await wishing.data(as_member(member), MAKE, input=made(campaign))

    answer = await wishing.answer(as_member(member), ASK, {"campaign": encode_id(CAMPAIGN, campaign), "atMost": 1})

    assert [error["message"] for error in answer["errors"]] == ["internal error"] * 2
    assert {tuple(error["path"]) for error in answer["errors"]} == {
        ("participation", "wishes"),
        ("campaign", "viewerWishes"),
    }
    assert answer["data"]["participation"] == {"progress": {"current": 1}, "wishes": None}
    assert answer["data"]["campaign"]["viewerWishes"] is None


@pytest.mark.usefixtures("silence")
async def test_the_log_names_the_type_and_the_field(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    logging.disable(logging.NOTSET)
    [member] = await add_members(shop.pool, 1)
    campaign = await add_campaign(shop.pool, "wish")
    wishing = with_type(shop, replace(TELLING, fields=(replace(WISHES, read=raises),)))

    await wishing.answer(as_member(member), ASK, {"campaign": encode_id(CAMPAIGN, campaign), "atMost": 1})

    assert "campaign type wish 1: the field wishes failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


class Dictionary(ReadOutput):
    """Something GraphQL has no type for here."""

    words: dict[str, str]


class AskedByName(ReadInput):
    """The same for an argument."""

    words: dict[str, str]


MISFITS = {
    "dictionary": replace(WISHES, output=Dictionary),
    "by_name": replace(WISHES, input=AskedByName),
    "updated": replace(WISHES, name="updatedAt"),
    "progressing": replace(WISHES, name="progress"),
    "row": replace(WISHES, name="row"),
}


@pytest.mark.usefixtures("silence")
def test_types_whose_field_does_not_fit_are_left_out_alone() -> None:
    schema = build_schema(registry_of(TELLING, *(replace(TELLING, key=key, fields=(MISFITS[key],)) for key in MISFITS)))

    assert [plugin.name for plugin in schema.registry.broken] == list(MISFITS)
    assert TELLING.key in schema.kinds
