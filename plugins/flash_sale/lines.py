"""Lines: those who wait for an item in one slot, in a queue or by what is drawn, and what is known of all of them."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from plugins.flash_sale.config import Allocation, FlashSaleConfig, slot_of
from plugins.flash_sale.states import Claim
from siyu.sdk import CampaignState, Emit, FactData, Schedule, TeamOf

# Of one decision; what is left waits for the next tick, or for whatever happens before it.
OFFERS_MAX = 8
# How often a line looks, in all the time there is, whether the shop has added to the stock.
TICKS = 12


class OfLine(FactData):
    """What the line's own facts carry."""

    line: str
    item: str


class Due(OfLine):
    """What the timer of somebody in a line carries."""

    reservation: str


class Line(CampaignState):
    """What a queue, or a draw, is at; everybody may see it but for who waits.

    - `closes_at`: until when one can get in; `ends_at`: until when units are offered. `tickets`: how many there are.
    - of a draw alone: `seed_hash` from the first ticket on; `seed` and `units`, once it is drawn; `decided`: how many
      tickets have found their place; `freed`: how many units came back and are not offered yet.
    - `waiting`: the numbers of those who wait, in their order: tickets of a queue, places of a draw.
    - `members`: who they are. `offered`: how many offers are on their way.
    """

    closes_at: datetime | None = None
    ends_at: datetime | None = None
    tickets: int = 0
    seed_hash: str | None = None
    seed: str | None = None
    units: int | None = None
    decided: int = 0
    freed: int = 0
    waiting: tuple[int, ...] = ()
    members: tuple[UUID, ...] = ()
    offered: int = 0

    @property
    def is_draw(self) -> bool:
        """Whether places are drawn."""
        return self.seed_hash is not None

    @property
    def is_settled(self) -> bool:
        """Whether every ticket has its place, so that it is known who comes next; a queue's always have."""
        return not self.is_draw or self.decided == self.tickets

    def changed(self, **fields: Any) -> "Line":
        """The line with other values."""
        return self.model_copy(update=fields)

    def with_waiting(self, number: int, member: UUID) -> "Line":
        """The line with somebody in their place."""
        place = bisect_left(self.waiting, number)
        waiting = (*self.waiting[:place], number, *self.waiting[place:])
        return self.changed(waiting=waiting, members=(*self.members[:place], member, *self.members[place:]))

    def without(self, number: int) -> "Line":
        """The line without somebody who is in it."""
        place = self.waiting.index(number)
        waiting = self.waiting[:place] + self.waiting[place + 1 :]
        return self.changed(waiting=waiting, members=self.members[:place] + self.members[place + 1 :])


class Offers(NamedTuple):
    """The line after its first ones were offered units, and what tells them."""

    line: Line
    told: tuple[Emit, ...]


def line_of(config: FlashSaleConfig, data: Mapping[str, Any], local: datetime) -> str | None:
    """The line of a fact that names an item: of the slot it is in, where the sale has lines; it names a draw, too."""
    if config.allocation is Allocation.FIRST_COME:
        return None
    item, slot = config.item(data.get("item", "")), slot_of(config, local)
    return f"{config.allocation.value}:{item.key}:{slot}" if item and slot else None


def slot_in(line: str) -> str:
    """The slot that a line is of."""
    return line.split(":", 2)[2]


def number_in(line: Line, claim: Claim) -> int | None:
    """By which number a claim waits; None where its place is still to be drawn."""
    return claim.place if line.is_draw else claim.ticket


def offers(line: Line, data: Mapping[str, Any], units: int) -> Offers:
    """Offer so many units, at most OFFERS_MAX, to those who are first."""
    count = max(0, min(units, OFFERS_MAX, len(line.waiting)))
    told = tuple(Emit("offer", {"line": data["line"], "item": data["item"]}, each) for each in line.members[:count])
    left = line.changed(
        waiting=line.waiting[count:],
        members=line.members[count:],
        offered=line.offered + count,
        freed=max(0, line.freed - count),
    )
    return Offers(left if count else line, told)


def ticks(data: Mapping[str, Any], begins_at: datetime, ends_at: datetime) -> Iterator[Schedule]:
    """Timers that let the line look again, evenly until it ends."""
    pause = (ends_at - begins_at) / (TICKS + 1)
    for number in range(1, TICKS + 1):
        own = {"line": data["line"], "item": data["item"]}
        yield Schedule(f"{data['line']}.{number}", begins_at + number * pause, "tick", own)


LINES = TeamOf("line", Line, key=line_of, hidden=frozenset({"members"}))
