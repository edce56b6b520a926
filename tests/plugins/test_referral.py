"""Referrals, played on a stage: who may be brought by whom, and when both sides are rewarded."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from plugins.referral.campaign import REFERRAL
from plugins.referral.facts import Asked, Prize
from plugins.referral.states import ATTEMPTS_MAX, Look, Status
from siyu.sdk import Invite
from siyu.sdk.testing import Stage, campaign_tests
from tests.plugins.referral_stage import (
    DEVICE,
    LONG_AGO,
    ReferralStage,
    bind,
    bound,
    code_of,
    every,
    invitation,
    pay,
    points,
    promised,
    referral,
    refund,
    stage_of,
    status,
)

STEPS = [{"invitees": 1, "points": 10}, {"invitees": 2, "reward": "mug"}]
TWO_LEVELS = {"rates": [10, 5]}


def live_a_referral(stage: ReferralStage) -> None:
    """Lead a stage through a friend of a friend, a debt, a named reward and a verdict."""
    stage.config = referral(steps=STEPS, commission=TWO_LEVELS, invitee={"points": 5, "reward": "cup"}, refund_days=1)
    stage.member("ann", joined_at=LONG_AGO)
    bound(stage, "bo", device=DEVICE)
    stage.wait(minutes=1)
    bound(stage, "cai", "bo", device=DEVICE)
    for name, order in (("bo", "A-1"), ("cai", "A-2"), ("cai", "A-3")):
        pay(stage, name, order)
    stage.review("cai", "invitation", approved=True)
    refund(stage, "cai", "A-3")
    stage.wait(days=3)
    stage.config = referral(refund_days=0)
    refund(stage, "cai", "A-2")
    bound(stage, "dai")
    pay(stage, "dai", "A-4")


def be_refused(stage: ReferralStage) -> None:
    """Lead a stage into every refusal."""
    stage.config = referral()
    stage.member("ann", joined_at=LONG_AGO)
    stage.act("bo", "bind", code="nobody's")
    bind(stage, "bo", "bo")
    bound(stage, "bo")
    bind(stage, "bo")
    bind(stage, "ann", "bo")
    stage.wait(days=1)
    pay(stage, "cai", "A-1")
    bind(stage, "cai")


test_conformance = campaign_tests(
    REFERRAL,
    configs=[
        referral(trigger="registered", steps=STEPS, risk={"burst_invitees": 1}),
        referral(commission=TWO_LEVELS, newcomer_days=365, risk={"tags": []}),
    ],
    plays=[live_a_referral, be_refused],
)


@pytest.mark.parametrize(
    ("is_own", "is_bound", "is_new", "has_ordered", "is_later"), list(product([False, True], repeat=5))
)
def test_defect_42_who_may_be_brought(
    is_own: bool, is_bound: bool, is_new: bool, has_ordered: bool, is_later: bool
) -> None:
    """The whole truth table; the first of several objections is told."""
    stage = stage_of(newcomer_days=7)
    stage.member("bo", joined_at=stage.now)
    if is_bound:
        bound(stage, "bo")
    stage.wait(days=7)
    if not is_new:
        stage.wait(minutes=1)
    if has_ordered:
        pay(stage, "bo", "A-0")
    inviter = "bo" if is_own else "cai" if is_later else "ann"

    played = bind(stage, "bo", inviter)

    objections = {
        "OWN_CODE": is_own,
        "BOUND_ALREADY": is_bound,
        "NOT_NEW": not is_new,
        "HAS_ORDERED": has_ordered,
        "INVITER_CAME_LATER": is_later,
    }
    assert played.refusal == next((code for code, applies in objections.items() if applies), None)
    assert (stage.inviter("bo") is not None) == (is_bound or not any(objections.values()))


def test_a_code_is_somebodys() -> None:
    stage = stage_of()

    assert stage.act("bo", "bind", code="01hw7jwz00e00800000000007z").refusal == "NO_SUCH_CODE"
    assert stage.act("bo", "bind", code="my friend").refusal == "NO_SUCH_CODE"


def test_who_was_brought_by_another_campaign_has_an_inviter() -> None:
    """The shop knows of one inviter; the campaign's own state knows nothing of them."""
    stage = stage_of()
    ann, bo = stage.member("ann"), stage.member("bo")
    stage._shop.inviters[bo.id] = ann.id  # another campaign's doing; a stage has only this one

    played = bind(stage, "bo")

    assert (played.refusal, played.missing) == ("INVITED_ALREADY", {"reason": "bound"})


def test_a_bind_keeps_who_brought_whom() -> None:
    stage = stage_of()
    ann = stage.member("ann")

    played = bind(stage, "bo")

    assert played.effects[0] == Invite(ann.id, "INVITED_ALREADY")
    assert (stage.inviter("bo"), stage.state("ann").bound, status(stage, "bo")) == (ann, 1, (Status.BOUND, None))


def test_defect_40_who_leaves_and_comes_back_adds_nothing() -> None:
    stage = stage_of(trigger="registered")
    bound(stage, "bo")

    assert [bind(stage, "bo").refusal for _ in range(3)] == ["BOUND_ALREADY"] * 3
    assert (points(stage, "ann", "bo"), stage.best("ann", "invitees")) == ([50, 50], 1)


def test_both_sides_are_rewarded_for_a_first_order_when_its_refund_window_has_closed() -> None:
    stage = stage_of()
    bound(stage, "bo")
    pay(stage, "bo", "A-1")

    assert (promised(stage, "ann"), promised(stage, "bo"), points(stage, "ann", "bo")) == ([50], [50], [0, 0])
    stage.wait(days=15)
    assert (points(stage, "ann", "bo"), status(stage, "bo")[0]) == ([0, 0], Status.HELD)

    stage.wait(minutes=1)

    assert (points(stage, "ann", "bo"), status(stage, "bo")[0]) == ([50, 50], Status.REWARDED)
    assert (promised(stage, "ann"), promised(stage, "bo"), stage.timers("bo")) == ([], [], {})
    pay(stage, "bo", "A-2")
    stage.wait(days=30)
    assert points(stage, "ann", "bo") == [50, 50]


def test_who_registers_is_enough_where_the_shop_says_so() -> None:
    stage = stage_of(
        trigger="registered", inviter={"points": 7, "reward": "mug"}, invitee={"points": 0, "reward": "cup"}
    )

    bound(stage, "bo")

    assert (points(stage, "ann", "bo"), status(stage, "bo")[0]) == ([7, 0], Status.REWARDED)
    assert (list(stage.rewards("ann").values()), stage.rewards("bo")) == (["mug"], {"invitee": "cup"})
    assert (stage.timers("bo"), stage.holds("ann")) == ({}, {})


@pytest.mark.parametrize(
    ("fields", "orders", "expected"),
    [
        ({"trigger_orders": 3}, [1, 1], Status.BOUND),
        ({"trigger_orders": 3}, [1, 1, 1], Status.REWARDED),
        ({"trigger_orders": 2, "order_fen_min": 100}, [99, 100], Status.BOUND),
        ({"trigger_orders": 2, "order_fen_min": 100}, [99, 100, 100], Status.REWARDED),
        ({"trigger": "amount", "trigger_amount_fen": 10_000}, [5_000, 4_999], Status.BOUND),
        ({"trigger": "amount", "trigger_amount_fen": 10_000}, [5_000, 4_999, 1], Status.REWARDED),
        ({"trigger": "amount", "trigger_amount_fen": 10_000, "order_fen_min": 2}, [5_000, 4_999, 1], Status.BOUND),
    ],
)
def test_so_many_orders_or_so_much_money(fields: dict[str, Any], orders: list[int], expected: Status) -> None:
    """Orders whose own window has closed count as well."""
    stage = stage_of(refund_days=2, **fields)
    bound(stage, "bo")

    for number, fen in enumerate(orders):
        pay(stage, "bo", f"A-{number}", fen)
        stage.wait(days=3)

    rewarded = 50 if expected is Status.REWARDED else 0
    assert (status(stage, "bo")[0], points(stage, "ann", "bo")) == (expected, [rewarded, rewarded])


def test_an_order_that_comes_too_late_fulfils_nothing() -> None:
    stage = stage_of(trigger_days=10)
    bound(stage, "bo")
    stage.wait(days=10, minutes=1)
    pay(stage, "bo", "A-1")

    assert (status(stage, "bo")[0], stage.timers("bo")) == (Status.BOUND, {})


def test_nothing_is_paid_for_an_order_that_cost_nothing() -> None:
    stage = stage_of()
    bound(stage, "bo")

    assert (pay(stage, "bo", "A-1", 0).effects, status(stage, "bo")[0]) == ((), Status.BOUND)


@pytest.mark.parametrize("back_fen", [10_000, 1])
def test_a_refund_in_the_window_takes_back_what_was_promised_to_both(back_fen: int) -> None:
    stage = stage_of(trigger="amount", trigger_amount_fen=10_000)
    bound(stage, "bo")
    pay(stage, "bo", "A-1")

    refund(stage, "bo", "A-1", back_fen)
    stage.wait(days=30)

    assert (points(stage, "ann", "bo"), promised(stage, "ann"), promised(stage, "bo")) == ([0, 0], [], [])
    assert (status(stage, "bo")[0], invitation(stage, "bo").attempt) == (Status.BOUND, 2)
    assert stage.state("ann").verified == stage.state("ann").pairs_open == 0


def test_a_refund_that_leaves_enough_changes_nothing() -> None:
    stage = stage_of(trigger="amount", trigger_amount_fen=9_000)
    bound(stage, "bo")
    pay(stage, "bo", "A-1")
    refund(stage, "bo", "A-1", 1_000)
    stage.wait(days=16)

    assert points(stage, "ann", "bo") == [50, 50]


def test_another_order_stands_in_for_a_refunded_one() -> None:
    stage = stage_of()
    bound(stage, "bo")
    pay(stage, "bo", "A-1")
    pay(stage, "bo", "A-2")
    refund(stage, "bo", "A-1")
    assert status(stage, "bo")[0] is Status.HELD
    refund(stage, "bo", "A-2")
    assert status(stage, "bo")[0] is Status.BOUND

    pay(stage, "bo", "A-3")
    stage.wait(days=16)

    assert points(stage, "ann", "bo") == [50, 50]


def test_who_keeps_sending_everything_back_has_had_their_chances() -> None:
    stage = stage_of()
    bound(stage, "bo")
    for number in range(ATTEMPTS_MAX):
        pay(stage, "bo", f"A-{number}")
        refund(stage, "bo", f"A-{number}")

    assert status(stage, "bo") == (Status.DECLINED, "REFUNDED")
    pay(stage, "bo", "A-9")
    stage.wait(days=30)
    assert (points(stage, "ann", "bo"), promised(stage, "ann")) == ([0, 0], [])


def test_a_refund_after_the_window_leaves_the_reward() -> None:
    stage = stage_of()
    bound(stage, "bo")
    pay(stage, "bo", "A-1")
    stage.wait(days=16)

    refund(stage, "bo", "A-1")

    assert points(stage, "ann", "bo") == [50, 50]


@pytest.mark.parametrize(
    ("caps", "code"),
    [
        ({"day": 1}, "INVITER_DAY_CAP"),
        ({"month": 1, "day": None}, "INVITER_MONTH_CAP"),
        ({"total": 1, "month": 9}, "INVITER_TOTAL_CAP"),
    ],
)
def test_beyond_the_inviters_limit_neither_side_is_rewarded(caps: dict[str, Any], code: str) -> None:
    stage = stage_of(trigger="registered", caps=caps)
    bound(stage, "bo")
    bound(stage, "cai")

    assert (points(stage, "ann", "bo", "cai"), status(stage, "cai")) == ([50, 50, 0], (Status.DECLINED, code))
    assert (stage.state("ann").bound, stage.state("ann").verified, stage.timers("cai")) == (2, 1, {})
    assert stage.messages("cai")[-1].en == "This invitation brings no reward to either side"


def test_a_limit_begins_anew_with_its_day() -> None:
    stage = stage_of(trigger="registered", caps={"day": 1})
    for name in ("bo", "cai"):
        bound(stage, name)
    stage.wait(days=1)

    bound(stage, "dai")

    assert points(stage, "ann", "bo", "cai", "dai") == [100, 50, 0, 50]


def test_what_a_refund_takes_back_still_counts_for_the_limit() -> None:
    stage = stage_of(caps={"total": 1})
    bound(stage, "bo")
    pay(stage, "bo", "A-1")
    refund(stage, "bo", "A-1")
    pay(stage, "bo", "A-2")

    assert status(stage, "bo") == (Status.DECLINED, "INVITER_TOTAL_CAP")


def test_steps_are_given_once_for_verified_newcomers() -> None:
    stage = stage_of(steps=[{"invitees": 1, "points": 10}, {"invitees": 3, "points": 100, "reward": "vip"}])
    for number in range(4):
        bound(stage, f"new-{number}")
        stage.wait(minutes=1)
    assert (points(stage, "ann"), stage.state("ann").verified, stage.best("ann", "invitees")) == ([0], 0, None)
    for number in range(4):
        pay(stage, f"new-{number}", f"A-{number}")
    refund(stage, "new-3", "A-3")

    stage.wait(days=16)

    assert (points(stage, "ann"), stage.rewards("ann")) == ([150 + 10 + 100], {"step#3": "vip"})
    assert (stage.state("ann").verified, stage.state("ann").steps, stage.best("ann", "invitees")) == (3, (1, 3), 3)
    assert stage.messages("ann")[-1].en == "A friend you brought made it: 3 so far"


def test_defect_41_who_is_beyond_a_step_is_given_all_that_they_passed() -> None:
    stage = stage_of(trigger="registered")
    for number in range(4):
        bound(stage, f"new-{number}")
    before = points(stage, "ann")

    stage.config = referral(trigger="registered", steps=[{"invitees": n, "points": n} for n in (2, 3, 5, 6)])
    bound(stage, "new-5")

    assert (before, points(stage, "ann"), stage.state("ann").steps) == ([200], [250 + 2 + 3 + 5], (2, 3, 5))


def test_an_order_from_before_the_bind_that_is_told_late_ends_it() -> None:
    stage = stage_of(refund_days=5)
    bound(stage, "bo")
    pay(stage, "bo", "A-2")
    now = stage.now
    stage.go_to("2026-11-22T11:59")
    pay(stage, "bo", "A-1")
    stage.go_to(now)

    assert (status(stage, "bo"), promised(stage, "ann"), promised(stage, "bo")) == (
        (Status.REJECTED, "HAS_ORDERED"),
        [],
        [],
    )
    stage.wait(days=6)
    assert points(stage, "ann", "bo") == [0, 0]


def test_what_was_promised_is_kept_after_the_end() -> None:
    stage = stage_of()
    bound(stage, "bo")
    stage.running = False

    assert bind(stage, "cai").refusal == "CAMPAIGN_NOT_OPEN"
    pay(stage, "bo", "A-1")
    stage.wait(days=16)
    assert points(stage, "ann", "bo") == [50, 50]


def test_a_config_that_gives_more_later_changes_no_promise() -> None:
    stage = stage_of()
    bound(stage, "bo")
    pay(stage, "bo", "A-1")
    stage.config = referral(inviter={"points": 500}, invitee={"points": 500})
    stage.wait(days=16)

    assert points(stage, "ann", "bo") == [50, 50]


def test_progress_is_how_many_were_verified_on_the_way_to_the_next_step() -> None:
    stage = stage_of(trigger="registered", steps=STEPS)
    described = [REFERRAL.describe(stage.config, stage.state("ann"))]
    for name in ("bo", "cai"):
        bound(stage, name)
        described.append(REFERRAL.describe(stage.config, stage.state("ann")))

    assert [(progress.current, progress.target) for progress in described] == [(0, 1), (1, 2), (2, None)]
    assert described[-1].text.en == "Newcomers brought: 2"


def test_defect_43_every_message_and_every_look_is_used() -> None:
    """Those of the looks are in test_referral_risk.py."""
    stage = stage_of(trigger="registered", caps={"total": 1})
    bound(stage, "bo")
    bound(stage, "cai")

    said = {words.en for name in ("ann", "bo", "cai") for words in stage.messages(name)}
    assert said == {text.en.format(count=1) for text in REFERRAL.messages.values()}
    assert invitation(stage, "bo").look is Look.NONE


def test_a_code_can_be_typed_in_capitals() -> None:
    stage = stage_of()

    assert stage.act("bo", "bind", code=code_of(stage, "ann").upper()).refusal is None


def test_a_step_is_given_once_however_often_it_is_asked_for() -> None:
    """Two newcomers who are verified at one moment both ask for what neither has seen given."""
    stage = Stage(replace(REFERRAL, settles=REFERRAL.settles | {"referral.prize"}), referral(steps=STEPS))
    asked = Prize(key="step#2", points=7, step=2).model_dump(mode="json")

    given = [stage.fact("ann", "referral.prize", **asked).refusal for _ in range(3)]

    assert given == [None, "GIVEN_ALREADY", "GIVEN_ALREADY"]
    assert (points(stage, "ann"), stage.state("ann").steps) == ([7], (2,))


def test_what_the_inviter_promised_too_late_is_taken_back() -> None:
    """The newcomer's side has gone on meanwhile; the promise of one attempt does not stand for another."""
    stage = stage_of()
    stage.kind = replace(REFERRAL, settles=REFERRAL.settles | {"referral.qualified"})
    bo = bound(stage, "bo")
    pay(stage, "bo", "A-1")
    refund(stage, "bo", "A-1")

    late = Asked(invitee=bo.id, attempt=7, order="A-1").model_dump(mode="json")
    played = stage.fact("ann", "referral.qualified", **late)

    assert [each.fact.type for each in every(played)] == ["referral.qualified", "referral.answered", "referral.voided"]
    assert (promised(stage, "ann"), stage.state("ann").pairs_open, status(stage, "bo")[0]) == ([], 0, Status.BOUND)
