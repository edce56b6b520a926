"""Teams: several members who share one state in a campaign."""

from dataclasses import dataclass
from typing import Generic

from siyu.sdk.view import TeamT


@dataclass(frozen=True)
class TeamOf(Generic[TeamT]):
    """A campaign type has teams: `fact.data[field]` names the team of a fact, `state` is what a team remembers.

    A team is opened under `fact.new_key` by the first `SetTeam`; whoever is to join must be given that key.
    """

    field: str
    state: type[TeamT]
