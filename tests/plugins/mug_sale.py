"""A flash sale of mugs on a stage."""

from typing import Any

from plugins.flash_sale.config import Allocation, FlashSaleConfig, Item, Slot
from plugins.flash_sale.lines import Line
from plugins.flash_sale.states import Claim, FlashSaleState, Status
from siyu.sdk.testing import Played, Stage

FlashSaleStage = Stage[FlashSaleConfig, FlashSaleState]
SLOTS = (Slot(start="10:00", end="12:30"), Slot(start="20:00", end="24:00"))
PRICE_FEN = 9_900


def sale(*, slots: tuple[Slot, ...] = (), **fields: Any) -> FlashSaleConfig:
    """A sale of mugs, of which there is one if nothing else is said."""
    return FlashSaleConfig(items=(Item(key="mug", title="马克杯", **{"stock": 1, **fields}),), slots=slots)


def queue(*, length: int = 500, slots: tuple[Slot, ...] = (), **fields: Any) -> FlashSaleConfig:
    """A sale of mugs with a queue."""
    return sale(slots=slots, **fields).model_copy(update={"allocation": Allocation.QUEUE, "queue_length": length})


def lottery(
    *, standby: int = 100, minutes: int = 60, slots: tuple[Slot, ...] = SLOTS, **fields: Any
) -> FlashSaleConfig:
    """A sale of mugs by lot."""
    drawn = {"allocation": Allocation.LOTTERY, "standby": standby, "standby_minutes": minutes}
    return sale(slots=slots, **fields).model_copy(update=drawn)


def claimed(stage: FlashSaleStage, member: str = "lin", quantity: int = 1) -> str:
    """Let a member claim mugs; the key."""
    played = stage.act(member, "claim", item="mug", quantity=quantity)
    assert played.refusal is None
    return played.fact.new_key


def acted(stage: FlashSaleStage, action: str, *members: str) -> list[str]:
    """Let members join the queue, or enter the draw, one after the other; their keys."""
    played = [stage.act(member, action, item="mug") for member in members]
    assert [each.refusal for each in played] == [None] * len(members)
    return [each.fact.new_key for each in played]


def only_claim(stage: FlashSaleStage, member: str) -> Claim:
    """The claim of a member who has one."""
    [found] = stage.state(member).claims
    return found


def statuses(stage: FlashSaleStage, *members: str) -> list[Status]:
    """Where the members' only claims are."""
    return [only_claim(stage, member).status for member in members]


def line(stage: FlashSaleStage, member: str) -> Line:
    """The line of a member's only claim."""
    found: Line = stage.team(only_claim(stage, member).line or "")
    return found


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
