"""A campaign as it would be: a stored one, as it is or changed, or one that nobody has stored yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from siyu.campaigns.checking import check_settings, check_window, known_type
from siyu.campaigns.live import LiveCampaign
from siyu.campaigns.live_terms import compile_terms
from siyu.campaigns.loading import LiveCampaigns
from siyu.campaigns.registry import AnyCampaignType, Registry
from siyu.campaigns.routes import Routes
from siyu.db import Connection, Pool
from siyu.deadline import DEADLINE, Patience
from siyu.errors import CampaignStateError, NotFound
from siyu.ids import new_id
from siyu.inputs import is_storable
from siyu.ledger import UNITS
from siyu.sdk import CampaignConfig, CampaignTerms

# The id of a campaign that is not stored.
NOWHERE = UUID(int=0)
NAMESAKES_MAX = 10

NAMED = "SELECT id FROM campaign WHERE name = $1 ORDER BY id DESC LIMIT $2"


class DraftChanges(TypedDict, total=False):
    """What is different from the stored campaign; what is left out is as stored."""

    config: object
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Draft:
    """What is tried out: a stored campaign, with changes or without, or with `type_key` a new one of that type."""

    campaign_id: UUID | None = None
    type_key: str | None = None
    changes: DraftChanges = field(default_factory=DraftChanges)


async def load_with_draft(
    connection: Connection, registry: Registry, draft: Draft, *, secrets: bool = False
) -> tuple[Routes, LiveCampaign]:
    """Every published campaign with the draft in its place, and the draft itself. Raises as `as_drafted`.

    `secrets`: their draws fall as they do, for what looks at the past alone; else nobody learns how one will fall.
    """
    published = await LiveCampaigns(registry).load_with(connection, draft.campaign_id, secrets=secrets)
    stored = published.by_id.get(draft.campaign_id) if draft.campaign_id else None
    if draft.campaign_id is not None and stored is None:
        if await connection.fetchval("SELECT true FROM campaign WHERE id = $1", draft.campaign_id):
            raise CampaignStateError("the campaign's type is not loaded, or no longer accepts its config")
        raise NotFound("there is no such campaign")
    drafted = as_drafted(registry, stored, draft, published.units or UNITS)
    return published.with_campaign(drafted), drafted


def as_drafted(
    registry: Registry, stored: LiveCampaign | None, draft: Draft, units: Iterable[str] = UNITS
) -> LiveCampaign:
    """The campaign that is tried out.

    Changed, new or still a draft, it is taken for running, as though it were published now; else it is in the state it
    is in. A new one gives what the shop has of `units`. Raises InvalidInput, for a config that could not be saved too.
    """
    if stored is None:
        stored = _new(registry, draft.type_key or "", draft.changes.get("config", {}), units)
    elif not draft.changes and stored.state != "draft":
        return stored
    starts_at = draft.changes.get("starts_at", stored.starts_at)
    ends_at = draft.changes.get("ends_at", stored.ends_at)
    check_window(starts_at, ends_at)
    agreed = stored.terms.agreed if stored.terms else CampaignTerms()
    config = stored.config
    if "config" in draft.changes:
        config = _savable(stored.type, draft.changes["config"], agreed)
    terms = compile_terms(stored.type, config, agreed)
    return replace(
        stored, state="running", starts_at=starts_at, ends_at=ends_at, config=config, terms=terms, suspended=False
    )


def _new(registry: Registry, type_key: str, config: object, units: Iterable[str]) -> LiveCampaign:
    kind = known_type(registry, type_key)
    issuers = {unit: new_id() for unit in units}
    return LiveCampaign(NOWHERE, kind, 1, "running", None, None, _savable(kind, config, CampaignTerms()), issuers)


def _savable(kind: AnyCampaignType, config: object, terms: CampaignTerms) -> CampaignConfig:
    """The config as it would be stored."""
    text, _ = DEADLINE.ask(Patience(), check_settings, kind, config, terms.model_dump(mode="json"))
    stored: CampaignConfig = kind.config.model_validate_json(text)
    return stored


async def campaigns_named(pool: Pool, name: str) -> Sequence[UUID]:
    """The newest campaigns of this name, drafts too."""
    if not is_storable(name):
        return ()
    return [row[0] for row in await pool.fetch(NAMED, name, NAMESAKES_MAX)]
