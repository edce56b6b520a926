"""The life of a campaign: created as a draft, changed, published, paused, ended, archived."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from siyu.campaigns.cap_units import check_cap_units
from siyu.campaigns.checking import check_arms_stay, check_settings, check_window, known_type
from siyu.campaigns.lanes import check_lane
from siyu.campaigns.loading import CAMPAIGNS_MAX
from siyu.campaigns.queries import COLUMNS, CampaignRow, campaign_row, campaigns_by_id
from siyu.campaigns.registry import Registry
from siyu.campaigns.revisions import keeping_the_revision
from siyu.campaigns.stock import check_stock_kept
from siyu.db import Pool
from siyu.deadline import DEADLINE, Patience
from siyu.errors import CampaignStateError, NotFound
from siyu.ids import new_id
from siyu.inputs import check_text
from siyu.ledger import open_issuer_accounts

NAME_LENGTH_MAX = 128

# Whoever changes campaigns without being a person who signed in.
SIYU = "siyu"

# The count is a guard, not an exact limit: two that are created in one moment may both pass it.
CREATE = keeping_the_revision(
    f"""
    INSERT INTO campaign (id, type_key, name, state, starts_at, ends_at, revision, config, created_at, terms)
    SELECT $3, $4, $5, 'draft', $6, $7, 1, $8, $1, $9 WHERE (SELECT count(*) FROM campaign) < {CAMPAIGNS_MAX}
    RETURNING *
    """
)

UPDATE = keeping_the_revision(
    """
    UPDATE campaign SET name = $5, starts_at = $6, ends_at = $7, config = $8, terms = $9, revision = revision + 1
    WHERE id = $3 AND revision = $4 AND state NOT IN ('ended', 'archived')
    RETURNING *
    """
)

MOVE = f"""
UPDATE campaign SET state = $3::text,
    problem = CASE $3::text WHEN 'running' THEN NULL ELSE problem END,
    problem_at = CASE $3::text WHEN 'running' THEN NULL ELSE problem_at END,
    published_at = CASE WHEN $3::text = 'running' THEN coalesce(published_at, $1) ELSE published_at END
WHERE id = $2 AND state = ANY($4::text[])
RETURNING {COLUMNS}
"""

# One whose window has passed has ended, whatever is stored.
ARCHIVE = f"""
UPDATE campaign SET state = 'archived'
WHERE id = $2 AND (state IN ('draft', 'ended') OR (state IN ('running', 'paused') AND ends_at <= $1))
RETURNING {COLUMNS}
"""

# Whoever asks again a campaign that siyu paused wants it to run, if it has not ended.
RESUME = f"""
UPDATE campaign SET problem = NULL, problem_at = NULL, state = CASE state WHEN 'paused' THEN 'running' ELSE state END
WHERE id = $2 AND problem IS NOT NULL RETURNING {COLUMNS}
"""


class CampaignSettings(TypedDict, total=False):
    """What an operator sets; on an update what is left out stays as it is."""

    name: str
    config: object
    terms: object
    starts_at: datetime | None
    ends_at: datetime | None


async def create(
    pool: Pool, registry: Registry, type_key: str, settings: CampaignSettings, now: datetime, by: str = SIYU
) -> CampaignRow:
    """A new draft with the accounts it will pay from; `by` names who makes it.

    Raises InvalidInput, and CampaignStateError where the shop has as many campaigns as it may have.
    """
    kind, name = known_type(registry, type_key), _check_name(settings["name"])
    config, terms = DEADLINE.ask(Patience(), check_settings, kind, settings["config"], settings.get("terms"))
    starts_at, ends_at = settings.get("starts_at"), settings.get("ends_at")
    check_window(starts_at, ends_at)
    async with pool.acquire() as connection, connection.transaction():
        record = await connection.fetchrow(CREATE, now, by, new_id(), type_key, name, starts_at, ends_at, config, terms)
        if record is None:
            raise CampaignStateError(f"there are {CAMPAIGNS_MAX} campaigns, which is the most there may be")
        await check_lane(connection, terms)
        await check_cap_units(connection, terms)
        await open_issuer_accounts(connection, record["id"])
    return campaign_row(record)


async def update(
    pool: Pool,
    registry: Registry,
    campaign_id: UUID,
    revision: int,
    changes: CampaignSettings,
    now: datetime,
    by: str = SIYU,
) -> CampaignRow:
    """A new revision of a campaign that has not ended, made by `by`; facts from now on are decided by it.

    Raises NotFound, InvalidInput, and CampaignStateError where it has ended or is not at `revision` any more.
    """
    old = await _campaign(pool, campaign_id, now)
    name = _check_name(changes["name"]) if "name" in changes else old.name
    config, terms = old.config, old.terms
    if "config" in changes or "terms" in changes:
        given = changes.get("config", json.loads(old.config)), changes.get("terms", json.loads(old.terms or "{}"))
        kind = known_type(registry, old.type_key)
        config, terms = DEADLINE.ask(Patience(), check_settings, kind, *given)
    starts_at, ends_at = changes.get("starts_at", old.starts_at), changes.get("ends_at", old.ends_at)
    check_window(starts_at, ends_at)
    async with pool.acquire() as connection, connection.transaction():
        record = await connection.fetchrow(
            UPDATE, now, by, campaign_id, revision, name, starts_at, ends_at, config, terms
        )
        await check_lane(connection, terms)
        await check_cap_units(connection, terms)
        # As it is now: it may have been published since it was read, taken members into its arms, and sold.
        if record is not None and record["shown"] != "draft":
            check_arms_stay(old.terms, terms)
            if old.type_key in registry.types:
                DEADLINE.ask(Patience(), check_stock_kept, registry.types[old.type_key], old.config, config)
    if record is None:
        present = await _campaign(pool, campaign_id, now)
        raise CampaignStateError(f"the campaign is {present.state.value}, at revision {present.revision}")
    return campaign_row(record)


async def publish(pool: Pool, registry: Registry, campaign_id: UUID, now: datetime) -> CampaignRow:
    """Let a draft or paused campaign run. Raises NotFound, CampaignStateError, InvalidInput (of its config)."""
    await _check_usable(pool, registry, campaign_id, now)
    return await _move(pool, campaign_id, "running", ("draft", "paused"), now)


async def resume(pool: Pool, registry: Registry, campaign_id: UUID, now: datetime) -> CampaignRow:
    """Ask a campaign again that siyu paused: it runs or, if it has ended, settles again. Raises as `publish`."""
    await _check_usable(pool, registry, campaign_id, now)
    record = await pool.fetchrow(RESUME, now, campaign_id)
    if record is None:
        raise CampaignStateError("siyu has not paused the campaign")
    return campaign_row(record)


async def pause(pool: Pool, campaign_id: UUID, now: datetime) -> CampaignRow:
    """Stop a running campaign for a while. Raises NotFound and CampaignStateError."""
    return await _move(pool, campaign_id, "paused", ("running",), now)


async def end(pool: Pool, campaign_id: UUID, now: datetime) -> CampaignRow:
    """Stop a running or paused campaign for good; what it settles, it still settles. Raises as `pause`."""
    return await _move(pool, campaign_id, "ended", ("running", "paused"), now)


async def archive(pool: Pool, campaign_id: UUID, now: datetime) -> CampaignRow:
    """Put a draft or an ended campaign out of sight; what it settles, it still settles. Raises as `pause`."""
    record = await pool.fetchrow(ARCHIVE, now, campaign_id)
    if record is None:
        present = await _campaign(pool, campaign_id, now)
        raise CampaignStateError(f"the campaign is {present.state.value}; it must be draft or ended")
    return campaign_row(record)


async def _check_usable(pool: Pool, registry: Registry, campaign_id: UUID, now: datetime) -> None:
    campaign = await _campaign(pool, campaign_id, now)
    kind = registry.types.get(campaign.type_key)
    if kind is None:
        raise CampaignStateError(f"the campaign type {campaign.type_key} is not loaded")
    # A newer version of the plugin may no longer accept what it accepted once.
    stored = json.loads(campaign.config), json.loads(campaign.terms or "{}")
    DEADLINE.ask(Patience(), check_settings, kind, *stored)


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
