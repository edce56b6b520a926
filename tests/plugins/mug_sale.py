"""A flash sale of mugs on a stage."""

from typing import Any

from plugins.flash_sale.config import FlashSaleConfig, Item, Slot
from plugins.flash_sale.states import FlashSaleState, Status
from siyu.sdk.testing import Played, Stage

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
