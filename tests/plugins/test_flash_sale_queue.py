"""Flash sales with a queue, played on a stage."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from plugins.flash_sale.campaign import FLASH_SALE
from plugins.flash_sale.claiming import slot_key
from plugins.flash_sale.config import WAITING_MAX, Allocation, FlashSaleConfig, Item, Slot
from plugins.flash_sale.lines import OFFERS_MAX, TICKS, Line
from plugins.flash_sale.states import CLAIMS_MAX, Status
from siyu.sdk import Cancel, Emit, Notify, Release, Reserve, Schedule, SetState, SetTeam
from siyu.sdk.testing import Stage
from tests.plugins.mug_sale import (
    PRICE_FEN,
    SLOTS,
    acted,
    claimed,
    line,
    only_claim,
    paid,
    queue,
    sale,
    status,
    statuses,
    stock,
)

NOON, CLOSING = datetime.fromisoformat("2026-11-22T12:00+08:00"), datetime.fromisoformat("2026-11-23T00:00+08:00")
# It looks again every two minutes.
SHORT = (Slot(start="12:00", end="12:26"),)
LINE = "queue:mug:2026-11-22"
WAITING, HELD, PAID, LOST = Status.WAITING, Status.HELD, Status.PAID, Status.LOST


def test_who_joins_while_there_are_some_left_gets_one() -> None:
    stage = Stage(FLASH_SALE, queue())

    [key] = acted(stage, "join", "lin")

    assert (status(stage, key), only_claim(stage, "lin").line, stock(stage)) == (HELD, LINE, (0, 1))
    assert paid(stage, key).refusal is None


def test_who_finds_none_left_waits_with_a_place() -> None:
    stage = Stage(FLASH_SALE, queue())
    claimed(stage)

    played = stage.act("wang", "join", item="mug")
    acted(stage, "join", "zhao")

    made, member = only_claim(stage, "wang"), stage.member("wang").id
    data = {"line": LINE, "item": "mug"}
    opened = Line(closes_at=CLOSING, ends_at=CLOSING, tickets=1, waiting=(0,), members=(member,))
    assert [effect for effect in played.effects if not isinstance(effect, Schedule)] == [
        SetTeam(LINE, opened),
        SetState(stage.state("wang")),
    ]
    assert Schedule(made.reservation, CLOSING, "close", {**data, "reservation": made.reservation}) in played.effects
    assert (made.status, made.ticket, made.place, made.pay_by) == (WAITING, 0, 1, None)
    assert (only_claim(stage, "zhao").place, line(stage, "zhao").waiting) == (2, (0, 1))
    told = FLASH_SALE.describe(stage.config, stage.state("zhao")).text
    assert told.en == "Bought: 0; waiting to be paid: 0; in line for mug: place 2"
    assert FLASH_SALE.describe_team is not None
    assert FLASH_SALE.describe_team(stage.config, line(stage, "wang")).current == 2


def test_what_comes_back_is_offered_in_the_order_of_waiting_and_to_the_next_if_it_is_not_paid() -> None:
    stage = Stage(FLASH_SALE, queue())
    key = claimed(stage)
    acted(stage, "join", "wang", "zhao")

    played = stage.act("lin", "cancel", reservation=key)

    freed, offered = played.followed
    assert played.effects[-2:] == (Emit("freed", {"line": LINE, "item": "mug"}), Cancel(key))
    assert [type(effect) for effect in freed.effects] == [SetTeam, Emit]
    assert (offered.fact.member_id, offered.effects[1]) == (
        stage.member("wang").id,
        Reserve("stock", key=only_claim(stage, "wang").reservation),
    )
    assert offered.effects[-1] == Notify("yours", {"title": "马克杯", "minutes": 15})
    assert (only_claim(stage, "wang").pay_by, statuses(stage, "wang", "zhao"), stock(stage)) == (
        NOON + timedelta(minutes=15),
        [HELD, WAITING],
        (0, 1),
    )

    stage.wait(minutes=15)
    assert (statuses(stage, "wang", "zhao"), stock(stage)) == ([Status.EXPIRED, HELD], (0, 1))
    paid(stage, only_claim(stage, "zhao").reservation, member="zhao")
    assert (statuses(stage, "zhao"), stock(stage), line(stage, "zhao").offered) == ([PAID], (1, 0), 0)


def test_nobody_overtakes_those_who_wait() -> None:
    stage = Stage(FLASH_SALE, queue(stock=2, per_member=2, per_claim=2))
    key = claimed(stage, quantity=2)
    acted(stage, "join", "wang")
    stage.config = queue(stock=3, per_member=2, per_claim=2)

    played = stage.act("zhao", "claim", item="mug")

    assert (played.refusal, played.missing) == ("OTHERS_WAIT", {"waiting": 1})
    acted(stage, "join", "zhao")
    assert statuses(stage, "wang", "zhao") == [HELD, WAITING]
    stage.act("lin", "cancel", reservation=key)
    assert (statuses(stage, "zhao"), stage.act("zhou", "claim", item="mug", quantity=2).refusal) == (
        [HELD],
        "TOO_FEW_LEFT",
    )
    assert stage.act("zhou", "claim", item="mug").refusal is None


def test_stock_that_the_shop_adds_is_offered_without_anybody_doing_anything() -> None:
    stage = Stage(FLASH_SALE, queue(slots=SHORT))
    claimed(stage)
    acted(stage, "join", "zhao", "zhou")

    stage.config = queue(slots=SHORT, stock=3)
    stage.wait(minutes=2)

    assert statuses(stage, "zhao", "zhou") == [HELD, HELD]


def test_those_who_wait_look_again_a_bounded_number_of_times() -> None:
    stage = Stage(FLASH_SALE, queue())
    claimed(stage)
    acted(stage, "join", "wang", "zhao")

    assert [len(stage.timers(member)) for member in ("wang", "zhao")] == [TICKS + 1, 1]
    stage.act("wang", "leave", line=LINE)
    assert len(stage.timers("wang")) == TICKS


def test_a_member_waits_no_more_when_they_say_so() -> None:
    stage = Stage(FLASH_SALE, queue(per_member=1))
    key = claimed(stage)
    acted(stage, "join", "wang", "zhao")

    played = stage.act("wang", "leave", line=LINE)
    stage.act("lin", "cancel", reservation=key)

    assert [type(effect) for effect in played.effects] == [SetTeam, SetState, Cancel]
    assert statuses(stage, "wang", "zhao") == [Status.CANCELLED, HELD]
    assert stage.act("wang", "leave", line=LINE).refusal == "NO_WAIT"
    assert stage.act("zhou", "leave", line="queue:mug:2026-11-21").refusal == "NO_WAIT"
    acted(stage, "join", "wang")
    assert [claim.place for claim in stage.state("wang").claims] == [1, 1]


def test_a_queue_ends_with_its_slot() -> None:
    stage = Stage(FLASH_SALE, queue(slots=SLOTS))
    claimed(stage)
    acted(stage, "join", "wang", "zhao")

    assert [fired.effects for fired in stage.wait(minutes=14)] == [()] * 6
    stage.wait(minutes=16)

    # What lin did not pay for went to wang in time; what wang has not paid for comes back as the slot ends.
    assert statuses(stage, "wang", "zhao") == [Status.EXPIRED, LOST]
    assert stage.messages("zhao")[-1].en == "马克杯: your turn did not come"
    assert (stock(stage), line(stage, "zhao").waiting) == ((0, 0), ())
    assert stage.act("zhao", "join", item="mug").refusal == "NOT_NOW"


def test_the_slot_of_a_queue_sells_its_part() -> None:
    stage = Stage(FLASH_SALE, queue(slots=SLOTS, stock=9, slot_stock=1))
    key = claimed(stage)
    acted(stage, "join", "wang")
    assert stage.counted("slot_stock") == {("mug", "2026-11-22T10:00"): (0, 1)}

    stage.act("lin", "cancel", reservation=key)

    made = only_claim(stage, "wang")
    assert (made.status, stage.counted("slot_stock")) == (HELD, {("mug", "2026-11-22T10:00"): (0, 1)})
    paid(stage, made.reservation, member="wang")
    assert stage.act("zhao", "join", item="mug").refusal == "SLOT_SOLD_OUT"
    assert stage.act("zhao", "claim", item="mug").refusal == "SLOT_SOLD_OUT"
    released = stage.fact("wang", "order.cancelled", order="A-1", reservation=made.reservation)
    assert (released.refusal, Release(slot_key(key)) in released.effects) == ("CLAIM_PAID", False)


def test_what_comes_back_in_another_slot_is_offered_to_nobody_of_this_one() -> None:
    stage = Stage(FLASH_SALE, queue(slots=SLOTS, stock=2, slot_stock=1))
    key = claimed(stage)
    acted(stage, "join", "wang")

    stage.go_to("2026-11-22T20:00+08:00")
    stage.act("lin", "cancel", reservation=key)

    assert (statuses(stage, "wang"), stock(stage)) == ([WAITING], (0, 0))


def test_it_is_of_no_use_to_wait_for_what_is_paid_for() -> None:
    stage = Stage(FLASH_SALE, queue())
    paid(stage, claimed(stage))

    assert stage.act("wang", "join", item="mug").refusal == "SOLD_OUT"


def test_a_queue_is_bounded() -> None:
    stage = Stage(FLASH_SALE, queue(length=2))
    claimed(stage)
    acted(stage, "join", "wang", "zhao")

    played = stage.act("zhou", "join", item="mug")

    assert (played.refusal, played.missing) == ("QUEUE_FULL", {"most": 2})


def test_a_member_waits_once_and_for_no_more_than_they_may_have() -> None:
    items = (Item(key="mug", title="马克杯", stock=1, per_member=2), Item(key="hat", stock=1))
    stage = Stage(FLASH_SALE, FlashSaleConfig(items=items, allocation=Allocation.QUEUE))
    for item in ("mug", "hat"):
        stage.act("lin", "claim", item=item)
    acted(stage, "join", "lin")

    refusals = [stage.act("lin", "join", item=item).refusal for item in ("mug", "hat", "shoe")]

    assert refusals == ["IN_LINE", "MEMBER_LIMIT", "NO_ITEM"]
    assert stage.act("lin", "claim", item="mug").refusal == "MEMBER_LIMIT"


def test_a_wait_is_no_claim_to_be_given_back_or_paid() -> None:
    stage = Stage(FLASH_SALE, queue())
    claimed(stage)
    [key] = acted(stage, "join", "wang")

    given_back = [
        stage.act("wang", "cancel", reservation=key),
        stage.fact("wang", "order.cancelled", order="A-0", reservation=key),
    ]
    early = paid(stage, key, member="wang")

    assert [played.refusal for played in given_back] == ["CLAIM_WAITING"] * 2
    assert (early.refusal, stage.refunds("wang"), statuses(stage, "wang")) == (None, {"A-1": PRICE_FEN}, [WAITING])


def test_a_late_payer_gets_nothing_that_others_wait_for() -> None:
    stage = Stage(FLASH_SALE, queue(stock=2))
    key = claimed(stage)
    stage.wait(minutes=15)
    claimed(stage, "wang")
    claimed(stage, "zhao")
    acted(stage, "join", "zhou")

    stage.config = queue(stock=3)
    paid(stage, key)
    assert (stage.refunds("lin"), statuses(stage, "zhou")) == ({"A-1": PRICE_FEN}, [WAITING])

    stage.act("zhou", "leave", line=LINE)
    paid(stage, key, "A-2")
    assert (status(stage, key), stock(stage)) == (PAID, (1, 2))


def test_a_late_payer_gets_nothing_once_the_slot_is_over() -> None:
    stage = Stage(FLASH_SALE, queue(slots=SLOTS))
    key = claimed(stage)
    stage.wait(until="2026-11-22T20:00+08:00")

    paid(stage, key)

    assert (status(stage, key), stage.refunds("lin")) == (Status.EXPIRED, {"A-1": PRICE_FEN})


def test_members_queue_where_there_is_a_queue() -> None:
    stage = Stage(FLASH_SALE, sale())

    assert stage.act("lin", "join", item="mug").refusal == "NO_QUEUE"
    stage.config = queue(slots=(Slot(start="20:00", end="24:00"),))
    assert [stage.act("lin", what, item="mug").refusal for what in ("join", "claim")] == ["NOT_NOW"] * 2


def test_many_units_are_offered_in_several_goes() -> None:
    stage = Stage(FLASH_SALE, queue(slots=SHORT))
    claimed(stage)
    names = [f"m{number}" for number in range(OFFERS_MAX + 2)]
    acted(stage, "join", *names)

    stage.config = queue(slots=SHORT, stock=40)
    stage.wait(minutes=2)
    assert statuses(stage, *names) == [HELD] * OFFERS_MAX + [WAITING] * 2
    stage.wait(minutes=2)
    assert statuses(stage, *names[OFFERS_MAX:]) == [HELD] * 2


def test_a_full_queue_can_be_kept() -> None:
    kept = Line(closes_at=CLOSING, ends_at=CLOSING, tickets=10**9, seed_hash="0" * 64, seed="0" * 64, units=10**6)
    for number in range(WAITING_MAX):
        kept = kept.with_waiting(10**8 + number, UUID(int=number))

    assert len(kept.model_dump_json()) < 65_536
    assert Line.model_validate_json(kept.model_dump_json()) == kept


def test_who_has_made_many_claims_waits_no_more() -> None:
    stage = Stage(FLASH_SALE, queue())
    claimed(stage, "wang")
    for _ in range(CLAIMS_MAX):
        acted(stage, "join", "lin")
        stage.act("lin", "leave", line=LINE)

    assert stage.act("lin", "join", item="mug").refusal == "TOO_MANY_CLAIMS"


def test_nobody_sees_who_else_waits() -> None:
    assert FLASH_SALE.team is not None
    assert FLASH_SALE.team.hidden == {"members"}


@pytest.mark.parametrize("price_fen", [PRICE_FEN, 1])
def test_who_waits_pays_the_price_that_there_was_when_they_joined(price_fen: int) -> None:
    stage = Stage(FLASH_SALE, queue(price_fen=price_fen))
    key = claimed(stage, "zhao")
    acted(stage, "join", "lin")
    stage.config = queue(price_fen=7)
    stage.act("zhao", "cancel", reservation=key)

    assert only_claim(stage, "lin").amount_fen == price_fen
