"""Counters: how much of a campaign's stock, limits and caps is taken."""

import strawberry

from schema.context import Info
from schema.kinds import kind_types
from schema.permissions import ForOperators, is_among
from schema.scalars import BigInt
from siyu.campaigns.counters import CounterRow
from siyu.campaigns.queries import CampaignRow
from siyu.campaigns.shown_counters import ShownCounter, shown_caps, shown_counters
from siyu.sdk import Scope

UNUSED = CounterRow()


@strawberry.type(
    description="One number of a campaign: `subject` is the member or the item, `bucket` the period it counts for. "
    "The names of caps begin with $."
)
class CampaignCounter:
    """A counter as a GraphQL object."""

    name: strawberry.ID
    scope: Scope
    subject: str
    bucket: str
    limit: BigInt | None = strawberry.field(description="By config or terms, and what operators added; null: no limit.")
    used: BigInt
    held: BigInt = strawberry.field(description="For reservations that are neither confirmed nor released.")
    left: BigInt | None


async def campaign_counters(info: Info, campaign: CampaignRow) -> list[CampaignCounter]:
    """The counters of a campaign that the caller may see; caps are for operators alone."""
    kind, context = kind_types(info, campaign.type_key).kind, info.context
    member_id, now, zone = context.principal.member_id, context.now, context.zone
    shown = shown_counters(kind, campaign, member_id, now, zone) if kind is not None else []
    if is_among(context.principal.role, ForOperators.roles):
        shown += shown_caps(campaign, now, zone)
    rows = await context.loaders.counter.load_many([counter.key for counter in shown])
    return [counter_object(counter, row or UNUSED) for counter, row in zip(shown, rows, strict=True)]


def counter_object(shown: ShownCounter, row: CounterRow) -> CampaignCounter:
    """One number, with how much of it is taken."""
    limit = None if shown.limit is None else shown.limit + row.extra
    return CampaignCounter(
        name=strawberry.ID(shown.key.name),
        scope=shown.scope,
        subject=shown.key.subject,
        bucket=shown.key.bucket,
        limit=None if limit is None else BigInt(limit),
        used=BigInt(row.used),
        held=BigInt(row.held),
        left=None if limit is None else BigInt(max(0, limit - row.taken)),
    )
