"""campaignStockAdjust: for operators."""

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.ids import CAMPAIGN, decode_or_nobody
from schema.keys import own_key
from schema.kinds import campaign_object, schema_of
from schema.permissions import ForOperators
from schema.scalars import BigInt
from schema.types.campaign import Campaign
from siyu.campaigns.stock import StockChange, adjust_stock
from siyu.live import stock_topic


@strawberry.input
class CampaignStockAdjustInput:
    """How many units come to a stock, or leave it."""

    campaign: strawberry.ID
    counter: strawberry.ID
    subject: str | None = strawberry.field(default=None, description="The item, where the stock counts items.")
    bucket: str | None = strawberry.field(default=None, description="The period; the present one by default.")
    difference: BigInt = strawberry.field(description="Less than 0 takes away, never what is used or held.")
    idempotency_key: str


@strawberry.type
class CampaignStockAdjustPayload:
    """The campaign as it was; its counters as they are now."""

    campaign: Campaign | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class StockMutations:
    """Stock of published campaigns."""

    @field_for(
        ForOperators, "Add to a stock of a published campaign, or take from it. Safe to repeat with the same key."
    )
    async def campaign_stock_adjust(self, info: Info, input: CampaignStockAdjustInput) -> CampaignStockAdjustPayload:
        context, registry = info.context, schema_of(info).registry
        context.loaders.forget()
        try:
            change = StockChange(
                decode_or_nobody(CAMPAIGN, input.campaign),
                input.counter,
                input.subject,
                input.bucket,
                input.difference,
                own_key(context.principal, input.idempotency_key),
                context.principal.subject,
            )
            row = await adjust_stock(context.pool, registry, change, context.now, context.zone)
        except MENDABLE as error:
            return CampaignStockAdjustPayload(user_errors=user_errors(error))
        context.live.announcer.announce([stock_topic(row.id)])
        return CampaignStockAdjustPayload(campaign=campaign_object(info, row))
