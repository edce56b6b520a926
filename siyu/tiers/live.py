"""The shop's ladder, as each batch of facts finds it in the database."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import orjson

from siyu.db import Connection, Pool
from siyu.tiers.book import LiveLadder
from siyu.tiers.ladder import Ladder

LOAD = "SELECT revision, config FROM tier_ladder ORDER BY revision DESC LIMIT 1"


async def load_ladder(connection: Connection | Pool, zone: ZoneInfo) -> LiveLadder | None:
    """The shop's ladder; None while tiers are set from outside."""
    row = await connection.fetchrow(LOAD)
    return LiveLadder(row[0], parse_stored(row[1]), zone) if row is not None else None


def parse_stored(config: str) -> Ladder:
    """A ladder as it was stored; it was checked then."""
    return Ladder.model_validate_json(config)


def to_json(ladder: Ladder) -> str:
    """A ladder as it is stored, without what is as it is by default."""
    told = ladder.model_dump(mode="json", exclude_defaults=True)
    for tier in told["tiers"]:
        if "rule" in tier:
            # They follow from it.
            tier.pop("all_of", None)
            tier.pop("any_of", None)
    return orjson.dumps(told).decode()


@dataclass(slots=True)
class LiveLadders:
    """Reads the ladder where it may have changed: a new one raises `campaign_clock.version`. One instance a process."""

    zone: ZoneInfo
    _known: tuple[int, LiveLadder | None] | None = None

    async def load(self, connection: Connection, version: int) -> LiveLadder | None:
        """The ladder of this version of the clock, which the caller has read before, or a newer one."""
        if self._known is None or self._known[0] != version:
            self._known = version, await load_ladder(connection, self.zone)
        return self._known[1]
