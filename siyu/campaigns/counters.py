"""Counters of a batch of facts, in memory."""

from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from siyu.campaigns.needs import AnyCounter


class CounterKey(NamedTuple):
    """One number: a campaign's counter, whose it is and of which period."""

    campaign_id: UUID
    name: str
    subject: str
    bucket: str


@dataclass(slots=True)
class CounterRow:
    """How much of a counter is used for good and held for reservations, and how far that is from the database's.

    `extra` is what operators added to the limit. `is_new`: the database has no such row. `elsewhere`: what counts
    against the limit though it is kept in other rows, of members who are the same person.
    """

    used: int = 0
    held: int = 0
    extra: int = 0
    used_delta: int = 0
    held_delta: int = 0
    is_new: bool = False
    elsewhere: int = 0

    @property
    def taken(self) -> int:
        """What cannot be taken any more."""
        return self.used + self.held + self.elsewhere

    def add(self, used: int, held: int) -> None:
        """Change both; a negative one is our own bug, never an input."""
        self.used += used
        self.held += held
        self.used_delta += used
        self.held_delta += held
        assert self.used >= 0, f"a counter's use would fall to {self.used}"  # noqa: S101 - an invariant
        assert self.held >= 0, f"what a counter holds would fall to {self.held}"  # noqa: S101 - an invariant


@dataclass(slots=True)
class NamedCounter:
    """One number that facts name; `key` is None outside of every slot.

    `row` is set once somebody has looked at it, `limit` once the type was asked for it, as `has_limit` says.
    """

    counter: AnyCounter
    subject: str
    key: CounterKey | None
    row: CounterRow | None = None
    limit: int | None = None
    has_limit: bool = False


# By name and subject; None: the fact names one.
NamedCounters = dict[tuple[str, str | None], NamedCounter]


class Counters:
    """Counters by key.

    `limits`, `items` and `slots` remember what the types' functions answered: they are asked once a batch. `named`
    remembers the items' numbers, which are what most facts of a batch have in common.
    """

    def __init__(self) -> None:
        self._rows: dict[CounterKey, CounterRow] = {}
        self._only_loaded = False
        # By campaign, revision, counter and subject; without the subject; by campaign, revision and moment.
        self.limits: dict[tuple[UUID, int, str, str], int | None] = {}
        self.items: dict[tuple[UUID, int, str], tuple[str, ...]] = {}
        self.slots: dict[tuple[UUID, int, datetime], str | None] = {}
        # By campaign, counter, item and period.
        self.named: dict[tuple[UUID, str, str, str], NamedCounter] = {}
        self._of_facts: dict[tuple[UUID, str], NamedCounters] = {}

    def put(self, key: CounterKey, row: CounterRow) -> None:
        """Make a counter of the database known, or one that nobody has used: its row is new."""
        self._rows[key] = row
        self.named.clear()

    def only_loaded(self) -> None:
        """From now on a counter that was not put is none that this batch has locked: `row` raises LookupError."""
        self._only_loaded = True

    def row(self, key: CounterKey, *, mine: bool = False) -> CounterRow:
        """A counter; `mine`: nobody else can know it yet, so that it needs no lock."""
        row = self._rows.get(key)
        if row is None:
            if self._only_loaded and not mine:
                raise LookupError(f"the counter {key} is none that the fact names")
            row = self._rows[key] = CounterRow(is_new=True)
        return row

    def note(self, campaign_id: UUID, fact_key: str, found: NamedCounter) -> None:
        """Keep what was found out about a fact before it is decided."""
        self._of_facts.setdefault((campaign_id, fact_key), {})[found.counter.name, None] = found

    def noted(self, campaign_id: UUID, fact_key: str) -> NamedCounters:
        """What was kept, for the one decision it was kept for; nothing may have been."""
        return self._of_facts.pop((campaign_id, fact_key), None) or {}

    def forget_slots(self) -> None:
        """Drop what was remembered by moments, which are another with every fact, and by periods."""
        self.slots.clear()
        self.named.clear()

    def judged_anew(self) -> "Counters":
        """The same numbers; what the types' functions answer is asked again, since campaigns are others."""
        other = copy(self)
        other.limits, other.items, other.slots, other.named, other._of_facts = {}, {}, {}, {}, {}
        return other

    def changed(self) -> list[tuple[CounterKey, CounterRow]]:
        """The counters to write, in one order for every process."""
        changed = [(key, row) for key, row in self._rows.items() if row.used_delta or row.held_delta]
        return sorted(changed, key=lambda entry: counter_order(entry[0]))

    def changed_campaigns(self) -> set[UUID]:
        """Whose counters are among them."""
        return {key.campaign_id for key, row in self._rows.items() if row.used_delta or row.held_delta}


def counter_order(key: CounterKey) -> tuple[bytes, bytes, bytes, bytes]:
    """The order in which every process locks counters."""
    return key.campaign_id.bytes, key.name.encode(), key.subject.encode(), key.bucket.encode()
