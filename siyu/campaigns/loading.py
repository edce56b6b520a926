"""The published campaigns, as each batch of facts finds them in the database."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from siyu.campaigns.live import LiveCampaign
from siyu.campaigns.registry import AnyCampaignType, Registry
from siyu.db import Connection
from siyu.deadline import DEADLINE, Patience
from siyu.sdk import CampaignConfig

logger = logging.getLogger(__name__)

# Drafts aside, a shop has dozens. The service refuses to create more, so that every batch can read them all.
CAMPAIGNS_MAX = 1_000

LOAD = """
SELECT id, type_key, revision, state, starts_at, ends_at, problem IS NOT NULL
FROM campaign WHERE state <> 'draft' OR id = $1 ORDER BY id
"""

LOAD_CONFIGS = """
SELECT campaign.id, campaign.revision, campaign.config, account.unit, account.id AS issuer_id
FROM campaign JOIN account ON account.campaign_id = campaign.id
WHERE campaign.id = ANY($1::uuid[])
"""


@dataclass(slots=True)
class LiveCampaigns:
    """Reads the published campaigns; configs are parsed once a revision. One instance a process."""

    registry: Registry
    _parsed: dict[UUID, tuple[int, CampaignConfig | None, Mapping[str, UUID]]] = field(default_factory=dict)

    async def load(self, connection: Connection, draft_id: UUID | None = None) -> list[LiveCampaign]:
        """Every published campaign whose type is loaded and whose config it accepts, in order of creation.

        The campaign `draft_id` is among them even while it is a draft.
        """
        types = self.registry.types
        rows = [row for row in await connection.fetch(LOAD, draft_id) if row["type_key"] in types]
        unseen = [row["id"] for row in rows if self._parsed.get(row["id"], (None,))[0] != row["revision"]]
        if unseen:
            await self._parse(connection, unseen, {row["id"]: types[row["type_key"]] for row in rows})
        live = []
        for campaign_id, type_key, _, state, starts_at, ends_at, suspended in rows:
            revision, config, issuers = self._parsed[campaign_id]
            if config is not None:
                window = (starts_at, ends_at)
                live.append(
                    LiveCampaign(campaign_id, types[type_key], revision, state, *window, config, issuers, suspended)
                )
        return live

    async def _parse(self, connection: Connection, ids: list[UUID], types: Mapping[UUID, AnyCampaignType]) -> None:
        issuers: dict[UUID, dict[str, UUID]] = {}
        for row in await connection.fetch(LOAD_CONFIGS, ids):
            accounts = issuers.setdefault(row["id"], {})
            accounts[row["unit"]] = row["issuer_id"]
            self._parsed[row["id"]] = (row["revision"], _config(types[row["id"]], row["config"]), accounts)


def _config(campaign_type: AnyCampaignType, text: str) -> CampaignConfig | None:
    """The stored config; None where a newer version of the plugin no longer accepts it: `doctor` names it."""
    try:
        config: CampaignConfig = DEADLINE.ask(Patience(), campaign_type.config.model_validate_json, text)
    except Exception:  # a plugin's validators: what they raise must not stop the other campaigns
        logger.exception("campaign type %s does not accept a config it accepted once", campaign_type.key)
        return None
    return config
