"""What the days must be, counted in plain Python from what happened, in whatever order it was told."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.metrics.recounting import COUNTS, NO_CAMPAIGN

COUNTED_AS = {
    "content.delivered": ("delivered",),
    "content.opened": ("opened",),
    "content.read": ("read_through",),
    "content.shared": ("shares", "interactions"),
    "payment.opened": ("payment_pages",),
    "check_in.sign": ("interactions",),
    "link.clicked": ("clicks",),
    "message.posted": (),
}
# Of these one of each kind a day is an interaction.
TALK = {"link.clicked", "message.posted"}
Key = tuple[date, UUID, UUID]


@dataclass
class PlainOrder:
    """An order as it stands."""

    member: UUID
    paid_at: datetime
    paid: int
    back: int = 0


@dataclass
class PlainShop:
    """Facts (type, member, moment, campaign) and orders by number."""

    zone: ZoneInfo
    facts: list[tuple[str, UUID, datetime, UUID | None]] = field(default_factory=list)
    orders: dict[str, PlainOrder] = field(default_factory=dict)

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _attributed(self, order: PlainOrder) -> UUID:
        acts = [
            (at, campaign)
            for kind, member, at, campaign in self.facts
            if kind == "check_in.sign"
            and member == order.member
            and order.paid_at - timedelta(days=7) < at <= order.paid_at
        ]
        return max(acts, key=lambda act: act[0])[1] or NO_CAMPAIGN if acts else NO_CAMPAIGN

    def member_days(self) -> dict[Key, Sequence[int]]:
        counts: defaultdict[Key, Counter[str]] = defaultdict(Counter)
        talked: set[tuple[Key, str]] = set()
        for kind, member, at, campaign in self.facts:
            key = self.day(at), member, campaign or NO_CAMPAIGN
            counts[key].update(COUNTED_AS[kind])
            if kind in TALK:
                talked.add((key, kind))
        for key, _ in talked:
            counts[key]["interactions"] += 1
        for order in self.orders.values():
            found = counts[self.day(order.paid_at), order.member, self._attributed(order)]
            found["paid"] += 1
            found["orders"] += order.back < order.paid or not order.paid
            found["revenue_fen"] += order.paid - order.back
        return {key: tuple(found[name] for name in COUNTS) for key, found in counts.items()}

    def days(self) -> dict[tuple[date, UUID], Sequence[int]]:
        summed: dict[tuple[date, UUID], list[int]] = {}
        for (day, _, campaign), counts in self.member_days().items():
            kept = summed.setdefault((day, campaign), [0] * len(COUNTS))
            for place, count in enumerate(counts):
                kept[place] += count
        return {key: tuple(counts) for key, counts in summed.items()}


def as_kept(rows: Sequence[Sequence[object]], keys: int) -> Mapping[tuple[object, ...], Sequence[object]]:
    """Rows of a table by their first columns."""
    return {tuple(row)[:keys]: tuple(row)[keys:] for row in rows}
