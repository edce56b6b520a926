"""What no campaign may reward: refused with the rule's name when it is saved, and invalid when it is decided."""

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from siyu.campaigns import AnyCampaignType, Registry, service
from siyu.campaigns.checking import check_settings
from siyu.campaigns.drafts import Draft, DraftChanges, as_drafted
from siyu.campaigns.service import CampaignSettings
from siyu.db import Pool
from siyu.engine import NewFact
from siyu.errors import InvalidInput
from siyu.ids import new_id
from siyu.sdk import (
    Action,
    ActionKind,
    ConfigProblem,
    Effect,
    Emit,
    Fact,
    FactData,
    Grant,
    Hold,
    Issue,
    Refuse,
    Reverse,
    RewardRule,
    Schedule,
    Text,
    View,
)
from siyu.sdk.rewarding_rules import rewardable
from tests.clock import NOON
from tests.factories import add_members, paid, registry_of, shop_engine
from tests.siyu.engine.stage import MEMBER, PURCHASE, gives, live, paying, play, told, world_of

HAND_OUT = Text(zh="分享", en="Share")
SHARE = Action("handOut", HAND_OUT, kind=ActionKind.SHARE)
INVITE = Action("invite", HAND_OUT, kind=ActionKind.RECRUIT)
COMMISSION = RewardRule("commission", "order.paid", level=1)
# By a timer and then by what it emits.
WAITED_FOR = COMMISSION._replace(through=("paying.wait", "paying.pay"))
WAITING: dict[str, Any] = {
    "timers": {"wait": FactData},
    "emits": {"pay": FactData, "recruited": FactData},
    "effects": frozenset({Emit, Grant, Hold, Refuse, Reverse, Schedule}),
}


def kind_of(*rules: RewardRule, **fields: Any) -> AnyCampaignType:
    """A type that declares to reward this; it takes back what it gave."""
    declared = {"settles": frozenset({"order.refunded"}), "actions": (SHARE, INVITE), **fields}
    return paying(gives(1), **declared, rewards=lambda config: rules)


def codes(kind: AnyCampaignType, **terms: Any) -> set[str]:
    """The codes of what is wrong with a campaign of the type."""
    try:
        check_settings(kind, {}, terms)
    except InvalidInput as error:
        return {problem.code for problem in error.problems}
    return set()


@pytest.mark.parametrize(
    ("rules", "terms", "expected"),
    [
        pytest.param([COMMISSION], {}, set(), id="one level"),
        pytest.param([COMMISSION._replace(level=2)], {}, {"COMMISSION_LEVELS"}, id="two levels by default"),
        pytest.param([COMMISSION, COMMISSION._replace(level=2)], {"commission_levels": 2}, set(), id="two, agreed"),
        pytest.param([COMMISSION._replace(level=3)], {"commission_levels": 2}, {"COMMISSION_LEVELS"}, id="three"),
        pytest.param([COMMISSION._replace(level=0)], {}, {"COMMISSION_LEVELS"}, id="no level"),
        pytest.param(
            [COMMISSION._replace(fact="paying.play")], {}, {"COMMISSION_ONLY_ON_PAID_ORDERS"}, id="for playing"
        ),
        pytest.param(
            [COMMISSION._replace(fact="paying.invite")],
            {},
            {"COMMISSION_ONLY_ON_PAID_ORDERS", "NO_REWARD_FOR_RECRUITING"},
            id="for recruiting",
        ),
        pytest.param(
            [COMMISSION._replace(fact="member.joined")],
            {},
            {"COMMISSION_ONLY_ON_PAID_ORDERS", "NO_REWARD_FOR_RECRUITING"},
            id="for joining",
        ),
        pytest.param([RewardRule("points", "paying.invite")], {}, set(), id="points for recruiting"),
        pytest.param([RewardRule("points", "paying.handOut")], {}, {"NO_REWARD_FOR_SHARING"}, id="points for sharing"),
        pytest.param([RewardRule("points", "wx.share")], {}, {"NO_REWARD_FOR_SHARING"}, id="an honest name"),
        pytest.param([RewardRule("points", "wx.moments_forward")], {}, {"NO_REWARD_FOR_SHARING"}, id="another"),
        pytest.param([RewardRule("points", "wx.cardShared")], {}, {"NO_REWARD_FOR_SHARING"}, id="in a name"),
        pytest.param([RewardRule("points", "wx.shareholder")], {}, set(), id="another word"),
        pytest.param(
            [COMMISSION._replace(through=("wx.told",))], {}, {"COMMISSION_ONLY_ON_PAID_ORDERS"}, id="by others' facts"
        ),
        pytest.param(
            [COMMISSION._replace(through=("paying.invite",))],
            {},
            {"COMMISSION_ONLY_ON_PAID_ORDERS", "NO_REWARD_FOR_RECRUITING"},
            id="by recruiting",
        ),
        pytest.param(
            [RewardRule("points", "order.paid", through=("paying.handOut",))],
            {},
            {"NO_REWARD_FOR_SHARING"},
            id="by sharing",
        ),
    ],
)
def test_each_rule_is_told_by_its_name(rules: list[RewardRule], terms: dict[str, Any], expected: set[str]) -> None:
    assert codes(kind_of(*rules), **terms) == expected


@pytest.mark.parametrize("fields", [{"settles": frozenset()}, {"effects": frozenset({Grant}), "refusals": {}}])
def test_commission_is_taken_back_or_not_given(fields: dict[str, Any]) -> None:
    assert codes(kind_of(COMMISSION, **fields)) == {"COMMISSION_IS_TAKEN_BACK"}


async def test_a_campaign_that_breaks_a_rule_is_not_saved_and_not_published(pool: Pool) -> None:
    def registry(kind: AnyCampaignType) -> Registry:
        return Registry(MappingProxyType({"paying": kind}))

    settings = CampaignSettings(name="分享有礼", config={})
    with pytest.raises(InvalidInput, match="NO_REWARD_FOR_SHARING"):
        await service.create(pool, registry(kind_of(RewardRule("points", "wx.share"))), "paying", settings, NOON)
    draft = await service.create(pool, registry(kind_of()), "paying", settings, NOON)
    for rewarded in ("wx.share", "paying.handOut"):
        with pytest.raises(InvalidInput, match="NO_REWARD_FOR_SHARING"):
            await service.publish(pool, registry(kind_of(RewardRule("points", rewarded))), draft.id, NOON)
    changes = CampaignSettings(config={})
    with pytest.raises(InvalidInput, match="COMMISSION_LEVELS"):
        await service.update(pool, registry(kind_of(COMMISSION._replace(level=2))), draft.id, 1, changes, NOON)


def test_an_arm_cannot_hide_what_the_config_does_not_show() -> None:
    def rewards(config: Any) -> Iterator[RewardRule]:
        yield RewardRule("points", "wx.share" if config.cap_per_day else "order.paid")

    kind = paying(gives(1), rewards=rewards)

    assert codes(kind) == set()
    arm = {"key": "a", "weight": 1, "override": {"cap_per_day": 5}}
    assert codes(kind, arms=[arm]) == {"NO_REWARD_FOR_SHARING"}


@pytest.mark.parametrize("fact_type", ["paying.handOut", "wx.share"])
def test_the_act_of_sharing_is_never_rewarded_whatever_the_type_declares(fact_type: str) -> None:
    for declared in ({}, {"rewards": lambda config: [RewardRule("points", fact_type)]}):
        kind = paying(gives(5), actions=(SHARE,), listens=frozenset({"wx.share"}), **declared)
        campaign = live(kind, 1)
        world = world_of([campaign])
        action = campaign.id if fact_type.startswith("paying") else None

        outcome = play(world, NewFact(fact_type, MEMBER, NOON, {}, "k", action))

        assert told(outcome) == [(1, "CAMPAIGN_FAILED", 0)]
        assert world.book.transfers == []


def test_a_reward_with_a_name_is_none_for_sharing_either() -> None:
    def decide(_fact: Fact, _view: View[Any, Any]) -> Iterator[Effect]:
        yield Issue("mug", "once", "NO")

    kind = paying(decide, actions=(SHARE, INVITE), effects=frozenset({Issue}), refusals={"NO": HAND_OUT})
    campaign = live(kind, 1)
    world = world_of([campaign])

    shared = play(world, NewFact("paying.handOut", MEMBER, NOON, {}, "k", campaign.id))
    invited = play(world, NewFact("paying.invite", MEMBER, NOON, {}, "l", campaign.id))

    assert (told(shared), told(invited)) == ([(1, "CAMPAIGN_FAILED", 0)], [(1, None, 0)])
    assert len(world.rewards.new) == 1


@pytest.mark.parametrize(("name", "is_sharing"), [("friendShared", True), ("friendCame", False)])
def test_a_fact_of_ones_own_is_named_honestly_too(name: str, is_sharing: bool) -> None:
    for own in ({"emits": {name: FactData}}, {"timers": {name: FactData}}):
        allowed = rewardable(paying(gives(1), **own), [])

        problem = allowed.problem([Grant("points", 1)], f"paying.{name}") if allowed else None
        assert bool(problem) == is_sharing


def test_commission_may_come_later_by_the_campaigns_own_facts() -> None:
    kind = kind_of(WAITED_FOR, **WAITING)
    allowed = rewardable(kind, [kind.config()])

    assert (codes(kind), WAITED_FOR.facts) == (set(), ("order.paid", "paying.wait", "paying.pay"))
    assert allowed is not None
    assert allowed.permits("commission", "paying.pay")
    assert not any(allowed.permits("commission", fact) for fact in ("order.paid", "paying.wait", "paying.play"))


@pytest.mark.parametrize(
    ("effect", "causes"),
    [
        (Schedule("k", NOON, "wait"), {"order.paid", "paying.wait"}),
        (Emit("pay"), {"paying.wait", "paying.pay"}),
        (Emit("recruited"), {"order.paid", "paying.wait", "paying.pay", "paying.invite", "paying.reviewed"}),
    ],
)
def test_a_fact_that_pays_commission_follows_from_paid_orders_alone(effect: Effect, causes: set[str]) -> None:
    allowed = rewardable(kind_of(WAITED_FOR, **WAITING), [PURCHASE.config()])
    assert allowed is not None

    for fact in ("order.paid", "paying.wait", "paying.pay", "paying.invite", "paying.reviewed"):
        assert (allowed.problem([effect], fact) is None) == (fact in causes)


def test_a_decision_that_would_pay_commission_for_recruiting_fails() -> None:
    def decide(_fact: Fact, _view: View[Any, Any]) -> Iterator[Effect]:
        yield Emit("pay")

    kind = paying(decide, actions=(INVITE,), rewards=lambda config: [WAITED_FOR], **WAITING)
    campaign = live(kind, 1)
    world = world_of([campaign])

    outcome = play(world, NewFact("paying.invite", MEMBER, NOON, {}, "k", campaign.id))

    assert (told(outcome), world.pending.asked_for()) == ([(1, "CAMPAIGN_FAILED", 0)], [])


@pytest.mark.parametrize("effect", [Grant("commission", 5), Hold("commission", 5, "k", "NO")])
@pytest.mark.parametrize(("declared", "code"), [({}, "CAMPAIGN_FAILED"), ({"rewards": lambda _: [COMMISSION]}, None)])
def test_who_declares_nothing_gives_no_commission(effect: Effect, declared: dict[str, Any], code: str | None) -> None:
    kind = paying(lambda fact, view: [effect], effects=frozenset({Grant, Hold, Refuse}), **declared)
    campaign = replace(live(kind, 1), issuers={"commission": new_id()})

    outcome = play(world_of([campaign]), paid(MEMBER, "A1", 100, NOON))

    refusal = outcome.decisions[0].refusal
    assert (refusal.code if refusal else None) == code


def test_sharing_without_a_reward_is_fine() -> None:
    kind = paying(gives(0), actions=(SHARE,))
    campaign = live(kind, 1)

    outcome = play(world_of([campaign]), NewFact("paying.handOut", MEMBER, NOON, {}, "k", campaign.id))

    assert told(outcome) == [(1, None, 0)]


def test_what_is_not_declared_is_not_given() -> None:
    declared = live(paying(gives(5), rewards=lambda config: [RewardRule("points", "order.paid")]), 1)
    undeclared = live(paying(gives(5), rewards=lambda config: [RewardRule("points", "paying.play")]), 2)

    outcome = play(world_of([declared, undeclared]), paid(MEMBER, "A1", 100, NOON))

    assert told(outcome) == [(1, None, 5), (2, "CAMPAIGN_FAILED", 0)]


def test_a_types_own_checks_are_told_with_their_paths_in_both_languages() -> None:
    text = Text(zh="上限太低", en="the cap is too low")

    def validate(config: Any) -> Iterator[ConfigProblem]:
        if config.cap_per_day == 1:
            yield ConfigProblem(("cap_per_day",), text)

    kind = paying(gives(1), validate=validate)
    arms = [{"key": "a", "weight": 1, "override": {"cap_per_day": 1}}]

    with pytest.raises(InvalidInput) as caught:
        check_settings(kind, {"cap_per_day": 1}, {"arms": arms})

    assert [(problem.path, problem.text) for problem in caught.value.problems] == [
        (("config", "cap_per_day"), text),
        (("terms", "arms", "0", "override", "cap_per_day"), text),
    ]


@pytest.mark.parametrize("type_key", ["paying", None])
def test_a_draft_is_tried_out_only_if_it_could_be_saved(type_key: str | None) -> None:
    def validate(config: Any) -> Iterator[ConfigProblem]:
        if config.cap_per_day == 1:
            yield ConfigProblem(("cap_per_day",), Text(zh="上限太低", en="the cap is too low"))

    kind = paying(gives(1), validate=validate, rewards=lambda config: gifts[config.cap_per_day or 0])
    gifts = {0: [], 1: [], 2: [RewardRule("points", "wx.share")]}
    stored = live(kind, 1) if type_key is None else None

    for cap, code in ((1, "INVALID_INPUT"), (2, "NO_REWARD_FOR_SHARING")):
        with pytest.raises(InvalidInput) as caught:
            as_drafted(registry_of(kind), stored, Draft(None, type_key, DraftChanges(config={"cap_per_day": cap})))
        assert [problem.code for problem in caught.value.problems] == [code]
    drafted = as_drafted(registry_of(kind), stored, Draft(None, type_key, DraftChanges(config={"multiplier": 2})))
    assert drafted.config.model_dump()["multiplier"] == 2


@pytest.mark.parametrize("name", ["validate", "rewards"])
def test_checks_that_fail_are_the_types_problem(name: str) -> None:
    def fail(config: Any) -> Iterator[Any]:
        raise ZeroDivisionError("nothing to divide by")

    with pytest.raises(InvalidInput, match="ZeroDivisionError"):
        check_settings(paying(gives(1), **{name: fail}), {}, None)


async def test_a_type_that_cannot_say_what_it_rewards_keeps_nobody_else_from_deciding(pool: Pool) -> None:
    def fail(config: Any) -> Iterator[RewardRule]:
        raise ZeroDivisionError

    [member] = await add_members(pool, 1)
    engine = shop_engine(pool)
    types = dict(engine.registry.types)
    fine = Registry(MappingProxyType({**types, "paying": replace(paying(gives(5)), rewards=None)}))
    for key in ("paying", "purchase"):
        made = await service.create(pool, fine, key, CampaignSettings(name=key, config={}), NOON)
        await service.publish(pool, fine, made.id, NOON)
    broken = Registry(MappingProxyType({**types, "paying": paying(gives(5), rewards=fail)}))
    engine = replace(engine, registry=broken)

    outcome = await engine.submit(paid(member, "A1", 1_000, NOON))

    assert [sum(e.get("amount", 0) for e in d.effects) for d in outcome.decisions] == [10]
