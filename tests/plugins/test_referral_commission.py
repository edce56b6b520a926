"""Commission of referrals, played on a stage: promised, granted, taken back, and owed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from plugins.referral.campaign import REFERRAL
from plugins.referral.facts import Earned, Refunded
from plugins.referral.pairing import ReferralView
from plugins.referral.states import COMMISSIONS_OPEN_MAX, DEBTS_MAX, ORDERS_MAX, Debt, ReferralState, Status
from siyu.sdk import Action, ActionInput, Effect, Fact, FactData, Hold, Reverse, Settle, Spend, Text
from siyu.sdk.testing import Played, Stage
from tests.plugins.referral_stage import (
    LONG_AGO,
    ReferralStage,
    bound,
    every,
    invitation,
    pay,
    promised,
    referral,
    refund,
    stage_of,
    status,
)

TEN_PERCENT: dict[str, Any] = {"rates": [10]}
TWO_LEVELS: dict[str, Any] = {"rates": [10, 5]}


class Withdrawal(ActionInput):
    """How much a member takes out."""

    fen: int


def withdraw(fact: Fact, view: ReferralView) -> Iterator[Effect]:
    """Elsewhere in the shop a member spends their commission; a stage has no elsewhere."""
    if fact.type == "referral.withdraw":
        yield Spend("commission", fact.data["fen"], "NO_SUCH_CODE")
    else:
        yield from REFERRAL.decide(fact, view)


WITH_A_TILL = replace(
    REFERRAL,
    decide=withdraw,
    effects=REFERRAL.effects | {Spend},
    actions=(*REFERRAL.actions, Action("withdraw", Text(zh="提现", en="Withdraw"), Withdrawal)),
)


def with_till(**commission: Any) -> ReferralStage:
    """A stage on which Ann has brought Bo, and can spend what she earns."""
    stage = Stage(WITH_A_TILL, referral(refund_days=1, commission={**TEN_PERCENT, **commission}))
    stage.member("ann", joined_at=LONG_AGO)
    bound(stage, "bo")
    return stage


def earned(stage: ReferralStage, *names: str) -> list[int]:
    """The commission that these members have, in fen."""
    return [stage.balance(name, "commission") for name in names]


def test_defect_36_commission_is_promised_until_the_refund_window_has_closed() -> None:
    stage = stage_of(commission=TEN_PERCENT)
    bound(stage, "bo")
    pay(stage, "bo", "A-1")

    stage.wait(days=14)
    assert (earned(stage, "ann"), promised(stage, "ann", "commission")) == ([0], [1_000])
    stage.wait(days=1)

    assert (earned(stage, "ann"), promised(stage, "ann", "commission")) == ([1_000], [])


@pytest.mark.parametrize(
    ("commission", "fen", "expected"),
    [
        ({"rates": [10]}, 10_000, 1_000),
        ({"rates": [3], "per": "per_mille"}, 10_000, 30),
        ({"rates": [3], "per": "per_mille"}, 333, 0),
        ({"rates": [3], "per": "per_mille"}, 334, 1),
        ({"rates": [7]}, 199, 13),
        ({"rates": [100]}, 1, 1),
    ],
)
def test_whole_fen_are_earned_rounded_down(commission: dict[str, Any], fen: int, expected: int) -> None:
    stage = stage_of(commission=commission)
    bound(stage, "bo")
    pay(stage, "bo", "A-1", fen)
    stage.wait(days=15)

    assert earned(stage, "ann") == [expected]


def test_every_order_of_so_many_days_pays() -> None:
    stage = stage_of(commission={**TEN_PERCENT, "days": 10}, refund_days=2)
    bound(stage, "bo")
    for number in range(4):
        pay(stage, "bo", f"A-{number}")
        stage.wait(days=5)

    assert earned(stage, "ann") == [3_000]


def test_what_goes_back_in_the_window_pays_nothing() -> None:
    stage = stage_of(commission=TEN_PERCENT)
    bound(stage, "bo")
    for order in ("A-1", "A-2"):
        pay(stage, "bo", order)
    refund(stage, "bo", "A-1", 2_501)
    refund(stage, "bo", "A-2")

    assert promised(stage, "ann", "commission") == [1_000]
    stage.wait(days=15)
    assert (earned(stage, "ann"), promised(stage, "ann", "commission")) == ([749], [])
    assert stage.state("ann").commissions_open == 0


def test_two_levels_are_paid_where_the_shop_says_so_and_never_a_third() -> None:
    stage = stage_of(commission=TWO_LEVELS, refund_days=1)
    for newcomer, inviter in (("bo", "ann"), ("cai", "bo"), ("dai", "cai")):
        stage.wait(minutes=1)
        bound(stage, newcomer, inviter)

    pay(stage, "dai", "A-1")
    assert [promised(stage, name, "commission") for name in ("ann", "bo", "cai")] == [[], [500], [1_000]]
    stage.wait(days=1)
    assert earned(stage, "ann", "bo", "cai") == [0, 500, 1_000]
    refund(stage, "dai", "A-1", 5_000)

    assert earned(stage, "ann", "bo", "cai") == [0, 250, 500]


def test_a_refund_goes_no_further_up_than_commission_does() -> None:
    """However long the line of inviters is, nothing follows from it that may not follow."""
    stage = stage_of(commission=TWO_LEVELS, refund_days=0)
    line = ["ann", "bo", "cai", "dai", "eve", "fay", "gao"]
    for inviter, newcomer in pairwise(line):
        stage.wait(minutes=1)
        bound(stage, newcomer, inviter)
    pay(stage, "gao", "A-1")
    stage.wait(minutes=1)
    assert earned(stage, "eve", "fay") == [500, 1_000]

    refund(stage, "gao", "A-1")

    assert earned(stage, *line) == [0] * len(line)


def test_who_was_bound_after_the_order_earns_nothing_by_it() -> None:
    stage = stage_of(commission=TWO_LEVELS, refund_days=1)
    stage.member("bo", joined_at=stage.now)
    stage.wait(minutes=1)
    bound(stage, "cai", "bo")
    pay(stage, "cai", "A-1")
    stage.wait(minutes=1)
    bound(stage, "bo")

    stage.wait(days=2)

    assert earned(stage, "ann", "bo") == [0, 1_000]


@pytest.mark.parametrize(
    ("refunds", "expected"), [([10_000], 0), ([1], 998), ([3_333, 3_333], 333), ([5_000, 5_000], 0)]
)
def test_what_goes_back_after_the_window_is_taken_back(refunds: list[int], expected: int) -> None:
    """999 fen of 9,999: the same share of it, and what is kept is rounded down each time."""
    stage = stage_of(commission=TEN_PERCENT)
    bound(stage, "bo")
    pay(stage, "bo", "A-1", 9_999 if sum(refunds) < 10_000 else 10_000)
    stage.wait(days=16)

    for fen in refunds:
        refund(stage, "bo", "A-1", fen)

    assert (earned(stage, "ann"), stage.state("ann").debts) == ([expected], ())


def test_the_rate_is_that_of_the_day_of_payment() -> None:
    stage = stage_of(commission=TEN_PERCENT)
    bound(stage, "bo")
    pay(stage, "bo", "A-1")
    stage.config = referral()
    stage.wait(days=15)

    assert earned(stage, "ann") == [1_000]
    refund(stage, "bo", "A-1", 5_000)
    assert earned(stage, "ann") == [500]


def test_defect_38_what_was_spent_is_owed_and_taken_from_the_next_commission() -> None:
    stage = with_till()
    pay(stage, "bo", "A-1")
    stage.wait(days=1)
    stage.act("ann", "withdraw", fen=900)

    played = refund(stage, "bo", "A-1")

    [back] = [effect for each in every(played) for effect in each.log if effect["kind"] == "reverse"]
    assert (back["asked"], back["amount"], earned(stage, "ann")) == (1_000, 100, [0])
    assert stage.state("ann").debts == (Debt(order="A-1", fen=900),)

    pay(stage, "bo", "A-2", 5_000)
    stage.wait(days=1)
    assert (earned(stage, "ann"), stage.state("ann").debts) == ([0], (Debt(order="A-1", fen=400),))
    pay(stage, "bo", "A-3", 5_000)
    stage.wait(days=1)
    assert (earned(stage, "ann"), stage.state("ann").debts) == ([100], ())


def test_a_debt_grows_by_what_else_goes_back_of_the_order() -> None:
    stage = with_till()
    pay(stage, "bo", "A-1")
    stage.wait(days=1)
    stage.act("ann", "withdraw", fen=1_000)

    refund(stage, "bo", "A-1", 5_000)
    assert stage.state("ann").owed_fen("A-1") == 500
    refund(stage, "bo", "A-1", 5_000)
    assert stage.state("ann").owed_fen("A-1") == 1_000


def test_what_was_taken_for_a_debt_is_owed_again_when_its_own_order_goes_back() -> None:
    """All is taken back in the end: by two debts, each for its own order."""
    stage = with_till()
    for order in ("A-1", "A-2"):
        pay(stage, "bo", order)
        stage.wait(days=1)
        if order == "A-1":
            stage.act("ann", "withdraw", fen=1_000)
            refund(stage, "bo", order)
    assert (earned(stage, "ann"), stage.state("ann").debts) == ([0], ())

    refund(stage, "bo", "A-2")

    assert (earned(stage, "ann"), stage.state("ann").debts) == ([0], (Debt(order="A-2", fen=1_000),))


def test_what_was_spent_is_forgiven_where_the_shop_bears_it() -> None:
    stage = with_till(spent="forgive")
    pay(stage, "bo", "A-1")
    stage.wait(days=1)
    stage.act("ann", "withdraw", fen=900)
    refund(stage, "bo", "A-1")
    pay(stage, "bo", "A-2")
    stage.wait(days=1)

    assert (earned(stage, "ann"), stage.state("ann").debts) == ([1_000], ())


def test_debts_are_remembered_up_to_a_number() -> None:
    state = ReferralState()
    for number in range(DEBTS_MAX + 1):
        state = state.owing(f"A-{number}", 1)

    assert (len(state.debts), state.owed_fen("A-0"), state.owed_fen(f"A-{DEBTS_MAX}")) == (DEBTS_MAX, 1, 0)


def test_beyond_what_can_be_promised_commission_is_granted_all_the_same() -> None:
    stage = stage_of(commission=TEN_PERCENT)
    buyers = ["bo", "cai"]
    for buyer in buyers:
        bound(stage, buyer)
    each = COMMISSIONS_OPEN_MAX // len(buyers) + 1
    assert each <= ORDERS_MAX
    for buyer in buyers:
        for number in range(each):
            assert pay(stage, buyer, f"{buyer}-{number}").refusal is None
    assert len(promised(stage, "ann", "commission")) == COMMISSIONS_OPEN_MAX

    fired = stage.wait(days=15)

    kinds = [type(effect) for played in fired for one in every(played) for effect in one.effects]
    assert (kinds.count(Settle), kinds.count(Hold)) == (2 * each, 2)
    assert earned(stage, "ann") == [2 * each * 1_000]


def test_a_newcomers_orders_count_up_to_a_number() -> None:
    stage = stage_of(commission=TEN_PERCENT, trigger="amount", trigger_amount_fen=100_000_000)
    bound(stage, "bo")
    for number in range(ORDERS_MAX + 1):
        pay(stage, "bo", f"A-{number}")

    assert (len(invitation(stage, "bo").orders), invitation(stage, "bo").numbered) == (ORDERS_MAX, ORDERS_MAX)
    stage.wait(days=15)
    assert earned(stage, "ann") == [ORDERS_MAX * 1_000]


def test_commission_goes_on_where_there_is_no_reward_for_the_pair() -> None:
    stage = stage_of(commission=TEN_PERCENT, caps={"total": 1})
    for name in ("bo", "cai"):
        bound(stage, name)
        pay(stage, name, f"{name}-1")
    stage.wait(days=15)

    assert (status(stage, "cai"), earned(stage, "ann")) == ((Status.DECLINED, "INVITER_TOTAL_CAP"), [2_000])


def test_a_whole_refund_takes_the_promise_back_at_once() -> None:
    stage = stage_of(commission=TEN_PERCENT)
    bound(stage, "bo")
    pay(stage, "bo", "A-1")

    played = refund(stage, "bo", "A-1")

    settled = [effect for one in every(played) for effect in one.effects if isinstance(effect, Settle | Reverse)]
    assert [effect.amount for effect in settled if isinstance(effect, Settle)] == [0, 0, 0]
    assert promised(stage, "ann", "commission") == []
    stage.wait(days=15)
    assert (earned(stage, "ann"), stage.timers("bo")) == ([0], {})


# Between the two sides facts may come in any order, where a process has died: here they are told directly.
HEARING = replace(REFERRAL, settles=REFERRAL.settles | {"referral.commission", "referral.matured", "referral.refunded"})
EARNED = Earned(order="A-1", net_fen=10_000, per_mille=(100,), paid_at=datetime(2026, 11, 22, tzinfo=UTC))


def tell(stage: ReferralStage, name: str, data: FactData) -> Played:
    """Let the inviter's side hear of something."""
    return stage.fact("ann", f"referral.{name}", **data.model_dump(mode="json"))


def test_commission_that_was_granted_already_is_not_promised_any_more() -> None:
    stage = Stage(HEARING, referral(commission=TEN_PERCENT))

    tell(stage, "matured", EARNED)
    late = tell(stage, "commission", EARNED)

    assert (late.refusal, earned(stage, "ann"), promised(stage, "ann", "commission")) == (
        "PROMISED_ALREADY",
        [1_000],
        [],
    )


def test_a_promise_that_comes_after_the_refund_is_dropped_with_the_window() -> None:
    stage = Stage(HEARING, referral(commission=TEN_PERCENT))

    tell(stage, "refunded", Refunded(order="A-1", before_fen=10_000, after_fen=0))
    tell(stage, "commission", EARNED)
    assert promised(stage, "ann", "commission") == [1_000]
    tell(stage, "matured", EARNED.model_copy(update={"net_fen": 0}))

    assert (earned(stage, "ann"), promised(stage, "ann", "commission")) == ([0], [])


def test_a_refund_that_overtakes_what_is_due_leaves_its_share() -> None:
    stage = Stage(HEARING, referral(commission=TEN_PERCENT))
    tell(stage, "commission", EARNED)

    tell(stage, "refunded", Refunded(order="A-1", before_fen=10_000, after_fen=4_999))
    overtaken = tell(stage, "matured", EARNED)

    assert (overtaken.refusal, earned(stage, "ann"), stage.holds("ann")) == ("PROMISED_ALREADY", [499], {})
    tell(stage, "refunded", Refunded(order="A-1", before_fen=4_999, after_fen=0))
    assert earned(stage, "ann") == [0]
