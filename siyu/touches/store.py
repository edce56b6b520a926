"""Touches to the database, many at a time, with what follows from them: arrivals, and who is in an experiment."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from siyu.db import Connection, append_rows
from siyu.sdk import member_of_code
from siyu.sdk.arms import draw_arm
from siyu.touches.arrival import settle_arrivals
from siyu.touches.channels import channel_of
from siyu.touches.exposures import Exposure, note_exposed
from siyu.touches.facts import TouchSeen
from siyu.touches.shop_rules import load_channel_rules

COLUMNS = (
    "fact_id",
    "member_id",
    "at",
    "arrived_at",
    "channel",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "scene",
    "device",
    "campaign_id",
)

# Who comes by a link of an experiment is in one of its arms, whether they then do anything or not.
CAMPAIGNS = """
SELECT id, state = 'running' AS is_running, starts_at, ends_at, terms -> 'arms' AS arms
FROM campaign WHERE id = ANY($1::uuid[])
"""


@dataclass(frozen=True, slots=True)
class NewTouch:
    """A touch that a commit is to write: the fact it is, and the fact's data as it was checked."""

    fact_id: UUID
    member_id: UUID
    at: datetime
    arrived_at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LinkedCampaign:
    """A campaign that touches name, with what decides whether they expose anybody to an arm."""

    is_running: bool
    starts_at: datetime | None
    ends_at: datetime | None
    arms: Sequence[tuple[str, int]]

    def exposes(self, at: datetime) -> bool:
        """Whether somebody who comes at that moment is in one of the arms."""
        began = self.starts_at is None or self.starts_at <= at
        return self.is_running and bool(self.arms) and began and (self.ends_at is None or at < self.ends_at)


async def write_touches(connection: Connection, touches: Sequence[NewTouch]) -> None:
    """Append touches, with what follows from them. The caller has locked their members."""
    if not touches:
        return
    rules = await load_channel_rules(connection)
    seen = [(touch, TouchSeen.model_validate(touch.data)) for touch in touches]
    campaigns = await _load_campaigns(connection, {_named(data) for _, data in seen} - {None})
    rows = [_row(touch, data, channel_of(data, rules.rules), campaigns) for touch, data in seen]
    await append_rows(connection, "touch", COLUMNS, rows)
    await _expose(connection, seen, campaigns)
    await settle_arrivals(connection, {touch.member_id for touch in touches}, touches[-1].arrived_at)


def _named(data: TouchSeen) -> UUID | None:
    """The campaign that a touch names, outright or by the link's UTM, if it is the code of anything."""
    return member_of_code(data.campaign) or member_of_code(data.utm.campaign if data.utm else None)


def _row(
    touch: NewTouch, data: TouchSeen, channel: str, campaigns: Mapping[UUID, LinkedCampaign]
) -> tuple[object, ...]:
    named, utm = _named(data), data.utm
    told = (utm.source, utm.medium, utm.campaign, utm.term, utm.content) if utm else (None,) * 5
    device = data.device.value if data.device else None
    campaign_id = named if named in campaigns else None
    when = touch.at, touch.arrived_at
    return (touch.fact_id, touch.member_id, *when, channel, *told, data.scene, device, campaign_id)


async def _load_campaigns(connection: Connection, named: Collection[UUID | None]) -> dict[UUID, LinkedCampaign]:
    if not named:
        return {}
    rows = await connection.fetch(CAMPAIGNS, list(named))
    return {
        row["id"]: LinkedCampaign(row["is_running"], row["starts_at"], row["ends_at"], _arms(row["arms"]))
        for row in rows
    }


def _arms(stored: str | None) -> list[tuple[str, int]]:
    return [(arm["key"], arm["weight"]) for arm in orjson.loads(stored or "[]")]


async def _expose(
    connection: Connection,
    seen: Sequence[tuple[NewTouch, TouchSeen]],
    campaigns: Mapping[UUID, LinkedCampaign],
) -> None:
    """Keep which arm the link brought members into, at the weights of this moment; the first one counts."""
    exposures: list[Exposure] = []
    for touch, data in seen:
        campaign_id = _named(data)
        campaign = campaigns.get(campaign_id) if campaign_id else None
        if campaign_id is not None and campaign is not None and campaign.exposes(touch.at):
            arm = draw_arm(campaign_id, touch.member_id, campaign.arms)
            exposures.append(Exposure(campaign_id, touch.member_id, arm, touch.at))
    await note_exposed(connection, exposures)
