"""What an operator can set for a group-buy, and what comes of it: steps, limits, newcomers, the leader's perk."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from plugins.group_buy.campaign import GROUP_BUY
from plugins.group_buy.checking import validate
from plugins.group_buy.config import SIZE_MAX, GroupBuyConfig, Item, LeaderPerk
from plugins.group_buy.states import Status
from plugins.group_buy.teams import Outcome
from siyu.campaigns.stock import check_stock_kept
from siyu.engine.effects import EFFECTS_MAX
from siyu.errors import InvalidInput
from siyu.sdk import Grant, Issue, Refund, Reverse, Revoke
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
    team_of,
)

TWO_ITEMS = [{"key": "mug", "prices_fen": [900, 700]}, {"key": "hat", "prices_fen": [500, 500]}]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({}, None),
        ({"items": TWO_ITEMS, "newcomer_seats": 2, "leader": {"off_fen": 499}}, None),
        ({"sizes": [3, 2]}, ("sizes",)),
        ({"sizes": [3, 3]}, ("sizes",)),
        ({"items": [TWO_ITEMS[0], TWO_ITEMS[0]]}, ("items",)),
        ({"items": [TWO_ITEMS[0], {"key": "hat", "prices_fen": [500]}]}, ("items", "1", "prices_fen")),
        ({"items": [{"prices_fen": [700, 900]}]}, ("items", "0", "prices_fen")),
        ({"newcomer_seats": 3}, ("newcomer_seats",)),
        ({"items": TWO_ITEMS, "leader": {"off_fen": 500}}, ("leader", "off_fen")),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field(fields: dict[str, Any], path: tuple[str, ...] | None) -> None:
    assert [problem.path for problem in validate(mugs(**fields))] == ([] if path is None else [path])


@pytest.mark.parametrize(
    "config",
    [
        {"sizes": []},
        {"sizes": [1]},
        {"sizes": [SIZE_MAX + 1]},
        {"sizes": [2, 3, 4, 5, 6, 7]},
        {"items": []},
        {"items": [{"key": "Mug"}]},
        {"items": [{"prices_fen": [0]}]},
        {"items": [{"prices_fen": []}]},
        {"items": [{"stock": -1}]},
        {"items": [{"virtual_members": 2}]},
        {"items": [{"key": f"item-{number}"} for number in range(21)]},
        {"hours": 0},
        {"hours": 169},
        {"minutes_to_pay": 0},
        {"quantity_max": 0},
        {"seats_per_member": 0},
        {"teams_per_member": 33},
        {"newcomer_seats": -1},
        {"leader": {"points": -1}},
        {"when_full": "fill_up"},
        {"late_payer": "keep"},
    ],
)
def test_an_impossible_config_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GroupBuyConfig.model_validate(config)


def test_a_decision_has_room_to_tell_the_largest_team() -> None:
    """Each member, and what else is done about the order, the seat, its timers and the team."""
    others = 4

    assert SIZE_MAX + others <= EFFECTS_MAX


def chosen_item(stage: GroupBuyStage) -> object:
    return stage.act("lin", "open", item="hat").refusal


def amount_to_pay(stage: GroupBuyStage) -> object:
    return seat_of(stage, opened(stage), "lin").amount_fen


def places_of_a_team(stage: GroupBuyStage) -> object:
    return team_of(stage, opened(stage)).size


def time_for_a_team(stage: GroupBuyStage) -> object:
    return team_of(stage, opened(stage)).ends_at - stage.now


def time_to_pay(stage: GroupBuyStage) -> object:
    return seat_of(stage, opened(stage), "lin").pay_by - stage.now


def three_in_a_seat(stage: GroupBuyStage) -> object:
    return stage.act("lin", "open", item="mug", quantity=3).refusal


def second_team(stage: GroupBuyStage) -> object:
    opened(stage)
    return stage.act("lin", "open", item="mug").refusal


def second_team_after_the_first(stage: GroupBuyStage) -> object:
    stage.act("lin", "leave", team=opened(stage))
    return stage.act("lin", "open", item="mug").refusal


def two_veterans_join(stage: GroupBuyStage) -> object:
    team = opened(stage)
    for member in ("wang", "zhao"):
        stage.fact(member, "order.paid", order=f"{member}-0", amount_fen=1)
    return [joined(stage, team, member).refusal for member in ("wang", "zhao")]


def points_of_the_leader(stage: GroupBuyStage) -> object:
    filled(stage, "lin", "wang", "zhao")
    return stage.balance("lin")


def rewards_of_the_leader(stage: GroupBuyStage) -> object:
    filled(stage, "lin", "wang", "zhao")
    return list(stage.rewards("lin").values())


def money_of_the_leader(stage: GroupBuyStage) -> object:
    filled(stage, "lin", "wang", "zhao")
    return stage.refunds("lin")


def fourth_of_three(stage: GroupBuyStage) -> object:
    return joined(stage, filled(stage, "lin", "wang", "zhao"), "bo").refusal


def late_leader(stage: GroupBuyStage) -> object:
    team = opened(stage)
    stage.wait(minutes=15)
    paid(stage, team)
    return bool(stage.refunds("lin"))


def first_team(stage: GroupBuyStage) -> object:
    return stage.act("lin", "open", item="mug").refusal


def words_about_it(stage: GroupBuyStage) -> object:
    opened(stage)
    stage.wait(minutes=15)
    return stage.messages("lin")[-1].en


# What is done, with another value than usual for one field, and whether what comes of it is another then.
OPTIONS: dict[str, tuple[Callable[[GroupBuyStage], object], dict[str, Any]]] = {
    "key": (chosen_item, {"items": [{"key": "hat", "prices_fen": [900, 700]}]}),
    "title": (words_about_it, {"items": [{"key": "mug", "title": "杯子", "prices_fen": [900, 700]}]}),
    "prices_fen": (amount_to_pay, {"items": [{"key": "mug", "prices_fen": [800, 700]}]}),
    "stock": (first_team, {"items": [{"key": "mug", "prices_fen": [900, 700], "stock": 0}]}),
    "sizes": (places_of_a_team, {"sizes": (2, 4)}),
    "hours": (time_for_a_team, {"hours": 1}),
    "minutes_to_pay": (time_to_pay, {"minutes_to_pay": 1}),
    "quantity_max": (three_in_a_seat, {"quantity_max": 3}),
    "seats_per_member": (second_team, {"seats_per_member": 2}),
    "teams_per_member": (second_team_after_the_first, {"teams_per_member": 1}),
    "newcomer_seats": (two_veterans_join, {"newcomer_seats": 2}),
    "points": (points_of_the_leader, {"leader": {"points": 50}}),
    "reward": (rewards_of_the_leader, {"leader": {"reward": "badge"}}),
    "off_fen": (money_of_the_leader, {"leader": {"off_fen": 100}}),
    "when_full": (fourth_of_three, {"when_full": "new_team"}),
    "late_payer": (late_leader, {"late_payer": "new_team"}),
}


def test_defects_33_and_59_every_option_is_in_the_table() -> None:
    fields = {*GroupBuyConfig.model_fields, *Item.model_fields, *LeaderPerk.model_fields}

    assert set(OPTIONS) == fields - {"items", "leader"}


@pytest.mark.parametrize("name", OPTIONS)
def test_defects_33_and_59_every_option_has_a_behaviour(name: str) -> None:
    what, fields = OPTIONS[name]

    assert what(stage_of_mugs()) != what(stage_of_mugs(**fields))


def test_a_member_chooses_an_item_and_pays_its_price() -> None:
    stage = stage_of_mugs(items=TWO_ITEMS, quantity_max=2)
    team = opened(stage)
    stage.act("wang", "join", team=team, item="hat", quantity=2)
    joined(stage, team, "zhao", 2)

    paid(stage, team)
    assert stage.fact("wang", "order.paid", order="wang-1", amount_fen=1_000, team=team).refusal is None
    paid(stage, team, "zhao", fen=2 * FIRST_FEN)

    assert team_of(stage, team).outcome is Outcome.SUCCEEDED
    assert [stage.refunds(member) for member in ("lin", "wang", "zhao")] == [{"lin-1": 200}, {}, {"zhao-1": 400}]
    assert stage.counted("stock") == {("mug", ""): (3, 0), ("hat", ""): (2, 0)}
    assert stage.act("bo", "open", item="cup").refusal == "NO_ITEM"


def test_a_team_keeps_the_terms_that_it_was_opened_with() -> None:
    stage = stage_of_mugs(leader={"off_fen": 100})
    team = opened(stage)

    dearer = [{"key": "mug", "prices_fen": [9_900, 8_800, 7_700]}, {"key": "hat", "prices_fen": [3, 2, 1]}]
    stage.config = mugs(sizes=(2, 3, 4), items=dearer)
    joined(stage, team)
    assert stage.act("zhao", "join", team=team, item="hat").refusal == "NO_ITEM"
    joined(stage, team, "zhao")
    for member in ("lin", "wang", "zhao"):
        paid(stage, team, member)

    assert (team_of(stage, team).outcome, stage.refunds("lin")) == (Outcome.SUCCEEDED, {"lin-1": 300})


def test_an_item_that_left_the_campaign_is_not_bought_any_more() -> None:
    stage = stage_of_mugs(items=TWO_ITEMS)
    team = opened(stage)

    stage.config = mugs()
    assert stage.act("wang", "join", team=team, item="hat").refusal == "NO_ITEM"


@pytest.mark.parametrize("outcome", ["full", "succeeded"])
def test_who_joins_a_team_that_has_filled_may_open_another(outcome: str) -> None:
    stage = stage_of_mugs(when_full="new_team", teams_per_member=1)
    if outcome == "succeeded":
        team = filled(stage, "lin", "wang", "zhao")
    else:
        team = opened(stage)
        for member in ("wang", "zhao"):
            joined(stage, team, member)

    played = joined(stage, team, "bo")

    key, [bo] = played.fact.new_key, ids(stage, "bo")
    assert (team_of(stage, key).leader, stage.timers("bo")[key]) == (bo, team_of(stage, key).ends_at)
    assert (seat_of(stage, key, "bo").status, stage.state("bo").seat(team)) == (Status.HELD, None)
    # It is one of those that a member may open.
    stage.act("bo", "leave", team=key)
    again = joined(stage, team, "bo")
    assert (again.refusal, again.missing) == ("TEAM_LIMIT", {"most": 1})


def test_a_team_that_ended_below_its_size_has_not_filled() -> None:
    stage = stage_of_mugs(when_full="new_team")
    team = opened(stage)
    joined(stage, team)
    for member in ("lin", "wang"):
        paid(stage, team, member)
    stage.wait(hours=24)

    assert (team_of(stage, team).reached, joined(stage, team, "zhao").refusal) == (2, "TEAM_OVER")


# Of a team of three with so many seats for newcomers: who is seated and paid before, and whether who comes may join.
NEWCOMERS = [
    (0, "old", "old", "old", True),
    (1, "old", "old", "old", False),
    (1, "old", "old", "new", True),
    (1, "old", "new", "old", True),
    (1, "new", "old", "old", True),
    (1, "new", "new", "old", True),
    (1, "new", "new", "new", True),
    (2, "old", "new", "old", False),
    (2, "old", "new", "new", True),
    (2, "new", "new", "old", True),
    (2, "new", "old", "new", True),
]


@pytest.mark.parametrize(("seats", "leader", "second", "third", "joins"), NEWCOMERS)
def test_defect_42_newcomers_seats_pass_their_truth_table(
    seats: int, leader: str, second: str, third: str, joins: bool
) -> None:
    stage = stage_of_mugs(newcomer_seats=seats)
    for member, which in (("lin", leader), ("wang", second), ("zhao", third)):
        if which == "old":
            stage.fact(member, "order.paid", order=f"{member}-0", amount_fen=1)
    team = opened(stage)
    assert joined(stage, team, "wang").refusal is None
    # That they have paid by now makes nobody older.
    for member in ("lin", "wang"):
        paid(stage, team, member)

    assert joined(stage, team, "zhao").refusal == (None if joins else "NEWCOMERS_ONLY")


def test_a_newcomers_seat_that_is_given_up_is_a_newcomers_again() -> None:
    stage = stage_of_mugs(newcomer_seats=1)
    for member in ("lin", "wang", "bo"):
        stage.fact(member, "order.paid", order=f"{member}-0", amount_fen=1)
    team = opened(stage)
    joined(stage, team)
    joined(stage, team, "zhao")
    stage.act("zhao", "leave", team=team)
    assert joined(stage, team, "bo").refusal == "NEWCOMERS_ONLY"
    stage.act("wang", "leave", team=team)

    assert joined(stage, team, "bo").refusal is None
    assert team_of(stage, team).veterans == 2


def test_a_newcomer_who_pays_late_is_still_one() -> None:
    """Their own order is not one that they had before."""
    stage = stage_of_mugs(newcomer_seats=2)
    team = opened(stage, "wang")
    paid(stage, team, "wang")
    joined(stage, team, "zhao")
    joined(stage, team, "lin")
    stage.wait(minutes=15)
    assert statuses(stage, team, "zhao", "lin") == [Status.EXPIRED] * 2

    for member in ("zhao", "lin"):
        paid(stage, team, member)

    assert team_of(stage, team).outcome is Outcome.SUCCEEDED


def test_the_leader_of_a_success_has_the_perk_and_loses_it_with_the_order() -> None:
    stage = stage_of_mugs(leader={"points": 50, "reward": "badge", "off_fen": 100})
    team = filled(stage, "lin", "wang", "zhao")

    assert (stage.balance("lin"), stage.rewards("lin")) == (50, {team: "badge"})
    assert [stage.refunds(member) for member in ("lin", "wang")] == [{"lin-1": 300}, {"wang-1": 200}]
    assert (stage.balance("wang"), stage.rewards("wang")) == (0, {})

    played = returned(stage, team)

    assert played.effects[:2] == (Reverse("points", 50, "lin-1"), Revoke(team))
    assert (stage.balance("lin"), stage.rewards("lin"), stage.refunds("lin")) == (0, {}, {})


def test_a_perk_that_comes_after_the_refund_is_not_given() -> None:
    """Its fact was on the way: to be played here, it must be one that a stage takes."""
    kind = replace(GROUP_BUY, settles=GROUP_BUY.settles | {"group_buy.perk"})
    stage: GroupBuyStage = Stage(kind, mugs(leader={"points": 50}))
    team = filled(stage, "lin", "wang", "zhao")
    returned(stage, team)

    assert stage.fact("lin", "group_buy.perk", team=team).effects == ()
    assert stage.balance("lin") == 0


def test_a_refund_that_reaches_the_seat_after_the_perk_takes_it_back() -> None:
    """It was told without the team, while the team succeeded: to be played here, the fact must be one that is taken."""
    kind = replace(GROUP_BUY, settles=GROUP_BUY.settles | {"group_buy.unseat"})
    stage: GroupBuyStage = Stage(kind, mugs(leader={"points": 50}))
    team = filled(stage, "lin", "wang", "zhao")

    played = stage.fact("lin", "group_buy.unseat", team=team, order="lin-1")

    assert played.effects[:2] == (Reverse("points", 50, "lin-1"), Revoke(team))
    assert (stage.balance("lin"), statuses(stage, team, "lin")) == (0, [Status.REFUNDED])
    assert stage.fact("lin", "group_buy.unseat", team=team, order="lin-1").effects == ()


def test_the_perk_comes_by_a_fact_of_its_own() -> None:
    """So that a cap of the shop on what is given cannot keep a leader from what they bought."""
    stage = stage_of_mugs(leader={"points": 50, "reward": "badge"})
    team = opened(stage)
    for member in ("wang", "zhao"):
        joined(stage, team, member)
        paid(stage, team, member)

    played = paid(stage, team)

    [perk] = [each for each in played.followed if each.fact.type == "group_buy.perk"]
    assert perk.effects == (Grant("points", 50, reference="lin-1"), Issue("badge", team, "PERK_GIVEN"))
    others = [effect for each in played.followed if each is not perk for effect in each.effects]
    assert not [effect for effect in others if isinstance(effect, Grant | Issue)]
    assert [effect for effect in others if isinstance(effect, Refund)]


def test_of_a_lower_step_one_who_paid_leads() -> None:
    stage = stage_of_mugs(leader={"points": 50}, hours=1, minutes_to_pay=60)
    team = opened(stage)
    for member in ("wang", "zhao"):
        joined(stage, team, member)
        paid(stage, team, member)

    stage.wait(hours=1)

    assert (stage.balance("lin"), stage.balance("wang")) == (0, 50)
    assert statuses(stage, team, "lin", "wang") == [Status.EXPIRED, Status.BOUGHT]


def test_defect_15_a_published_group_buy_takes_new_items_and_prices_but_no_other_stock() -> None:
    before, hat = json_of(*mug()), Item(key="hat", prices_fen=(900, 700))

    check_stock_kept(GROUP_BUY, before, json_of(hat, *mug(prices_fen=(800, 700))))

    for other in (json_of(*mug(stock=11)), json_of(hat)):
        with pytest.raises(InvalidInput):
            check_stock_kept(GROUP_BUY, before, other)


def json_of(*items: Item) -> str:
    """A group-buy of these items, as it is stored."""
    return mugs().model_copy(update={"items": items}).model_dump_json()


def test_a_stage_has_the_defaults_of_the_page() -> None:
    stage = Stage(GROUP_BUY)

    assert stage.act("lin", "open", item="item").refusal is None
    assert list(validate(stage.config)) == []
