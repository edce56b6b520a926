"""What an operator sets for a flash sale, and how much there is of everything."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from enum import Enum
from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from siyu.sdk import CampaignConfig, ConfigProblem, Counter, Features, Period, Scope, Text

ITEMS_MAX = 100
SLOTS_MAX = 24
STOCK_MAX = 1_000_000
PRICE_FEN_MAX = 100_000_000
QUANTITY_MAX = 100
MINUTES_A_DAY = 24 * 60
MINUTES_TO_PAY_MAX = MINUTES_A_DAY
# Those who wait are in one state with what else is known of their line.
WAITING_MAX = 1_000

GATED_MAX = 32
LABEL_LENGTH_MAX = 32
GROUP_LENGTH_MAX = 64

Label = Annotated[str, Field(min_length=1, max_length=LABEL_LENGTH_MAX)]
GroupKey = Annotated[str, Field(min_length=1, max_length=GROUP_LENGTH_MAX)]
Quantity = Annotated[int, Field(ge=1, le=QUANTITY_MAX)]
Units = Annotated[int, Field(ge=0, le=STOCK_MAX)]


class Allocation(Enum):
    """Who gets a unit: whoever claims first, then those who wait in turn, or those whose tickets are drawn."""

    FIRST_COME = "first_come"
    QUEUE = "queue"
    LOTTERY = "lottery"


class Gate(CampaignConfig):
    """Which members may have an item: of each list that is given, they have at least one."""

    tiers: Annotated[tuple[Label, ...], Field(max_length=GATED_MAX)] = Field(default=(), title="Of one of these tiers")
    tags: Annotated[tuple[Label, ...], Field(max_length=GATED_MAX)] = Field(default=(), title="With one of these tags")
    groups: Annotated[tuple[GroupKey, ...], Field(max_length=GATED_MAX)] = Field(
        default=(), title="In one of these groups"
    )

    @model_validator(mode="after")
    def keeps_somebody_out(self) -> "Gate":
        """A gate that is open to everybody is a mistake."""
        if not (self.tiers or self.tags or self.groups):
            raise ValueError("name tiers, tags or groups")
        return self

    def lacks(self, features: Features) -> dict[str, list[str]]:
        """The lists of which the member has none, by what they are; empty for who may have the item."""
        tier = frozenset() if features.tier is None else frozenset({features.tier})
        has = (
            ("tiers", self.tiers, tier),
            ("tags", self.tags, features.tags),
            ("groups", self.groups, features.groups),
        )
        return {what: list(asked) for what, asked, own in has if asked and own.isdisjoint(asked)}


class Item(CampaignConfig):
    """Something that is for sale, told from others by its key."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$")] = Field(default="item", title="Key")
    title: Annotated[str, Field(min_length=1, max_length=64)] = Field(default="商品", title="Name that members read")
    price_fen: Annotated[int, Field(ge=1, le=PRICE_FEN_MAX)] = Field(default=9_900, title="Price of one (fen)")
    stock: Units = Field(
        default=100, title="Stock", description="For the whole sale; once it is published, it is edited by difference."
    )
    slot_stock: Annotated[int, Field(ge=1, le=STOCK_MAX)] | None = Field(
        default=None, title="Most sold in a slot", description="Of the stock; empty: as much as there is."
    )
    per_member: Quantity = Field(default=1, title="Most a member buys", description="Held ones and bought ones.")
    per_claim: Quantity = Field(default=1, title="Most a claim, and so an order, has")
    only_for: Gate | None = Field(
        default=None, title="Only for", description="Left out: for everybody whom the campaign is for."
    )


class Slot(CampaignConfig):
    """A part of every day, from its start up to its end, by the shop's clock."""

    start: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = Field(title="From", examples=["10:00"])
    end: Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")] = Field(
        title="Until", description="24:00 is the end of the day.", examples=["12:00"]
    )


class FlashSaleConfig(CampaignConfig):
    """The days of the sale are the campaign's own: from `startsAt` until `endsAt`."""

    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=ITEMS_MAX)] = Field(
        default=(Item(),), title="Items"
    )
    slots: Annotated[tuple[Slot, ...], Field(max_length=SLOTS_MAX)] = Field(
        default=(), title="Slots of the day", description="Empty: one slot, the whole day."
    )
    minutes_to_pay: Annotated[int, Field(ge=1, le=MINUTES_TO_PAY_MAX)] = Field(default=15, title="Minutes to pay")
    allocation: Allocation = Field(
        default=Allocation.FIRST_COME,
        title="Who gets a unit",
        description="first_come: whoever claims first. queue: the same, and whoever finds none left waits in turn. "
        "lottery: members enter during a slot, and tickets are drawn at its end.",
    )
    queue_length: Annotated[int, Field(ge=1, le=WAITING_MAX)] = Field(
        default=500, title="Most who wait in a queue", description="For one item in one slot."
    )
    standby: Annotated[int, Field(ge=0, le=WAITING_MAX)] = Field(
        default=100,
        title="Most who wait after a draw",
        description="Those drawn next are offered what winners do not pay for.",
    )
    standby_minutes: Annotated[int, Field(ge=1, le=MINUTES_A_DAY)] = Field(
        default=60, title="Minutes that they wait", description="Until the next slot ends at the latest."
    )

    def item(self, key: str) -> Item | None:
        """The item of this key; None where there is none."""
        for item in self.items:
            if item.key == key:
                return item
        return None


def has_gates(config: FlashSaleConfig) -> bool:
    """Whether some item is not for everybody."""
    return any(item.only_for is not None for item in config.items)


def validate(config: FlashSaleConfig) -> Iterator[ConfigProblem]:
    """Items have keys of their own; slots end after they start and do not overlap; nobody waits into the next draw."""
    if len({item.key for item in config.items}) < len(config.items):
        yield ConfigProblem(("items",), Text(zh="两个商品的键相同", en="two items have one key"))
    for number, slot in enumerate(config.slots):
        if slot.end <= slot.start:
            text = Text(
                zh="须晚于开始时间；跨零点请分成两段", en="must be after the start; across midnight take two slots"
            )
            yield ConfigProblem(("slots", str(number), "end"), text)
    ordered = sorted(config.slots, key=lambda slot: slot.start)
    if any(later.start < earlier.end for earlier, later in pairwise(ordered)):
        yield ConfigProblem(("slots",), Text(zh="场次时间重叠", en="slots overlap"))
    if config.allocation is Allocation.LOTTERY and config.standby_minutes >= minutes_between_draws(config):
        text = Text(zh="须短于两次抽签的间隔", en="must be less than there are between two draws")
        yield ConfigProblem(("standby_minutes",), text)


def minutes_between_draws(config: FlashSaleConfig) -> int:
    """The least there are between the ends of two slots, the next day's first one included."""
    ends = sorted(60 * int(slot.end[:2]) + int(slot.end[3:]) for slot in config.slots) or [0]
    return min(later - earlier for earlier, later in pairwise([*ends, ends[0] + MINUTES_A_DAY]))


def slot_of(config: FlashSaleConfig, local: datetime) -> str | None:
    """The slot of a local time by its day and start, such as `2026-11-22T10:00`; None between slots."""
    day = local.date().isoformat()
    if not config.slots:
        return day
    clock = f"{local:%H:%M}"
    return next((f"{day}T{slot.start}" for slot in config.slots if slot.start <= clock < slot.end), None)


def slot_end(config: FlashSaleConfig, slot: str, zone: tzinfo) -> datetime:
    """When a slot ends, as `slot_of` names it: one that the config has."""
    day, _, start = slot.partition("T")
    midnight = datetime.combine(date.fromisoformat(day), time(), zone)
    end = next((slot.end for slot in config.slots if slot.start == start), "24:00")
    if end == "24:00":
        return midnight + timedelta(days=1)
    return midnight.replace(hour=int(end[:2]), minute=int(end[3:]))


def stock_of(config: FlashSaleConfig, key: str) -> int:
    """How many of an item there are; of one that was taken out of the sale, none."""
    item = config.item(key)
    return item.stock if item else 0


def slot_stock_of(config: FlashSaleConfig, key: str) -> int | None:
    """How many of an item one slot sells; None: as many as there are. What is drawn, the draw itself bounds."""
    if config.allocation is Allocation.LOTTERY:
        return None
    item = config.item(key)
    return item.slot_stock if item else None


STOCK = Counter[FlashSaleConfig](
    name="stock",
    scope=Scope.ITEM,
    limit=stock_of,
    refusal="SOLD_OUT",
    field="item",
    subjects=lambda config: [item.key for item in config.items],
    stock=True,
    public=True,
    hints=frozenset({"SOLD_OUT", "SOLD_OUT_FOR_NOW"}),
)
# Without a limit it still tells whether there is a slot now: outside of all of them nothing is left.
SLOT_STOCK = Counter[FlashSaleConfig](
    name="slot_stock",
    scope=Scope.ITEM,
    period=Period.SLOT,
    limit=slot_stock_of,
    refusal="SLOT_SOLD_OUT",
    field="item",
    subjects=lambda config: [item.key for item in config.items],
    public=True,
    hints=frozenset({"SLOT_SOLD_OUT"}),
)
