"""Campaign types, campaigns and participations."""

from siyu.campaigns.counter_store import load_counters, lock_counters, write_counters
from siyu.campaigns.live import LiveCampaign
from siyu.campaigns.loading import CAMPAIGNS_MAX, LiveCampaigns
from siyu.campaigns.participation_store import load_participations, load_teams, write_participations
from siyu.campaigns.participations import ParticipationKey, ParticipationRecord, Participations
from siyu.campaigns.registry import AnyCampaignType, BrokenPlugin, Distribution, Registry, build_registry, load_registry
from siyu.campaigns.reservation_store import load_reservations, write_reservations
from siyu.campaigns.routes import Routes
from siyu.campaigns.suspending import suspend

__all__ = [
    "CAMPAIGNS_MAX",
    "AnyCampaignType",
    "BrokenPlugin",
    "Distribution",
    "LiveCampaign",
    "LiveCampaigns",
    "ParticipationKey",
    "ParticipationRecord",
    "Participations",
    "Registry",
    "Routes",
    "build_registry",
    "load_counters",
    "load_participations",
    "load_registry",
    "load_reservations",
    "load_teams",
    "lock_counters",
    "suspend",
    "write_counters",
    "write_participations",
    "write_reservations",
]
