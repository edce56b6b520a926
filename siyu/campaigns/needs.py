"""What a campaign type reads beyond the member's own participation, told once so that others pay nothing for it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from siyu.campaigns.registry import AnyCampaignType
from siyu.sdk import Confirm, Counter, Release, TeamOf

AnyCounter = Counter[Any]


class Needs(NamedTuple):
    """The counters by name, the teams, and whether reservations have keys."""

    counters: Mapping[str, AnyCounter]
    team: TeamOf[Any] | None
    reservations: bool


# The one for all types that need nothing: told by identity.
NOTHING = Needs({}, None, reservations=False)


def needs_of(kind: AnyCampaignType) -> Needs:
    """What campaigns of this type read."""
    if not kind.counters and kind.team is None:
        return NOTHING
    counters = {counter.name: counter for counter in kind.counters}
    return Needs(counters, kind.team, bool(kind.effects & {Confirm, Release}))
