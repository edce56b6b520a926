"""A campaign's counters and caps as they are shown: those that are countable beforehand, in the present period."""

import logging
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from siyu.campaigns.caps import live_cap
from siyu.campaigns.counters import CounterKey, CounterRow
from siyu.campaigns.counting import checked_limit, item_subjects, key_of, present_bucket
from siyu.campaigns.live import LiveCampaign
from siyu.campaigns.needs import AnyCounter
from siyu.campaigns.queries import CampaignRow
from siyu.campaigns.registry import AnyCampaignType
from siyu.db import Pool
from siyu.deadline import DEADLINE, Patience
from siyu.sdk import CampaignTerms, Scope

logger = logging.getLogger(__name__)

BY_KEYS = """
SELECT campaign_id, name, subject, bucket, used, held, extra
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS wanted (campaign_id, name, subject, bucket)
JOIN counter USING (campaign_id, name, subject, bucket)
"""


class ShownCounter(NamedTuple):
    """One number to show, whose it is, and its limit by the config or the terms; None: no limit."""

    scope: Scope
    key: CounterKey
    limit: int | None


def live_of(kind: AnyCampaignType, campaign: CampaignRow) -> LiveCampaign | None:
    """The campaign as its type sees it; None where the type no longer accepts its config. It can pay nothing."""
    try:
        config = kind.config.model_validate_json(campaign.config)
    except ValidationError:
        return None
    window = campaign.starts_at, campaign.ends_at
    return LiveCampaign(campaign.id, kind, campaign.revision, campaign.state.value, *window, config, issuers={})


def shown_counters(
    kind: AnyCampaignType, campaign: CampaignRow, member_id: UUID | None, now: datetime, zone: ZoneInfo
) -> list[ShownCounter]:
    """The campaign's own counters and its items'; for a member the public ones, and what is the member's own.

    Empty where the type's code fails, which is logged.
    """
    try:
        return DEADLINE.ask(Patience(), _all_shown, kind, campaign, member_id, now, zone)
    except Exception:  # a plugin's code: it must not take the rest of the answer with it
        logger.exception("campaign type %s failed to tell the counters of %s", kind.key, campaign.id)
        return []


def shown_stocks(kind: AnyCampaignType, campaign: CampaignRow, now: datetime, zone: ZoneInfo) -> list[ShownCounter]:
    """The public stocks among them, which are the same for whoever looks."""
    stocks = {counter.name for counter in kind.counters if counter.stock and counter.public}
    return [shown for shown in shown_counters(kind, campaign, None, now, zone) if shown.key.name in stocks]


def shown_caps(campaign: CampaignRow, now: datetime, zone: ZoneInfo) -> list[ShownCounter]:
    """The caps of the whole campaign; those of its members are as many as there are members, and not told."""
    terms = CampaignTerms.model_validate_json(campaign.terms or "{}")
    caps = [live_cap(cap) for cap in terms.caps if cap.scope is Scope.CAMPAIGN]
    return [ShownCounter(live.cap.scope, live.key(campaign.id, None, now, zone), live.cap.limit) for live in caps]


def _all_shown(
    kind: AnyCampaignType, campaign: CampaignRow, member_id: UUID | None, now: datetime, zone: ZoneInfo
) -> list[ShownCounter]:
    live = live_of(kind, campaign)
    return list(_shown(live, member_id, now, zone)) if live is not None else []


def _shown(live: LiveCampaign, member_id: UUID | None, now: datetime, zone: ZoneInfo) -> Iterator[ShownCounter]:
    for counter in live.needs.counters.values():
        if member_id is not None and not counter.public:
            continue
        bucket = present_bucket(live, counter, now, zone)
        if bucket is None:
            continue
        for subject in _subjects(live, counter, member_id):
            key = key_of(live, counter, subject, bucket)
            yield ShownCounter(counter.scope, key, shown_limit(live, counter, subject))


def _subjects(live: LiveCampaign, counter: AnyCounter, member_id: UUID | None) -> tuple[str, ...]:
    if counter.scope is Scope.CAMPAIGN:
        return ("",)
    if counter.scope is Scope.ITEM:
        return item_subjects(counter, live.config)
    if counter.scope is Scope.MEMBER and member_id is not None:
        return (str(member_id),)
    return ()


def shown_limit(live: LiveCampaign, counter: AnyCounter, subject: str) -> int | None:
    """The limit by the config. Raises BadCounter, and what the type's code raises."""
    return checked_limit(counter, counter.limit(live.config, subject))


async def counters_by_key(pool: Pool, keys: Collection[CounterKey]) -> dict[CounterKey, CounterRow]:
    """Those of these counters that anybody has used."""
    columns = [list(column) for column in zip(*keys, strict=True)]
    return {
        CounterKey(*key): CounterRow(used, held, extra)
        for *key, used, held, extra in (await pool.fetch(BY_KEYS, *columns) if keys else ())
    }
