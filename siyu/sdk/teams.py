"""Teams: several members who share one state in a campaign."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic

from siyu.sdk.view import TeamT


@dataclass(frozen=True)
class TeamOf(Generic[TeamT]):
    """A campaign type has teams: `fact.data[field]` names the team of a fact, `state` is what a team remembers.

    A team is opened under `fact.new_key` by the first `SetTeam`; whoever is to join must be given that key.

    - `key(config, data, local)`: the team of a fact whose data has no such field, by the campaign's own config and the
      fact's time in the shop's zone; None: of none. Pure, and asked for every fact of the campaign. Of a type with
      `key`, every team is there from the start, with the defaults of its state: the queue for an item, say.
    - `hidden`: fields of the state that are shown to nobody, where members could tell from it who the others are.
    """

    field: str
    state: type[TeamT]
    key: Callable[[Any, Mapping[str, Any], datetime], str | None] | None = None
    hidden: frozenset[str] = frozenset()
