"""Campaign types, campaigns and participations."""

from siyu.campaigns.live import LiveCampaign
from siyu.campaigns.loading import CAMPAIGNS_MAX, LiveCampaigns
from siyu.campaigns.participation_store import load_participations, write_participations
from siyu.campaigns.participations import ParticipationKey, ParticipationRecord, Participations
from siyu.campaigns.registry import AnyCampaignType, BrokenPlugin, Registry, build_registry, load_registry
from siyu.campaigns.routes import Routes
from siyu.campaigns.suspending import suspend

__all__ = [
    "CAMPAIGNS_MAX",
    "AnyCampaignType",
    "BrokenPlugin",
    "LiveCampaign",
    "LiveCampaigns",
    "ParticipationKey",
    "ParticipationRecord",
    "Participations",
    "Registry",
    "Routes",
    "build_registry",
    "load_participations",
    "load_registry",
    "suspend",
    "write_participations",
]
