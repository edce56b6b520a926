"""What an operator sets for a group-buy, and how much there is of everything."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field

from siyu.sdk import CampaignConfig, Counter, RewardRule, Scope

# To decide about a team is to tell each of its members by an effect of one decision, which has at most 32.
SIZE_MAX = 20
STEPS_MAX = 5
ITEMS_MAX = 20
STOCK_MAX = 1_000_000
PRICE_FEN_MAX = 100_000_000
QUANTITY_MAX = 100
HOURS_MAX = 7 * 24
MINUTES_TO_PAY_MAX = 24 * 60
PER_MEMBER_MAX = 32
POINTS_MAX = 100_000

Size = Annotated[int, Field(ge=2, le=SIZE_MAX)]
PriceFen = Annotated[int, Field(ge=1, le=PRICE_FEN_MAX)]
PerMember = Annotated[int, Field(ge=1, le=PER_MEMBER_MAX)]


class Item(CampaignConfig):
    """A variant of what is bought, told from others by its key; each member of a team chooses one."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$")] = Field(default="item", title="Key")
    title: Annotated[str, Field(min_length=1, max_length=64)] = Field(default="商品", title="Name that members read")
    prices_fen: Annotated[tuple[PriceFen, ...], Field(min_length=1, max_length=STEPS_MAX)] = Field(
        default=(9_900,), title="Price of one (fen)", description="One for each team size; the first is what is paid."
    )
    stock: Annotated[int, Field(ge=0, le=STOCK_MAX)] = Field(
        default=100, title="Stock", description="Once the campaign is published, it is edited by difference."
    )


class LeaderPerk(CampaignConfig):
    """What the leader of a team that succeeds has of it."""

    points: Annotated[int, Field(ge=0, le=POINTS_MAX)] = Field(default=0, title="Points")
    reward: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        default=None, title="Reward", description="Its name; the shop delivers it."
    )
    off_fen: Annotated[int, Field(ge=0, le=PRICE_FEN_MAX)] = Field(default=0, title="Off their order (fen)")


class GroupBuyConfig(CampaignConfig):
    """A team keeps the sizes, prices and perk that it was opened with."""

    sizes: Annotated[tuple[Size, ...], Field(min_length=1, max_length=STEPS_MAX)] = Field(
        default=(3,), title="Team sizes, rising", description="The last fills a team; those before are lower steps."
    )
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=ITEMS_MAX)] = Field(
        default=(Item(),), title="Items"
    )
    hours: Annotated[int, Field(ge=1, le=HOURS_MAX)] = Field(default=24, title="Hours until a team is decided")
    minutes_to_pay: Annotated[int, Field(ge=1, le=MINUTES_TO_PAY_MAX)] = Field(default=15, title="Minutes to pay")
    quantity_max: Annotated[int, Field(ge=1, le=QUANTITY_MAX)] = Field(
        default=1, title="Most units a seat, and so an order, has"
    )
    seats_per_member: PerMember = Field(
        default=1, title="Most seats a member has", description="Held, paid and bought ones, in all teams."
    )
    teams_per_member: PerMember = Field(default=5, title="Most teams a member opens")
    newcomer_seats: Annotated[int, Field(ge=0, le=SIZE_MAX - 1)] = Field(
        default=0, title="Seats of a team for newcomers alone", description="For members who have not ordered before."
    )
    leader: LeaderPerk = Field(default=LeaderPerk(), title="Perk of the leader")
    when_full: Literal["refuse", "new_team"] = Field(default="refuse", title="Who joins a team that has filled")
    late_payer: Literal["refund", "new_team"] = Field(default="refund", title="Who pays when the team is decided")

    def item(self, key: str) -> Item | None:
        """The item of this key; None where there is none."""
        return next((item for item in self.items if item.key == key), None)


def rewards(config: GroupBuyConfig) -> list[RewardRule]:
    """Points for nothing but a team that succeeded, to its leader."""
    return [RewardRule("points", "group_buy.perk")] if config.leader.points else []


def is_rising(sizes: tuple[int, ...]) -> bool:
    """Whether each is more than the one before."""
    return all(before < after for before, after in pairwise(sizes))


def is_falling(prices_fen: tuple[int, ...]) -> bool:
    """Whether none is more than the one before."""
    return all(before >= after for before, after in pairwise(prices_fen))


def stock_of(config: GroupBuyConfig, key: str) -> int:
    """How many of an item there are; of one that was taken out of the campaign, none."""
    item = config.item(key)
    return item.stock if item else 0


STOCK = Counter[GroupBuyConfig](
    name="stock",
    scope=Scope.ITEM,
    limit=stock_of,
    refusal="SOLD_OUT",
    field="item",
    subjects=lambda config: [item.key for item in config.items],
    stock=True,
    public=True,
)
