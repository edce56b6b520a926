"""What a campaign type reads beyond the member's own participation, told once so that others pay nothing for it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from siyu.campaigns.immutable import is_immutable
from siyu.campaigns.registry import AnyCampaignType
from siyu.sdk import Confirm, Counter, Release, TeamOf

AnyCounter = Counter[Any]


class Needs(NamedTuple):
    """The counters by name, the teams, and whether reservations have keys.

    `copies_team`: a team's state can be changed in place, so that every decision is given its own.
    """

    counters: Mapping[str, AnyCounter]
    team: TeamOf[Any] | None
    reservations: bool
    copies_team: bool


# The one for all types that need nothing: told by identity.
NOTHING = Needs({}, None, reservations=False, copies_team=False)


def needs_of(kind: AnyCampaignType) -> Needs:
    """What campaigns of this type read."""
    if not kind.counters and kind.team is None:
        return NOTHING
    counters = {counter.name: counter for counter in kind.counters}
    copies_team = kind.team is not None and not is_immutable(kind.team.state)  # type: ignore[arg-type]  # hashable
    return Needs(counters, kind.team, bool(kind.effects & {Confirm, Release}), copies_team)
