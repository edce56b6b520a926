"""What members and lines are told of how far they are."""

from plugins.flash_sale.config import FlashSaleConfig
from plugins.flash_sale.lines import Line
from plugins.flash_sale.states import FlashSaleState, Status
from siyu.sdk import Progress, Text


def describe(_config: FlashSaleConfig, state: FlashSaleState) -> Progress:
    """How many units the member bought, how many wait for their money, and what the member waits for themselves."""
    units = {status: sum(c.quantity for c in state.claims if c.status is status) for status in Status}
    bought, held = units[Status.PAID], units[Status.HELD]
    zh, en = f"已购 {bought} 件，待付款 {held} 件", f"Bought: {bought}; waiting to be paid: {held}"
    for waiting in (each for each in state.claims if each.status is Status.WAITING):
        item, place = waiting.item, waiting.place
        if place is None:
            zh, en = f"{zh}；{item} 待抽签", f"{en}; to be drawn: {item}"
        else:
            zh, en = f"{zh}；{item} 排队第 {place} 位", f"{en}; in line for {item}: place {place}"
    return Progress(current=bought, target=None, text=Text(zh=zh, en=en))


def describe_line(_config: FlashSaleConfig, line: Line) -> Progress:
    """How many wait, or have a ticket, and what they are drawn for."""
    if not line.is_draw:
        waiting = len(line.waiting)
        return Progress(current=waiting, target=None, text=Text(zh=f"{waiting} 人排队", en=f"In the queue: {waiting}"))
    zh, en = f"{line.tickets} 人登记", f"Tickets: {line.tickets}"
    if line.units is not None:
        zh, en = f"{zh}，抽取 {line.units} 件", f"{en}; units: {line.units}"
    return Progress(current=line.tickets, target=None, text=Text(zh=zh, en=en))
