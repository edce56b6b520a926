"""Members by the identity that some system knows them by; those who are known already stay as they are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from api.imports.columns import Column
from api.imports.reading import Row
from api.imports.running import Tally
from api.imports.values import read_identity, read_name, read_time
from siyu.clock import Clock
from siyu.db import Pool
from siyu.ids import new_id
from siyu.members.joining import Joiner, ensure_members
from siyu.privacy import Vault

MEMBER_COLUMNS = (
    Column("identity", ("会员号",)),
    Column("nickname", ("昵称",), required=False),
    Column("joined_at", ("加入时间",), required=False),
)


class MembersImport:
    """Makes members of the rows, a thousand with a few statements."""

    def __init__(self, kind: str, pool: Pool, zone: ZoneInfo, clock: Clock, tally: Tally, vault: Vault) -> None:
        self._kind = kind
        self._pool = pool
        self._zone = zone
        self._now: datetime = clock()
        self._tally = tally
        self._vault = vault

    def read(self, cells: Mapping[str, str]) -> Joiner:
        """A row as someone who joins; now, where the file does not say when. Raises BadRow."""
        joined_at = cells.get("joined_at", "")
        return Joiner(
            kind=self._kind,
            value=read_identity(self._kind, "identity", cells["identity"]),
            joined_at=read_time("joined_at", joined_at, self._zone, self._now) if joined_at else self._now,
            nickname=read_name("nickname", cells.get("nickname", "")),
        )

    async def take(self, rows: Sequence[tuple[Row, Joiner]]) -> None:
        """Make members of those who are none yet."""
        # Ids grow with time: a member made by this call has a greater one.
        before = new_id()
        async with self._pool.acquire() as connection:
            members = await ensure_members(connection, [joiner for _, joiner in rows], self._vault)
        seen: set[UUID] = set()
        for _, joiner in rows:
            member_id = members[joiner.key]
            self._tally.settle(was_known=member_id < before or member_id in seen)
            seen.add(member_id)

    async def finish(self) -> None:
        """Nothing is under way between two calls of `take`."""
