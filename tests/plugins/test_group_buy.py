"""Group-buys, played on a stage: teams that are opened, joined, left and decided."""

from dataclasses import replace
from datetime import timedelta

import pytest

from plugins.group_buy.campaign import GROUP_BUY
from plugins.group_buy.config import SIZE_MAX, GroupBuyConfig, Item
from plugins.group_buy.seating import pay_timer
from plugins.group_buy.states import SEATS_MAX, GroupBuyState, Seat, Status
from plugins.group_buy.teams import Outcome, TeamSeat
from siyu.sdk import Cancel, Confirm, Emit, Notify, Refund, Reserve, Schedule, SetState, SetTeam
from siyu.sdk.testing import Stage, campaign_tests
from tests.plugins.mug_team import (
    FIRST_FEN,
    GroupBuyStage,
    filled,
    ids,
    joined,
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

PERKS = {"points": 50, "reward": "badge", "off_fen": 100}


def succeed(stage: GroupBuyStage) -> None:
    """Lead a stage through a team that fills, whose leader's order is then refunded, and one that is paid for late."""
    stage.config = mugs(leader=PERKS, late_payer="new_team", seats_per_member=2, when_full="new_team")
    team = filled(stage, "lin", "wang", "zhao")
    joined(stage, team, "bo")
    paid(stage, team, "lin", "lin-2")
    returned(stage, team)
    late = opened(stage, "hua")
    stage.wait(minutes=15)
    paid(stage, late, "hua")
    returned(stage, None, "hua")


def fail(stage: GroupBuyStage) -> None:
    """Lead a stage through teams that come to nothing."""
    stage.config = mugs()
    team = opened(stage)
    joined(stage, team)
    paid(stage, team)
    stage.act("wang", "leave", team=team)
    stage.wait(hours=24)
    other = opened(stage, "zhao")
    joined(stage, other)
    stage.act("zhao", "leave", team=other)
    stage.fact("wang", "order.cancelled", order="wang-0", team=other)


def be_refused(stage: GroupBuyStage) -> None:
    """Lead a stage into refusals."""
    stage.config = mugs(items=[{"key": "mug", "prices_fen": [900, 700], "stock": 4}])
    team = opened(stage)
    joined(stage, team, "lin")
    joined(stage, team, "wang", 2)
    for member in ("wang", "zhao", "bo", "hua"):
        joined(stage, team, member)
    opened(stage, "bo")
    stage.act("hua", "open", item="mug")
    stage.act("hua", "leave", team=team)
    for fen in (0, 1):
        paid(stage, team, "lin", f"lin-{fen}", fen)
    paid(stage, "nobody's")


test_conformance = campaign_tests(
    GROUP_BUY, configs=[mugs(), mugs(newcomer_seats=1, leader=PERKS)], plays=[succeed, fail, be_refused]
)


def test_whoever_opens_a_team_leads_it_and_has_some_minutes_to_pay() -> None:
    stage = stage_of_mugs()

    played = stage.act("lin", "open", item="mug")

    key, now = played.fact.new_key, stage.now
    seat = Seat(team=key, key=key, item="mug", quantity=1, amount_fen=FIRST_FEN, pay_by=now + timedelta(minutes=15))
    team, [lin] = team_of(stage, key), ids(stage, "lin")
    assert played.effects == (
        Reserve("stock", 1, key=key),
        SetState(GroupBuyState(seats=(seat,), taken=1, opened=1)),
        SetTeam(key, team),
        Schedule(pay_timer(key), seat.pay_by, "expire", {"team": key}),
        Schedule(key, now + timedelta(hours=24), "deadline", {"team": key}),
    )
    assert (team.opener, team.leader, team.seats) == (lin, lin, (TeamSeat(member=lin),))
    assert (team.sizes, team.outcome, stock(stage)) == ((2, 3), Outcome.OPEN, (0, 1))


def test_a_team_whose_last_seat_is_paid_has_succeeded_at_the_price_of_its_size() -> None:
    stage = stage_of_mugs()
    team = opened(stage)
    assert [joined(stage, team, member).refusal for member in ("wang", "zhao")] == [None, None]
    paid(stage, team, "zhao")
    paid(stage, team, "lin")

    last = paid(stage, team, "wang")

    members = ids(stage, "lin", "wang", "zhao")
    assert last.effects[-4:] == (SetTeam(team, team_of(stage, team)), *(settled(team, each) for each in members))
    assert (team_of(stage, team).outcome, team_of(stage, team).reached) == (Outcome.SUCCEEDED, 3)
    assert statuses(stage, team, "lin", "wang", "zhao") == [Status.BOUGHT] * 3
    key = seat_of(stage, team, "wang").key
    assert last.followed[1].effects == (
        Confirm(key, "SEAT_OVER"),
        SetState(stage.state("wang")),
        Notify("succeeded", {"title": "马克杯", "size": 3, "price": "7.00"}),
        Refund("wang-1", 200, "price_step"),
        Notify("money_back", {"back": "2.00"}),
    )
    assert (stock(stage), stage.timers("lin"), stage.wait(days=2)) == ((3, 0), {}, ())


def settled(team: str, member: object) -> Emit:
    """What a member of a team that was decided is told by."""
    return Emit("settled", {"team": team}, member)


def test_a_lower_step_is_a_success_too_once_the_time_is_up() -> None:
    stage = stage_of_mugs()
    team = opened(stage)
    joined(stage, team)
    paid(stage, team)
    paid(stage, team, "wang")
    stage.wait(hours=23, minutes=50)
    joined(stage, team, "zhao")

    stage.wait(minutes=10)

    assert (team_of(stage, team).outcome, team_of(stage, team).reached) == (Outcome.SUCCEEDED, 2)
    assert statuses(stage, team, "lin", "wang", "zhao") == [Status.BOUGHT, Status.BOUGHT, Status.EXPIRED]
    assert (stage.refunds("lin"), stock(stage)) == ({}, (2, 0))
    assert stage.messages("lin")[-1].en == "Your team of 2 made it: 马克杯, 9.00 yuan each"
    assert stage.messages("zhao")[-1].en == "马克杯 was not paid for in time; your seat is free again"


def test_a_team_that_too_few_paid_for_fails_and_everybody_is_refunded() -> None:
    stage = stage_of_mugs()
    team = opened(stage)
    joined(stage, team)
    paid(stage, team)

    stage.wait(hours=24)

    assert (team_of(stage, team).outcome, team_of(stage, team).reached) == (Outcome.FAILED, None)
    assert statuses(stage, team, "lin", "wang") == [Status.REFUNDED, Status.EXPIRED]
    assert (stage.refunds("lin"), stage.refunds("wang"), stock(stage)) == ({"lin-1": FIRST_FEN}, {}, (0, 0))
    assert stage.messages("lin")[-1].zh == "订单 lin-1 未能成团，款项将退回"
    returned(stage, team)
    assert stage.refunds("lin") == {}


def test_nobody_is_invented_to_fill_a_team() -> None:
    """What other systems offer: here a seat is somebody's who took it, and no field says otherwise."""
    stage = stage_of_mugs()
    team = opened(stage)
    stage.wait(days=2)

    fields = {*GroupBuyConfig.model_fields, *Item.model_fields}
    assert not [name for name in fields if "virtual" in name or "fake" in name]
    assert [seat.member for seat in team_of(stage, team).seats] == []
    assert team_of(stage, team).outcome is Outcome.FAILED


def test_a_seat_that_is_not_paid_in_time_is_free_again() -> None:
    stage = stage_of_mugs()
    team = opened(stage)
    paid(stage, team)
    joined(stage, team)
    joined(stage, team, "zhao")
    full = joined(stage, team, "bo")

    stage.wait(minutes=15)

    assert (full.refusal, full.missing) == ("TEAM_FULL", {"unpaid": 2})
    assert statuses(stage, team, "lin", "wang", "zhao") == [Status.PAID, Status.EXPIRED, Status.EXPIRED]
    assert (stock(stage), stage.timers("wang")) == ((0, 1), {})
    assert joined(stage, team, "bo").refusal is None


def test_what_is_due_with_the_team_is_ended_with_it() -> None:
    stage = stage_of_mugs()
    team = opened(stage)
    paid(stage, team)
    stage.wait(hours=23, minutes=45)

    joined(stage, team)

    assert (stage.timers("wang"), seat_of(stage, team, "wang").pay_by) == ({}, team_of(stage, team).ends_at)


def test_defect_22_a_timer_that_fires_after_the_payment_changes_nothing() -> None:
    """To be played here, its fact must be one that a stage takes; so for the other facts of the campaign's own."""
    own = GROUP_BUY.own_facts() - {GROUP_BUY.fact_type(action) for action in GROUP_BUY.actions}
    stage: GroupBuyStage = Stage(replace(GROUP_BUY, settles=GROUP_BUY.settles | own), mugs())
    team = opened(stage)
    paid(stage, team)

    assert stage.fact("lin", "group_buy.expire", team=team).effects == ()
    assert stage.fact("lin", "group_buy.settled", team=team).effects == ()
    joined(stage, team)
    assert paid(stage, team, "wang").refusal is None
    stage.wait(hours=24)

    for fact in ("deadline", "expire", "settled", "leads"):
        played = stage.fact("wang", f"group_buy.{fact}", team=team)
        assert [effect for effect in played.effects if not isinstance(effect, Cancel)] == []
    assert (stock(stage), stage.refunds("wang")) == ((2, 0), {})


def test_who_leaves_before_paying_owes_nothing_and_who_has_paid_gets_it_back() -> None:
    stage = stage_of_mugs()
    team = opened(stage)
    joined(stage, team)
    joined(stage, team, "zhao")
    paid(stage, team, "wang")

    free = stage.act("zhao", "leave", team=team)
    left = stage.act("wang", "leave", team=team)

    assert (free.refusal, left.refusal, stock(stage)) == (None, None, (0, 1))
    assert statuses(stage, team, "zhao", "wang") == [Status.LEFT, Status.REFUNDED]
    assert (stage.refunds("zhao"), stage.refunds("wang")) == ({}, {"wang-1": FIRST_FEN})
    assert (stage.timers("zhao"), stage.timers("wang")) == ({}, {})
    assert stage.act("wang", "leave", team=team).refusal == "SEAT_OVER"
    assert stage.act("bo", "leave", team=team).refusal == "NO_SEAT"
    assert stage.act("bo", "leave", team="nobody's").refusal == "NO_SEAT"
    assert joined(stage, team).refusal is None


@pytest.mark.parametrize("how", ["filled", "too late", "deadline passed, timer late"])
def test_nobody_leaves_a_team_that_is_over(how: str) -> None:
    stage = stage_of_mugs()
    if how == "filled":
        team = filled(stage, "lin", "wang", "zhao")
    else:
        team = opened(stage)
        joined(stage, team)
        for member in ("lin", "wang"):
            paid(stage, team, member)
        if how == "too late":
            stage.wait(hours=24)
        else:
            stage.go_to(team_of(stage, team).ends_at)

    assert stage.act("wang", "leave", team=team).refusal == "TEAM_OVER"
    assert team_of(stage, team).paid == len(team_of(stage, team).seats)


@pytest.mark.parametrize("how", ["leave", "order.cancelled", "order.refunded", "expire"])
def test_defect_24_a_leader_who_goes_hands_over_and_the_deadline_stays(how: str) -> None:
    stage = stage_of_mugs()
    team = opened(stage)
    ends_at = team_of(stage, team).ends_at
    joined(stage, team)
    joined(stage, team, "zhao")
    paid(stage, team, "wang")
    stage.wait(minutes=5)

    if how == "order.refunded":
        paid(stage, team)
        returned(stage, team)
    elif how == "order.cancelled":
        stage.fact("lin", "order.cancelled", order="lin-1", team=team)
    elif how == "leave":
        stage.act("lin", "leave", team=team)
    else:
        stage.wait(minutes=10)

    after, [wang] = team_of(stage, team), ids(stage, "wang")
    assert (after.leader, after.ends_at, after.is_open) == (wang, ends_at, True)
    assert stage.messages("wang")[0].en == "You lead the team now; 2 more have to pay"
    # Its timer is the opener's, whoever leads.
    assert stage.timers("lin") == {team: ends_at}
    stage.wait(until=ends_at)
    assert (team_of(stage, team).outcome, stage.refunds("wang")) == (Outcome.FAILED, {"wang-1": FIRST_FEN})


def test_defect_24_a_team_that_nobody_is_left_in_has_failed() -> None:
    stage = stage_of_mugs()
    team = opened(stage)

    stage.act("lin", "leave", team=team)

    assert (team_of(stage, team).outcome, stage.timers("lin"), stock(stage)) == (Outcome.FAILED, {}, (0, 0))
    assert joined(stage, team).refusal == "TEAM_OVER"


def test_the_deadline_holds_even_if_its_timer_is_late() -> None:
    stage = stage_of_mugs()
    team = opened(stage)

    stage.go_to(team_of(stage, team).ends_at)

    assert joined(stage, team).refusal == "TEAM_OVER"
    assert joined(stage, "nobody's").refusal == "NO_TEAM"


def test_while_it_is_paused_nobody_joins_and_the_deadline_comes_all_the_same() -> None:
    stage = stage_of_mugs()
    team = opened(stage)
    paid(stage, team)

    stage.running = False
    assert joined(stage, team).refusal == "CAMPAIGN_NOT_OPEN"
    stage.wait(hours=24)

    assert (team_of(stage, team).outcome, stage.refunds("lin")) == (Outcome.FAILED, {"lin-1": FIRST_FEN})


def test_nobody_has_two_seats_of_a_team() -> None:
    stage = stage_of_mugs(seats_per_member=5)
    team = opened(stage)

    assert joined(stage, team, "lin").refusal == "ALREADY_IN"
    paid(stage, team)
    assert joined(stage, team, "lin").refusal == "ALREADY_IN"
    assert len(team_of(stage, team).seats) == 1


def test_who_takes_seats_and_never_pays_may_do_so_so_often() -> None:
    stage = stage_of_mugs(teams_per_member=1)
    team = opened(stage, "wang")
    paid(stage, team, "wang")
    for _ in range(SEATS_MAX):
        assert joined(stage, team, "lin").refusal is None
        stage.act("lin", "leave", team=team)

    played = joined(stage, team, "lin")

    assert (played.refusal, played.missing) == ("TOO_MANY_SEATS", {"most": SEATS_MAX})
    assert len(stage.state("lin").seats) == 1


def test_the_largest_team_is_told_in_one_decision() -> None:
    item = Item(key="mug", prices_fen=(900,), stock=SIZE_MAX)
    stage = Stage(GROUP_BUY, GroupBuyConfig(sizes=(SIZE_MAX,), items=(item,)))
    members = [f"member {number}" for number in range(SIZE_MAX)]

    team = filled(stage, *members)

    assert statuses(stage, team, *members) == [Status.BOUGHT] * SIZE_MAX
    assert stage.kind.describe_team is not None
    progress = stage.kind.describe_team(stage.config, team_of(stage, team))
    assert (progress.current, progress.target) == (SIZE_MAX, SIZE_MAX)


def test_a_member_reads_how_far_they_are() -> None:
    stage = stage_of_mugs(seats_per_member=2)
    filled(stage, "lin", "wang", "zhao")
    opened(stage)

    progress = GROUP_BUY.describe(stage.config, stage.state("lin"))

    assert (progress.current, progress.target, progress.text.en) == (1, None, "Bought: 1; in open teams: 1")
