"""Offers that are on their way: somebody has been taken out of the line, and has no unit yet."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from plugins.flash_sale.campaign import FLASH_SALE
from plugins.flash_sale.config import Slot
from plugins.flash_sale.lines import Line
from plugins.flash_sale.states import Status
from siyu.sdk import Notify
from siyu.sdk.testing import Stage
from tests.plugins.mug_sale import (
    PRICE_FEN,
    FlashSaleStage,
    acted,
    claimed,
    line,
    only_claim,
    paid,
    queue,
    statuses,
    stock,
)

SLOTS = (Slot(start="10:00", end="11:00"), Slot(start="12:00", end="12:30"))
LINE = "queue:mug:2026-11-22T12:00"
OFFER = {"line": LINE, "item": "mug"}
WAITING, HELD, LOST = Status.WAITING, Status.HELD, Status.LOST
# A stage takes no fact that a campaign emits, unless the campaign settles it too.
TOLD = replace(FLASH_SALE, settles=FLASH_SALE.settles | {"flash_sale.offer", "flash_sale.freed"})


def under_way(*waiting: str, stock: int = 2) -> FlashSaleStage:
    """A queue whose first is being offered a unit, the last of so many; the others wait."""
    stage = Stage(TOLD, queue(slots=SLOTS, stock=1))
    claimed(stage)
    acted(stage, "join", *waiting)
    stage.config = queue(slots=SLOTS, stock=stock, per_member=2, per_claim=2)
    first = line(stage, waiting[0])
    stage._shop.teams[LINE] = first.changed(
        waiting=first.waiting[1:], members=first.members[1:], offered=1
    ).model_dump_json()
    return stage


def test_a_unit_that_is_on_its_way_to_somebody_is_nobody_elses() -> None:
    stage = under_way("wang")

    claim, join = stage.act("zhao", "claim", item="mug"), stage.act("zhou", "join", item="mug")
    stage.fact("wang", "flash_sale.offer", **OFFER)

    assert (claim.refusal, claim.missing) == ("OTHERS_WAIT", {"waiting": 1})
    assert (join.refusal, only_claim(stage, "zhou").place) == (None, 2)
    assert (statuses(stage, "wang", "zhou"), stock(stage), line(stage, "wang").offered) == (
        [HELD, WAITING],
        (0, 2),
        0,
    )


def test_more_units_are_more_than_what_is_on_its_way() -> None:
    stage = under_way("wang", stock=4)

    assert stage.act("zhao", "claim", item="mug", quantity=2).refusal is None
    stage.fact("wang", "flash_sale.offer", **OFFER)
    assert (statuses(stage, "wang", "zhao"), stock(stage)) == ([HELD, HELD], (0, 4))


def test_who_is_being_offered_a_unit_cannot_leave() -> None:
    stage = under_way("wang")

    assert stage.act("wang", "leave", line=LINE).refusal == "OFFER_COMING"
    assert statuses(stage, "wang") == [WAITING]


def test_who_is_being_offered_a_unit_as_the_slot_ends_gets_it() -> None:
    stage = under_way("wang")
    stage.wait(until="2026-11-22T12:30")
    assert (statuses(stage, "wang"), stage.timers("wang")) == ([WAITING], {})

    stage.go_to(stage.now - timedelta(minutes=1))
    stage.fact("wang", "flash_sale.offer", **OFFER)

    assert statuses(stage, "wang") == [HELD]


def test_who_finds_the_offer_gone_is_in_their_place_again() -> None:
    """A late payer or the shop was faster."""
    stage = under_way("wang", "zhao")
    stage.config = queue(slots=SLOTS)
    place = line(stage, "zhao").waiting

    offer = stage.fact("wang", "flash_sale.offer", **OFFER)

    assert (place, line(stage, "wang").waiting, line(stage, "wang").offered) == ((1,), (0, 1), 0)
    assert Notify("yours", {"title": "马克杯", "minutes": 15}) not in offer.effects
    key = next(claim.reservation for claim in stage.state("lin").claims)
    stage.act("lin", "cancel", reservation=key)
    assert statuses(stage, "wang", "zhao") == [HELD, WAITING]


def test_who_finds_the_offer_gone_after_the_slot_has_lost() -> None:
    stage = under_way("wang")
    stage.config = queue(slots=SLOTS)
    stage.wait(until="2026-11-22T12:14")
    del stage._shop.timers[stage.member("lin").id, only_claim(stage, "lin").reservation]
    stage.wait(until="2026-11-22T12:40")
    assert statuses(stage, "wang") == [WAITING]

    stage.fact("wang", "flash_sale.offer", **OFFER)

    assert (statuses(stage, "wang"), line(stage, "wang").waiting) == ([LOST], ())


def test_an_offer_to_nobody_who_waits_changes_nothing() -> None:
    stage = under_way("wang")

    assert stage.fact("zhao", "flash_sale.offer", **OFFER).effects == ()
    assert stage.fact("zhao", "flash_sale.offer", line="queue:hat:2026-11-22T12:00", item="hat").effects == ()


@pytest.mark.parametrize(("at", "status"), [("10:05", WAITING), ("12:05", HELD)], ids=["earlier", "now"])
def test_what_is_told_late_of_another_slot_is_offered_to_nobody(at: str, status: Status) -> None:
    """The unit counts for the slot of its fact."""
    stage = Stage(TOLD, queue(slots=SLOTS, stock=1), at="2026-11-22T12:04")
    claimed(stage)
    acted(stage, "join", "wang")
    stage.config = queue(slots=SLOTS, stock=2)

    stage.go_to(f"2026-11-22T{at}")
    stage.fact("lin", "flash_sale.freed", **OFFER)

    assert statuses(stage, "wang") == [status]


def test_a_late_payer_gets_no_unit_that_is_on_its_way() -> None:
    stage = under_way("wang")
    key = only_claim(stage, "lin").reservation
    stage.act("lin", "cancel", reservation=key)
    stage.config = queue(slots=SLOTS, stock=1)

    paid(stage, key)

    assert (stage.refunds("lin"), stock(stage)) == ({"A-1": PRICE_FEN}, (0, 0))


def test_who_is_being_offered_a_unit_counts_for_the_length_of_the_queue() -> None:
    stage = under_way("wang", "zhao")
    stage.config = queue(slots=SLOTS, length=2)

    assert stage.act("zhou", "join", item="mug").refusal == "QUEUE_FULL"


def test_an_offer_that_comes_late_can_be_paid_as_long_as_any() -> None:
    """No worker ran for a while; the timer of the claim before was due long ago."""
    stage = Stage(FLASH_SALE, queue(slots=SLOTS))
    claimed(stage)
    acted(stage, "join", "wang", "zhao")

    stage.go_to("2026-11-22T12:20")
    stage.wait(minutes=1)

    made = only_claim(stage, "wang")
    assert (made.status, made.pay_by) == (HELD, datetime.fromisoformat("2026-11-22T12:35+08:00"))
    assert statuses(stage, "zhao") == [WAITING]


def test_a_unit_goes_through_a_long_queue_within_a_minute_each() -> None:
    """However many facts follow from one another, there is a pause between two of them."""
    names = [f"m{number}" for number in range(9)]
    stage = Stage(FLASH_SALE, queue(slots=SLOTS).model_copy(update={"minutes_to_pay": 1}))
    claimed(stage)
    acted(stage, "join", *names)

    stage.wait(minutes=9)

    assert statuses(stage, *names) == [Status.EXPIRED] * 8 + [HELD]


def test_a_line_begins_with_nobody() -> None:
    assert Line() == Line.model_validate_json("{}")
