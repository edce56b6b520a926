"""Members by the identity that some system knows them by; those who are known already keep name and day of joining."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from api.imports.columns import Column
from api.imports.member_columns import ATTRIBUTE_PREFIX, read_given
from api.imports.reading import Row
from api.imports.running import Tally
from api.imports.values import read_identity, read_name, read_time
from siyu.clock import Clock
from siyu.db import Pool
from siyu.ids import new_id
from siyu.members.importing import Given, give
from siyu.members.joining import Joiner, ensure_members
from siyu.members.service import LADDER_DECIDES
from siyu.privacy import Vault

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


class ReadMember(NamedTuple):
    """A row: who joins, and what they are given."""

    joiner: Joiner
    given: Given


class MembersImport:
    """Makes members of the rows, a thousand with a few statements."""

    def __init__(self, kind: str, pool: Pool, zone: ZoneInfo, clock: Clock, tally: Tally, vault: Vault) -> None:
        self._kind = kind
        self._pool = pool
        self._zone = zone
        self._now: datetime = clock()
        self._tally = tally
        self._vault = vault

    def read(self, cells: Mapping[str, str]) -> ReadMember:
        """A row as someone who joins; now, where the file does not say when. Raises BadRow."""
        joined_at = cells.get("joined_at", "")
        joiner = Joiner(
            kind=self._kind,
            value=read_identity(self._kind, "identity", cells["identity"]),
            joined_at=read_time("joined_at", joined_at, self._zone, self._now) if joined_at else self._now,
            nickname=read_name("nickname", cells.get("nickname", "")),
        )
        return ReadMember(joiner, read_given(cells))

    async def take(self, rows: Sequence[tuple[Row, ReadMember]]) -> None:
        """Make members of those who are none yet, and give all of them what the file has for them."""
        # Ids grow with time: a member made by this call has a greater one.
        before = new_id()
        gifts: dict[UUID, Given] = {}
        rows = await self._without_tiers_of_a_ladder(rows)
        async with self._pool.acquire() as connection:
            members = await ensure_members(connection, [item.joiner for _, item in rows], self._vault)
            for _, item in rows:
                member_id = members[item.joiner.key]
                gifts[member_id] = gifts[member_id].then(item.given) if member_id in gifts else item.given
            if any(given.is_something() for given in gifts.values()):
                async with connection.transaction():
                    await give(connection, gifts, self._now)
        seen: set[UUID] = set()
        for _, item in rows:
            member_id = members[item.joiner.key]
            self._tally.settle(was_known=member_id < before or member_id in seen)
            seen.add(member_id)

    async def _without_tiers_of_a_ladder(
        self, rows: Sequence[tuple[Row, ReadMember]]
    ) -> Sequence[tuple[Row, ReadMember]]:
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
