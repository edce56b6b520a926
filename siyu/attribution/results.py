"""The figures of campaigns, side by side: each from the log, with as many statements for twenty as for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from siyu.attribution.asked import Asked, CampaignAsked
from siyu.attribution.reach import Reach, reach_of
from siyu.attribution.revenue import NO_REVENUE, Revenue, revenue_of
from siyu.attribution.spread import NO_SPREAD, RangeSpread, spread_of
from siyu.db import Pool
from siyu.metrics.campaign_costs import Cost, costs_of


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """What a campaign came to in a range of time. Shares are None where what they are of is nothing."""

    campaign_id: UUID
    asked: Asked
    reach: Reach
    revenue: Revenue
    cost: Cost
    spread: RangeSpread

    @property
    def participation(self) -> float | None:
        """Of those who were reached, who took part."""
        return ratio(self.reach.joined, self.reach.reached)

    @property
    def conversion(self) -> float | None:
        """Of those who took part, who paid within the window."""
        return ratio(self.reach.converted, self.reach.joined)

    @property
    def roi(self) -> float | None:
        """Revenue for each fen of cost."""
        return ratio(self.revenue.revenue_fen, self.cost.total_fen)

    @property
    def cost_per_new_member_fen(self) -> float | None:
        """Cost for each new member."""
        return ratio(self.cost.total_fen, self.reach.new_members)

    @property
    def coefficient(self) -> float | None:
        """How many each inviter brought."""
        return ratio(self.spread.invited, self.spread.inviters)


def ratio(part: int, whole: int) -> float | None:
    """The share; None of nothing, and of less than nothing, where more came back than was given."""
    return part / whole if whole > 0 else None


async def campaign_figures(pool: Pool, campaign_ids: Sequence[UUID], asked: Asked) -> list[CampaignFigures]:
    """The figures of these campaigns, in their order, all of one moment."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        reach = await reach_of(connection, campaign_ids, asked)
        revenue = await revenue_of(connection, campaign_ids, asked)
        cost = await costs_of(connection, campaign_ids, (asked.since, asked.until), asked.zone.key)
        spread = await spread_of(connection, campaign_ids, asked)
    return [
        CampaignFigures(
            each, asked, reach[each], revenue.get(each, NO_REVENUE), cost[each], spread.get(each, NO_SPREAD)
        )
        for each in campaign_ids
    ]


async def figures_asked(pool: Pool, wanted: Sequence[CampaignAsked]) -> list[CampaignFigures]:
    """What is asked, in its order; what is asked of several campaigns alike is read for all of them at once."""
    found: dict[CampaignAsked, CampaignFigures] = {}
    for asked in dict.fromkeys(each.asked for each in wanted):
        campaign_ids = list(dict.fromkeys(each.campaign_id for each in wanted if each.asked == asked))
        for figures in await campaign_figures(pool, campaign_ids, asked):
            found[CampaignAsked(figures.campaign_id, asked)] = figures
    return [found[each] for each in wanted]
