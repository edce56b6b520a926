"""Flash sales by lot, played on a stage."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

import pytest

from plugins.flash_sale.campaign import FLASH_SALE
from plugins.flash_sale.config import FlashSaleConfig, Item, Slot, validate
from plugins.flash_sale.lines import TICKS, Line
from plugins.flash_sale.states import CLAIMS_MAX, Status
from siyu.sdk import Draw, Notify, Reserve, Schedule, SetState, SetTeam
from siyu.sdk.draws import draw_of
from siyu.sdk.testing import Stage
from tests.plugins.mug_sale import (
    PRICE_FEN,
    SLOTS,
    FlashSaleStage,
    acted,
    line,
    lottery,
    only_claim,
    paid,
    queue,
    sale,
    status,
    statuses,
    stock,
)

LINE = "lottery:mug:2026-11-22T10:00"
DRAWN_AT = datetime.fromisoformat("2026-11-22T12:30+08:00")
NAMES = tuple(f"m{number}" for number in range(8))
WAITING, HELD, PAID, LOST, EXPIRED = Status.WAITING, Status.HELD, Status.PAID, Status.LOST, Status.EXPIRED


def drawn(config: FlashSaleConfig, *names: str, secret: bytes = b"") -> FlashSaleStage:
    """A sale whose first draw these members entered, just after it."""
    stage = Stage(FLASH_SALE, config, draw_secret=secret)
    acted(stage, "enter", *names)
    stage.wait(until=DRAWN_AT)
    return stage


def in_order(stage: FlashSaleStage, *names: str) -> list[str]:
    """The members by the places that they have."""
    return sorted(names, key=lambda name: only_claim(stage, name).place or 0)


def test_who_enters_has_the_next_ticket_and_no_unit() -> None:
    stage = Stage(FLASH_SALE, lottery())

    played = stage.act("lin", "enter", item="mug")
    acted(stage, "enter", "wang")

    made, hash_ = only_claim(stage, "lin"), draw_of(b"", LINE).seed_hash
    data = {"line": LINE, "item": "mug", "reservation": made.reservation}
    assert played.effects == (
        SetTeam(LINE, Line(closes_at=DRAWN_AT, tickets=1, seed_hash=hash_)),
        SetState(stage.state("lin")),
        Schedule(made.reservation, DRAWN_AT, "draw", data),
    )
    assert (made.status, made.ticket, made.place, only_claim(stage, "wang").ticket) == (WAITING, 0, None, 1)
    assert (stock(stage), line(stage, "lin").seed) == ((0, 0), None)
    assert FLASH_SALE.describe(stage.config, stage.state("lin")).text.en.endswith("to be drawn: mug")


def test_as_many_win_as_there_are_units_and_everybody_can_check_who() -> None:
    stage = drawn(lottery(stock=3, standby=2), *NAMES)

    shown = line(stage, "m0")
    assert (shown.units, shown.tickets, shown.decided) == (3, 8, 8)
    assert sha256(bytes.fromhex(shown.seed or "")).hexdigest() == shown.seed_hash
    order = in_order(stage, *NAMES)
    assert [only_claim(stage, name).place for name in order] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert statuses(stage, *order) == [HELD] * 3 + [WAITING] * 2 + [LOST] * 3
    for name in NAMES:
        made = only_claim(stage, name)
        assert made.place == Draw(shown.seed or "", "").position(made.ticket or 0, 8) + 1
    assert (stock(stage), shown.waiting) == ((0, 3), (4, 5))
    messages = [stage.messages(name)[-1].en for name in order]
    assert messages[2:6] == [
        "马克杯 is yours if you pay in 15 minutes",
        "马克杯: you are number 1 for what is not paid for",
        "马克杯: you are number 2 for what is not paid for",
        "马克杯: your turn did not come",
    ]
    assert FLASH_SALE.describe_team is not None
    assert FLASH_SALE.describe_team(stage.config, shown).text.en == "Tickets: 8; units: 3"


def test_a_win_sets_a_unit_aside_until_it_must_be_paid() -> None:
    stage = Stage(FLASH_SALE, lottery())
    acted(stage, "enter", "lin")

    [fired] = stage.wait(until=DRAWN_AT)

    key = only_claim(stage, "lin").reservation
    pay_by = DRAWN_AT + timedelta(minutes=15)
    assert fired.effects[:5] == (
        Reserve("stock", key=key),
        SetState(stage.state("lin")),
        Schedule(key, pay_by, "expire", {"reservation": key}),
        Notify("yours", {"title": "马克杯", "minutes": 15}),
        SetTeam(LINE, line(stage, "lin")),
    )
    assert [type(effect) for effect in fired.effects[5:]] == [Schedule] * TICKS
    assert (only_claim(stage, "lin").pay_by, paid(stage, key).refusal) == (pay_by, None)
    assert (status(stage, key), stock(stage)) == (PAID, (1, 0))


def test_other_seeds_make_other_winners_and_everybody_wins_as_often() -> None:
    won: Counter[str] = Counter()
    for seed in range(200):
        stage = drawn(lottery(stock=2, standby=0), *NAMES[:4], secret=bytes([seed]))
        won.update(name for name in NAMES[:4] if only_claim(stage, name).status is HELD)

    assert sum(won.values()) == 400
    assert all(75 <= count <= 125 for count in won.values())


def test_what_winners_do_not_pay_for_is_offered_to_the_next_in_the_drawn_order() -> None:
    stage = drawn(lottery(stock=2, standby=4), *NAMES)
    order = in_order(stage, *NAMES)
    paid(stage, only_claim(stage, order[0]).reservation, member=order[0])

    stage.wait(minutes=14)
    assert statuses(stage, *order[:4]) == [PAID, HELD, WAITING, WAITING]
    stage.wait(minutes=1)
    assert statuses(stage, *order[:4]) == [PAID, EXPIRED, HELD, WAITING]
    stage.act(order[2], "cancel", reservation=only_claim(stage, order[2]).reservation)
    assert (statuses(stage, *order[2:5]), stock(stage)) == ([Status.CANCELLED, HELD, WAITING], (1, 1))
    paid(stage, only_claim(stage, order[3]).reservation, "A-2", member=order[3])
    stage.wait(minutes=45)

    assert statuses(stage, *order) == [PAID, EXPIRED, Status.CANCELLED, PAID, LOST, LOST, LOST, LOST]
    assert (stock(stage), line(stage, order[0]).waiting) == ((2, 0), ())


@pytest.mark.parametrize(("standby", "minutes"), [(2, 60), (2, 16), (1, 60), (0, 60)])
def test_who_is_next_after_a_draw_and_for_how_long(standby: int, minutes: int) -> None:
    stage = drawn(lottery(standby=standby, minutes=minutes), *NAMES[:3])
    order = in_order(stage, *NAMES[:3])
    shown = line(stage, order[0])
    assert (shown.waiting, shown.ends_at) == ((2, 3)[:standby], DRAWN_AT + timedelta(minutes=minutes))

    stage.wait(minutes=16)
    assert statuses(stage, *order[1:]) == [
        HELD if standby else LOST,
        WAITING if (standby, minutes) == (2, 60) else LOST,
    ]
    stage.wait(minutes=15)
    assert statuses(stage, *order[1:]) == [
        EXPIRED if standby else LOST,
        HELD if (standby, minutes) == (2, 60) else LOST,
    ]


def test_nobody_is_offered_anything_before_every_ticket_has_its_place() -> None:
    """A winner gives up at once; who is next is known only when all are asked."""
    stage = Stage(FLASH_SALE, lottery(stock=1, standby=3))
    acted(stage, "enter", *NAMES[:4])
    winner, second, *others = foretold(NAMES[:4])
    for name in (winner, *others):
        fire(stage, name)
    stage.act(winner, "cancel", reservation=only_claim(stage, winner).reservation)
    assert (line(stage, winner).freed, line(stage, winner).offered) == (1, 0)
    assert statuses(stage, *others) == [WAITING] * 2

    fire(stage, second)

    assert (statuses(stage, second), line(stage, second).freed) == ([HELD], 0)


def foretold(names: Sequence[str]) -> list[str]:
    """Those who will have entered, in the order that the seed will make of them."""
    draw = draw_of(b"", LINE)
    return sorted(names, key=lambda name: draw.position(names.index(name), len(names)))


def fire(stage: FlashSaleStage, name: str) -> None:
    """Let the draw of one member alone be due."""
    timers = stage._shop.timers
    others = {key: asked for key, asked in timers.items() if key[0] != stage.member(name).id}
    for key in others:
        del timers[key]
    stage.wait(until=max(stage.now, DRAWN_AT))
    timers.update(others)


def test_a_slot_draws_for_its_part_of_the_stock() -> None:
    stage = drawn(lottery(stock=5, slot_stock=2, standby=0), *NAMES)

    assert (line(stage, "m0").units, stock(stage), Counter(statuses(stage, *NAMES))) == (
        2,
        (0, 2),
        {HELD: 2, LOST: 6},
    )
    assert stage.counted("slot_stock") == {}


def test_more_units_than_tickets_make_everybody_win() -> None:
    stage = drawn(lottery(stock=9), *NAMES)

    assert (statuses(stage, *NAMES), stock(stage)) == ([HELD] * 8, (0, 8))


def test_a_later_slot_draws_for_what_is_left_with_another_seed() -> None:
    stage = drawn(lottery(stock=3, standby=0, per_member=2), *NAMES[:2])
    stage.wait(until="2026-11-22T20:00+08:00")
    stage.act("m2", "enter", item="mug")
    stage.wait(until="2026-11-23T00:00+08:00")

    first, second = line(stage, "m0"), line(stage, "m2")
    assert (first.units, second.units, second.tickets) == (3, 3, 1)
    assert first.seed != second.seed
    assert only_claim(stage, "m2").line == "lottery:mug:2026-11-22T20:00"


def test_a_member_has_one_ticket_and_none_for_more_than_they_may_have() -> None:
    stage = Stage(FLASH_SALE, lottery(per_member=2))
    acted(stage, "enter", "lin")

    refusals = [stage.act("lin", "enter", item=item).refusal for item in ("mug", "shoe")]
    stage.wait(until=DRAWN_AT)
    paid(stage, only_claim(stage, "lin").reservation)
    stage.config = lottery(per_member=1, stock=9)
    stage.wait(until="2026-11-22T20:00+08:00")

    assert refusals == ["IN_LINE", "NO_ITEM"]
    assert stage.act("lin", "enter", item="mug").refusal == "MEMBER_LIMIT"


def test_there_is_no_ticket_once_it_is_drawn_whatever_becomes_of_the_slot() -> None:
    """An operator who lets a slot last longer gives nobody a chance to enter with the seed in hand."""
    stage = drawn(lottery(stock=9), "lin")

    stage.config = lottery(stock=9, slots=(Slot(start="10:00", end="14:00"),))

    assert stage.act("wang", "enter", item="mug").refusal == "DRAWN"
    assert line(stage, "lin").tickets == 1


def test_the_first_ticket_fixes_when_it_is_drawn() -> None:
    stage = Stage(FLASH_SALE, lottery(stock=9))
    acted(stage, "enter", "lin")
    stage.config = lottery(stock=9, slots=(Slot(start="10:00", end="14:00"),))

    acted(stage, "enter", "wang")
    stage.wait(until=DRAWN_AT)

    assert statuses(stage, "lin", "wang") == [HELD, HELD]


def test_a_ticket_that_is_asked_for_as_the_draw_is_due_comes_too_late() -> None:
    """The timers of others may fire a moment later."""
    stage = Stage(FLASH_SALE, lottery(stock=9))
    acted(stage, "enter", "lin")
    stage.config = lottery(stock=9, slots=(Slot(start="10:00", end="14:00"),))

    stage.go_to(DRAWN_AT)

    assert stage.act("wang", "enter", item="mug").refusal == "DRAWN"


def test_a_ticket_that_was_asked_for_just_before_the_draw_and_is_decided_after_it_comes_too_late() -> None:
    stage = drawn(lottery(stock=9), "lin")

    stage.go_to(DRAWN_AT - timedelta(milliseconds=1))

    assert stage.act("wang", "enter", item="mug").refusal == "DRAWN"


def test_nobody_enters_for_what_is_paid_for() -> None:
    stage = Stage(FLASH_SALE, sale(slots=SLOTS))
    paid(stage, stage.act("wang", "claim", item="mug").fact.new_key, member="wang")

    stage.config = lottery()

    assert stage.act("lin", "enter", item="mug").refusal == "SOLD_OUT"


def test_what_is_drawn_is_not_claimed_and_what_is_claimed_not_drawn() -> None:
    stage = Stage(FLASH_SALE, lottery())
    assert [stage.act("lin", what, item="mug").refusal for what in ("claim", "join")] == ["BY_LOT", "NO_QUEUE"]

    for config in (sale(), queue()):
        stage.config = config
        assert stage.act("lin", "enter", item="mug").refusal == "NO_DRAW"
    stage.config = lottery(slots=(Slot(start="20:00", end="24:00"),))
    assert stage.act("lin", "enter", item="mug").refusal == "NOT_NOW"


def test_a_ticket_is_kept_until_it_is_drawn_and_then_the_wait_can_be_left() -> None:
    stage = Stage(FLASH_SALE, lottery(standby=9))
    acted(stage, "enter", *NAMES)
    before = stage.act("m0", "leave", line=LINE).refusal

    stage.wait(until=DRAWN_AT)

    winner, second, third = in_order(stage, *NAMES)[:3]
    assert (before, stage.act(winner, "leave", line=LINE).refusal) == ("NOT_DRAWN", "NO_WAIT")
    assert stage.act(second, "leave", line=LINE).refusal is None
    stage.wait(minutes=15)
    assert statuses(stage, winner, second, third) == [EXPIRED, Status.CANCELLED, HELD]


@pytest.mark.parametrize("standby", [9, 0])
def test_an_order_for_what_was_not_won_goes_back(standby: int) -> None:
    stage = Stage(FLASH_SALE, lottery(standby=standby))
    keys = dict(zip(NAMES, acted(stage, "enter", *NAMES), strict=True))
    paid(stage, keys["m0"], "A-0", member="m0")
    stage.wait(until=DRAWN_AT)
    *_, last = in_order(stage, *NAMES)

    paid(stage, keys[last], "A-1", member=last)

    assert stage.refunds(last) | stage.refunds("m0") == {"A-0": PRICE_FEN, "A-1": PRICE_FEN}
    assert statuses(stage, last) == [WAITING if standby else LOST]
    code = "CLAIM_WAITING" if standby else "CLAIM_OVER"
    assert stage.act(last, "cancel", reservation=keys[last]).refusal == code


def test_an_order_that_comes_too_late_goes_back_for_the_next_have_waited() -> None:
    stage = drawn(lottery(standby=0), "lin")
    stage.wait(minutes=15)

    paid(stage, only_claim(stage, "lin").reservation)

    assert (statuses(stage, "lin"), stage.refunds("lin"), stock(stage)) == ([EXPIRED], {"A-1": PRICE_FEN}, (0, 0))


def test_a_late_winner_gets_nothing_while_the_slot_lasts() -> None:
    """An operator has let it last longer: it is still the slot of the draw."""
    stage = drawn(lottery(standby=0), "lin")
    stage.config = lottery(standby=0, slots=(Slot(start="10:00", end="14:00"),))
    stage.wait(minutes=15)

    paid(stage, only_claim(stage, "lin").reservation)

    assert (statuses(stage, "lin"), stage.refunds("lin")) == ([EXPIRED], {"A-1": PRICE_FEN})


def test_what_comes_back_as_the_wait_ends_is_offered_to_nobody() -> None:
    """Of what is due at one moment, what was set first comes first: here the winner's claim."""
    stage = drawn(lottery(stock=1, standby=2, minutes=15), *NAMES[:3])
    order = in_order(stage, *NAMES[:3])

    stage.wait(minutes=15)

    assert (statuses(stage, *order), stock(stage)) == ([EXPIRED, LOST, LOST], (0, 0))


def test_a_winner_for_whom_nothing_is_left_is_first_in_line() -> None:
    """The shop took stock away in the moments between the draw and the last ticket."""
    stage = Stage(FLASH_SALE, lottery(stock=3, standby=5))
    acted(stage, "enter", *NAMES[:4])
    order = foretold(NAMES[:4])
    fire(stage, order[3])
    fire(stage, order[2])
    stage.config = lottery(stock=2, standby=5)

    fire(stage, order[1])
    fire(stage, order[0])

    assert statuses(stage, *order) == [WAITING, HELD, HELD, WAITING]
    assert line(stage, order[0]).waiting == (1, 4)
    stage.act(order[1], "cancel", reservation=only_claim(stage, order[1]).reservation)
    assert statuses(stage, *order) == [HELD, Status.CANCELLED, HELD, WAITING]


def test_who_waits_after_a_draw_waits_no_longer_than_until_the_next() -> None:
    configs = lottery(minutes=690), lottery(minutes=689), lottery(minutes=1_440, slots=()), lottery(slots=())

    problems = [[problem.path for problem in validate(config)] for config in configs]

    assert problems == [[("standby_minutes",)], [], [("standby_minutes",)], []]
    assert list(validate(queue(slots=SLOTS).model_copy(update={"standby_minutes": 24 * 60}))) == []


def test_who_has_made_many_claims_gets_no_ticket() -> None:
    items = tuple(Item(key=f"i{number}", stock=1) for number in range(CLAIMS_MAX + 1))
    stage = Stage(FLASH_SALE, lottery().model_copy(update={"items": items}))

    refusals = [stage.act("lin", "enter", item=item.key).refusal for item in items]

    assert refusals == [None] * CLAIMS_MAX + ["TOO_MANY_CLAIMS"]
