"""Groups are made, changed and archived by operators, and roles in them given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

import asyncpg

from siyu.db import Connection, Pool
from siyu.errors import DomainError, InvalidInput, NotFound, Problem
from siyu.features import leave_touched
from siyu.groups.book import GroupBook, Refused
from siyu.groups.queries import COLUMNS, GroupRow, group_row
from siyu.groups.record import Positioning, Role, Zone
from siyu.groups.store import Named, load_groups, write_groups
from siyu.ids import new_id
from siyu.inputs import check_text
from siyu.members import lock_persons
from siyu.sdk.audience import GROUP_LENGTH_MAX

NAME_LENGTH_MAX = 64
RULES_LENGTH_MAX = 4_000
CAPACITY_DEFAULT = 500
CAPACITY_MAX = 1_000_000
# The count is a guard, not an exact limit: two that are made in one moment may both pass it.
GROUPS_MAX = 20_000

CREATE = f"""
INSERT INTO community (id, key, name, positioning, rules, zones, owner_id, capacity, created_at, updated_at, updated_by)
SELECT $1::uuid, $2::varchar, $3::varchar, $4::varchar, $5::varchar, $6::varchar[], $7::uuid, $8::int,
    $9::timestamptz, $9, $10::varchar
WHERE (SELECT count(*) FROM community) < {GROUPS_MAX}
RETURNING {COLUMNS}
"""
UPDATE = f"""
UPDATE community SET name = coalesce($3::varchar, name), positioning = coalesce($4::varchar, positioning),
    rules = coalesce($5::varchar, rules), zones = coalesce($6::varchar[], zones),
    owner_id = CASE WHEN $7::boolean THEN $8::uuid ELSE owner_id END, capacity = coalesce($9::int, capacity),
    revision = revision + 1, updated_at = $10::timestamptz, updated_by = $11::varchar
WHERE id = $1 AND revision = $2
RETURNING {COLUMNS}
"""
ARCHIVE = f"""
UPDATE community SET archived_at = CASE WHEN $2::boolean THEN coalesce(archived_at, $3::timestamptz) END,
    revision = revision + 1, updated_at = $3, updated_by = $4::varchar
WHERE id = $1 RETURNING {COLUMNS}
"""
OWN = "UPDATE community SET owner_id = $2 WHERE id = $1"


@dataclass(frozen=True, slots=True)
class NewGroup:
    """A group to be made."""

    key: str
    name: str
    positioning: Positioning
    rules: str = ""
    zones: Sequence[Zone] = ()
    owner_id: UUID | None = None
    capacity: int = CAPACITY_DEFAULT


class GroupChanges(TypedDict, total=False):
    """What to change; what is left out stays, an owner of None is none."""

    name: str
    positioning: Positioning
    rules: str
    zones: Sequence[Zone]
    owner_id: UUID | None
    capacity: int


async def create_group(pool: Pool, new: NewGroup, now: datetime, author: str) -> GroupRow:
    """Make a group. Raises InvalidInput."""
    key, name = check_text(new.key, ("key",), GROUP_LENGTH_MAX), check_text(new.name, ("name",), NAME_LENGTH_MAX)
    told = new.positioning.value, check_rules(new.rules), _zones(new.zones), new.owner_id, _capacity(new.capacity)
    try:
        record = await pool.fetchrow(CREATE, new_id(), key, name, *told, now, author)
    except (asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError) as error:
        raise _meant(error) from error
    if record is None:
        raise InvalidInput([Problem(("key",), f"there are {GROUPS_MAX} groups, the most there may be")])
    return group_row(record)


async def update_group(
    pool: Pool, group_id: UUID, revision: int, changes: GroupChanges, now: datetime, author: str
) -> GroupRow:
    """Change a group from the given revision. Raises InvalidInput, for another revision too, and NotFound."""
    name, rules, zones = changes.get("name"), changes.get("rules"), changes.get("zones")
    positioning, capacity = changes.get("positioning"), changes.get("capacity")
    told = (
        None if name is None else check_text(name, ("name",), NAME_LENGTH_MAX),
        positioning.value if positioning else None,
        None if rules is None else check_rules(rules),
        None if zones is None else _zones(zones),
        "owner_id" in changes,
        changes.get("owner_id"),
        None if capacity is None else _capacity(capacity),
    )
    try:
        record = await pool.fetchrow(UPDATE, group_id, revision, *told, now, author)
    except (asyncpg.CheckViolationError, asyncpg.ForeignKeyViolationError) as error:
        raise _meant(error) from error
    if record is None:
        raise await _why_not(pool, group_id)
    return group_row(record)


async def archive_group(pool: Pool, group_id: UUID, now: datetime, author: str, *, archived: bool) -> GroupRow:
    """Archive a group, which nobody joins from then on, or take it back. Raises NotFound."""
    record = await pool.fetchrow(ARCHIVE, group_id, archived, now, author)
    if record is None:
        raise NotFound("there is no such group")
    return group_row(record)


async def set_role(pool: Pool, group: GroupRow, member_id: UUID, role: Role) -> Refused | None:
    """Let a member who is in the group be something else in it: None, or why it is refused.

    The owner becomes the group's, too. Whoever was a bot takes a place now.
    """
    async with pool.acquire() as connection, connection.transaction():
        _, kin, _ = await lock_persons(connection, [member_id])
        member_id = kin.person(member_id)
        book = GroupBook()
        await load_groups(connection, book, [Named(member_id, group.key)], lock=True)
        refused = book.give_role(group.key, member_id, role)
        if refused is None:
            await _write_role(connection, book, group.id, member_id, role)
    return refused


async def _write_role(connection: Connection, book: GroupBook, group_id: UUID, member_id: UUID, role: Role) -> None:
    await write_groups(connection, book)
    if role is Role.OWNER:
        await connection.execute(OWN, group_id, member_id)
    await leave_touched(connection, [member_id])


def check_rules(text: str) -> str:
    """A group's rules, of several lines. Raises InvalidInput."""
    if len(text) > RULES_LENGTH_MAX:
        raise InvalidInput([Problem(("rules",), f"must have at most {RULES_LENGTH_MAX} characters")])
    for line in text.splitlines():
        if line.strip():
            check_text(line, ("rules",), RULES_LENGTH_MAX)
    return text.strip()


def _zones(zones: Sequence[Zone]) -> list[str]:
    return [zone.value for zone in dict.fromkeys(zones)]


def _capacity(capacity: int) -> int:
    if not 1 <= capacity <= CAPACITY_MAX:
        raise InvalidInput([Problem(("capacity",), f"must be 1 to {CAPACITY_MAX}")])
    return capacity


def _meant(error: asyncpg.IntegrityConstraintViolationError) -> DomainError:
    """What a constraint that was broken says about the input; the error itself, where that is nothing."""
    told = {
        "community_key": Problem(("key",), "another group has this key"),
        "community_owner_id_fkey": Problem(("owner",), "there is no such member"),
        "community_never_too_full": Problem(("capacity",), "more members are in the group"),
    }
    if error.constraint_name not in told:
        raise error
    return InvalidInput([told[error.constraint_name]])


async def _why_not(pool: Pool, group_id: UUID) -> DomainError:
    """Why a group was not changed."""
    revision = await pool.fetchval("SELECT revision FROM community WHERE id = $1", group_id)
    if revision is None:
        return NotFound("there is no such group")
    return InvalidInput([Problem(("revision",), f"the group has revision {revision} by now")])
