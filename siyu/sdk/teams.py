"""Teams: several members who share one state in a campaign."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from siyu.sdk.view import TeamT

TEAM_KEYS_MAX = 200


@dataclass(frozen=True)
class TeamOf(Generic[TeamT]):
    """A campaign type has teams: `fact.data[field]` names the team of a fact, `state` is what a team remembers.

    A team is opened under `fact.new_key` by the first `SetTeam`; whoever is to join must be given that key. The teams
    that `keys(config)` names (pure; at most 200, of the campaign's own config whatever the member's arm overrides) need
    no opening: each begins with the state's defaults, under a key of 1 to 64 characters that everybody may know.
    """

    field: str
    state: type[TeamT]
    keys: Callable[[Any], Sequence[str]] | None = None
