"""How far a campaign has spread by invitations."""

import strawberry

from schema.scalars import BigInt
from siyu.campaigns.spread import Spread


@strawberry.type(description="What a campaign gave of a unit and did not take back. Commission is in fen.")
class SpreadCost:
    """A cost as a GraphQL object."""

    unit: str
    given: BigInt = strawberry.field(description="To inviters, invited and all others.")
    per_member: float | None = strawberry.field(description="For each member invited; null where there is none.")


@strawberry.type(description="What has come of a campaign's invitations so far.")
class CampaignSpread:
    """The spread as a GraphQL object."""

    members: BigInt = strawberry.field(description="Whom this campaign keeps an inviter of.")
    inviters: BigInt = strawberry.field(description="Those who invited them.")
    depth: BigInt = strawberry.field(description="The longest chain: 1 where no one invited has invited others.")
    coefficient: float | None = strawberry.field(description="How many each inviter brought; null where there is none.")
    first_orders: BigInt = strawberry.field(
        description="How many of the members paid their first order once they had been invited, refunded ones included."
    )
    costs: list[SpreadCost] = strawberry.field(description="By unit; no unit is turned into another.")


def spread_object(spread: Spread) -> CampaignSpread:
    """A spread as an object."""
    tree = spread.tree
    return CampaignSpread(
        members=BigInt(tree.members),
        inviters=BigInt(tree.inviters),
        depth=BigInt(tree.depth),
        coefficient=spread.coefficient,
        first_orders=BigInt(tree.first_orders),
        costs=[
            SpreadCost(unit=cost.unit, given=BigInt(cost.given), per_member=cost.per_member) for cost in spread.costs
        ],
    )
