"""What an operator sets for a referral."""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from siyu.sdk import CampaignConfig

POINTS_MAX = 100_000
REWARD_LENGTH_MAX = 64
DAYS_MAX = 365
REFUND_DAYS_MAX = 90
# So many orders of a newcomer are remembered at least, see `ORDERS_MAX` of the state.
TRIGGER_ORDERS_MAX = 20
AMOUNT_FEN_MAX = 100_000_000
# Each can be reached by one newcomer, and is a fact of its own: a decision has at most 32 effects.
STEPS_MAX = 8
STEP_INVITEES_MAX = 10_000
CAP_MAX = 1_000_000
LEVELS_MAX = 2
WHOLE_PER_MILLE = 1_000
PER_MILLE_OF = {"per_mille": 1, "percent": 10}
BURST_INVITEES_MAX = 100
BURST_MINUTES_MAX = 24 * 60
DEVICE_MEMBERS_MAX = 100
DEVICE_LENGTH_MIN, DEVICE_LENGTH_MAX = 16, 64
TAGS_MAX = 12
TAG_LENGTH_MAX = 32

Points = Annotated[int, Field(ge=0, le=POINTS_MAX)]
Days = Annotated[int, Field(ge=1, le=DAYS_MAX)]
Reward = Annotated[str, Field(min_length=1, max_length=REWARD_LENGTH_MAX, pattern=r"^[^\x00-\x1f]+$")]
Cap = Annotated[int, Field(ge=1, le=CAP_MAX)] | None
Rate = Annotated[int, Field(ge=1, le=WHOLE_PER_MILLE)]

# What a newcomer has to do for both sides to be rewarded.
Trigger = Literal["registered", "orders", "amount"]
# What becomes of commission that was spent before its order was refunded.
Spent = Literal["owe", "forgive"]


class Side(CampaignConfig):
    """What one of the two sides is given."""

    points: Points = Field(default=50, title="Points")
    reward: Reward | None = Field(
        default=None, title="Reward", description="The name of a reward that the shop delivers."
    )


class Step(CampaignConfig):
    """What an inviter is given beside, once, for a number of verified newcomers."""

    invitees: Annotated[int, Field(ge=1, le=STEP_INVITEES_MAX)] = Field(title="Verified newcomers")
    points: Points = Field(default=0, title="Points")
    reward: Reward | None = Field(
        default=None, title="Reward", description="The name of a reward that the shop delivers."
    )

    @model_validator(mode="after")
    def is_worth_something(self) -> "Step":
        """A step that gives nothing is a mistake."""
        if not self.points and self.reward is None:
            raise ValueError("a step needs points or a reward")
        return self


class Commission(CampaignConfig):
    """What inviters earn by the orders of those whom they invited."""

    rates: Annotated[tuple[Rate, ...], Field(min_length=1, max_length=LEVELS_MAX)] = Field(
        default=(5,),
        title="Rates by level",
        description="The first is the inviter's; a second, of the inviter's inviter, needs commissionLevels 2.",
    )
    per: Literal["percent", "per_mille"] = Field(default="percent", title="Rates are in")
    days: Days = Field(default=30, title="Days", description="After the newcomer was bound.")
    spent: Spent = Field(
        default="owe",
        title="Refunded after it was spent",
        description="owe: taken from the next commission; forgive: the shop bears it.",
    )

    @model_validator(mode="after")
    def is_part_of_the_order(self) -> "Commission":
        """An order cannot pay more than it brings."""
        if sum(self.per_mille) > WHOLE_PER_MILLE:
            raise ValueError("the rates come to more than the whole order")
        return self

    @property
    def per_mille(self) -> tuple[int, ...]:
        """The rates by level, in thousandths."""
        return tuple(rate * PER_MILLE_OF[self.per] for rate in self.rates)


class Caps(CampaignConfig):
    """For how many newcomers an inviter is rewarded at most; beyond, neither side is."""

    day: Cap = Field(default=20, title="A day", description="By the shop's clock; empty: no limit.")
    month: Cap = Field(default=None, title="A month")
    total: Cap = Field(default=None, title="In all")


class Risk(CampaignConfig):
    """What an operator has to look at before anybody is paid."""

    device_members: Annotated[int, Field(ge=1, le=DEVICE_MEMBERS_MAX)] = Field(
        default=1, title="Members of one device", description="Who comes after so many is looked at."
    )
    burst_invitees: Annotated[int, Field(ge=1, le=BURST_INVITEES_MAX)] = Field(
        default=10, title="Newcomers of one inviter in a short time", description="Who comes after so many."
    )
    burst_minutes: Annotated[int, Field(ge=1, le=BURST_MINUTES_MAX)] = Field(
        default=60, title="The short time, in minutes"
    )
    tags: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=TAG_LENGTH_MAX)], ...], Field(max_length=TAGS_MAX)
    ] = Field(default=("羊毛党",), title="Tags of low-quality accounts", description="Of either side.")


DEFAULT_STEPS = (Step(invitees=3, points=100), Step(invitees=5, points=200), Step(invitees=10, points=500))


class ReferralConfig(CampaignConfig):
    """The default is the handbooks': 50 points to each side for a first order, steps at 3, 5 and 10 newcomers."""

    newcomer_days: Days = Field(
        default=7, title="Newcomers joined at most so many days ago", description="And have never ordered."
    )
    trigger: Trigger = Field(
        default="orders",
        title="Rewarded for",
        description="registered: that they came; orders: so many paid orders; amount: so much paid.",
    )
    trigger_orders: Annotated[int, Field(ge=1, le=TRIGGER_ORDERS_MAX)] = Field(default=1, title="Paid orders")
    trigger_amount_fen: Annotated[int, Field(ge=1, le=AMOUNT_FEN_MAX)] = Field(
        default=10_000, title="Paid in all (fen)"
    )
    trigger_days: Days = Field(default=30, title="Days for that", description="After the newcomer was bound.")
    order_fen_min: Annotated[int, Field(ge=1, le=AMOUNT_FEN_MAX)] = Field(
        default=1, title="Smallest order that counts (fen)"
    )
    inviter: Side = Field(default=Side(), title="The inviter gets")
    invitee: Side = Field(default=Side(), title="The newcomer gets")
    steps: Annotated[tuple[Step, ...], Field(max_length=STEPS_MAX)] = Field(default=DEFAULT_STEPS, title="Steps")
    commission: Commission | None = Field(default=None, title="Commission", description="Left out: none.")
    refund_days: Annotated[int, Field(ge=0, le=REFUND_DAYS_MAX)] = Field(
        default=15, title="Refund window (days)", description="What an order earns is held until it has closed."
    )
    caps: Caps = Field(default=Caps(), title="Limits of an inviter")
    risk: Risk = Field(default=Risk(), title="Looked at before it is paid")

    @field_validator("steps")
    @classmethod
    def steps_differ(cls, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        """Two steps at one number are a mistake."""
        if len({step.invitees for step in steps}) < len(steps):
            raise ValueError("two steps are for one number of newcomers")
        return steps
