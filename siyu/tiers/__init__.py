"""Tiers: the shop's ladder, each member's standing on it, and the history of changes."""

from siyu.tiers.book import Cause, Deed, LiveLadder, MemberTier, TierBook
from siyu.tiers.interactions import INTERACTIONS
from siyu.tiers.ladder import SPENDING, Measure
from siyu.tiers.live import LiveLadders, load_ladder
from siyu.tiers.record import Record
from siyu.tiers.store import load_tiers, write_tiers

__all__ = [
    "INTERACTIONS",
    "SPENDING",
    "Cause",
    "Deed",
    "LiveLadder",
    "LiveLadders",
    "Measure",
    "MemberTier",
    "Record",
    "TierBook",
    "load_ladder",
    "load_tiers",
    "write_tiers",
]
