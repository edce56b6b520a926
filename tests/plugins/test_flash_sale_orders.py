"""Orders of a flash sale that are not as they should be: each of them has an end that was decided on."""

import pytest

from plugins.flash_sale.campaign import FLASH_SALE
from plugins.flash_sale.config import FlashSaleConfig
from plugins.flash_sale.states import Status
from siyu.sdk import Emit, Notify, Refund, Reserve, SetState
from siyu.sdk.testing import Stage
from tests.plugins.mug_sale import PRICE_FEN, SLOTS, FlashSaleStage, claimed, paid, sale, status, stock


@pytest.mark.parametrize("fen", [1, PRICE_FEN - 1, PRICE_FEN + 1, 2 * PRICE_FEN])
def test_a_wrong_amount_goes_back_and_the_right_one_can_still_be_paid(fen: int) -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)

    wrong = paid(stage, key, "A-1", fen)

    assert wrong.effects == (Refund("A-1", fen, "another_amount"), Notify("refund", {"order": "A-1"}))
    assert (status(stage, key), stock(stage)) == (Status.HELD, (0, 1))
    assert paid(stage, key, "A-2").refusal is None
    assert (status(stage, key), stage.refunds("lin")) == (Status.PAID, {"A-1": fen})


def test_a_second_order_for_one_claim_goes_back() -> None:
    stage = Stage(FLASH_SALE, sale(stock=2))
    key = claimed(stage)
    paid(stage, key)

    paid(stage, key, "A-2")

    assert (stage.refunds("lin"), stage.state("lin").claims[0].order) == ({"A-2": PRICE_FEN}, "A-1")
    assert stock(stage) == (1, 0)


def test_the_same_order_reported_again_changes_nothing() -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)
    paid(stage, key)

    assert paid(stage, key).refusal == "ORDER_ALREADY_PAID"
    assert (stage.refunds("lin"), stock(stage)) == ({}, (1, 0))


@pytest.mark.parametrize("how", ["expired", "cancelled", "off"])
def test_defect_18_a_late_payer_buys_what_is_left(how: str) -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)
    end(stage, key, how)

    played = paid(stage, key)

    told = {"item": "mug", "reservation": key, "order": "A-1", "amount_fen": PRICE_FEN}
    assert played.effects == (Emit("late", told),)
    assert [type(effect) for effect in played.followed[0].effects] == [Reserve, SetState]
    assert (status(stage, key), stock(stage), stage.refunds("lin")) == (Status.PAID, (1, 0), {})


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

    assert played.followed[0].effects == (Refund("A-1", PRICE_FEN, "gone"), Notify("refund", {"order": "A-1"}))
    assert (status(stage, key), stock(stage)) == (Status.EXPIRED, (0, 1))
    assert stage.messages("lin")[-1].en == "Order A-1 could not be filled; your money goes back"


def test_a_late_payer_who_has_claimed_again_is_refunded() -> None:
    stage = Stage(FLASH_SALE, sale(stock=5))
    key = claimed(stage)
    stage.wait(minutes=15)
    claimed(stage)

    paid(stage, key)

    assert (stage.refunds("lin"), stage.state("lin").units("mug")) == ({"A-1": PRICE_FEN}, 1)


def test_of_two_late_orders_for_one_claim_one_buys() -> None:
    stage = Stage(FLASH_SALE, sale(stock=5, per_member=5))
    key = claimed(stage)
    stage.wait(minutes=15)

    paid(stage, key, "A-1")
    paid(stage, key, "A-2")

    assert (stage.refunds("lin"), stock(stage)) == ({"A-2": PRICE_FEN}, (1, 0))


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

    assert (expired.effects[-1], stage.refunds("lin")) == (Notify("expired", {"title": "mug"}), {"A-1": PRICE_FEN})


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
    assert stage.refunds("lin") == {"A-1": 500}
    stage.fact("lin", "order.refunded", order="A-1", amount_fen=1)

    assert stage.refunds("lin") == {}


def test_a_refund_of_what_was_sold_leaves_it_sold() -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)
    paid(stage, key)

    stage.fact("lin", "order.refunded", order="A-1", amount_fen=PRICE_FEN)

    assert (status(stage, key), stock(stage)) == (Status.PAID, (1, 0))
