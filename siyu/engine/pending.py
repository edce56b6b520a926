"""A pending fact that becomes a fact, and the campaigns that decide about it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from siyu.campaigns.live import LiveCampaign
from siyu.campaigns.pending import CORE_TYPES, PendingFact
from siyu.engine.facts import ArrivedFact, NewFact
from siyu.engine.world import World


def arrived_fact(pending: PendingFact, fact_id: UUID, now: datetime) -> ArrivedFact:
    """The fact that it becomes; its row stands for its body, so the row's id is the fingerprint."""
    new = NewFact(
        pending.type,
        pending.member_id,
        pending.due_at,
        pending.data,
        pending.idempotency_key,
        pending.campaign_id,
    )
    return ArrivedFact(fact_id, pending.id.bytes, now, new, pending)


def hearers(world: World, pending: PendingFact) -> Sequence[LiveCampaign]:
    """The campaign that asked for the fact, in whatever state it is; and, if it is no timer, those that listen.

    What campaigns ask of the core nobody hears.
    """
    if pending.type in CORE_TYPES:
        return []
    own = world.campaign(pending.campaign_id)
    campaigns = [own] if own is not None else []
    if pending.timer_key is None:
        campaigns += [c for c in world.listeners(pending.type, pending.due_at) if c.id != pending.campaign_id]
    return campaigns
