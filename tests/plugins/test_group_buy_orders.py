"""Orders of a group-buy that are not as they should be: each of them has an end that was decided on."""

import pytest

from plugins.group_buy.campaign import GROUP_BUY
from plugins.group_buy.config import Item
from plugins.group_buy.paying import why_not
from plugins.group_buy.states import LATE_MAX, SEATS_MAX, Status
from plugins.group_buy.teams import Outcome
from siyu.sdk import Emit, Notify, OrderView, Refund, Release, Reserve, SetState, SetTeam
from siyu.sdk.testing import Stage
from tests.plugins.mug_team import (
    FIRST_FEN,
    GroupBuyStage,
    filled,
    ids,
    joined,
    mug,
    mugs,
    opened,
    paid,
    returned,
    seat_of,
    stage_of_mugs,
    statuses,
    stock,
    team_of,
)


def lost(stage: GroupBuyStage, team: str, how: str) -> None:
    """Let Lin, who holds a seat of a team of others, lose it unpaid: in one of the ways there are."""
    if how == "expired":
        stage.wait(minutes=15)
    elif how == "left":
        stage.act("lin", "leave", team=team)
    else:
        stage.fact("lin", "order.cancelled", order="lin-0", team=team)


@pytest.mark.parametrize("how", ["expired", "left", "off"])
def test_a_late_payer_is_seated_again_while_the_team_is_open_and_has_room(how: str) -> None:
    stage = stage_of_mugs()
    team = opened(stage, "wang")
    paid(stage, team, "wang")
    joined(stage, team, "lin")
    lost(stage, team, how)

    played = paid(stage, team)

    told = {"item": "mug", "quantity": 1, "order": "lin-1", "amount_fen": FIRST_FEN}
    assert played.effects == (SetState(played.effects[0].state), Emit("late", {"team": team, **told}))
    assert [type(effect) for effect in played.followed[0].effects] == [Reserve, SetState, SetTeam]
    seat = seat_of(stage, team, "lin")
    assert (seat.status, seat.order, seat.late, stock(stage)) == (Status.PAID, "lin-1", (), (0, 2))
    assert team_of(stage, team).paid == 2


def late_for(stage: GroupBuyStage, how: str) -> str:
    """A team in which Lin had a seat, and which is full, has succeeded or has failed without them; its key."""
    team = opened(stage, "wang")
    joined(stage, team, "lin")
    paid(stage, team, "wang")
    stage.act("lin", "leave", team=team)
    if how == "failed":
        stage.wait(hours=24)
    else:
        joined(stage, team, "zhao")
        joined(stage, team, "bo")
        for member in ("zhao", "bo") if how == "succeeded" else ():
            paid(stage, team, member)
    return team


@pytest.mark.parametrize("how", ["full", "succeeded", "failed"])
def test_defect_18_a_late_payer_of_a_team_that_is_over_is_refunded(how: str) -> None:
    stage = stage_of_mugs()
    team = late_for(stage, how)
    before = team_of(stage, team)

    played = paid(stage, team)

    assert played.followed[0].effects[1:] == (Refund("lin-1", FIRST_FEN, "late"), Notify("refund", {"order": "lin-1"}))
    assert (team_of(stage, team), stage.refunds("lin")) == (before, {"lin-1": FIRST_FEN})
    assert (seat_of(stage, team, "lin").status, seat_of(stage, team, "lin").late) == (Status.LEFT, ())


@pytest.mark.parametrize("how", ["full", "succeeded", "failed"])
def test_defect_18_or_leads_a_new_team_where_the_shop_wants_that(how: str) -> None:
    stage = stage_of_mugs(late_payer="new_team", teams_per_member=1)
    team = late_for(stage, how)
    before = team_of(stage, team)

    played = paid(stage, team)

    new = played.followed[0].fact.new_key
    made, [lin] = team_of(stage, new), ids(stage, "lin")
    assert (made.leader, made.paid, seat_of(stage, new, "lin").order) == (lin, 1, "lin-1")
    assert (team_of(stage, team), stage.refunds("lin")) == (before, {})
    assert stage.timers("lin") == {new: made.ends_at}
    # It is no team that the member has opened.
    stage.wait(hours=24)
    assert (stage.refunds("lin"), stage.act("lin", "open", item="mug").refusal) == ({"lin-1": FIRST_FEN}, None)


@pytest.mark.parametrize("why", ["has another seat", "sold out", "gone", "dearer", "has had too many"])
def test_a_late_payer_who_cannot_have_a_new_team_is_refunded(why: str) -> None:
    stage = stage_of_mugs(late_payer="new_team")
    team = late_for(stage, "failed")
    if why == "has another seat":
        opened(stage)
    elif why == "has had too many":
        for _ in range(SEATS_MAX - 1):
            stage.act("lin", "leave", team=opened(stage, "lin")) if stage.state("lin").opened < 5 else again(stage)
    else:
        items = {
            "sold out": mug(stock=0),
            "gone": (Item(key="hat", prices_fen=(900, 700)),),
            "dearer": mug(prices_fen=(901, 700)),
        }
        stage.config = stage.config.model_copy(update={"items": items[why]})

    paid(stage, team)

    assert stage.refunds("lin") == {"lin-1": FIRST_FEN}
    assert all(seat.order is None for seat in stage.state("lin").seats)


def again(stage: GroupBuyStage) -> None:
    """Let Lin take one more seat and give it up."""
    key = next((seat.team for seat in stage.state("zhao").seats), None) or opened(stage, "zhao")
    if seat_of(stage, key, "zhao").order is None:
        paid(stage, key, "zhao")
    assert joined(stage, key, "lin").refusal is None
    stage.act("lin", "leave", team=key)


def test_defect_21_of_two_late_payers_for_the_last_seat_one_gets_it() -> None:
    stage = stage_of_mugs()
    team = opened(stage, "bo")
    for member in ("lin", "wang"):
        joined(stage, team, member)
        paid(stage, team, "bo") if member == "lin" else None
        stage.act(member, "leave", team=team)
    joined(stage, team, "zhao")
    paid(stage, team, "zhao")

    for member in ("lin", "wang"):
        paid(stage, team, member)

    assert (team_of(stage, team).outcome, team_of(stage, team).paid) == (Outcome.SUCCEEDED, 3)
    assert statuses(stage, team, "lin", "wang") == [Status.BOUGHT, Status.LEFT]
    assert (stage.refunds("lin"), stage.refunds("wang")) == ({"lin-1": 200}, {"wang-1": FIRST_FEN})


@pytest.mark.parametrize("how", ["paused", "ended"])
def test_defect_19_a_campaign_that_is_over_settles_its_orders(how: str) -> None:
    stage: GroupBuyStage = Stage(GROUP_BUY, mugs(), ends_at="2026-11-23T12:00")
    stage.go_to("2026-11-23T11:55")
    team = opened(stage)
    joined(stage, team)
    joined(stage, team, "zhao")
    stage.act("zhao", "leave", team=team)
    if how == "paused":
        stage.running = False
    else:
        stage.go_to("2026-11-23T12:00")

    assert [paid(stage, team, member).refusal for member in ("lin", "wang", "zhao")] == [None] * 3
    assert team_of(stage, team).outcome is Outcome.SUCCEEDED
    assert stage.act("bo", "open", item="mug").refusal == "CAMPAIGN_NOT_OPEN"


def test_defect_19_an_order_paid_before_the_deadline_and_reported_after_it_is_late() -> None:
    stage = stage_of_mugs()
    team = opened(stage)
    stage.wait(hours=24)
    stage.go_to("2026-11-22T12:05")

    paid(stage, team)

    assert (team_of(stage, team).outcome, stage.refunds("lin")) == (Outcome.FAILED, {"lin-1": FIRST_FEN})


def test_defect_20_the_buyer_of_the_last_unit_can_pay_for_it() -> None:
    stage = stage_of_mugs(items=[{"key": "mug", "prices_fen": [900, 700], "stock": 1}])
    team = opened(stage)
    assert joined(stage, team).refusal == "SOLD_OUT_FOR_NOW"

    assert (paid(stage, team).refusal, stock(stage)) == (None, (0, 1))


def test_defect_22_a_success_is_not_undone_by_the_deadline_nor_a_failure_by_a_payment() -> None:
    stage = stage_of_mugs()
    team = filled(stage, "lin", "wang", "zhao")
    success = team_of(stage, team)

    stage.wait(days=2)
    other = opened(stage, "bo")
    stage.wait(days=2)
    failure = team_of(stage, other)
    paid(stage, other, "bo")

    assert (team_of(stage, team), success.outcome) == (success, Outcome.SUCCEEDED)
    assert (team_of(stage, other), failure.outcome) == (failure, Outcome.FAILED)


def test_defect_23_a_refunded_member_frees_the_seat_and_does_not_count() -> None:
    stage = stage_of_mugs()
    team = opened(stage)
    for member in ("wang", "zhao"):
        joined(stage, team, member)
        paid(stage, team, member)

    returned(stage, team, "wang")
    paid(stage, team)

    assert (team_of(stage, team).outcome, team_of(stage, team).paid) == (Outcome.OPEN, 2)
    assert (stock(stage), seat_of(stage, team, "wang").status) == ((0, 2), Status.REFUNDED)
    joined(stage, team, "bo")
    paid(stage, team, "bo")
    assert (team_of(stage, team).outcome, stock(stage), stage.refunds("wang")) == (Outcome.SUCCEEDED, (3, 0), {})


@pytest.mark.parametrize("named", [None, "another's"])
def test_a_refund_that_names_no_team_or_an_earlier_one_frees_the_seat_a_moment_later(named: str | None) -> None:
    stage = stage_of_mugs()
    team = opened(stage)
    joined(stage, team)
    paid(stage, team)

    played = returned(stage, named)

    assert played.effects == (Emit("unseat", {"team": team, "order": "lin-1"}),)
    assert (seat_of(stage, team, "lin").status, team_of(stage, team).paid) == (Status.REFUNDED, 0)
    assert team_of(stage, team).leader == ids(stage, "wang")[0]


def test_a_part_of_the_money_frees_nothing_until_all_of_it_is_back() -> None:
    stage = stage_of_mugs()
    team = opened(stage)
    paid(stage, team)

    assert returned(stage, team, fen=FIRST_FEN - 1).effects == ()
    assert (team_of(stage, team).paid, stock(stage)) == (1, (0, 1))
    returned(stage, team, fen=1)

    assert (team_of(stage, team).outcome, stock(stage)) == (Outcome.FAILED, (0, 0))


def test_the_difference_that_goes_back_does_not_end_what_was_bought() -> None:
    stage = stage_of_mugs()
    team = filled(stage, "lin", "wang", "zhao")

    returned(stage, team, fen=200)

    assert (stage.refunds("lin"), seat_of(stage, team, "lin").status) == ({}, Status.BOUGHT)


def test_a_refund_after_the_success_leaves_the_team_as_it_is() -> None:
    stage = stage_of_mugs()
    team = filled(stage, "lin", "wang", "zhao")
    before = team_of(stage, team)

    returned(stage, team)

    assert (team_of(stage, team), stock(stage)) == (before, (3, 0))
    assert (seat_of(stage, team, "lin").status, stage.state("lin").live) == (Status.REFUNDED, 0)


def test_defect_26_a_refund_that_fails_stays_open_until_it_is_paid() -> None:
    stage = stage_of_mugs()
    team = opened(stage)
    paid(stage, team)
    stage.wait(hours=24)

    for _ in range(3):
        told = stage.fact("lin", "refund.failed", order="lin-1", problem="the bank is closed")
        assert (told.refusal, stage.refunds("lin")) == (None, {"lin-1": FIRST_FEN})
    returned(stage, team)

    assert stage.refunds("lin") == {}


def test_defect_50_a_notice_that_comes_twice_pays_once() -> None:
    stage = stage_of_mugs()
    team = opened(stage)
    paid(stage, team)
    before = team_of(stage, team)

    assert paid(stage, team).refusal == "ORDER_ALREADY_PAID"
    assert (team_of(stage, team), stage.refunds("lin"), stock(stage)) == (before, {}, (0, 1))


@pytest.mark.parametrize("when", ["open", "succeeded"])
def test_a_second_order_for_one_seat_goes_back(when: str) -> None:
    stage = stage_of_mugs()
    team = opened(stage)
    paid(stage, team)
    if when == "succeeded":
        for member in ("wang", "zhao"):
            joined(stage, team, member)
            paid(stage, team, member)

    played = paid(stage, team, "lin", "lin-2")

    assert played.effects == (Refund("lin-2", FIRST_FEN, "paid_twice"), Notify("refund", {"order": "lin-2"}))
    assert seat_of(stage, team, "lin").order == "lin-1"


@pytest.mark.parametrize("fen", [1, FIRST_FEN - 1, FIRST_FEN + 1, 2 * FIRST_FEN, 700])
def test_a_wrong_amount_goes_back_and_the_right_one_can_still_be_paid(fen: int) -> None:
    stage = stage_of_mugs()
    team = opened(stage)

    wrong = paid(stage, team, "lin", "lin-0", fen)

    assert wrong.effects == (Refund("lin-0", fen, "wrong_amount"), Notify("refund", {"order": "lin-0"}))
    assert (seat_of(stage, team, "lin").status, stock(stage)) == (Status.HELD, (0, 1))
    assert (paid(stage, team).refusal, seat_of(stage, team, "lin").status) == (None, Status.PAID)


def test_who_pays_without_a_seat_is_refunded() -> None:
    stage = stage_of_mugs()
    team = opened(stage)

    played = paid(stage, team, "wang")

    assert played.effects == (Refund("wang-1", FIRST_FEN, "no_seat"), Notify("refund", {"order": "wang-1"}))
    assert (len(team_of(stage, team).seats), stage.state("wang").seats) == (1, ())


def test_an_order_of_no_team_of_ours_is_refused_by_name_and_one_of_no_team_passes_by() -> None:
    stage = stage_of_mugs()
    opened(stage)

    assert paid(stage, "nobody's").refusal == "NO_TEAM"
    assert stage.fact("lin", "order.cancelled", order="B-1", team="nobody's").refusal == "NO_TEAM"
    for played in (
        stage.fact("lin", "order.paid", order="B-2", amount_fen=FIRST_FEN),
        stage.fact("lin", "order.cancelled", order="B-3"),
        stage.fact("lin", "order.refunded", order="B-2", amount_fen=FIRST_FEN),
    ):
        assert (played.effects, played.refusal) == ((), None)


def test_an_order_of_nothing_pays_for_nothing() -> None:
    stage = stage_of_mugs()
    team = opened(stage)

    assert (paid(stage, team, fen=0).refusal, seat_of(stage, team, "lin").status) == ("NOTHING_PAID", Status.HELD)


def test_an_order_that_is_off_is_told_what_stands_in_its_way() -> None:
    stage = stage_of_mugs()
    team = opened(stage)

    def off(member: str) -> str | None:
        return stage.fact(member, "order.cancelled", order="B-1", team=team).refusal

    assert off("wang") == "NO_SEAT"
    joined(stage, team)
    assert (off("wang"), off("wang")) == (None, "SEAT_OVER")
    paid(stage, team)
    assert (off("lin"), team_of(stage, team).paid) == ("SEAT_PAID", 1)


def test_a_late_payer_who_has_joined_again_pays_for_that_seat() -> None:
    """The order comes while the seat is over, and is looked at when it is held again: as when both are one batch."""
    stage = stage_of_mugs()
    team = opened(stage, "wang")
    joined(stage, team, "lin")
    stage.act("lin", "leave", team=team)
    joined(stage, team, "lin")

    assert paid(stage, team).followed == ()
    assert seat_of(stage, team, "lin").status is Status.PAID


def test_more_late_orders_than_are_looked_at_at_once_go_back() -> None:
    stage = stage_of_mugs()
    seat = seat_of(stage, late_for(stage, "failed"), "lin")
    waiting = tuple(f"lin-{number}" for number in range(LATE_MAX))
    order = OrderView("lin-9", FIRST_FEN, 0, stage.now)

    assert why_not(seat.model_copy(update={"late": waiting}), order) == "late"
    assert why_not(seat.model_copy(update={"late": waiting[1:]}), order) is None


def test_a_seat_of_a_failed_team_frees_its_units() -> None:
    stage = stage_of_mugs()
    team = opened(stage)
    joined(stage, team)
    paid(stage, team)

    fired = stage.wait(hours=24)

    released = [effect for played in fired[-1].followed for effect in played.effects if isinstance(effect, Release)]
    assert (released, stock(stage)) == ([Release(seat_of(stage, team, "lin").key)], (0, 0))
