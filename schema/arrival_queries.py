"""The reads of channels, of what value costs, and of campaigns side by side."""

import strawberry

from schema.context import Info
from schema.errors import invalid_argument
from schema.fields import field_for
from schema.ids import CAMPAIGN, decode_uuid
from schema.permissions import ForAnalysts
from schema.types.figures import CampaignFigures, TimeRange, ValueCost, asked_of, figures_object
from schema.types.touch import ChannelRules
from siyu.attribution.asked import COMPARED_MAX, WINDOW_DAYS_DEFAULT, Attribution
from siyu.attribution.results import campaign_figures
from siyu.metrics.rates import load_rates
from siyu.touches.shop_rules import load_channel_rules


@strawberry.type
class ArrivalQueries:
    """What operators and analysts read of channels and campaigns."""

    @field_for(ForAnalysts, "The channels that there are, and the rules by which touches come to them.")
    async def channel_rules(self, info: Info) -> ChannelRules:
        return ChannelRules(shop=await load_channel_rules(info.context.pool))

    @field_for(
        ForAnalysts, "What a thousand of each unit and reward cost the shop, as the costs of campaigns count it."
    )
    async def value_costs(self, info: Info) -> list[ValueCost]:
        rates = await load_rates(info.context.pool)
        return [ValueCost.of(*of, rate) for of, rate in sorted(rates.items())]

    @field_for(
        ForAnalysts,
        "Up to 20 campaigns side by side, in the order asked for, of the last 30 days by default. Those that are not "
        "there are left out.",
    )
    async def campaign_comparison(
        self,
        info: Info,
        campaigns: list[strawberry.ID],
        range: TimeRange | None = strawberry.UNSET,
        attribution: Attribution = Attribution.LAST_TOUCH,
        window_days: int = WINDOW_DAYS_DEFAULT,
    ) -> list[CampaignFigures]:
        if not 1 <= len(campaigns) <= COMPARED_MAX:
            raise invalid_argument(f"`campaigns` must be from 1 to {COMPARED_MAX}")
        asked = asked_of(info, range or None, attribution, window_days)
        ids = [campaign_id for each in dict.fromkeys(campaigns) if (campaign_id := decode_uuid(CAMPAIGN, each))]
        rows = await info.context.loaders.campaign.load_many(ids)
        there = [row.id for row in rows if row is not None]
        figures = await campaign_figures(info.context.pool, there, asked) if there else []
        return [figures_object(each) for each in figures]
