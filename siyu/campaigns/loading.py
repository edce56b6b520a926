"""The published campaigns, as each batch of facts finds them in the database."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from siyu.campaigns.live import LiveCampaign
from siyu.campaigns.live_terms import LiveTerms, compile_terms
from siyu.campaigns.registry import AnyCampaignType, Registry
from siyu.campaigns.routes import Routes
from siyu.db import Connection
from siyu.deadline import DEADLINE, Patience
from siyu.ledger.units import UNITS_AS_JSON, parse_units
from siyu.sdk import CampaignConfig, CampaignTerms

logger = logging.getLogger(__name__)

# Drafts aside, a shop has dozens. The service refuses to create more, so that a process can hold them all.
CAMPAIGNS_MAX = 1_000

# Those that can have participants. One that was archived as a draft never had any.
PUBLISHED = "state <> 'draft' AND (state <> 'archived' OR published_at IS NOT NULL)"

CLOCK = "SELECT version FROM campaign_clock"

# One statement, so that campaigns, lanes and version are of one moment. Without campaigns it is one row of the clock.
LOAD = f"""
SELECT version, lanes, ({UNITS_AS_JSON}) AS units_of_shop, campaign.id, type_key, revision, state, starts_at, ends_at,
       config, terms, problem IS NOT NULL AS suspended, units, issuers,
       CASE WHEN $2 THEN draw_secret ELSE '' END AS draw_secret
FROM campaign_clock
LEFT JOIN campaign
    ON ({PUBLISHED}) OR campaign.id = $1
LEFT JOIN LATERAL (
    SELECT array_agg(unit ORDER BY unit) AS units, array_agg(account.id ORDER BY unit) AS issuers
    FROM account WHERE campaign_id = campaign.id
) AS paying ON true
"""

# What a campaign is played with.
Playing = tuple[CampaignConfig, LiveTerms | None]


@dataclass(slots=True)
class LiveCampaigns:
    """Reads the published campaigns where they changed; configs are parsed once a revision. One instance a process.

    No change is ever missed: the commit that changes a campaign or the lanes also raises `campaign_clock.version` (a
    trigger sees to it), and campaigns are kept under the version that the same statement read. Whoever reads a
    version therefore sees every change up to it.
    """

    registry: Registry
    _parsed: dict[UUID, tuple[int, Playing | None]] = field(default_factory=dict)
    _known: tuple[int, Routes] | None = None

    async def load(self, connection: Connection) -> Routes:
        """Every published campaign whose type is loaded and whose config it accepts."""
        version = await connection.fetchval(CLOCK)
        if self._known is None or self._known[0] != version:
            rows = await connection.fetch(LOAD, None, True)
            self._known = rows[0]["version"], self._routes(rows)
        return self._known[1]

    def known(self, campaign_id: UUID) -> LiveCampaign | None:
        """The campaign as the last batch of facts found it; None for one that was not published then."""
        return self._known[1].by_id.get(campaign_id) if self._known is not None else None

    async def load_with(self, connection: Connection, campaign_id: UUID | None, *, secrets: bool) -> Routes:
        """The same, and this campaign even while it is a draft; without `secrets` their draws have other seeds."""
        return self._routes(await connection.fetch(LOAD, campaign_id, secrets))

    def _routes(self, rows: Sequence[asyncpg.Record]) -> Routes:
        live = {row["id"]: self._live(row) for row in rows if row["type_key"] in self.registry.types}
        unreadable = {row["id"]: row["type_key"] for row in rows if row["id"] in live and live[row["id"]] is None}
        return Routes(filter(None, live.values()), rows[0]["lanes"], unreadable, parse_units(rows[0]["units_of_shop"]))

    def _live(self, row: asyncpg.Record) -> LiveCampaign | None:
        campaign_id, kind, revision = row["id"], self.registry.types[row["type_key"]], row["revision"]
        if campaign_id not in self._parsed or self._parsed[campaign_id][0] != revision:
            self._parsed[campaign_id] = revision, _playing(kind, row["config"], row["terms"])
        playing = self._parsed[campaign_id][1]
        if playing is None:
            return None
        issuers = dict(zip(row["units"] or (), row["issuers"] or (), strict=True))
        window = row["state"], row["starts_at"], row["ends_at"]
        secret = row["draw_secret"]
        return LiveCampaign(
            campaign_id, kind, revision, *window, playing[0], issuers, playing[1], row["suspended"], secret
        )


def playing_of(kind: AnyCampaignType, config: str, terms: str | None) -> Playing:
    """The stored config and terms. Raises anything where the plugin, in a newer version, no longer accepts them."""
    accepted: CampaignConfig = DEADLINE.ask(Patience(), kind.config.model_validate_json, config)
    stored = CampaignTerms.model_validate_json(terms or "{}")
    return accepted, DEADLINE.ask(Patience(), compile_terms, kind, accepted, stored)


def _playing(kind: AnyCampaignType, config: str, terms: str | None) -> Playing | None:
    """The same; None, and logged, where it is not accepted."""
    try:
        return playing_of(kind, config, terms)
    except Exception:  # a plugin's code: what it raises must not stop the other campaigns
        logger.exception("campaign type %s does not accept a config or terms it accepted once", kind.key)
        return None
