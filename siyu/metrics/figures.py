"""The figures that metrics are quotients of, for some windows of days, of the whole shop or by a cut."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import asyncpg

from siyu.db import Connection, Pool
from siyu.metrics.campaign_costs import GIVEN_CUTS, given_in
from siyu.metrics.definition import Cut
from siyu.metrics.recounting import COUNTS
from siyu.metrics.statements import (
    COSTS,
    DEPTH,
    HELD_BY_TIER,
    INVITED,
    JOINED,
    JOINED_BY_TIER,
    LIFETIME,
    LOOKED_BACK,
    MOVED,
    PAIRS,
    PEOPLE,
    SUMMED,
    apart,
    owner_of,
)

# What was done in a month by some hundred thousand members, side by side in memory; by default it goes over the disk.
PLAN = "SELECT set_config('work_mem', '32MB', true), set_config('jit', 'off', true)"
# What each statement finds, in the order of its columns.
SUMMED_FIGURES = (*COUNTS, "attributed_fen")
PEOPLE_FIGURES = ("active", "buyers", "repeat_buyers", "mature_buyers", "mature_repeat_buyers")
PAIRS_FIGURES = ("took_part", "reached")
LOOKED_BACK_FIGURES = ("active_30d", "base", "retained")
JOINED_FIGURES = ("members", "new_members", "ordered_in_7d", "tiered")
COSTS_FIGURES = ("cost_fen", "campaign_cost_fen")
INVITED_FIGURES = ("invitees", "inviters")
MOVED_FIGURES = ("promotions", "losses")
KINDS = (
    SUMMED_FIGURES,
    PEOPLE_FIGURES,
    PAIRS_FIGURES,
    LOOKED_BACK_FIGURES,
    COSTS_FIGURES,
    INVITED_FIGURES,
    ("depth",),
    MOVED_FIGURES,
    ("lifetime_fen",),
    JOINED_FIGURES,
)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Some days of the shop, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1


@dataclass(slots=True)
class Figures:
    """Figures by name. One that nobody told is 0; those in `unknown` cannot be said for the cut."""

    values: dict[str, int] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> int | None:
        if name == "one":
            return 1
        return None if name in self.unknown else self.values.get(name, 0)

    def add(self, others: "Figures") -> None:
        """Add another cut's. Who is in both counts twice."""
        for name, value in others.values.items():
            self.values[name] = self.values.get(name, 0) + value


# What a cut cannot tell: costs are entered for campaigns and channels, members are of no campaign.
_COSTS = frozenset(COSTS_FIGURES)
_CAMPAIGNS = frozenset({"members", "tiered", "active_30d", "base", "retained", "lifetime_fen", "promotions", "losses"})
UNKNOWN: Mapping[Cut | None, frozenset[str]] = {
    None: frozenset(),
    Cut.CHANNEL: frozenset({"depth"}),
    Cut.CAMPAIGN: _CAMPAIGNS | {"depth"},
    **dict.fromkeys((Cut.GROUP, Cut.TIER, Cut.LAYER, Cut.STAGE), _COSTS | {"depth"}),
}

# By window and the key of the cut, which is '' for the whole shop.
Found = dict[tuple[int, str], Figures]


@dataclass(slots=True)
class Gathering:
    """One look at the figures: at most one statement for each kind of them, however many metrics want them."""

    connection: Connection | Pool
    zone: ZoneInfo
    windows: Sequence[Window]
    cut: Cut | None
    found: Found = field(default_factory=dict)

    async def gather(self, wanted: Collection[str]) -> Found:
        """The wanted figures."""
        names = frozenset(wanted) - UNKNOWN[self.cut]
        firsts, lasts = [window.first for window in self.windows], [window.last for window in self.windows]
        for figures, statement in zip(KINDS, self._statements(), strict=False):
            if statement is not None and names & set(figures):
                await self._read(statement, figures, firsts, lasts)
        if names & set(COSTS_FIGURES):
            await self._read_given()
        if self.cut is Cut.TIER:
            # Only who asks for moves is told of tiers that all have left.
            for figures, statement in ((JOINED_FIGURES[:3], JOINED_BY_TIER), (JOINED_FIGURES[3:], HELD_BY_TIER)):
                if names & set(figures):
                    await self._read(statement, figures, firsts, lasts)
        elif names & set(JOINED_FIGURES):
            await self._read_joined()
        return self.found

    def _statements(self) -> Sequence[str | None]:
        """What finds each kind of figures but those of joining; None where the cut has none of them."""
        cut, windows = self.cut, len(self.windows)
        by_days = SUMMED[cut], PEOPLE[cut], PAIRS[cut], LOOKED_BACK.format(**owner_of(cut))
        others = COSTS.get(cut), INVITED[cut], DEPTH, MOVED[cut]
        lifetime = apart(LIFETIME[cut], windows) if cut in LIFETIME else None
        return (*(apart(each, windows) for each in by_days), *others, lifetime)

    def _at(self, place: int, key: str) -> Figures:
        found = self.found.get((place, key))
        if found is None:
            found = self.found[place, key] = Figures(unknown=UNKNOWN[self.cut])
        return found

    async def _read(self, statement: str, names: Sequence[str], firsts: Sequence[date], lasts: Sequence[date]) -> None:
        # What has nothing to do with moments takes no zone.
        zone = (self.zone.key,) if "$3" in statement else ()
        for place, key, *values in await self.connection.fetch(statement, firsts, lasts, *zone):
            self._at(place - 1, key).values.update(zip(names, values, strict=True))

    async def _read_given(self) -> None:
        """What campaigns gave, which is a cost as expenses are; nothing for a cut that cannot tell those."""
        if self.cut not in GIVEN_CUTS:
            return
        ranges = [(self._midnight(each.first), self._midnight(each.last + timedelta(days=1))) for each in self.windows]
        for where, given in (await given_in(self.connection, ranges, self.cut)).items():
            self._at(*where).add(Figures(dict.fromkeys(COSTS_FIGURES, given.total_fen)))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)

    async def _read_joined(self) -> None:
        """Members by the day on which they joined; whoever is there at the end of a window had joined by then."""
        first = min(window.first for window in self.windows)
        last = max(window.last for window in self.windows)
        rows = await self.connection.fetch(JOINED[self.cut], first, last, self.zone.key)
        for place, window in enumerate(self.windows):
            for day, key, joined, ordered, tiered in rows:
                if day > window.last:
                    continue
                figures = self._at(place, key).values
                figures["members"] = figures.get("members", 0) + joined
                figures["tiered"] = figures.get("tiered", 0) + tiered
                if day >= window.first:
                    figures["new_members"] = figures.get("new_members", 0) + joined
                    figures["ordered_in_7d"] = figures.get("ordered_in_7d", 0) + ordered


async def gather(
    connection: Connection | Pool,
    zone: ZoneInfo,
    windows: Sequence[Window],
    cut: Cut | None,
    wanted: Collection[str],
) -> Found:
    """The wanted figures for each window, by place and key of the cut; the whole shop's are always there."""
    if isinstance(connection, asyncpg.Pool):
        async with connection.acquire() as acquired, acquired.transaction(readonly=True):
            await acquired.execute(PLAN)
            return await gather(acquired, zone, windows, cut, wanted)
    gathering = Gathering(connection, zone, windows, cut)
    if cut is None:
        for place in range(len(windows)):
            gathering.found[place, ""] = Figures()
    return await gathering.gather(wanted)
