"""A config that needs fewer effects than its type: others fail, and nothing is read for them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from plugins.check_in.campaign import CHECK_IN
from plugins.check_in.config import CheckInConfig
from plugins.purchase.campaign import PurchaseConfig
from siyu.campaigns import LiveCampaign, build_registry, service
from siyu.campaigns.needs import NOTHING
from siyu.campaigns.service import CampaignSettings
from siyu.db import Pool
from siyu.engine import CAMPAIGN_FAILED
from siyu.engine import loading as loading_module
from siyu.engine import value_loading as value_loading_module
from siyu.sdk import (
    Arm,
    CampaignConfig,
    CampaignTerms,
    Effect,
    Fact,
    Grant,
    Hold,
    NotDeclared,
    Release,
    Reserve,
    Review,
    Scope,
    SetTeam,
    View,
)
from siyu.sdk.testing import InvalidEffect, Stage
from tests.clock import NOON, TestClock
from tests.factories import add_campaign, add_members, paid, plugin_of, registry_of, shop_engine, sign
from tests.siyu.engine.desk import DESK, Desk, desk_engine
from tests.siyu.engine.stage import MEMBER, gives, live, paying, play, world_of
from tests.siyu.engine.tally import TallyTeam, tally

INVALID = (CAMPAIGN_FAILED, {"fault": "invalid"})
BADGE = {"continuous_milestones": [{"days": 2, "reward": "badge"}]}
MADE_UP = {"make_up": {"cost_points": 5}}
FREE = {"make_up": {"cost_points": 0}}
GROUPS = {"groups": {"goals": [{"group": "runners", "goal": 2}]}}
PHOTOS = {"proof": "photo", "review": True}
# Under a config with a cap it holds points, and never grants any.
HELD = {
    "effects": frozenset({Grant, Hold}),
    "refusals": {},
    "effects_of": lambda config: {Hold} if config.cap_per_day else {Grant},
}


def under(kind: Any, config: CampaignConfig, terms: CampaignTerms | None = None) -> LiveCampaign:
    """A running campaign of the type with this config."""
    return replace(live(kind, terms=terms), config=config)


def test_an_effect_that_the_config_does_not_have_fails_the_decision() -> None:
    kind = paying(gives(5), **HELD)
    plain, capped = (under(kind, PurchaseConfig(cap_per_day=cap)) for cap in (None, 9))

    [granted], [failed] = (play(world_of([each]), paid(MEMBER, "A1", 100, NOON)).decisions for each in (plain, capped))

    assert [effect["kind"] for effect in granted.effects] == ["grant"]
    assert (failed.effects, failed.refusal) == ((), INVALID)


def test_the_test_kit_refuses_it_too() -> None:
    stage = Stage(paying(gives(5), **HELD))

    assert stage.fact("lin", "order.paid", order="A1", amount_fen=100).granted() == 5
    stage.config = PurchaseConfig(cap_per_day=9)
    with pytest.raises(InvalidEffect, match="Grant is not among the declared effects"):
        stage.fact("lin", "order.paid", order="A2", amount_fen=100)


@pytest.mark.parametrize("of", [{Grant}, {Grant, SetTeam}, {Grant, Reserve, Release}], ids=["plain", "team", "keys"])
def test_what_it_does_not_need_cannot_be_read(of: set[type[Effect]]) -> None:
    """The same on both sides: a view tells that it is not declared, never that there is nothing."""
    reads: Sequence[Callable[[View[Any, Any]], object]] = (
        lambda view: view.held("k"),
        lambda view: view.reserved("k"),
        lambda view: view.team(TallyTeam),
    )

    def look(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
        yield Grant("points", 1 + sum(2**place for place, read in enumerate(reads) if can_read(read, view)))

    kind = replace(
        tally(Scope.TEAM), decide=look, listens=frozenset({"order.paid"}), effects_of=lambda config: frozenset(of)
    )
    told = play(world_of([live(kind)]), paid(MEMBER, "A1", 100, NOON)).decisions[0].effects[0]["amount"]

    assert told == Stage(kind).fact("lin", "order.paid", order="A1", amount_fen=100).granted()
    assert told == 1 + 2 * (Release in of) + 4 * (SetTeam in of)


def can_read(read: Callable[[View[Any, Any]], object], view: View[Any, Any]) -> bool:
    """Whether a view answers."""
    try:
        read(view)
    except NotDeclared:
        return False
    return True


def test_an_experiment_has_the_effects_of_all_its_arms() -> None:
    kind = paying(gives(5), **HELD)
    terms = CampaignTerms(arms=(Arm(key="a", weight=0, override={"cap_per_day": 9}), Arm(key="b", weight=1)))

    assert live(kind).effects == {Grant}
    assert live(kind, terms=terms).effects == {Grant, Hold}


@pytest.mark.parametrize(
    "effects_of",
    [None, lambda config: 1 // 0, lambda config: ["Grant"], lambda config: {Grant, Hold, Review}],
    ids=["none", "raises", "odd", "more"],
)
def test_who_does_not_tell_has_all_that_its_type_has(effects_of: Callable[[Any], Any] | None) -> None:
    kind = paying(gives(5), effects=frozenset({Grant, Hold}), refusals={}, effects_of=effects_of)

    assert live(kind).effects == {Grant, Hold}


def test_effects_that_are_no_function_of_the_config_are_told() -> None:
    odd: Any = {Grant}
    registry = build_registry([("odd", lambda: plugin_of(paying(gives(5), effects_of=odd)))])

    assert "function of the config" in registry.broken[0].problem


async def test_a_verdict_finds_its_review_when_the_config_asks_for_no_more(pool: Pool, clock: TestClock) -> None:
    kind = replace(DESK, effects_of=lambda config: DESK.effects - ({Review} if config.points == 7 else set()))
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "desk")
    registry = registry_of(kind)
    desk = Desk(desk_engine(pool, clock, registry=registry), clock, campaign, member)
    await desk.show()

    await service.update(pool, registry, campaign, 1, CampaignSettings(config={"points": 7}), NOON)
    decisions = [await desk.show("b"), await desk.say()]

    assert [decision.refusal for decision in decisions] == [INVALID, None]
    assert (await desk.points(), (await desk.row())["state"]) == (7, "approved")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, set()),
        (BADGE, {"rewards"}),
        (PHOTOS, {"reviews"}),
        (GROUPS, {"teams"}),
        (MADE_UP, {"freezes"}),
        (FREE, set()),
    ],
    ids=["plain", "rewards", "reviews", "teams", "a price of made-up days", "made-up days for nothing"],
)
async def test_a_check_in_reads_what_its_config_uses(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, config: dict[str, Any], expected: set[str]
) -> None:
    read: set[str] = set()
    for module, name, what in (
        (value_loading_module, "load_rewards", "rewards"),
        (value_loading_module, "load_open_reviews", "reviews"),
        (value_loading_module, "load_frozen", "freezes"),
        (loading_module, "team_named", "teams"),
    ):
        monkeypatch.setattr(module, name, noting(read, what, getattr(module, name)))
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "check_in", config)

    fact = sign(campaign, member, NOON)
    await shop_engine(pool).submit(replace(fact, data={"photo": "https://a.example/1.jpg"}))

    assert read == expected


def noting(read: set[str], what: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which notes that it was called."""

    def noted(*args: Any) -> Any:
        read.add(what)
        return function(*args)

    return noted


def test_a_plain_check_in_needs_nothing_beyond_the_participation() -> None:
    assert under(CHECK_IN, CheckInConfig()).needs is NOTHING
    assert under(CHECK_IN, CheckInConfig.model_validate(GROUPS)).needs.team is CHECK_IN.team
