"""Who is in groups and since when: each row becomes the fact `group.joined`, and `group.left` for who has left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from api.imports.columns import Column
from api.imports.errors import BadRow
from api.imports.reading import Row
from api.imports.running import Tally
from api.imports.values import read_id, read_identity, read_name, read_time
from api.imports.window import Answer, Window
from siyu.clock import Clock
from siyu.db import Pool
from siyu.engine import CORE_REFUSALS, Engine, NewFact
from siyu.errors import IdempotencyConflict
from siyu.groups import Role
from siyu.members.joining import IdentityKey, Joiner, ensure_members
from siyu.messaging import render_or_bare
from siyu.privacy import Vault
from siyu.sdk import member_code
from siyu.sdk.core_facts import GROUP_JOINED, GROUP_LEFT

MEMBERSHIP_COLUMNS = (
    Column("group", ("社群",)),
    Column("member", ("会员号",)),
    Column("joined_at", ("入群时间",), required=False),
    Column("left_at", ("退群时间",), required=False),
    Column("role", ("角色",), required=False),
    Column("inviter", ("邀请人",), required=False),
    Column("source", ("来源",), required=False),
)
ROLES: Mapping[str, str] = {
    **{role.value: role.value for role in Role},
    "成员": "member",
    "群主": "owner",
    "机器人": "bot",
}
# What the row says was known before.
KNOWN = frozenset({"ALREADY_IN_GROUP"})


@dataclass(frozen=True, slots=True)
class GroupStay:
    """One row of the file."""

    group: str
    member: str
    joined_at: datetime
    left_at: datetime | None
    role: str
    inviter: str | None
    source: str | None


class MembershipsImport:
    """Submits stays in groups, in the order of the file. The groups are there; members are made where they are not."""

    def __init__(
        self, kind: str, engine: Engine, pool: Pool, zone: ZoneInfo, clock: Clock, tally: Tally, vault: Vault
    ) -> None:
        self._kind = kind
        self._pool = pool
        self._vault = vault
        self._zone = zone
        self._now = clock()
        self._tally = tally
        self._window: Window[Row | None] = Window(engine, self._settle)

    def read(self, cells: Mapping[str, str]) -> GroupStay:
        """A row as a stay; it began now, where the file does not say when. Raises BadRow."""
        joined_at, left_at = [
            read_time(name, cells[name], self._zone, self._now) if cells.get(name) else None
            for name in ("joined_at", "left_at")
        ]
        told, inviter = cells.get("role", "").strip(), cells.get("inviter", "")
        role = ROLES.get(told.lower(), None if told else "member")
        if role is None:
            raise BadRow("BAD_ROLE", f"role must be one of {', '.join(ROLES)}.")
        if left_at is not None and left_at < (joined_at or self._now):
            raise BadRow("BAD_TIME", "left_at must not be before joined_at.")
        return GroupStay(
            group=read_id("group", cells["group"]),
            member=read_identity(self._kind, "member", cells["member"]),
            joined_at=joined_at or self._now,
            left_at=left_at,
            role=role,
            inviter=read_identity(self._kind, "inviter", inviter) if inviter.strip() else None,
            source=read_name("source", cells.get("source", "")),
        )

    async def take(self, rows: Sequence[tuple[Row, GroupStay]]) -> None:
        """Make members of those who are none yet, and submit the facts."""
        joiners = [Joiner(self._kind, stay.member, stay.joined_at) for _, stay in rows]
        joiners += [Joiner(self._kind, stay.inviter, stay.joined_at) for _, stay in rows if stay.inviter]
        async with self._pool.acquire() as connection:
            members = await ensure_members(connection, joiners, self._vault)
        await self._window.enter([fact for row, stay in rows for fact in self._facts(row, stay, members)])

    async def finish(self) -> None:
        """Wait until everything that was submitted is answered."""
        await self._window.drain()

    def _facts(
        self, row: Row, stay: GroupStay, members: Mapping[IdentityKey, UUID]
    ) -> Sequence[tuple[Row | None, NewFact]]:
        """The leaving first: so who has left since takes no place of a group that is full by now."""
        member_id = members[self._kind, stay.member]
        data: dict[str, str] = {"group": stay.group, "role": stay.role}
        if stay.source:
            data["source"] = stay.source
        if stay.inviter:
            data["inviter"] = member_code(members[self._kind, stay.inviter])
        # By the member's id: what a system knows them by may be personal.
        place = f"{member_id}/{stay.group}"
        came_key = f"import/joined/{stay.joined_at.timestamp():.0f}/{place}"
        came = NewFact(GROUP_JOINED, member_id, stay.joined_at, data, came_key)
        if stay.left_at is None:
            return [(row, came)]
        went_key = f"import/left/{stay.left_at.timestamp():.0f}/{place}"
        return [(None, NewFact(GROUP_LEFT, member_id, stay.left_at, {"group": stay.group}, went_key)), (row, came)]

    def _settle(self, row: Row | None, answer: Answer, was_known: bool) -> None:
        if row is None:
            # The leaving of a stay whose joining follows.
            return
        if isinstance(answer, IdempotencyConflict):
            self._tally.rejects.add(row, "STAY_DIFFERS", "The same stay was imported before with something else.")
            return
        refusals = [each.refusal for each in answer.decisions if each.refusal and each.campaign_id is None]
        refused = next((each for each in refusals if each.code not in KNOWN), None)
        if refused is not None:
            sentence = render_or_bare(CORE_REFUSALS[refused.code], refused.missing, "en")
            self._tally.rejects.add(row, refused.code, f"{sentence}.")
            return
        self._tally.settle(was_known or bool(refusals))
