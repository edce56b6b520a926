"""The kit and the engine's deciding half mean the same by every effect: same types, same facts, same outcome.

Two implementations, written apart: where they differ, one of them is wrong.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.check_in.campaign import CHECK_IN
from plugins.check_in.config import CheckInConfig
from plugins.flash_sale.campaign import FLASH_SALE
from plugins.flash_sale.config import Allocation, FlashSaleConfig, Item, Slot
from plugins.purchase.campaign import PURCHASE, PurchaseConfig
from siyu.campaigns import AnyCampaignType
from siyu.engine import CAMPAIGN_FAILED
from siyu.engine.outcome import Decision
from siyu.sdk import (
    EFFECT_TYPES,
    ActionKind,
    CampaignConfig,
    Effect,
    Fact,
    Grant,
    Hold,
    Invite,
    Issue,
    Notify,
    Once,
    OrderView,
    Refuse,
    Reverse,
    Review,
    Revoke,
    RewardRule,
    Score,
    SetState,
    Settle,
    Spend,
    Tag,
    Untag,
    member_code,
)
from siyu.sdk.testing import Played, Stage, Step
from siyu.sdk.testing.applying import RULES, nothing_against_it
from siyu.sdk.testing.asking import AnyView
from siyu.sdk.testing.crowd import MEMBERS, tell
from siyu.sdk.testing.limits import BEST_BOARDS
from siyu.sdk.testing.member import id_on_stage
from siyu.sdk.testing.scene import Logged, Scene
from siyu.sdk.testing.strategies import lives_of
from tests.factories import LONG_AGO
from tests.siyu.sdk.one_by_one import OneByOne
from tests.siyu.sdk.scripted import COUNTED, FIRST_KEYS, By, LookAtPartner, LookAtValue, Script, Team, Teams, scripted
from tests.siyu.sdk.scripts import (
    DEALING,
    GIVING,
    ODD_GIFTS,
    ODD_INVITES,
    ODD_LABELS,
    ODD_REFUNDS,
    ODD_REVIEWS,
    ODD_VALUES,
    PROMISING,
    REVIEWING,
    REWARDING,
    SCRIPTS,
    SHARING,
    Turn,
)
from tests.siyu.sdk.value_stories import STORIES

# Of a step: no time passes before it, and it is told at once.
NOW = timedelta(0)
# What members have from elsewhere.
PURSES = {"lin": 8, "zhao": 40}
# The lines of a flash sale on the first day of a stage.
SALE_LINES = tuple(f"{mode}:item:2026-11-22T12:00" for mode in ("queue", "lottery"))
SALE_DEEDS = st.one_of(
    st.sampled_from(["claim", "join", "join", "enter", "enter"]).map(lambda deed: (deed, {"item": "item"})),
    st.sampled_from(SALE_LINES).map(lambda line: ("leave", {"line": line})),
    st.sampled_from(FIRST_KEYS).map(lambda key: ("cancel", {"reservation": key})),
)
SALE_STEPS = st.lists(
    st.tuples(st.sampled_from(MEMBERS), st.sampled_from([0, 0, 1, 15, 30]), SALE_DEEDS).map(
        lambda told: Step(told[0], timedelta(minutes=told[1]), timedelta(0), f"flash_sale.{told[2][0]}", told[2][1])
    ),
    max_size=16,
)
NO_AGES: Mapping[str, int] = {}
# Steps at which the campaign is not open.
CLOSED = st.frozensets(st.integers(0, 19), max_size=6)


@pytest.fixture(scope="module", autouse=True)
def silence() -> Iterator[None]:
    """Thousands of campaigns fail here, and the engine would log each with its traceback."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def compare(
    kind: AnyCampaignType,
    config: CampaignConfig,
    life: Sequence[Step],
    closed: frozenset[int],
    ages: Mapping[str, int] = NO_AGES,
) -> None:
    """Play a life on the kit and on the engine; every step and the end must be equal.

    `ages` are how many days sooner or later members joined than others.
    """
    stage = Shop(kind, config)
    joined = {name: LONG_AGO - timedelta(days=ages.get(name, 0)) for name in MEMBERS}
    engine = OneByOne(kind, config, [stage.member(name, joined_at=at) for name, at in joined.items()])
    for name, points in PURSES.items():
        stage.give(name, points=points)
        engine.balances[stage.member(name).id] += points
    for number, step in enumerate(life):
        stage.running = number not in closed
        for fired in stage.wait(minutes=step.after // timedelta(minutes=1)):
            follow(stage, engine, fired)
        played = tell(stage, step)
        assert told(engine.decide(played.fact, stage.running)) == kit_told(played)
        for following in played.followed:
            follow(stage, engine, following)
    for member in map(stage.member, MEMBERS):
        assert stage.balance(member) == engine.balances[member.id]
        assert stage.state(member) == engine.state(member.id)
        assert stage.timers(member) == engine.timers(member.id)
        assert stage.tags(member) == engine.tags.get(member.id, frozenset())
        inviter = stage.inviter(member)
        assert (inviter.id if inviter else None) == engine.inviters.get(member.id)
        assert stage.holds(member) == engine.holds(member.id)
        assert stage.rewards(member) == engine.rewards(member.id)
        assert stage.reviews(member) == engine.reviews(member.id)
        assert stage.messages(member) == engine.messages(member.id)
        assert stage.refunds(member) == engine.refunds(member.id)
        assert all(stage.best(member, board) == engine.best(member.id, board) for board in BEST_BOARDS)

    for counter in COUNTED:
        assert stage.counted(counter.name) == engine.counted(counter.name)
    for key in (*FIRST_KEYS, *SALE_LINES):
        assert stage.team(key) == engine.team(key)


class Shop(Stage[Any, Any]):
    """A stage that makes of a failing campaign what a shop does, and remembers when it decided."""

    def __init__(self, kind: AnyCampaignType, config: CampaignConfig) -> None:
        super().__init__(kind, config)
        self.decided_at: dict[UUID, datetime] = {}

    def _new_fact(self, type_: str, member_id: UUID, at: datetime, data: Mapping[str, Any]) -> Fact:
        fact = super()._new_fact(type_, member_id, at, data)
        self.decided_at[fact.id] = self.now
        return fact

    def _decide(self, fact: Fact, order: OrderView | None, depth: int = 0) -> Played:
        try:
            return super()._decide(fact, order, depth)
        except Exception:
            return Played(fact, refusal=CAMPAIGN_FAILED)


def follow(stage: Shop, engine: OneByOne, played: Played) -> None:
    """Let the engine decide what it was asked for itself, and all that follows from it."""
    for following in (played, *played.followed):
        fact = following.fact
        decision = engine.decide(fact, stage.running, engine.take(fact), stage.decided_at[fact.id])
        assert told(decision) == kit_told(following)


def kit_told(played: Played) -> tuple[Any, ...]:
    """What the kit says came of a fact."""
    return played.log, played.refusal, played.missing


def told(decision: Decision | None) -> tuple[Any, ...]:
    """A decision of the engine as the kit tells it; None where no campaign was asked."""
    if decision is None:
        return (), None, {}
    code, missing = decision.refusal or (None, {})
    # Why it failed is the engine's to say; the kit has raised it.
    # The row that a fact waits in is the database's.
    log = tuple({name: value for name, value in entry.items() if name != "pending"} for entry in decision.effects)
    return log, code, {} if code == CAMPAIGN_FAILED else missing


@given(lives_of(CHECK_IN), CLOSED, st.sampled_from([CheckInConfig(), CheckInConfig(streak_points=(0, 3))]))
def test_check_ins_are_equal(life: list[Step], closed: frozenset[int], config: CheckInConfig) -> None:
    compare(CHECK_IN, config, life, closed)


@given(
    lives_of(PURCHASE),
    CLOSED,
    st.sampled_from([PurchaseConfig(), PurchaseConfig(cap_per_day=50), PurchaseConfig(lateness_days=None)]),
)
def test_purchases_are_equal(life: list[Step], closed: frozenset[int], config: PurchaseConfig) -> None:
    compare(PURCHASE, config, life, closed)


@settings(deadline=None)
@given(SALE_STEPS, CLOSED, st.sampled_from(Allocation), st.integers(0, 2))
def test_sales_are_equal(life: list[Step], closed: frozenset[int], allocation: Allocation, stock: int) -> None:
    config = FlashSaleConfig(
        items=(Item(stock=stock),), slots=(Slot(start="12:00", end="12:40"),), allocation=allocation, standby=1
    )

    compare(FLASH_SALE, config, life, closed)


# A life may be long where timers set timers.
@settings(deadline=None)
@given(
    SCRIPTS,
    st.frozensets(st.sampled_from(EFFECT_TYPES), min_size=len(EFFECT_TYPES) - 1).map(lambda kinds: kinds | {Refuse}),
    lives_of(scripted([[]], frozenset()), steps_max=12),
    CLOSED,
)
def test_whatever_a_campaign_asks_for_is_equal(
    scripts: list[Script],
    declared: frozenset[type[Effect]],
    life: list[Step],
    closed: frozenset[int],
) -> None:
    compare(scripted(scripts, declared), PurchaseConfig(), life, closed)


@settings(deadline=None)
@given(SHARING, lives_of(scripted([[]], frozenset()), steps_max=12))
def test_what_members_share_and_what_follows_is_equal(scripts: list[Script], life: list[Step]) -> None:
    compare(scripted(scripts, frozenset(EFFECT_TYPES)), PurchaseConfig(), life, frozenset())


@settings(deadline=None)
@given(
    GIVING,
    st.none() | st.frozensets(st.sampled_from(["scripted.go", "order.paid", "order.refunded", "scripted.ping"])),
    st.sampled_from(ActionKind),
    lives_of(scripted([[]], frozenset()), steps_max=8),
)
def test_what_must_not_be_rewarded_is_equal(
    scripts: list[Script], rewarded: frozenset[str] | None, kind: ActionKind, life: list[Step]
) -> None:
    compare(rewarding(scripts, rewarded, kind), PurchaseConfig(), life, frozenset())


@pytest.mark.parametrize(("rewarded", "kind"), [({"order.paid"}, ActionKind.PLAY), (None, ActionKind.SHARE)])
@pytest.mark.parametrize(
    "effect", [Grant("points", 1), Hold("points", 1, "a", "NO"), Issue("mug", "a", "NO")], ids=repr
)
def test_a_kit_that_forgot_what_may_be_rewarded_would_be_found(
    effect: Effect, rewarded: frozenset[str] | None, kind: ActionKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siyu.sdk.testing.applying.rewardable", lambda kind, configs: None)
    step = Step("lin", NOW, NOW, "scripted.go", {})
    failing = kind is ActionKind.SHARE or not isinstance(effect, Issue)

    with pytest.raises(AssertionError) if failing else nullcontext():
        compare(rewarding([[effect]], rewarded, kind), PurchaseConfig(), [step], frozenset())


def rewarding(scripts: list[Script], rewarded: frozenset[str] | None, action_kind: ActionKind) -> AnyCampaignType:
    """A scripted type that declares to reward these facts with points (None: nothing), its action of a kind."""
    kind = scripted(scripts, frozenset(EFFECT_TYPES))
    rules = None if rewarded is None else [RewardRule("points", fact_type) for fact_type in sorted(rewarded)]
    actions = tuple(replace(action, kind=action_kind) for action in kind.actions)
    return replace(kind, actions=actions, rewards=None if rules is None else lambda config: rules)


def test_the_most_tags_a_member_may_have_are_equal() -> None:
    # In some order the third comes to exactly as many as there may be.
    scripts: list[list[Any]] = [[Tag(f"{n}/{number}") for number in range(n)] for n in (31, 29, 4)]
    scripts.append([Tag("one too many"), Untag("31/0")])
    life = [Step("lin", timedelta(0), timedelta(0), "scripted.go", {}) for _ in range(12)]

    compare(scripted(scripts, frozenset(EFFECT_TYPES)), PurchaseConfig(), life, frozenset())


@settings(deadline=None, max_examples=200)
@given(st.one_of(REWARDING, DEALING, PROMISING))
def test_what_members_have_are_promised_given_and_told_is_equal(turns: list[Turn]) -> None:
    compare_turns(turns)


@pytest.mark.parametrize("turns", STORIES.values(), ids=STORIES)
def test_stories_of_value_are_equal(turns: Sequence[Turn]) -> None:
    compare_turns(turns)


def compare_turns(turns: Sequence[Turn]) -> None:
    """Compare a life in which every step has a script of its own."""
    life = [
        Step(member, timedelta(hours=1), timedelta(days=late), "scripted.go", {"turn": number, "reference": reference})
        for number, (member, _, reference, late) in enumerate(turns)
    ]
    kind = scripted([script for _, script, _, _ in turns] or [[]], frozenset(EFFECT_TYPES))
    compare(kind, PurchaseConfig(), life, frozenset())


INVITING = [[By("NO")], [LookAtPartner()], [By("NO"), Score("invitees", 1)], [Once("a", "NO"), By("NO")]]


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(MEMBERS),
            st.sampled_from([*(id_on_stage(name) for name in MEMBERS), UUID(int=1)]).map(member_code)
            | st.sampled_from([None, "", "junk"]),
            st.sampled_from(INVITING),
        ),
        max_size=12,
    ),
    st.fixed_dictionaries({name: st.integers(0, 1) for name in MEMBERS}),
)
def test_who_invites_whom_is_equal(turns: list[tuple[str, str | None, Script]], ages: Mapping[str, int]) -> None:
    """Whoever joined when, and however often, of each other and of themselves, members send codes."""
    kind = scripted([script for *_, script in turns] or [[]], frozenset(EFFECT_TYPES))
    life = [
        Step(member, timedelta(hours=1), NOW, "scripted.go", {"turn": number, "partner": code})
        for number, (member, code, _) in enumerate(turns)
    ]

    compare(kind, PurchaseConfig(), life, frozenset(), ages)


@pytest.mark.parametrize(
    "effect", [*ODD_VALUES, *ODD_GIFTS, *ODD_LABELS, *ODD_REFUNDS, *ODD_REVIEWS, *ODD_INVITES], ids=repr
)
def test_what_is_impossible_is_so_for_both(effect: Effect) -> None:
    kind = scripted([[effect]], frozenset(EFFECT_TYPES))
    step = Step("lin", NOW, NOW, "scripted.go", {"reference": "CROWD-1"})

    compare(kind, PurchaseConfig(), [step], frozenset())
    assert tell(Shop(kind, PurchaseConfig()), step).refusal == CAMPAIGN_FAILED


@pytest.mark.parametrize("note", ["", "\\u0000", "\0", "\\\0", "x" * 65_000, "x" * 66_000], ids=range(6))
@pytest.mark.parametrize("effect", [SetState, lambda state: Teams(opens=True, state=state)], ids=["member", "team"])
def test_the_same_states_can_be_kept(note: str, effect: Callable[[Team], Effect | Teams]) -> None:
    kind = replace(scripted([[effect(Team(note=note))]], frozenset(EFFECT_TYPES)), state=Team)

    compare(kind, PurchaseConfig(), [Step("lin", NOW, NOW, "scripted.go", {})], frozenset())


@pytest.mark.parametrize("undeclared", [{Hold}, {Settle}, {Hold, Settle}])
def test_the_same_types_read_holds(undeclared: set[type[Effect]]) -> None:
    kind = scripted([[LookAtValue("points", "a", None, "grant")]], frozenset(EFFECT_TYPES) - undeclared)

    compare(kind, PurchaseConfig(), [Step("lin", NOW, NOW, "scripted.go", {"reference": "CROWD-1"})], frozenset())


@settings(deadline=None)
@given(REVIEWING, lives_of(scripted([[]], frozenset(EFFECT_TYPES)), steps_max=16), CLOSED)
def test_what_operators_have_to_look_at_is_equal(
    scripts: list[Script], life: list[Step], closed: frozenset[int]
) -> None:
    compare(scripted(scripts, frozenset(EFFECT_TYPES)), PurchaseConfig(), life, closed)


@pytest.mark.parametrize("at_once", [32, 15])
def test_the_same_number_of_reviews_may_be_open(at_once: int) -> None:
    """As with holds: it is reached exactly, and gone beyond; a verdict makes room for as many."""

    def decide(fact: Fact, view: AnyView) -> Iterator[Effect]:
        yield from (Review(f"{fact.new_key}/{number}", "look") for number in range(at_once))

    kind = replace(scripted([[]], frozenset(EFFECT_TYPES)), decide=decide)
    asking, verdict = Step("lin", NOW, NOW, "scripted.go", {}), {"key": "3", "approved": True, "note": ""}
    compare(
        kind, PurchaseConfig(), [*[asking] * 18, asking._replace(type="scripted.reviewed", data=verdict)], frozenset()
    )


def test_a_kit_that_forgot_a_verdict_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def unheard(stage: Shop, member: str, type_: str, data: dict[str, Any]) -> Played:
        return Played(stage._fact(member, type_, data))

    monkeypatch.setattr(Stage, "_verdict", unheard)
    verdict = {"key": "0", "approved": True, "note": ""}
    life = [Step("lin", NOW, NOW, "scripted.go", {}), Step("lin", NOW, NOW, "scripted.reviewed", verdict)]

    with pytest.raises(AssertionError):
        compare(scripted([[Review("a", "look")]], frozenset(EFFECT_TYPES)), PurchaseConfig(), life, frozenset())


@pytest.mark.parametrize("at_once", [32, 15])
def test_the_same_number_of_holds_may_be_open(at_once: int) -> None:
    """It is reached exactly, and gone beyond: a decision may open several while there is room for one."""

    def decide(fact: Fact, view: AnyView) -> Iterator[Effect]:
        yield from (Hold("points", 1, f"{fact.new_key}/{number}", "NO") for number in range(at_once))

    kind = replace(scripted([[]], frozenset(EFFECT_TYPES)), decide=decide)
    compare(kind, PurchaseConfig(), [Step("lin", NOW, NOW, "scripted.go", {})] * 18, frozenset())


def test_the_comparison_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kit that granted one too many would be found."""
    right = RULES[Grant]
    wrong = right._replace(apply=lambda scene, effect: right.apply(scene, replace(effect, amount=effect.amount + 1)))
    monkeypatch.setattr("siyu.sdk.testing.applying.RULES", {**RULES, Grant: wrong})
    step = Step("lin", NOW, NOW, "check_in.sign", {})

    with pytest.raises(AssertionError):
        compare(CHECK_IN, CheckInConfig(), [step], frozenset())


@pytest.mark.parametrize("kind", [Grant, Reverse, Spend, Hold, Settle, Issue, Revoke, Notify])
def test_a_kit_that_only_says_what_it_does_would_be_found(kind: type[Effect], monkeypatch: pytest.MonkeyPatch) -> None:
    right = RULES[kind]

    def said(scene: Scene, effect: Effect) -> Logged:
        return right.apply(replace(scene, shop=deepcopy(scene.shop)), effect)

    monkeypatch.setattr("siyu.sdk.testing.applying.RULES", {**RULES, kind: right._replace(apply=said)})
    with pytest.raises(AssertionError):
        all_stories()


@pytest.mark.parametrize("kind", [Reverse, Spend, Hold, Issue])
def test_a_kit_that_forgot_a_guard_would_be_found(kind: type[Effect], monkeypatch: pytest.MonkeyPatch) -> None:
    unguarded = RULES[kind]._replace(against=nothing_against_it)
    monkeypatch.setattr("siyu.sdk.testing.applying.RULES", {**RULES, kind: unguarded})

    with pytest.raises(AssertionError):
        all_stories()


def test_a_kit_that_let_anybody_invite_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    unguarded = RULES[Invite]._replace(against=nothing_against_it)
    monkeypatch.setattr("siyu.sdk.testing.applying.RULES", {**RULES, Invite: unguarded})
    kind, code = scripted([[By("NO")]], frozenset(EFFECT_TYPES)), member_code(id_on_stage("lin"))

    with pytest.raises(AssertionError):
        compare(kind, PurchaseConfig(), [Step("lin", NOW, NOW, "scripted.go", {"partner": code})], frozenset())


def all_stories() -> None:
    """Compare every story."""
    for turns in STORIES.values():
        compare_turns(turns)


def test_the_kit_plays_every_effect() -> None:
    assert set(RULES) == set(EFFECT_TYPES)
