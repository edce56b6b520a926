"""Members by the identity that some system knows them by; those who are known already keep name and day of joining."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from api.imports.columns import Column
from api.imports.member_columns import ATTRIBUTE_PREFIX, read_given
from api.imports.reading import Row
from api.imports.running import Tally
from api.imports.values import read_identity, read_name, read_time
from siyu.clock import Clock
from siyu.db import Pool
from siyu.members.attributes import ATTRIBUTES_MAX
from siyu.members.importing import Arrival, take_in
from siyu.members.joining import Joiner
from siyu.members.service import LADDER_DECIDES
from siyu.privacy import Vault
from siyu.sdk.audience import LABELS_MAX

MEMBER_COLUMNS = (
    Column("identity", ("会员号",)),
    Column("nickname", ("昵称",), required=False),
    Column("joined_at", ("加入时间",), required=False),
    Column("tier", ("等级",), required=False),
    Column("tags", ("标签",), required=False),
    # What the export has beside, and is not taken: memberships have an import of their own, and consents are members'.
    Column("groups", ("社群",), required=False),
    Column("consents", ("已同意的用途",), required=False),
    Column(ATTRIBUTE_PREFIX, ("属性:",), required=False, is_prefix=True),
)


class MembersImport:
    """Makes members of the rows, thousands with a few statements."""

    def __init__(self, kind: str, pool: Pool, zone: ZoneInfo, clock: Clock, tally: Tally, vault: Vault) -> None:
        self._kind = kind
        self._pool = pool
        self._zone = zone
        self._now: datetime = clock()
        self._tally = tally
        self._vault = vault

    def read(self, cells: Mapping[str, str]) -> Arrival:
        """A row as someone who joins; now, where the file does not say when. Raises BadRow."""
        joined_at = cells.get("joined_at", "")
        given = read_given(cells)
        joiner = Joiner(
            kind=self._kind,
            value=read_identity(self._kind, "identity", cells["identity"]),
            joined_at=read_time("joined_at", joined_at, self._zone, self._now) if joined_at else self._now,
            nickname=read_name("nickname", cells.get("nickname", "")),
            tier=given.tier,
            tags=given.tags,
        )
        return Arrival(joiner, given)

    async def take(self, rows: Sequence[tuple[Row, Arrival]]) -> None:
        """Make members of those who are none yet, and give all of them what the file has for them."""
        rows = await self._without_tiers_of_a_ladder(rows)
        taken = await take_in(self._pool, self._vault, [arrival for _, arrival in rows], self._now)
        for place, (row, _) in enumerate(rows):
            if place in taken.too_many:
                reason = f"A member has at most {LABELS_MAX} tags and {ATTRIBUTES_MAX} attributes."
                self._tally.rejects.add(row, "TOO_MANY", reason)
            else:
                self._tally.settle(was_known=place not in taken.new)

    async def _without_tiers_of_a_ladder(self, rows: Sequence[tuple[Row, Arrival]]) -> Sequence[tuple[Row, Arrival]]:
        """The rows, without those that give a tier where the shop's ladder says who has which."""
        tiered = [row for row, item in rows if item.given.tier is not None]
        if not tiered or not await self._pool.fetchval(LADDER_DECIDES):
            return rows
        for row in tiered:
            reason = "The shop's ladder says who has which tier; leave the column tier empty."
            self._tally.rejects.add(row, "TIER_OF_LADDER", reason)
        return [(row, item) for row, item in rows if item.given.tier is None]

    async def finish(self) -> None:
        """Nothing is under way between two calls of `take`."""
