"""What a campaign reads beyond the member's own participation, told once so that others pay nothing for it."""

import logging
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, NamedTuple

from siyu.campaigns.immutable import is_immutable
from siyu.campaigns.registry import AnyCampaignType
from siyu.deadline import DEADLINE, Patience
from siyu.sdk import CampaignConfig, Confirm, Counter, Effect, Release, SetTeam, TeamOf
from siyu.sdk.reads import GROUP_SIZES_MAX

logger = logging.getLogger(__name__)

AnyCounter = Counter[Any]
Effects = frozenset[type[Effect]]


class Needs(NamedTuple):
    """The counters by name, the teams, and whether reservations have keys.

    `copies_team`: a team's state can be changed in place, so that every decision is given its own. `opens_teams`: those
    whose keys the type tells are there from the start. `hinting`: the counters that have hints.
    """

    counters: Mapping[str, AnyCounter]
    team: TeamOf[Any] | None
    reservations: bool
    copies_team: bool
    opens_teams: bool
    hinting: tuple[AnyCounter, ...] = ()


# The one for all campaigns that need nothing: told by identity.
NOTHING = Needs({}, None, reservations=False, copies_team=False, opens_teams=False)


def needs_of(kind: AnyCampaignType, effects: Effects) -> Needs:
    """What a campaign of this type reads that may emit these effects. Teams are declared together with `SetTeam`."""
    team = kind.team if SetTeam in effects else None
    if not kind.counters and team is None:
        return NOTHING
    counters = {counter.name: counter for counter in kind.counters}
    copies_team = team is not None and not is_immutable(team.state)  # type: ignore[arg-type]  # hashable
    opens_teams = team is not None and team.key is not None
    hinting = tuple(counter for counter in kind.counters if counter.hints)
    return Needs(counters, team, bool(effects & {Confirm, Release}), copies_team, opens_teams, hinting)


def effects_under(kind: AnyCampaignType, configs: Iterable[CampaignConfig]) -> Effects:
    """What decisions under one of these configs may emit."""
    try:
        return frozenset().union(*(DEADLINE.ask(Patience(), kind.effects_under, config) for config in configs))
    except Exception:  # a plugin's code: reading more than is needed is merely slower
        logger.exception("campaign type %s failed to tell which effects a config has", kind.key)
        return kind.effects


def reads_features(kind: AnyCampaignType, configs: Iterable[CampaignConfig]) -> bool:
    """Whether decisions under one of these configs may look at what the shop knows of the member."""
    if kind.features is None:
        return False
    try:
        return any(DEADLINE.ask(Patience(), kind.features, config) is True for config in configs)
    except Exception:  # a plugin's code: its decisions fail where they look all the same, and tell
        logger.exception("campaign type %s failed to tell whether it reads features", kind.key)
        return False


def groups_sized(kind: AnyCampaignType, configs: Iterable[CampaignConfig]) -> frozenset[str]:
    """The groups whose size decisions under one of these configs may look at."""
    if kind.group_sizes is None:
        return frozenset()
    try:
        return frozenset().union(*(DEADLINE.ask(Patience(), sizes_named, kind, config) for config in configs))
    except Exception:  # a plugin's code: its decisions fail where they look all the same, and tell
        logger.exception("campaign type %s failed to tell which groups' sizes it reads", kind.key)
        return frozenset()


def sizes_named(kind: AnyCampaignType, config: CampaignConfig) -> frozenset[str]:
    """The groups that a type names for a config: one more than it may is enough to refuse the config."""
    named = islice(kind.group_sizes(config), GROUP_SIZES_MAX + 1) if kind.group_sizes is not None else ()
    return frozenset(key for key in named if isinstance(key, str) and "\0" not in key)
