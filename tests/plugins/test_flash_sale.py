"""Flash sales, played on a stage: every path of a claim and of an order."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from plugins.flash_sale.campaign import FLASH_SALE
from plugins.flash_sale.claiming import slot_key
from plugins.flash_sale.config import FlashSaleConfig, Item, Slot, slot_of, validate
from plugins.flash_sale.states import CLAIMS_MAX, Claim, FlashSaleState, Status
from siyu.sdk import Cancel, Confirm, Emit, Issue, Notify, Release, Reserve, Schedule, SetState
from siyu.sdk.testing import Played, Stage, campaign_tests

FlashSaleStage = Stage[FlashSaleConfig, FlashSaleState]
SLOTS = (Slot(start="10:00", end="12:30"), Slot(start="20:00", end="24:00"))
PRICE_FEN = 9_900


def sale(*, slots: tuple[Slot, ...] = (), **fields: Any) -> FlashSaleConfig:
    """A sale of mugs, of which there is one if nothing else is said."""
    return FlashSaleConfig(items=(Item(key="mug", title="马克杯", **{"stock": 1, **fields}),), slots=slots)


def claimed(stage: FlashSaleStage, member: str = "lin", quantity: int = 1) -> str:
    """Let a member claim mugs; the key."""
    played = stage.act(member, "claim", item="mug", quantity=quantity)
    assert played.refusal is None
    return played.fact.new_key


def paid(stage: FlashSaleStage, key: str, order: str = "A-1", fen: int = PRICE_FEN, member: str = "lin") -> Played:
    """Let the shop report that an order was paid."""
    return stage.fact(member, "order.paid", order=order, amount_fen=fen, reservation=key)


def status(stage: FlashSaleStage, key: str, member: str = "lin") -> Status:
    """Where a member's claim is."""
    found = stage.state(member).claim(key)
    assert found is not None
    return found.status


def stock(stage: FlashSaleStage) -> tuple[int, int]:
    """How many mugs are sold and held."""
    return stage.counted("stock").get(("mug", ""), (0, 0))


def sell_out(stage: FlashSaleStage) -> None:
    """Lead a stage through sales: on time, late, twice, never and given back."""
    stage.config = sale(stock=3, slot_stock=3, per_member=2, per_claim=2)
    paid(stage, (first := claimed(stage)))
    paid(stage, first, "A-2")
    late = claimed(stage)
    stage.wait(minutes=15)
    paid(stage, late, "A-3")
    stage.fact("lin", "order.refunded", order="A-2", amount_fen=PRICE_FEN)
    stage.act("wang", "cancel", reservation=claimed(stage, "wang"))


def be_refused(stage: FlashSaleStage) -> None:
    """Lead a stage into every refusal of a claim."""
    stage.config = sale(stock=2, per_member=3, per_claim=2, slots=SLOTS)
    stage.act("lin", "claim", item="mug")
    stage.wait(until="2026-11-22T20:00")
    for quantity in (3, 1, 2, 1, 1):
        stage.act("lin", "claim", item="mug", quantity=quantity)


test_conformance = campaign_tests(FLASH_SALE, configs=[sale(slots=SLOTS, slot_stock=1)], plays=[sell_out, be_refused])


# A claim.


def test_a_claim_sets_units_aside_at_a_price_for_some_minutes() -> None:
    stage = Stage(FLASH_SALE, sale(stock=5, per_member=2, per_claim=2), at="2026-11-22T12:00+08:00")

    played = stage.act("lin", "claim", item="mug", quantity=2)

    key, pay_by = played.fact.new_key, datetime.fromisoformat("2026-11-22T04:15+00:00")
    made = Claim(reservation=key, item="mug", quantity=2, amount_fen=2 * PRICE_FEN, pay_by=pay_by)
    assert played.effects == (
        Reserve("stock", 2, key=key),
        SetState(FlashSaleState(claims=(made,))),
        Schedule(key, pay_by, "expire", {"reservation": key}),
    )
    assert stock(stage) == (0, 2)


def test_what_is_paid_in_time_is_sold() -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)

    played = paid(stage, key)

    assert [type(effect) for effect in played.effects] == [Confirm, Cancel, SetState]
    assert (status(stage, key), stage.state("lin").claims[0].order) == (Status.PAID, "A-1")
    assert (stock(stage), stage.timers("lin"), stage.wait(days=1)) == ((1, 0), {}, ())


def test_what_is_not_paid_in_time_is_for_sale_again() -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)

    assert stage.wait(minutes=14) == ()
    [expired] = stage.wait(minutes=1)

    assert expired.effects == (
        Release(key),
        Release(slot_key(key)),
        SetState(stage.state("lin")),
        Notify("expired", {"title": "马克杯"}),
    )
    assert (status(stage, key), stock(stage)) == (Status.EXPIRED, (0, 0))
    assert claimed(stage, "wang") != key


def test_a_timer_that_fires_after_the_payment_changes_nothing() -> None:
    """It was due before the payment took it back. To be played here, its fact must be one that a stage takes."""
    stage = Stage(replace(FLASH_SALE, settles=FLASH_SALE.settles | {"flash_sale.expire"}), sale())
    key = claimed(stage)
    paid(stage, key)

    fired = stage.fact("lin", "flash_sale.expire", reservation=key)

    assert (fired.effects, fired.refusal, stock(stage)) == ((), None, (1, 0))


def test_members_give_a_claim_back_once() -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)

    played = stage.act("lin", "cancel", reservation=key)

    assert (status(stage, key), stock(stage), stage.timers("lin")) == (Status.CANCELLED, (0, 0), {})
    assert played.effects[-1] == Cancel(key)
    assert stage.act("lin", "cancel", reservation=key).refusal == "CLAIM_OVER"
    assert stage.act("wang", "cancel", reservation=key).refusal == "NO_CLAIM"


def test_what_is_paid_for_is_not_given_back() -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)
    paid(stage, key)

    assert stage.act("lin", "cancel", reservation=key).refusal == "CLAIM_PAID"
    assert stage.fact("lin", "order.cancelled", order="A-1", reservation=key).refusal == "CLAIM_PAID"
    assert stock(stage) == (1, 0)


def test_an_order_that_is_off_frees_its_claim() -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)

    stage.fact("lin", "order.cancelled", order="A-1", reservation=key)

    assert (status(stage, key), stock(stage), stage.timers("lin")) == (Status.CANCELLED, (0, 0), {})


# What there is not.


def test_sold_out_for_now_and_for_good_are_told_apart() -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)

    held = stage.act("wang", "claim", item="mug")
    paid(stage, key)
    sold = stage.act("wang", "claim", item="mug")

    assert (held.refusal, held.missing) == ("SOLD_OUT_FOR_NOW", {"on_hold": 1})
    assert (sold.refusal, sold.missing) == ("SOLD_OUT", {})


def test_defect_16_more_than_is_left_is_refused_and_takes_nothing() -> None:
    stage = Stage(FLASH_SALE, sale(stock=3, per_member=5, per_claim=5))
    claimed(stage, "wang", 2)

    played = stage.act("lin", "claim", item="mug", quantity=2)

    assert (played.refusal, played.missing, stock(stage)) == ("TOO_FEW_LEFT", {"left": 1}, (0, 2))


def test_the_member_is_looked_at_before_the_stock() -> None:
    """What users of other shops ask for: one a member means one, and is told even when nothing is left."""
    stage = Stage(FLASH_SALE, sale())
    claimed(stage)

    played = stage.act("lin", "claim", item="mug")

    assert (played.refusal, played.missing) == ("MEMBER_LIMIT", {"most": 1, "left": 0})


def test_a_claim_and_a_member_have_limits_of_their_own_for_each_item() -> None:
    items = (Item(key="mug", stock=9, per_member=3, per_claim=2), Item(key="hat", stock=9))
    stage = Stage(FLASH_SALE, FlashSaleConfig(items=items))

    refusals = [stage.act("lin", "claim", item="mug", quantity=quantity).refusal for quantity in (3, 2, 2, 1, 1)]

    assert refusals == ["CLAIM_LIMIT", None, "MEMBER_LIMIT", None, "MEMBER_LIMIT"]
    assert stage.act("lin", "claim", item="hat").refusal is None
    assert stage.act("lin", "claim", item="shoe").refusal == "NO_ITEM"


def test_what_a_member_gave_back_they_may_claim_again_so_often() -> None:
    stage = Stage(FLASH_SALE, sale())
    for _ in range(CLAIMS_MAX):
        stage.act("lin", "cancel", reservation=claimed(stage))

    assert stage.act("lin", "claim", item="mug").refusal == "TOO_MANY_CLAIMS"
    assert claimed(stage, "wang")


def test_a_full_history_of_claims_can_be_kept() -> None:
    title, items = "名" * 64, tuple(Item(key=f"{number:032}", stock=1) for number in range(CLAIMS_MAX))
    stage = Stage(FLASH_SALE, FlashSaleConfig(items=tuple(item.model_copy(update={"title": title}) for item in items)))

    for number, item in enumerate(items):
        key = stage.act("lin", "claim", item=item.key).fact.new_key
        assert paid(stage, key, f"{number:064}").refusal is None

    assert stage.state("lin").units(items[-1].key) == 1


# Slots.


@pytest.mark.parametrize(
    ("at", "slot"),
    [
        ("09:59:59", None),
        ("10:00:00", "2026-11-22T10:00"),
        ("12:29:59", "2026-11-22T10:00"),
        ("12:30:00", None),
        ("23:59:59", "2026-11-22T20:00"),
        ("00:00:00", None),
    ],
)
def test_a_slot_is_from_its_start_up_to_its_end(at: str, slot: str | None) -> None:
    local = datetime.fromisoformat(f"2026-11-22T{at}")

    assert slot_of(sale(slots=SLOTS), local) == slot
    assert slot_of(sale(), local) == "2026-11-22"


def test_between_slots_nothing_is_sold() -> None:
    stage = Stage(FLASH_SALE, sale(slots=SLOTS), at="2026-11-22T09:59")

    assert stage.act("lin", "claim", item="mug").refusal == "NOT_NOW"
    stage.wait(minutes=1)
    assert claimed(stage)


def test_a_slot_sells_its_part_of_the_stock() -> None:
    config = sale(slots=SLOTS, stock=3, slot_stock=2, per_member=2, per_claim=2)
    stage = Stage(FLASH_SALE, config, at="2026-11-22T10:00")

    assert paid(stage, claimed(stage)).refusal is None
    few = stage.act("wang", "claim", item="mug", quantity=2)
    claimed(stage, "wang")
    none = stage.act("zhao", "claim", item="mug")
    stage.wait(minutes=15)
    claimed(stage, "zhao")

    assert (few.refusal, few.missing) == ("TOO_FEW_LEFT", {"left": 1})
    assert none.refusal == "SLOT_SOLD_OUT"
    assert stage.counted("slot_stock") == {("mug", "2026-11-22T10:00"): (1, 1)}
    stage.wait(until="2026-11-22T20:00")
    assert paid(stage, claimed(stage, "bo"), "A-2", member="bo").refusal is None
    assert stage.counted("slot_stock") == {("mug", "2026-11-22T10:00"): (1, 0), ("mug", "2026-11-22T20:00"): (1, 0)}
    assert stock(stage) == (2, 0)


# Orders that are not as they should be.


@pytest.mark.parametrize("fen", [1, PRICE_FEN - 1, PRICE_FEN + 1, 2 * PRICE_FEN])
def test_a_wrong_amount_goes_back_and_the_right_one_can_still_be_paid(fen: int) -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)

    wrong = paid(stage, key, "A-1", fen)

    assert wrong.effects == (Issue("refund", "A-1", "REFUND_ASKED"), Notify("refund", {"order": "A-1"}))
    assert (status(stage, key), stock(stage)) == (Status.HELD, (0, 1))
    assert paid(stage, key, "A-2").refusal is None
    assert (status(stage, key), stage.rewards("lin")) == (Status.PAID, {"A-1": "refund"})


def test_a_second_order_for_one_claim_goes_back() -> None:
    stage = Stage(FLASH_SALE, sale(stock=2))
    key = claimed(stage)
    paid(stage, key)

    paid(stage, key, "A-2")

    assert (stage.rewards("lin"), stage.state("lin").claims[0].order) == ({"A-2": "refund"}, "A-1")
    assert stock(stage) == (1, 0)


def test_the_same_order_reported_again_changes_nothing() -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)
    paid(stage, key)

    assert paid(stage, key).refusal == "ORDER_ALREADY_PAID"
    assert (stage.rewards("lin"), stock(stage)) == ({}, (1, 0))


@pytest.mark.parametrize("how", ["expired", "cancelled", "off"])
def test_defect_18_a_late_payer_buys_what_is_left(how: str) -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)
    end(stage, key, how)

    played = paid(stage, key)

    assert played.effects == (Emit("late", {"item": "mug", "reservation": key, "order": "A-1"}),)
    assert [type(effect) for effect in played.followed[0].effects] == [Reserve, SetState]
    assert (status(stage, key), stock(stage), stage.rewards("lin")) == (Status.PAID, (1, 0), {})


def end(stage: FlashSaleStage, key: str, how: str) -> None:
    """Let a claim be over, in one of the ways there are."""
    if how == "expired":
        stage.wait(minutes=15)
    elif how == "cancelled":
        stage.act("lin", "cancel", reservation=key)
    else:
        stage.fact("lin", "order.cancelled", order="A-0", reservation=key)


def test_defect_18_a_late_payer_of_what_is_gone_is_refunded() -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)
    stage.wait(minutes=15)
    claimed(stage, "wang")

    played = paid(stage, key)

    assert played.followed[0].effects == (Issue("refund", "A-1", "REFUND_ASKED"), Notify("refund", {"order": "A-1"}))
    assert (status(stage, key), stock(stage)) == (Status.EXPIRED, (0, 1))
    assert stage.messages("lin")[-1].en == "Order A-1 could not be filled; your money goes back"


def test_a_late_payer_who_has_claimed_again_is_refunded() -> None:
    stage = Stage(FLASH_SALE, sale(stock=5))
    key = claimed(stage)
    stage.wait(minutes=15)
    claimed(stage)

    paid(stage, key)

    assert (stage.rewards("lin"), stage.state("lin").units("mug")) == ({"A-1": "refund"}, 1)


def test_of_two_late_orders_for_one_claim_one_buys() -> None:
    stage = Stage(FLASH_SALE, sale(stock=5, per_member=5))
    key = claimed(stage)
    stage.wait(minutes=15)

    paid(stage, key, "A-1")
    paid(stage, key, "A-2")

    assert (stage.rewards("lin"), stock(stage)) == ({"A-2": "refund"}, (1, 0))


def test_a_late_payer_is_served_between_slots_and_after_the_slot_was_sold_out() -> None:
    stage = Stage(FLASH_SALE, sale(slots=SLOTS, stock=2, slot_stock=1), at="2026-11-22T12:20")
    key = claimed(stage)
    stage.wait(minutes=15)

    paid(stage, key)

    assert (status(stage, key), stock(stage)) == (Status.PAID, (1, 0))
    assert stage.counted("slot_stock") == {}


def test_a_late_payer_of_an_item_that_left_the_sale_is_refunded() -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)
    stage.config = FlashSaleConfig()

    [expired] = stage.wait(minutes=15)
    paid(stage, key)

    assert (expired.effects[-1], stage.rewards("lin")) == (Notify("expired", {"title": "mug"}), {"A-1": "refund"})


@pytest.mark.parametrize("how", ["paused", "ended"])
def test_defect_19_a_sale_that_is_over_settles_its_orders(how: str) -> None:
    stage = Stage(FLASH_SALE, sale(stock=3, per_member=3), ends_at="2026-11-23T12:00")
    kept, late = claimed(stage), claimed(stage)
    stage.fact("lin", "order.cancelled", order="A-0", reservation=late)
    if how == "paused":
        stage.running = False
    else:
        stage.go_to("2026-11-23T12:00")

    assert [paid(stage, kept, "A-1").refusal, paid(stage, late, "A-2").refusal] == [None, None]
    assert (status(stage, kept), status(stage, late), stock(stage)) == (Status.PAID, Status.PAID, (2, 0))
    assert stage.act("lin", "claim", item="mug").refusal == "CAMPAIGN_NOT_OPEN"


def test_defect_20_the_buyer_of_the_last_unit_can_pay_for_it() -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)
    assert stage.act("wang", "claim", item="mug").refusal == "SOLD_OUT_FOR_NOW"

    assert (paid(stage, key).refusal, stock(stage)) == (None, (1, 0))


def test_a_payment_counts_as_long_as_the_unit_is_held_even_if_the_timer_is_late() -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)
    stage.go_to("2026-11-22T13:00")

    assert (paid(stage, key).refusal, status(stage, key)) == (None, Status.PAID)


def test_an_order_of_no_claim_is_refused_by_name_and_one_of_no_campaign_passes_by() -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)

    assert paid(stage, key, member="wang").refusal == "NO_CLAIM"
    assert stage.fact("wang", "order.cancelled", order="B-1", reservation=key).refusal == "NO_CLAIM"
    for played in (
        stage.fact("lin", "order.paid", order="B-2", amount_fen=PRICE_FEN),
        stage.fact("lin", "order.cancelled", order="B-3"),
        stage.fact("wang", "order.refunded", order="A-1", amount_fen=PRICE_FEN),
    ):
        assert (played.effects, played.refusal) == ((), None)
    assert stock(stage) == (0, 1)


def test_an_order_of_nothing_pays_for_nothing() -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)

    assert (paid(stage, key, fen=0).refusal, status(stage, key)) == ("NOTHING_PAID", Status.HELD)


def test_a_refund_that_was_asked_for_is_open_until_all_the_money_is_back() -> None:
    stage = Stage(FLASH_SALE, sale())
    paid(stage, claimed(stage), fen=500)

    stage.fact("lin", "order.refunded", order="A-1", amount_fen=499)
    assert stage.rewards("lin") == {"A-1": "refund"}
    stage.fact("lin", "order.refunded", order="A-1", amount_fen=1)

    assert stage.rewards("lin") == {}


def test_a_refund_of_what_was_sold_leaves_it_sold() -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)
    paid(stage, key)

    stage.fact("lin", "order.refunded", order="A-1", amount_fen=PRICE_FEN)

    assert (status(stage, key), stock(stage)) == (Status.PAID, (1, 0))


# The config.


def test_a_claim_keeps_its_price_and_its_time_whatever_becomes_of_the_config() -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)

    stage.config = sale(price_fen=1).model_copy(update={"minutes_to_pay": 1})
    assert stage.wait(minutes=14) == ()

    assert (paid(stage, key).refusal, status(stage, key)) == (None, Status.PAID)


def problems(config: FlashSaleConfig) -> Iterator[tuple[str, ...]]:
    """The fields that `validate` complains of."""
    return (problem.path for problem in validate(config))


def test_items_have_keys_of_their_own() -> None:
    assert list(problems(FlashSaleConfig(items=(Item(key="mug"), Item(key="hat"))))) == []
    assert list(problems(FlashSaleConfig(items=(Item(key="mug"), Item(key="mug"))))) == [("items",)]


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ([("10:00", "12:00"), ("12:00", "24:00"), ("00:00", "10:00")], []),
        ([("10:00", "12:00"), ("11:59", "13:00")], [("slots",)]),
        ([("10:00", "12:00"), ("10:00", "12:00")], [("slots",)]),
        ([("12:00", "12:00")], [("slots", "0", "end")]),
        ([("08:00", "09:00"), ("22:00", "02:00")], [("slots", "1", "end")]),
    ],
)
def test_slots_end_after_they_start_and_do_not_overlap(
    slots: list[tuple[str, str]], expected: list[tuple[str, ...]]
) -> None:
    config = FlashSaleConfig(slots=tuple(Slot(start=start, end=end) for start, end in slots))

    assert list(problems(config)) == expected


@pytest.mark.parametrize(
    "config",
    [
        {"items": []},
        {"items": [{"key": "Mug"}]},
        {"items": [{"key": "mug\n"}]},
        {"items": [{"key": "m" * 33}]},
        {"items": [{"price_fen": 0}]},
        {"items": [{"stock": -1}]},
        {"items": [{"slot_stock": 0}]},
        {"items": [{"per_member": 0}]},
        {"items": [{"per_claim": 101}]},
        {"items": [{"virtual_sales": 99}]},
        {"items": [{"key": f"item-{number}"} for number in range(101)]},
        {"slots": [{"start": "24:00", "end": "24:00"}]},
        {"slots": [{"start": "9:00", "end": "10:00"}]},
        {"slots": [{"start": "09:00", "end": "24:01"}]},
        {"minutes_to_pay": 0},
    ],
)
def test_an_impossible_config_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FlashSaleConfig.model_validate(config)


ROOMY = {"stock": 5, "per_member": 2, "per_claim": 2}
# What a claim of two mugs at noon meets when one option is another than in ROOMY; None: no refusal. `title` is in
# test_what_is_not_paid_in_time_is_for_sale_again.
OPTIONS: dict[str, tuple[FlashSaleConfig, str | None]] = {
    "key": (FlashSaleConfig(items=(Item(**{**ROOMY, "key": "hat"}),)), "NO_ITEM"),
    "price_fen": (sale(**ROOMY, price_fen=1), None),
    "stock": (sale(**{**ROOMY, "stock": 0}), "SOLD_OUT"),
    "slot_stock": (sale(**ROOMY, slot_stock=1), "TOO_FEW_LEFT"),
    "per_member": (sale(**{**ROOMY, "per_member": 1}), "MEMBER_LIMIT"),
    "per_claim": (sale(**{**ROOMY, "per_claim": 1}), "CLAIM_LIMIT"),
    "slots": (sale(**ROOMY, slots=(Slot(start="13:00", end="14:00"),)), "NOT_NOW"),
    "minutes_to_pay": (sale(**ROOMY).model_copy(update={"minutes_to_pay": 1}), None),
}


def two_mugs(config: FlashSaleConfig) -> tuple[str | None, int, timedelta]:
    """What claiming two mugs at noon meets: a refusal's code, or what they cost and for how long they are held."""
    stage = Stage(FLASH_SALE, config)
    refusal = stage.act("lin", "claim", item="mug", quantity=2).refusal
    if refusal is not None:
        return refusal, 0, timedelta(0)
    [claim] = stage.state("lin").claims
    return None, claim.amount_fen, claim.pay_by - stage.now


def test_defects_33_and_59_every_option_has_a_behaviour() -> None:
    assert set(OPTIONS) == {*Item.model_fields, *FlashSaleConfig.model_fields} - {"title", "items"}

    usual, changed = two_mugs(sale(**ROOMY)), {name: two_mugs(config) for name, (config, _) in OPTIONS.items()}

    assert usual == (None, 2 * PRICE_FEN, timedelta(minutes=15))
    assert usual not in changed.values()
    assert {name: met[0] for name, met in changed.items()} == {name: code for name, (_, code) in OPTIONS.items()}


def test_progress_is_what_was_bought() -> None:
    stage = Stage(FLASH_SALE, sale(stock=5, per_member=3, per_claim=2))
    paid(stage, claimed(stage, quantity=2), fen=2 * PRICE_FEN)
    claimed(stage)

    progress = FLASH_SALE.describe(stage.config, stage.state("lin"))

    assert (progress.current, progress.target) == (2, None)
    assert progress.text.en == "Bought: 2; waiting to be paid: 1"


def test_the_slot_is_the_shops_whatever_the_servers_zone_is() -> None:
    """23:59 and 00:01 in the shop are two days."""
    stage = Stage(FLASH_SALE, sale(stock=2, slot_stock=1), at="2026-11-22T23:59")
    claimed(stage)
    assert stage.act("wang", "claim", item="mug").refusal == "SLOT_SOLD_OUT"
    stage.wait(minutes=2)

    key = claimed(stage, "wang")

    assert stage.counted("slot_stock") == {
        ("mug", date(2026, 11, 22).isoformat()): (0, 1),
        ("mug", date(2026, 11, 23).isoformat()): (0, 1),
    }
    assert stage.timers("wang")[key] == stage.now + timedelta(minutes=15)
