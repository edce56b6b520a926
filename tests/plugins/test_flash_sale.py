"""Flash sales, played on a stage: claims, and what there is left to claim."""

from dataclasses import replace
from datetime import datetime

from plugins.flash_sale.campaign import FLASH_SALE
from plugins.flash_sale.claiming import slot_key
from plugins.flash_sale.config import FlashSaleConfig, Item, Slot
from plugins.flash_sale.states import CLAIMS_MAX, Claim, FlashSaleState, Status
from siyu.sdk import Cancel, Confirm, Notify, Release, Reserve, Schedule, SetState
from siyu.sdk.testing import Stage, campaign_tests
from tests.plugins.mug_sale import (
    PRICE_FEN,
    SLOTS,
    FlashSaleStage,
    claimed,
    lottery,
    paid,
    queue,
    sale,
    status,
    stock,
)


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


def wait_in_turn(stage: FlashSaleStage) -> None:
    """Lead a stage through a queue: members join, overtake nobody, leave, and are offered what comes back."""
    stage.config = queue(length=2, stock=2, slots=(*SLOTS[:1], Slot(start="12:30", end="13:00")))
    keys = [claimed(stage, name) for name in ("lin", "wang")]
    for name in ("zhao", "zhou", "zhou", "sun"):
        stage.act(name, "join", item="mug")
    stage.act("sun", "claim", item="mug")
    [waiting] = stage.state("zhao").claims
    stage.act("zhao", "cancel", reservation=waiting.reservation)
    stage.act("lin", "cancel", reservation=keys[0])
    stage.act("zhou", "leave", line=waiting.line)
    stage.act("zhou", "leave", line=waiting.line)
    stage.act("zhou", "join", item="mug")
    stage.act("zhou", "enter", item="mug")
    paid(stage, keys[1], member="wang")
    stage.wait(minutes=40)


def draw_lots(stage: FlashSaleStage) -> None:
    """Lead a stage through a draw: winners who pay or do not, those who are next, and those who are late."""
    stage.config = lottery(standby=1, slots=(Slot(start="12:00", end="12:26"), *SLOTS[1:]))
    for name in ("lin", "wang", "zhao", "lin"):
        stage.act(name, "enter", item="mug")
    for name, what in (("zhou", "claim"), ("zhou", "join")):
        stage.act(name, what, item="mug")
    line = stage.state("lin").claims[0].line
    stage.act("lin", "leave", line=line)
    stage.wait(minutes=26)
    stage.config = lottery(standby=1, slots=(Slot(start="12:00", end="13:26"), *SLOTS[1:]))
    stage.act("zhou", "enter", item="mug")
    stage.wait(days=1)


test_conformance = campaign_tests(
    FLASH_SALE,
    configs=[sale(slots=SLOTS, slot_stock=1), queue(slots=SLOTS, slot_stock=1), lottery(), lottery(standby=0)],
    plays=[sell_out, be_refused, wait_in_turn, draw_lots],
)


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


def test_a_claim_keeps_its_price_and_its_time_whatever_becomes_of_the_config() -> None:
    stage = Stage(FLASH_SALE, sale())
    key = claimed(stage)

    stage.config = sale(price_fen=1).model_copy(update={"minutes_to_pay": 1})
    assert stage.wait(minutes=14) == ()

    assert (paid(stage, key).refusal, status(stage, key)) == (None, Status.PAID)


def test_progress_is_what_was_bought() -> None:
    stage = Stage(FLASH_SALE, sale(stock=5, per_member=3, per_claim=2))
    paid(stage, claimed(stage, quantity=2), fen=2 * PRICE_FEN)
    claimed(stage)

    progress = FLASH_SALE.describe(stage.config, stage.state("lin"))

    assert (progress.current, progress.target) == (2, None)
    assert progress.text.en == "Bought: 2; waiting to be paid: 1"
