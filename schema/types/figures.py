"""The figures of a campaign in a range of time, and what value costs the shop."""

from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from schema.context import Info
from schema.errors import invalid_argument
from schema.fields import field
from schema.kinds import campaign_object
from schema.scalars import BigInt
from siyu.attribution.asked import WINDOW_DAYS_DEFAULT, Asked, Attribution, asked_for
from siyu.attribution.results import CampaignFigures as Figures
from siyu.errors import InvalidInput

if TYPE_CHECKING:
    from schema.types.campaign import Campaign

strawberry.enum(
    Attribution, description="To which of the campaigns that a member met before an order its revenue goes."
)


@strawberry.enum
class ValueCostKind(Enum):
    """Of what a cost is."""

    UNIT = "unit"
    REWARD = "reward"


@strawberry.input(description="What happened at `since` or later, and before `until`.")
class TimeRange:
    """A range of time."""

    since: datetime
    until: datetime


@strawberry.type(description="What a thousand of a unit or of a reward cost the shop.")
class ValueCost:
    """A rate as a GraphQL object."""

    kind: ValueCostKind
    key: str
    fen_per_thousand: BigInt

    @classmethod
    def of(cls, kind: str, key: str, fen_per_thousand: int) -> Self:
        """A rate as the domain has it."""
        return cls(kind=ValueCostKind(kind), key=key, fen_per_thousand=BigInt(fen_per_thousand))


@strawberry.type(description="What a campaign cost in the range.")
class CampaignCost:
    """A cost as a GraphQL object."""

    total_fen: BigInt
    value_fen: BigInt = strawberry.field(description="Points, commission and other units, less what was taken back.")
    discounts_fen: BigInt = strawberry.field(description="What coupons that it gave took off orders.")
    rewards_fen: BigInt = strawberry.field(description="Other rewards that it issued and did not revoke.")
    unpriced: list[str] = strawberry.field(
        description="What it gave whose cost nobody has told, and which counts as nothing: see `valueCostSet`."
    )


@strawberry.type(description="What a campaign came to in a range of time. Rates are null where they are of nothing.")
class CampaignFigures:
    """The figures as a GraphQL object."""

    figures: strawberry.Private[Figures]
    since: datetime
    until: datetime
    touches: BigInt = strawberry.field(description="How often members came by links and codes of it.")
    messages: BigInt = strawberry.field(description="How often it told members something.")
    reached: BigInt = strawberry.field(description="Members who came by a link, were told of it, or took part.")
    joined: BigInt = strawberry.field(description="Members of whom it accepted something for the first time.")
    participation: float | None = strawberry.field(description="`joined` of `reached`.")
    converted: BigInt = strawberry.field(description="Of `joined`, who paid an order within the window after.")
    conversion: float | None = strawberry.field(description="`converted` of `joined`.")
    orders: BigInt = strawberry.field(description="Orders of the range that are put down to it, in whole or in part.")
    revenue_fen: BigInt = strawberry.field(
        description="What was paid for them, less refunds, as far as it is its share."
    )
    cost: CampaignCost
    roi: float | None = strawberry.field(description="`revenueFen` for each fen of cost.")
    new_members: BigInt = strawberry.field(description="Who was invited in it, or arrived by a link of it.")
    cost_per_new_member_fen: float | None
    invited: BigInt = strawberry.field(description="Whom it keeps an inviter of, since the range began.")
    inviters: BigInt
    coefficient: float | None = strawberry.field(description="How many each inviter brought.")
    depth: BigInt = strawberry.field(description="The longest chain of invitations, up to the end of the range.")

    @field("The campaign that the figures are of.")
    async def campaign(self, info: Info) -> Annotated["Campaign", strawberry.lazy("schema.types.campaign")]:
        row = await info.context.loaders.campaign.load(self.figures.campaign_id)
        assert row is not None, "campaigns are never deleted"  # noqa: S101 - an invariant
        return campaign_object(info, row)


def asked_of(info: Info, given: TimeRange | None, attribution: Attribution, window_days: int) -> Asked:
    """What is asked for. Raises ApiError where it is out of bounds."""
    now = info.context.now
    since, until = (given.since, given.until) if given else (now - timedelta(days=WINDOW_DAYS_DEFAULT), now)
    try:
        return asked_for(since, until, attribution, window_days)
    except InvalidInput as error:
        raise invalid_argument(str(error)) from None


def figures_object(figures: Figures) -> CampaignFigures:
    """Figures as an object."""
    reach, cost, spread = figures.reach, figures.cost, figures.spread
    return CampaignFigures(
        figures=figures,
        since=figures.asked.since,
        until=figures.asked.until,
        touches=BigInt(reach.touches),
        messages=BigInt(reach.messages),
        reached=BigInt(reach.reached),
        joined=BigInt(reach.joined),
        participation=figures.participation,
        converted=BigInt(reach.converted),
        conversion=figures.conversion,
        orders=BigInt(figures.revenue.orders),
        revenue_fen=BigInt(figures.revenue.revenue_fen),
        cost=CampaignCost(
            total_fen=BigInt(cost.total_fen),
            value_fen=BigInt(cost.value_fen),
            discounts_fen=BigInt(cost.discounts_fen),
            rewards_fen=BigInt(cost.rewards_fen),
            unpriced=list(cost.unpriced),
        ),
        roi=figures.roi,
        new_members=BigInt(reach.new_members),
        cost_per_new_member_fen=figures.cost_per_new_member_fen,
        invited=BigInt(spread.invited),
        inviters=BigInt(spread.inviters),
        coefficient=figures.coefficient,
        depth=BigInt(spread.depth),
    )
