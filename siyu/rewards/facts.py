"""The facts that the desk of rewards decides about, and the shape of their data; nobody reports them from outside."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

REWARD_REDEEMED = "reward.redeemed"
REDEMPTION_CONFIRMED = "redemption.confirmed"
REDEMPTION_CANCELLED = "redemption.cancelled"
REDEMPTION_EXPIRED = "redemption.expired"
REDEMPTION_USED = "redemption.used"
# What a campaign issued under a key of the catalogue becomes a redemption.
REWARD_ISSUED = "reward.issued"
# What siyu gives by itself is given.
REWARD_DELIVERED = "reward.delivered"

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class DeskFact(BaseModel):
    """What every such fact is like."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class RewardRedeemed(DeskFact):
    """A member asks for a reward."""

    reward: Id


class RedemptionConfirmed(DeskFact):
    """The order of a reservation is paid."""

    redemption: Id
    order: Annotated[str, Field(min_length=1, max_length=64)]


class RedemptionCancelled(DeskFact):
    """A redemption is given up: by the member, who can give up a reservation alone, or by the shop."""

    redemption: Id
    by_member: bool


class RedemptionExpired(DeskFact):
    """The order of a reservation was not paid in time."""

    redemption: Id


class RedemptionUsed(DeskFact):
    """Somebody handed over what was redeemed."""

    redemption: Id
    by: Annotated[str, Field(min_length=1, max_length=60)]


class RewardIssued(DeskFact):
    """An issued reward is of the catalogue."""

    issued: Id


class RewardDelivered(DeskFact):
    """A confirmed redemption is to be given."""

    redemption: Id


DESK_FACTS: Mapping[str, type[DeskFact]] = {
    REWARD_REDEEMED: RewardRedeemed,
    REDEMPTION_CONFIRMED: RedemptionConfirmed,
    REDEMPTION_CANCELLED: RedemptionCancelled,
    REDEMPTION_EXPIRED: RedemptionExpired,
    REDEMPTION_USED: RedemptionUsed,
    REWARD_ISSUED: RewardIssued,
    REWARD_DELIVERED: RewardDelivered,
}

# Facts that name a redemption, and those of them that give its unit back to the stock.
NAMING_REDEMPTIONS = frozenset(
    {REDEMPTION_CONFIRMED, REDEMPTION_CANCELLED, REDEMPTION_EXPIRED, REDEMPTION_USED, REWARD_DELIVERED}
)
ENDING = frozenset({REDEMPTION_CANCELLED, REDEMPTION_EXPIRED})


def named_id(data: Mapping[str, object], field: str) -> UUID:
    """The id that a checked fact names."""
    return UUID(str(data[field]))
