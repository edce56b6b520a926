"""What an operator can set for a flash sale, and what comes of it: slots and limits."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from plugins.flash_sale.campaign import FLASH_SALE
from plugins.flash_sale.config import FlashSaleConfig, Gate, Item, Slot, slot_of, validate
from siyu.campaigns.stock import check_stock_kept
from siyu.errors import InvalidInput
from siyu.sdk.testing import Stage
from tests.plugins.mug_sale import PRICE_FEN, SLOTS, claimed, lottery, paid, sale, stock


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
        {"allocation": "auction"},
        {"queue_length": 0},
        {"queue_length": 1_001},
        {"standby": 1_001},
        {"standby_minutes": 0},
        {"standby_minutes": 1_441},
    ],
)
def test_an_impossible_config_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FlashSaleConfig.model_validate(config)


ROOMY = {"stock": 5, "per_member": 2, "per_claim": 2}
# What a claim of two mugs at noon meets when one option is another than in ROOMY; None: no refusal. `title` is in
# test_what_is_not_paid_in_time_is_for_sale_again. No claim meets the options of LINES: `queue_length` is in
# test_a_queue_is_bounded, the others are in test_who_is_next_after_a_draw_and_for_how_long.
LINES = {"queue_length", "standby", "standby_minutes"}
OPTIONS: dict[str, tuple[FlashSaleConfig, str | None]] = {
    "key": (FlashSaleConfig(items=(Item(**{**ROOMY, "key": "hat"}),)), "NO_ITEM"),
    "price_fen": (sale(**ROOMY, price_fen=1), None),
    "stock": (sale(**{**ROOMY, "stock": 0}), "SOLD_OUT"),
    "slot_stock": (sale(**ROOMY, slot_stock=1), "TOO_FEW_LEFT"),
    "per_member": (sale(**{**ROOMY, "per_member": 1}), "MEMBER_LIMIT"),
    "per_claim": (sale(**{**ROOMY, "per_claim": 1}), "CLAIM_LIMIT"),
    "only_for": (sale(**ROOMY, only_for=Gate(groups=("hz-1",))), "NOT_FOR_YOU"),
    "slots": (sale(**ROOMY, slots=(Slot(start="13:00", end="14:00"),)), "NOT_NOW"),
    "allocation": (lottery(**ROOMY), "BY_LOT"),
    "minutes_to_pay": (sale(**ROOMY).model_copy(update={"minutes_to_pay": 1}), None),
}


def two_mugs(config: FlashSaleConfig) -> tuple[str | None, int, timedelta]:
    """What claiming two mugs at noon meets: a refusal's code, or what they cost and for how long they are held."""
    stage = Stage(FLASH_SALE, config)
    refusal = stage.act("lin", "claim", item="mug", quantity=2).refusal
    if refusal is not None:
        return refusal, 0, timedelta(0)
    [claim] = stage.state("lin").claims
    assert claim.pay_by is not None
    return None, claim.amount_fen, claim.pay_by - stage.now


def test_defects_33_and_59_every_option_has_a_behaviour() -> None:
    assert set(OPTIONS) == {*Item.model_fields, *FlashSaleConfig.model_fields} - {"title", "items"} - LINES

    usual, changed = two_mugs(sale(**ROOMY)), {name: two_mugs(config) for name, (config, _) in OPTIONS.items()}

    assert usual == (None, 2 * PRICE_FEN, timedelta(minutes=15))
    assert usual not in changed.values()
    assert {name: met[0] for name, met in changed.items()} == {name: code for name, (_, code) in OPTIONS.items()}


def test_defect_15_a_published_sale_takes_new_items_and_prices_but_no_other_stock() -> None:
    mug, hat = Item(key="mug", stock=5), Item(key="hat")
    dearer = mug.model_copy(update={"price_fen": 1, "per_member": 2, "slot_stock": 1})
    before, fine = json_of(mug), json_of(hat, dearer)

    check_stock_kept(FLASH_SALE, before, fine)

    for other in (json_of(mug.model_copy(update={"stock": 6})), json_of(hat)):
        with pytest.raises(InvalidInput):
            check_stock_kept(FLASH_SALE, before, other)


def json_of(*items: Item) -> str:
    """A sale of these items, as it is stored."""
    return FlashSaleConfig(items=items).model_dump_json()
