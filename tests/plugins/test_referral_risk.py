"""Referrals that an operator looks at before anybody is paid, played on a stage."""

from collections.abc import Callable
from typing import Any

import pytest

from plugins.referral.campaign import REFERRAL
from plugins.referral.ordering import LOOKS_MAX
from plugins.referral.states import DEVICES_MAX, Look, Status
from tests.plugins.referral_stage import (
    DEVICE,
    ReferralStage,
    bound,
    invitation,
    pay,
    points,
    promised,
    referral,
    refund,
    stage_of,
    status,
)

KEY = "invitation"
OTHER_DEVICE = "device-fedcba9876543210"


def one_device(stage: ReferralStage) -> None:
    """Somebody else came from Bo's device before."""
    bound(stage, "zhao", device=DEVICE)
    bound(stage, "bo", device=DEVICE)


def burst(stage: ReferralStage) -> None:
    """Ann brings many in a short time, Bo last."""
    stage.config = referral(**{**stage.config.model_dump(mode="json"), "risk": {"burst_invitees": 2}})
    for name in ("wang", "zhao"):
        bound(stage, name)
        stage.wait(minutes=20)
    bound(stage, "bo")


def bad_newcomer(stage: ReferralStage) -> None:
    """Bo has a tag."""
    stage.member("bo", tags={"羊毛党", "vip"})
    bound(stage, "bo")


def bad_inviter(stage: ReferralStage) -> None:
    """Ann has a tag."""
    stage.member("ann", tags={"羊毛党"})
    bound(stage, "bo")


RISKS: dict[str, tuple[Callable[[ReferralStage], None], str, dict[str, Any]]] = {
    "device": (one_device, "device", {"device_members": 2}),
    "burst": (burst, "burst", {"burst_invitees": 3}),
    "tag of the newcomer": (bad_newcomer, "tags", {"tags": "羊毛党"}),
    "tag of the inviter": (bad_inviter, "tags", {"inviter_tags": "羊毛党"}),
}
EVERY_RISK = pytest.mark.parametrize(("come", "reason", "evidence"), RISKS.values(), ids=RISKS)


@EVERY_RISK
@pytest.mark.parametrize("trigger", ["registered", "orders"])
def test_what_looks_wrong_is_looked_at_before_anybody_is_paid(
    come: Callable[[ReferralStage], None], reason: str, evidence: dict[str, Any], trigger: str
) -> None:
    stage = stage_of(trigger=trigger)
    come(stage)
    before = points(stage, "ann")

    [(key, review)] = stage.reviews("bo").items()
    assert (key, review.reason, dict(review.evidence)) == (KEY, reason, evidence)
    pay(stage, "bo", "A-1")
    stage.wait(days=40)
    assert (points(stage, "ann", "bo"), promised(stage, "bo")) == ([*before, 0], [50])

    stage.review("bo", KEY, approved=True)

    assert (points(stage, "ann", "bo"), promised(stage, "bo")) == ([before[0] + 50, 50], [])
    assert status(stage, "bo")[0] is Status.REWARDED


@EVERY_RISK
@pytest.mark.parametrize("trigger", ["registered", "orders"])
@pytest.mark.parametrize("days", [1, 40])
def test_what_is_rejected_is_paid_to_nobody(
    come: Callable[[ReferralStage], None], reason: str, evidence: dict[str, Any], trigger: str, days: int
) -> None:
    stage = stage_of(trigger=trigger, commission={"rates": [10]})
    come(stage)
    before = points(stage, "ann")
    pay(stage, "bo", "A-1")
    stage.wait(days=days)

    stage.review("bo", KEY, approved=False, note="one person")
    pay(stage, "bo", "A-2")
    stage.wait(days=40)

    assert (points(stage, "ann", "bo"), status(stage, "bo")) == ([*before, 0], (Status.REJECTED, "REJECTED"))
    assert (stage.balance("ann", "commission"), stage.holds("ann"), stage.holds("bo")) == (0, {}, {})
    assert (stage.state("ann").pairs_open, stage.state("ann").commissions_open, stage.timers("bo")) == (0, 0, {})


def test_every_look_has_been_met() -> None:
    assert {reason for _, reason, _ in RISKS.values()} == set(REFERRAL.reviews)


def test_other_devices_and_no_device_are_no_risk() -> None:
    stage = stage_of(trigger="registered")
    for name, device in (("bo", DEVICE), ("cai", OTHER_DEVICE), ("dai", None), ("eve", None)):
        bound(stage, name, device=device)

    assert [stage.reviews(name) for name in ("bo", "cai", "dai", "eve")] == [{}] * 4


def test_who_comes_from_the_inviters_own_device_is_looked_at() -> None:
    """The usual second account: the inviter never came as a newcomer, but has opened their code there."""
    stage = stage_of(trigger="registered")
    for _ in range(2):
        assert stage.act("ann", "open", device=DEVICE).refusal is None

    bound(stage, "bo", device=DEVICE)
    bound(stage, "cai", device=OTHER_DEVICE)

    assert [bool(stage.reviews(name)) for name in ("bo", "cai")] == [True, False]
    assert stage.counted("device")[DEVICE, ""] == (2, 0)


def test_who_opens_their_own_code_first_is_no_stranger_to_their_device() -> None:
    stage = stage_of(trigger="registered")
    stage.act("bo", "open", device=DEVICE)
    bound(stage, "bo", device=DEVICE)

    assert (stage.reviews("bo"), stage.counted("device")) == ({}, {(DEVICE, ""): (1, 0)})


def test_a_members_devices_are_remembered_up_to_a_number() -> None:
    stage = stage_of()
    for number in range(DEVICES_MAX + 1):
        stage.act("ann", "open", device=f"{DEVICE}-{number}")

    assert (len(stage.state("ann").devices), len(stage.counted("device"))) == (DEVICES_MAX, DEVICES_MAX)
    assert stage.act("ann", "open", device=f"{DEVICE}-{DEVICES_MAX}").effects == ()


def test_a_burst_is_over_after_its_minutes() -> None:
    stage = stage_of(trigger="registered", risk={"burst_invitees": 2, "burst_minutes": 30})
    for name in ("bo", "cai", "dai", "eve"):
        bound(stage, name)
        stage.wait(minutes=15)

    assert [bool(stage.reviews(name)) for name in ("bo", "cai", "dai", "eve")] == [False] * 4
    bound(stage, "fay")
    bound(stage, "gao")
    assert [bool(stage.reviews(name)) for name in ("fay", "gao")] == [False, True]


def test_a_verdict_before_the_window_has_closed_waits_for_it() -> None:
    stage = stage_of()
    one_device(stage)
    pay(stage, "bo", "A-1")

    stage.review("bo", KEY, approved=True)
    assert (points(stage, "bo"), invitation(stage, "bo").look) == ([0], Look.APPROVED)
    stage.wait(days=16)

    assert points(stage, "ann", "bo") == [50, 50]


def test_a_verdict_before_anything_happened_is_remembered() -> None:
    stage = stage_of()
    one_device(stage)

    stage.review("bo", KEY, approved=True)
    pay(stage, "bo", "A-1")
    stage.wait(days=16)

    assert points(stage, "ann", "bo") == [50, 50]


def test_an_order_that_goes_back_while_somebody_looks_is_paid_to_nobody() -> None:
    """Its window is open until the verdict, however long that takes."""
    stage = stage_of(commission={"rates": [10]})
    one_device(stage)
    pay(stage, "bo", "A-1")
    stage.wait(days=40)

    refund(stage, "bo", "A-1")
    stage.review("bo", KEY, approved=True)
    stage.wait(days=2)

    assert (points(stage, "ann", "bo"), stage.balance("ann", "commission")) == ([0, 0], 0)
    assert (status(stage, "bo")[0], stage.timers("bo")) == (Status.BOUND, {})


def test_commission_waits_for_the_verdict_too() -> None:
    stage = stage_of(commission={"rates": [10]})
    one_device(stage)
    pay(stage, "bo", "A-1")
    stage.wait(days=20)
    assert (stage.balance("ann", "commission"), promised(stage, "ann", "commission")) == (0, [1_000])

    stage.review("bo", KEY, approved=True)
    stage.wait(days=1)

    assert (stage.balance("ann", "commission"), promised(stage, "ann", "commission")) == (1_000, [])


def test_commission_does_not_wait_for_ever() -> None:
    stage = stage_of(commission={"rates": [10]})
    one_device(stage)
    pay(stage, "bo", "A-1")
    stage.wait(days=15 + LOOKS_MAX + 1)

    assert (stage.balance("ann", "commission"), promised(stage, "ann", "commission")) == (0, [])
    assert (stage.timers("bo"), list(stage.reviews("bo"))) == ({}, [KEY])


def test_the_second_level_ends_with_the_first_ones_rejection() -> None:
    stage = stage_of(commission={"rates": [10, 5]})
    one_device(stage)
    stage.wait(minutes=1)
    bound(stage, "cai", "bo")
    pay(stage, "cai", "A-1")
    assert promised(stage, "ann", "commission") == [500]

    stage.review("bo", KEY, approved=False)
    pay(stage, "cai", "A-2")
    stage.wait(days=20)

    assert [stage.balance(name, "commission") for name in ("ann", "bo")] == [0, 2_000]
    assert stage.holds("ann") == {}
