"""Bargains, played on a stage."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from siyu.sdk import Cancel, Confirm, Issue, Notify, SetState
from siyu.sdk.testing import Stage, campaign_tests, given
from siyu_bargain.campaign import CAMPAIGN
from siyu_bargain.config import CUTS_MAX, BargainConfig, validate
from siyu_bargain.prices import plan_cuts
from siyu_bargain.states import Bargain, MemberState, Outcome

BargainStage = Stage[BargainConfig, MemberState]
TWO_CUTS = BargainConfig(cuts=2, stock=1)
FRIENDS = [f"friend {number}" for number in range(CUTS_MAX)]


def opened(stage: BargainStage, owner: str = "lin") -> str:
    """Let the owner start a bargain; its key."""
    return stage.act(owner, "start").fact.new_key


def bargain_of(stage: BargainStage, key: str) -> Bargain:
    """The bargain of this key, which there is."""
    bargain: Bargain = stage.team(key)
    return bargain


def win(stage: BargainStage) -> None:
    """Lead a stage to the floor price."""
    key = opened(stage)
    for friend in FRIENDS[: stage.config.cuts]:
        stage.act(friend, "cut", bargain=key)


def run_out(stage: BargainStage) -> None:
    """Lead a stage past a deadline."""
    opened(stage)
    stage.wait(hours=stage.config.hours)


test_conformance = campaign_tests(
    CAMPAIGN, configs=[TWO_CUTS, BargainConfig(consolation_points=0)], plays=[win, run_out]
)


@pytest.mark.parametrize("seed", range(50))
def test_the_cuts_are_exactly_what_lies_between_price_and_floor(seed: int) -> None:
    random = Random(seed)
    cuts = random.randint(1, CUTS_MAX)
    total_fen = random.choice([cuts, cuts + 1, 10_000])

    plan_fen = plan_cuts(total_fen, cuts, str(seed))

    assert (len(plan_fen), sum(plan_fen)) == (cuts, total_fen)
    assert min(plan_fen) >= 1
    assert plan_fen == plan_cuts(total_fen, cuts, str(seed))


def test_a_floor_too_near_to_the_price_is_told_at_its_field() -> None:
    assert not list(validate(BargainConfig(price_fen=1_000, floor_fen=990, cuts=10)))
    [problem] = validate(BargainConfig(price_fen=1_000, floor_fen=991, cuts=10))
    assert problem.path == ("floor_fen",)


def test_the_last_cut_gives_the_owner_the_right_to_buy() -> None:
    story = given(CAMPAIGN, price_fen=19_900, floor_fen=9_905, cuts=2).when("lin", "start")
    key = story.last.fact.new_key
    story.when("wang", "cut", bargain=key).when("zhao", "cut", bargain=key)

    [won] = story.last.followed
    assert won.effects == (
        Confirm(key, "BARGAIN_OVER"),
        Cancel(key),
        Issue("bargain", key, "BARGAIN_OVER"),
        SetState(MemberState(bargain=key, won=1)),
        Notify("won", {"price": "99.05"}),
    )
    story.then_reward("lin", "bargain").then_message("lin", "砍价成功，您可以 99.05 元购买")
    assert (bargain_of(story.stage, key).outcome, story.stage.timers("lin")) == (Outcome.WON, {})


def test_a_friend_cuts_a_price_once_and_the_owner_never() -> None:
    story = given(CAMPAIGN, cuts=3).when("lin", "start")
    key = story.last.fact.new_key

    story.when("lin", "cut", bargain=key).then_refused("OWN_BARGAIN")
    story.when("wang", "cut", bargain=key).when("wang", "cut", bargain=key).then_refused("HELPED_ALREADY")
    story.when("zhao", "cut", bargain="nobody's").then_refused("NO_BARGAIN")


def test_a_bargain_that_is_won_takes_no_more_cuts() -> None:
    stage = Stage(CAMPAIGN, TWO_CUTS)
    win(stage)

    key = stage.state("lin").bargain
    assert stage.act("wang", "cut", bargain=key).refusal == "BARGAIN_OVER"


def test_a_member_cuts_so_often_a_day() -> None:
    stage = Stage(CAMPAIGN, BargainConfig(cuts_a_day=1))
    keys = [opened(stage, owner) for owner in ("lin", "zhao")]

    refusals = [stage.act("wang", "cut", bargain=key).refusal for key in keys]
    stage.go_to("2026-11-23T00:00")

    assert refusals == [None, "TOMORROW"]
    assert stage.act("wang", "cut", bargain=keys[1]).refusal is None


def test_the_deadline_consoles_the_owner_and_gives_the_item_back() -> None:
    story = given(CAMPAIGN, cuts=2, stock=1, hours=24, consolation_points=20).when("lin", "start")
    key = story.last.fact.new_key
    story.when("wang", "cut", bargain=key)
    story.when("zhao", "start").then_refused("SOLD_OUT")

    story.after(hours=24).then_balance("lin", 20).then_message("lin", "砍价超时，送您 20 积分")

    assert bargain_of(story.stage, key).outcome is Outcome.EXPIRED
    story.when("zhao", "cut", bargain=key).then_refused("BARGAIN_OVER")
    story.when("lin", "start").then_refused("NO_MORE_BARGAINS")
    assert story.when("zhao", "start").last.refusal is None


def test_the_deadline_holds_even_if_its_timer_is_late() -> None:
    stage = Stage(CAMPAIGN, BargainConfig(hours=24))
    key = opened(stage)

    stage.go_to(bargain_of(stage, key).ends_at)

    assert stage.act("wang", "cut", bargain=key).refusal == "BARGAIN_OVER"


def test_while_it_is_paused_nobody_cuts_and_the_deadline_comes_all_the_same() -> None:
    stage = Stage(CAMPAIGN, BargainConfig(hours=24))
    key = opened(stage)

    stage.running = False
    stage.wait(hours=23)
    assert stage.act("wang", "cut", bargain=key).refusal == "CAMPAIGN_NOT_OPEN"
    stage.wait(hours=1)

    assert bargain_of(stage, key).outcome is Outcome.EXPIRED


def test_a_cut_that_comes_after_the_timer_is_too_late() -> None:
    stage = Stage(CAMPAIGN, BargainConfig(cuts=1))
    key = opened(stage)
    stage.wait(hours=24)
    stage.go_to("2026-11-22T12:01")

    assert stage.act("wang", "cut", bargain=key).refusal == "BARGAIN_OVER"
    assert (stage.rewards("lin"), stage.balance("lin"), stage.counted("stock")) == ({}, 20, {})


def test_a_timer_that_fires_after_the_last_cut_changes_nothing() -> None:
    """As when it fires before the owner is told: to be played here, its fact must be one that a stage takes."""
    stage = Stage(replace(CAMPAIGN, settles=frozenset({"bargain.expire"})), BargainConfig(cuts=1))
    key = opened(stage)
    stage.act("wang", "cut", bargain=key)

    assert stage.fact("lin", "bargain.expire", bargain=key).effects == ()
    assert (stage.rewards("lin"), stage.balance("lin")) == ({key: "bargain"}, 0)
    assert stage.counted("stock") == {("", ""): (1, 0)}


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_no_price_is_below_the_floor_and_no_item_is_promised_twice(seed: int) -> None:
    random, people = Random(seed), FRIENDS[:6]
    stage = Stage(CAMPAIGN, BargainConfig(cuts=3, stock=3, bargains=2, cuts_a_day=4, hours=5))
    keys: list[str] = []
    for _ in range(80):
        if random.random() < 0.2:
            started = stage.act(random.choice(people), "start")
            keys += [] if started.refusal else [started.fact.new_key]
        elif keys:
            stage.act(random.choice(people), "cut", bargain=random.choice(keys[-3:]))
        stage.wait(minutes=random.choice([0, 20, 90]))

        bargains = [bargain_of(stage, key) for key in keys]
        outcomes = Counter(bargain.outcome for bargain in bargains)
        assert all(bargain.present_fen >= 9_900 for bargain in bargains)
        assert all((bargain.present_fen == 9_900) == (bargain.outcome is Outcome.WON) for bargain in bargains)
        assert all(len({bargain.owner, *bargain.helpers}) == 1 + len(bargain.helpers) for bargain in bargains)
        assert stage.counted("stock").get(("", ""), (0, 0)) == (outcomes[Outcome.WON], outcomes[Outcome.OPEN])
        assert sum(len(stage.rewards(person)) for person in people) == outcomes[Outcome.WON]
