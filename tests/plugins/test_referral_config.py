"""What an operator can set for a referral, and what comes of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from plugins.referral.campaign import REFERRAL, rewards, validate
from plugins.referral.config import Caps, Commission, ReferralConfig, Risk, Side, Step
from plugins.referral.states import Status
from siyu.campaigns.checking import check_settings
from siyu.engine.intake import service_fact
from siyu.errors import InvalidInput
from siyu.sdk import Action, ActionKind, RewardRule, Text
from tests.clock import NOON
from tests.factories import registry_of
from tests.plugins.referral_stage import DEVICE, ReferralStage, bind, bound, pay, refund, stage_of

COMMISSION: dict[str, Any] = {"rates": [10]}


@pytest.mark.parametrize(
    "config",
    [
        {"trigger": "shared"},
        {"trigger_orders": 0},
        {"trigger_orders": 21},
        {"trigger_amount_fen": 0},
        {"newcomer_days": 0},
        {"refund_days": 91},
        {"order_fen_min": 0},
        {"inviter": {"points": -1}},
        {"inviter": {"points": 1, "membership": True}},
        {"invitee": {"reward": ""}},
        {"steps": [{"invitees": 3}]},
        {"steps": [{"invitees": 0, "points": 1}]},
        {"steps": [{"invitees": 3, "points": 1}, {"invitees": 3, "points": 2}]},
        {"steps": [{"invitees": n + 1, "points": 1} for n in range(9)]},
        {"commission": {"rates": []}},
        {"commission": {"rates": [1, 1, 1]}},
        {"commission": {"rates": [60, 50]}},
        {"commission": {"rates": [1.5]}},
        {"commission": {"rates": [1], "per": "fen"}},
        {"commission": {"rates": [1], "spent": "ignore"}},
        {"caps": {"day": 0}},
        {"caps": {"week": 1}},
        {"risk": {"burst_minutes": 0}},
        {"risk": {"device_members": 0}},
        {"risk": {"tags": [""]}},
        {"entry_fee_fen": 100},
    ],
)
def test_an_impossible_config_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ReferralConfig.model_validate(config)


def test_a_config_that_gives_nobody_anything_is_refused() -> None:
    nothing: dict[str, Any] = {"inviter": {"points": 0}, "invitee": {"points": 0}, "steps": []}

    assert [problem.path for problem in validate(ReferralConfig.model_validate(nothing))] == [("inviter",)]
    for something in (
        {"inviter": {"points": 1}},
        {"invitee": {"points": 0, "reward": "cup"}},
        {"steps": [{"invitees": 1, "points": 1}]},
        {"commission": COMMISSION},
    ):
        assert list(validate(ReferralConfig.model_validate(nothing | something))) == []


def test_the_default_is_the_handbooks() -> None:
    config = ReferralConfig()

    assert (config.inviter.points, config.invitee.points, config.commission) == (50, 50, None)
    assert (config.trigger, config.trigger_orders, config.newcomer_days) == ("orders", 1, 7)
    assert [step.invitees for step in config.steps] == [3, 5, 10]


def codes(config: dict[str, Any], **terms: Any) -> set[str]:
    """The codes of what is wrong with such a campaign."""
    try:
        check_settings(REFERRAL, config, terms)
    except InvalidInput as error:
        return {problem.code for problem in error.problems}
    return set()


def test_commission_is_on_one_level_unless_two_were_agreed() -> None:
    assert codes({"commission": COMMISSION}) == set()
    assert codes({"commission": {"rates": [10, 5]}}) == {"COMMISSION_LEVELS"}
    assert codes({"commission": {"rates": [10, 5]}}, commission_levels=2) == set()


def test_commission_is_for_paid_orders_and_for_nothing_else() -> None:
    declared = list(rewards(ReferralConfig(commission=Commission(rates=(10, 5)))))

    assert {rule.fact for rule in declared if rule.unit == "commission"} == {"order.paid"}
    assert {rule.level for rule in declared if rule.unit == "commission"} == {1, 2}
    assert {rule.unit for rule in rewards(ReferralConfig())} == {"points"}


def test_defect_47_sharing_earns_nothing_whatever_an_operator_sets() -> None:
    """There is no such option; a type that had it could not be saved."""
    share = Action("share", Text(zh="分享", en="Share"), kind=ActionKind.SHARE)
    rule = RewardRule("points", "referral.share")
    sharing = replace(REFERRAL, actions=(*REFERRAL.actions, share), rewards=lambda config: [*rewards(config), rule])

    with pytest.raises(InvalidInput) as caught:
        check_settings(sharing, {}, {})

    assert [problem.code for problem in caught.value.problems] == ["NO_REWARD_FOR_SHARING"]
    assert codes({"trigger": "shared"}) == {"INVALID_INPUT"}


@pytest.mark.parametrize("name", sorted(REFERRAL.emits) + sorted(REFERRAL.timers) + ["reviewed", "bind", "open"])
def test_defect_39_nobody_reports_a_reward_from_outside(name: str) -> None:
    """What is given is decided about the member whom the campaign's own fact is about."""
    data = {"key": "step#3", "points": 1_000, "invitee": "00000000-0000-0000-0000-000000000007", "attempt": 1}

    with pytest.raises(InvalidInput, match="unknown fact type"):
        service_fact(registry_of(REFERRAL), f"referral.{name}", NOON, data, "key/00000001", NOON)


Told = tuple[Any, ...]
Play = Callable[[ReferralStage], None]


def come(*names: str, device: str | None = None) -> Play:
    """Newcomers name Ann."""

    def play(stage: ReferralStage) -> None:
        for name in names:
            bound(stage, name, device=device)

    return play


def a_minute_apart(stage: ReferralStage) -> None:
    """Cai comes a minute after Bo."""
    bound(stage, "bo")
    stage.wait(minutes=1)
    bound(stage, "cai")


def first_order(stage: ReferralStage) -> None:
    """Bo comes, and buys for 100 yuan."""
    bound(stage, "bo")
    pay(stage, "bo", "A-1")


def second_order(stage: ReferralStage) -> None:
    """And again, twenty days later."""
    first_order(stage)
    stage.wait(days=20)
    pay(stage, "bo", "A-2")


def come_late(stage: ReferralStage) -> None:
    """Bo comes five days after joining."""
    stage.member("bo")
    stage.wait(days=5)
    bind(stage, "bo")
    pay(stage, "bo", "A-1")


def order_late(stage: ReferralStage) -> None:
    """Bo buys five days after being bound."""
    bound(stage, "bo")
    stage.wait(days=5)
    pay(stage, "bo", "A-1")


def one_who_is_tagged(stage: ReferralStage) -> None:
    """Bo has a tag that is looked for by some."""
    stage.member("bo", tags={"阿里党"})
    first_order(stage)


def spend_and_refund(stage: ReferralStage) -> None:
    """Ann's commission is gone when the order goes back; a stage has nowhere to spend it, so it is taken away."""
    first_order(stage)
    stage.wait(days=20)
    stage._shop.balances[stage.member("ann").id, "commission"] = 0
    refund(stage, "bo", "A-1")


# For each option: what is set besides, the value that changes, and a play in which that can be told.
OPTIONS: dict[str, tuple[dict[str, Any], dict[str, Any], Play]] = {
    "newcomer_days": ({}, {"newcomer_days": 4}, come_late),
    "trigger": ({}, {"trigger": "registered"}, come("bo")),
    "trigger_orders": ({}, {"trigger_orders": 2}, first_order),
    "trigger_amount_fen": ({"trigger": "amount"}, {"trigger_amount_fen": 10_001}, first_order),
    "trigger_days": ({}, {"trigger_days": 4}, order_late),
    "order_fen_min": ({}, {"order_fen_min": 10_001}, first_order),
    "inviter.points": ({}, {"inviter": {"points": 51}}, first_order),
    "inviter.reward": ({}, {"inviter": {"reward": "mug"}}, first_order),
    "invitee.points": ({}, {"invitee": {"points": 0}}, first_order),
    "invitee.reward": ({}, {"invitee": {"reward": "mug"}}, first_order),
    "steps.invitees": (
        {"steps": [{"invitees": 2, "points": 5}]},
        {"steps": [{"invitees": 1, "points": 5}]},
        first_order,
    ),
    "steps.points": ({"steps": [{"invitees": 1, "points": 5}]}, {"steps": [{"invitees": 1, "points": 6}]}, first_order),
    "steps.reward": (
        {"steps": [{"invitees": 1, "points": 5}]},
        {"steps": [{"invitees": 1, "points": 5, "reward": "mug"}]},
        first_order,
    ),
    "commission.rates": ({"commission": COMMISSION}, {"commission": {"rates": [11]}}, first_order),
    "commission.per": ({"commission": COMMISSION}, {"commission": {**COMMISSION, "per": "per_mille"}}, first_order),
    "commission.days": ({"commission": COMMISSION}, {"commission": {**COMMISSION, "days": 19}}, second_order),
    "commission.spent": (
        {"commission": COMMISSION},
        {"commission": {**COMMISSION, "spent": "forgive"}},
        spend_and_refund,
    ),
    "refund_days": ({}, {"refund_days": 40}, first_order),
    "caps.day": ({"trigger": "registered"}, {"caps": {"day": 1}}, come("bo", "cai")),
    "caps.month": ({"trigger": "registered"}, {"caps": {"month": 1}}, come("bo", "cai")),
    "caps.total": ({"trigger": "registered"}, {"caps": {"total": 1}}, come("bo", "cai")),
    "risk.device_members": (
        {"trigger": "registered", "risk": {"device_members": 2}},
        {"risk": {"device_members": 1}},
        come("bo", "cai", device=DEVICE),
    ),
    "risk.burst_invitees": ({"trigger": "registered"}, {"risk": {"burst_invitees": 1}}, come("bo", "cai")),
    "risk.burst_minutes": (
        {"trigger": "registered", "risk": {"burst_invitees": 1, "burst_minutes": 1}},
        {"risk": {"burst_invitees": 1, "burst_minutes": 2}},
        a_minute_apart,
    ),
    "risk.tags": ({}, {"risk": {"tags": ["阿里党"]}}, one_who_is_tagged),
}
NESTED: dict[str, type[BaseModel]] = {
    "inviter": Side,
    "invitee": Side,
    "steps": Step,
    "commission": Commission,
    "caps": Caps,
    "risk": Risk,
}


def outcome(play: Play, **fields: Any) -> Told:
    """What everybody has after a play, a month later."""
    stage = stage_of(**fields)
    play(stage)
    stage.wait(days=30)
    told: list[Any] = []
    for name in ("ann", "bo", "cai"):
        invitation = stage.state(name).invitation
        told += [stage.balance(name), stage.balance(name, "commission"), stage.rewards(name), stage.reviews(name)]
        told += [stage.holds(name), invitation and (invitation.status, invitation.why), stage.state(name).debts]
    return tuple(told)


def test_the_table_has_every_option() -> None:
    plain = ReferralConfig.model_fields.keys() - NESTED.keys()
    nested = {f"{name}.{field}" for name, model in NESTED.items() for field in model.model_fields}

    assert set(OPTIONS) == plain | nested


@pytest.mark.parametrize("name", OPTIONS)
def test_defects_33_and_59_every_option_has_a_behaviour(name: str) -> None:
    besides, changed, play = OPTIONS[name]

    assert outcome(play, **besides) != outcome(play, **{**besides, **changed})


def test_two_triggers_are_met_by_two_plays() -> None:
    """The table compares; this is what the usual config comes to."""
    stage = stage_of()
    first_order(stage)
    stage.wait(days=30)

    invitation = stage.state("bo").invitation
    assert invitation is not None
    assert (invitation.status, stage.balance("ann"), stage.balance("bo")) == (Status.REWARDED, 50, 50)
