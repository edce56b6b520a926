"""The stock of a sale: what is left of a campaign's items."""

from dataclasses import dataclass

import strawberry

from schema.context import Info
from schema.fields import field
from schema.kinds import campaign_object, kind_types
from schema.polling import only_polls, poll_after_ms, revision_of
from schema.types.campaign import Campaign
from schema.types.counter import UNUSED, CampaignCounter, counter_object
from siyu.campaigns.counters import CounterRow
from siyu.campaigns.queries import CampaignRow
from siyu.campaigns.shown_counters import ShownCounter, shown_stocks
from siyu.live import stock_topic


@dataclass(frozen=True, slots=True)
class Stocks:
    """What is left of a campaign's stocks, as it was read at one moment."""

    campaign: CampaignRow
    counters: list[tuple[ShownCounter, CounterRow]]

    @property
    def revision(self) -> str:
        """The name of the numbers and limits."""
        return revision_of([[*shown.key[1:], shown.limit, row.taken, row.extra] for shown, row in self.counters])


@strawberry.type(description="What is left of a campaign's public stocks; the same for whoever looks.")
class SaleStock:
    """The stock of a sale as a GraphQL object."""

    stocks: strawberry.Private[Stocks]

    @strawberry.field
    def campaign(self, info: Info) -> Campaign:
        return campaign_object(info, self.stocks.campaign)

    @field("By item, in the present period.")
    def items(self) -> list[CampaignCounter]:
        return [counter_object(shown, row) for shown, row in self.stocks.counters]

    @field("Two answers with the same revision show the same numbers.")
    def revision(self) -> str:
        return self.stocks.revision

    @field("How long to wait before asking again.")
    def poll_after_ms(self, info: Info) -> int:
        return poll_after_ms(info, stock_topic(self.stocks.campaign.id), "", self.stocks.revision)


async def sale_stock(info: Info, campaign: CampaignRow) -> SaleStock:
    """The stock of a campaign; for who only asks whether it has changed, as it was read last."""
    topic = stock_topic(campaign.id)
    info.context.watch(topic)

    async def read() -> Stocks:
        kind, context = kind_types(info, campaign.type_key).kind, info.context
        shown = shown_stocks(kind, campaign, context.now, context.zone) if kind is not None else []
        rows = await context.loaders.counter.load_many([counter.key for counter in shown])
        return Stocks(campaign, [(each, row or UNUSED) for each, row in zip(shown, rows, strict=True)])

    stocks = await info.context.live.kept.read(topic, "", read) if only_polls(info) else await read()
    return SaleStock(stocks=stocks)
