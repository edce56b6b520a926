"""Campaigns decided in memory: a world with one member, and what is made of a fact."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from siyu.campaigns import AnyCampaignType, LiveCampaign, Routes
from siyu.campaigns.live_terms import compile_terms
from siyu.engine import NewFact, Outcome
from siyu.engine.deciding import decide_fact
from siyu.engine.facts import ArrivedFact
from siyu.engine.world import World
from siyu.ids import new_id
from siyu.sdk import CampaignTerms, Effect, Fact, Features, Grant, MemberView, Refuse, Reverse, SetState, Text, View
from tests.clock import NOON
from tests.factories import LONG_AGO, SHANGHAI, shop_registry

MEMBER = UUID(int=7)

PURCHASE = shop_registry().types["purchase"]

Decide = Callable[[Fact, View[Any, Any]], Iterable[Effect]]


def gives(points: int) -> Decide:
    """A decide that gives these points, or nothing."""
    return lambda fact, view: [Grant("points", points)] if points else []


def paying(decide: Decide, **fields: Any) -> AnyCampaignType:
    """A type that hears of paid orders."""
    declared: Mapping[str, Any] = {
        "key": "paying",
        "decide": decide,
        "effects": frozenset({Grant, Refuse, Reverse, SetState}),
        "refusals": {"NO": Text(zh="不", en="No")},
        "settles": frozenset(),
    }
    return replace(PURCHASE, **{**declared, **fields})


def live(kind: AnyCampaignType, number: int = 1, terms: CampaignTerms | None = None) -> LiveCampaign:
    """A running campaign; the numbers are the order of creation."""
    config = kind.config()
    compiled = compile_terms(kind, config, terms or CampaignTerms())
    return LiveCampaign(UUID(int=number), kind, 1, "running", None, None, config, {"points": new_id()}, compiled)


def world_of(campaigns: Sequence[LiveCampaign], lanes: Sequence[str] = (), features: Features | None = None) -> World:
    """A world with one member."""
    routes = Routes(campaigns, lanes)
    world = World(routes.campaigns, {MEMBER: MemberView(MEMBER, LONG_AGO)}, SHANGHAI, new_id, known_routes=routes)
    world.features = {MEMBER: features or Features(LONG_AGO)}
    return world


def play(world: World, fact: NewFact, at: datetime = NOON) -> Outcome:
    """Decide one fact, which arrives at that time."""
    return decide_fact(world, ArrivedFact(new_id(), fact.fingerprint(), at, fact))


def told(outcome: Outcome) -> list[tuple[int | None, str | None, int]]:
    """Of each decision: the campaign's number, the refusal's code, and the points."""
    return [
        (
            d.campaign_id.int if d.campaign_id else None,
            d.refusal.code if d.refusal else None,
            sum(effect["amount"] for effect in d.effects if effect["kind"] == "grant"),
        )
        for d in outcome.decisions
    ]
