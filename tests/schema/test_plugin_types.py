"""The types that plugins add, and plugins that do not fit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, Field

from schema import SiyuSchema, build_schema, buildable
from schema.ids import CAMPAIGN, encode_id
from siyu.campaigns import AnyCampaignType, BrokenPlugin, Distribution, Registry, build_registry
from siyu.campaigns.registry import Source
from siyu.engine import Engine
from siyu.ids import new_id
from siyu.sdk import Action, ActionInput, CampaignConfig, CampaignState, CampaignType, Effect, Progress, SetState, Text
from tests.factories import SHANGHAI, add_campaign, add_members, plugin_of, shop_registry
from tests.schema.conftest import OPERATOR, Shop, as_member

TITLE = Text(zh="许愿", en="Wish")


class WishInput(ActionInput):
    """Some of everything."""

    words: str = Field(min_length=2)
    times: int = 1
    days: tuple[date, ...] = ()
    sure: bool | None = None


class WishState(CampaignState):
    """What was wished."""

    said: dict[str, Any] = Field(default_factory=dict)


def wish(fact: Any, view: Any) -> list[Effect]:
    """Keep what was sent."""
    return [SetState(WishState(said=dict(fact.data)))]


def describe(config: Any, state: Any) -> Progress:
    """Nothing to count."""
    return Progress(1, None, TITLE)


def kind_of(key: str, action: Action) -> AnyCampaignType:
    """A campaign type with one action."""
    return CampaignType(
        key=key,
        title=TITLE,
        sdk=">=1.0,<2",
        version="1",
        config=CampaignConfig,
        state=WishState,
        effects=frozenset({SetState}),
        decide=wish,
        describe=describe,
        actions=(action,),
    )


WISH = kind_of("wish", Action("make", TITLE, WishInput))

MAKE = """
mutation ($input: WishMakeInput!) {
  wishMake(input: $input) {
    participation { __typename state progress { current target text } } userErrors { field code }
  }
}
"""


def registry_of(*kinds: AnyCampaignType) -> Registry:
    """A registry of the shipped types and these."""
    return Registry(MappingProxyType({**shop_registry().types, **{kind.key: kind for kind in kinds}}))


def with_types(shop: Shop, *kinds: AnyCampaignType) -> Shop:
    """The shop with more campaign types."""
    registry = registry_of(*kinds)
    engine = Engine(shop.pool, registry, SHANGHAI, clock=lambda: shop.now)
    return replace(shop, engine=engine, schema=build_schema(registry))


def broken_in(schema: SiyuSchema) -> Sequence[str]:
    """The names of the types that were left out."""
    return [plugin.name for plugin in schema.registry.broken]


async def test_an_actions_own_fields_reach_decide(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    campaign = encode_id(CAMPAIGN, await add_campaign(shop.pool, "wish"))
    given = {"campaign": campaign, "idempotencyKey": "my-one-wish", "words": "好运", "days": ["2026-11-21"]}

    payload = (await with_types(shop, WISH).data(as_member(member), MAKE, input=given))["wishMake"]

    assert payload["userErrors"] == []
    assert payload["participation"] == {
        "__typename": "WishParticipation",
        "state": {"said": {"words": "好运", "times": 1, "days": ["2026-11-21"], "sure": None}},
        "progress": {"current": 1, "target": None, "text": "Wish"},
    }


async def test_what_the_actions_model_refuses_is_told_with_its_field(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    given = {"campaign": encode_id(CAMPAIGN, new_id()), "idempotencyKey": "my-one-wish", "words": "x", "times": None}

    payload = (await with_types(shop, WISH).data(as_member(member), MAKE, input=given))["wishMake"]

    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("INVALID_INPUT", ["input", "words"]),
        ("INVALID_INPUT", ["input", "times"]),
    ]


class Nested(BaseModel):
    """Something GraphQL has no type for here."""


class NestedInput(ActionInput):
    """An input that cannot be told."""

    inside: Nested


class TakenInput(ActionInput):
    """An input with a core field's name."""

    campaign: str


MISFITS = (
    kind_of("member", Action("update", TITLE)),
    kind_of("unavailable", Action("go", TITLE)),
    kind_of("nested", Action("go", TITLE, NestedInput)),
    kind_of("taken", Action("go", TITLE, TakenInput)),
    kind_of("check", Action("inSign", TITLE)),
)


def test_types_that_do_not_fit_are_left_out_alone() -> None:
    """All at once: to build a schema for each would take as many times as long."""
    schema = build_schema(registry_of(*MISFITS, WISH))

    assert broken_in(schema) == [misfit.key for misfit in MISFITS]
    assert set(schema.kinds) == {"check_in", "flash_sale", "group_buy", "purchase", "referral", "wish"}


def test_what_is_buildable_stays_so() -> None:
    taken = kind_of("taken", Action("go", TITLE, TakenInput))
    once = buildable(Registry(MappingProxyType({"taken": taken, "wish": WISH})))

    assert set(once.types) == {"wish"}
    assert buildable(once) == once


async def test_operators_see_what_was_left_out_and_why(shop: Shop) -> None:
    changed = with_types(shop, kind_of("taken", Action("go", TITLE, TakenInput)))

    types = (await changed.data(OPERATOR, "{ campaignTypes { key status problem } }"))["campaignTypes"]

    assert {"key": "check_in", "status": "ACTIVE", "problem": None} in types
    [taken] = [kind for kind in types if kind["key"] == "taken"]
    assert taken["status"] == "BROKEN"
    assert "campaign" in taken["problem"]


async def test_operators_see_what_was_installed_to_have_a_type(shop: Shop) -> None:
    misfit = kind_of("taken", Action("go", TITLE, TakenInput))
    plain = replace(WISH, key="plain", actions=())
    registry = build_registry(
        [
            Source("wish", lambda: plugin_of(WISH), Distribution("siyu-wish", "1.2")),
            Source("taken", lambda: plugin_of(misfit), Distribution("siyu-taken", "1.2")),
            Source("plain", lambda: plugin_of(plain)),
        ]
    )
    missing = BrokenPlugin("gone", "not there", Distribution("siyu-gone", "0.1"))
    installed = replace(shop, schema=build_schema(replace(registry, broken=(*registry.broken, missing))))

    document = "{ campaignTypes { key version status distribution } }"
    types = (await installed.data(OPERATOR, document))["campaignTypes"]

    assert [tuple(kind.values()) for kind in types] == [
        ("wish", WISH.version, "ACTIVE", "siyu-wish 1.2"),
        ("plain", WISH.version, "ACTIVE", None),
        ("gone", "0.1", "BROKEN", "siyu-gone 0.1"),
        ("taken", "1.2", "BROKEN", "siyu-taken 1.2"),
    ]


async def test_a_plugin_that_fails_to_describe_spoils_its_own_fields_alone(shop: Shop) -> None:
    def fail(config: Any, state: Any) -> Progress:
        raise RuntimeError("no")

    [member] = await add_members(shop.pool, 1)
    campaign = encode_id(CAMPAIGN, await add_campaign(shop.pool, "wish"))
    given = {"campaign": campaign, "idempotencyKey": "my-one-wish", "words": "好运"}

    payload = (await with_types(shop, replace(WISH, describe=fail)).data(as_member(member), MAKE, input=given))[
        "wishMake"
    ]

    assert payload["participation"]["progress"] == {"current": 0, "target": None, "text": "Progress is not available"}
