"""The life of a campaign: created as a draft, changed, published, paused, ended."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from siyu.campaigns.loading import CAMPAIGNS_MAX
from siyu.campaigns.queries import COLUMNS, CampaignRow, ShownState, campaign_row, campaigns_by_id
from siyu.campaigns.registry import Registry
from siyu.campaigns.stock import check_stock_kept
from siyu.db import Pool
from siyu.errors import CampaignStateError, InvalidInput, NotFound, Problem
from siyu.ids import new_id
from siyu.inputs import check_text, parse_json
from siyu.ledger import open_issuer_accounts

NAME_LENGTH_MAX = 128

# The count is a guard, not an exact limit: two that are created in one moment may both pass it.
CREATE = f"""
INSERT INTO campaign (id, type_key, name, state, starts_at, ends_at, revision, config, created_at)
SELECT $2, $3, $4, 'draft', $5, $6, 1, $7, $1 WHERE (SELECT count(*) FROM campaign) < {CAMPAIGNS_MAX}
RETURNING {COLUMNS}
"""

UPDATE = f"""
UPDATE campaign SET name = $4, starts_at = $5, ends_at = $6, config = $7, revision = revision + 1
WHERE id = $2 AND revision = $3 AND state <> 'ended' AND (state = 'draft') = $8
RETURNING {COLUMNS}
"""

MOVE = f"UPDATE campaign SET state = $3 WHERE id = $2 AND state = ANY($4::text[]) RETURNING {COLUMNS}"


class CampaignSettings(TypedDict, total=False):
    """What an operator sets; on an update what is left out stays as it is."""

    name: str
    config: object
    starts_at: datetime | None
    ends_at: datetime | None


async def create(
    pool: Pool, registry: Registry, type_key: str, settings: CampaignSettings, now: datetime
) -> CampaignRow:
    """A new draft with the accounts it will pay from.

    Raises InvalidInput, and CampaignStateError where the shop has as many campaigns as it may have.
    """
    name, config = _check_name(settings["name"]), _check_config(registry, type_key, settings["config"])
    starts_at, ends_at = settings.get("starts_at"), settings.get("ends_at")
    _check_window(starts_at, ends_at)
    async with pool.acquire() as connection, connection.transaction():
        record = await connection.fetchrow(CREATE, now, new_id(), type_key, name, starts_at, ends_at, config)
        if record is None:
            raise CampaignStateError(f"there are {CAMPAIGNS_MAX} campaigns, which is the most there may be")
        await open_issuer_accounts(connection, record["id"])
    return campaign_row(record)


async def update(
    pool: Pool, registry: Registry, campaign_id: UUID, revision: int, changes: CampaignSettings, now: datetime
) -> CampaignRow:
    """A new revision of a campaign that has not ended; facts from now on are decided by it.

    Raises NotFound, InvalidInput, and CampaignStateError where it has ended or is not at `revision` any more.
    """
    old = await _campaign(pool, campaign_id, now)
    name = _check_name(changes["name"]) if "name" in changes else old.name
    config = _check_config(registry, old.type_key, changes["config"]) if "config" in changes else old.config
    starts_at, ends_at = changes.get("starts_at", old.starts_at), changes.get("ends_at", old.ends_at)
    _check_window(starts_at, ends_at)
    is_draft = old.state is ShownState.DRAFT
    if not is_draft and old.type_key in registry.types:
        check_stock_kept(registry.types[old.type_key], old.config, config)
    record = await pool.fetchrow(UPDATE, now, campaign_id, revision, name, starts_at, ends_at, config, is_draft)
    if record is None:
        present = await _campaign(pool, campaign_id, now)
        raise CampaignStateError(f"the campaign is {present.state.value}, at revision {present.revision}")
    return campaign_row(record)


async def publish(pool: Pool, registry: Registry, campaign_id: UUID, now: datetime) -> CampaignRow:
    """Let a draft or paused campaign run. Raises NotFound, CampaignStateError, InvalidInput (of its config)."""
    campaign = await _campaign(pool, campaign_id, now)
    kind = registry.types.get(campaign.type_key)
    if kind is None:
        raise CampaignStateError(f"the campaign type {campaign.type_key} is not loaded")
    # A newer version of the plugin may no longer accept what it accepted once.
    parse_json(kind.config, json.loads(campaign.config), ("config",))
    return await _move(pool, campaign_id, "running", ("draft", "paused"), now)


async def pause(pool: Pool, campaign_id: UUID, now: datetime) -> CampaignRow:
    """Stop a running campaign for a while. Raises NotFound and CampaignStateError."""
    return await _move(pool, campaign_id, "paused", ("running",), now)


async def end(pool: Pool, campaign_id: UUID, now: datetime) -> CampaignRow:
    """Stop a running or paused campaign for good; what it settles, it still settles. Raises as `pause`."""
    return await _move(pool, campaign_id, "ended", ("running", "paused"), now)


async def _move(pool: Pool, campaign_id: UUID, to: str, allowed: Sequence[str], now: datetime) -> CampaignRow:
    record = await pool.fetchrow(MOVE, now, campaign_id, to, list(allowed))
    if record is None:
        present = await _campaign(pool, campaign_id, now)
        raise CampaignStateError(f"the campaign is {present.state.value}; it must be {' or '.join(allowed)}")
    return campaign_row(record)


async def _campaign(pool: Pool, campaign_id: UUID, now: datetime) -> CampaignRow:
    found = await campaigns_by_id(pool, [campaign_id], now)
    if campaign_id not in found:
        raise NotFound("there is no such campaign")
    return found[campaign_id]


def _check_name(name: str) -> str:
    return check_text(name, ("name",), NAME_LENGTH_MAX)


def _check_config(registry: Registry, type_key: str, config: object) -> str:
    """The config as JSON text with every default filled in, so that a later default changes no campaign."""
    kind = registry.types.get(type_key)
    if kind is None:
        raise InvalidInput(
            [Problem(("type",), f"there is no campaign type {type_key!r}; known: {', '.join(registry.types)}")]
        )
    checked: str = parse_json(kind.config, config, ("config",)).model_dump_json()
    return checked


def _check_window(starts_at: datetime | None, ends_at: datetime | None) -> None:
    if starts_at is not None and ends_at is not None and starts_at >= ends_at:
        raise InvalidInput([Problem(("ends_at",), "must be later than the start")])
