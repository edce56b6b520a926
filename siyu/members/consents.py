"""Consent by purpose: what a member agreed to, under which version of the policy; what was noted stays."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from siyu.db import Connection, Pool
from siyu.errors import InvalidInput, Problem
from siyu.features import leave_touched
from siyu.ids import new_id
from siyu.inputs import check_text
from siyu.members.locking import lock_person
from siyu.members.persons import KIN_OF_ASKED
from siyu.paging import NewestWanted, Page, newest_pages
from siyu.sdk import Text

POLICY_LENGTH_MAX = 32
NOTED_BY_LENGTH_MAX = 60

# A person's word is the last one that any of them said: who said no after yes said no.
LATEST = f"""
SELECT DISTINCT ON (asked, purpose) consent.id, asked, purpose, given, policy, source, noted_by, at
FROM {KIN_OF_ASKED} JOIN consent ON consent.member_id = kin.id ORDER BY asked, purpose, consent.id DESC
"""
NOTE = """
INSERT INTO consent (id, member_id, purpose, given, policy, source, noted_by, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
# What rules ask: the purposes that the member agrees to now.
SUM_UP = f"""
UPDATE member SET consents = said.purposes
FROM (
    SELECT asked, coalesce(array_agg(purpose ORDER BY purpose) FILTER (WHERE given), '{{}}') AS purposes FROM (
        SELECT DISTINCT ON (asked, purpose) asked, purpose, given
        FROM {KIN_OF_ASKED} LEFT JOIN consent ON consent.member_id = kin.id ORDER BY asked, purpose, consent.id DESC
    ) AS latest GROUP BY asked
) AS said WHERE member.id = asked
"""
AGREEING = "SELECT id FROM member WHERE id = ANY($1::uuid[]) AND consents @> ARRAY[$2::text]"


class Purpose(Enum):
    """What personal data may be used for, beyond what was asked for; the database knows the same."""

    MARKETING = "marketing"
    PERSONALISATION = "personalisation"
    ANALYTICS = "analytics"
    LOCATION = "location"
    PHOTOS = "photos"


class ConsentSource(Enum):
    """How the member said it."""

    MEMBER = "member"
    STORE = "store"
    PHONE = "phone"
    PAPER = "paper"
    IMPORT = "import"
    SYSTEM = "system"


TITLES: Mapping[Purpose, Text] = MappingProxyType(
    {
        Purpose.MARKETING: Text(zh="接收营销消息", en="Marketing messages"),
        Purpose.PERSONALISATION: Text(zh="个性化推荐", en="Personal offers"),
        Purpose.ANALYTICS: Text(zh="数据分析", en="Analytics"),
        Purpose.LOCATION: Text(zh="使用位置信息", en="Use of location"),
        Purpose.PHOTOS: Text(zh="公开展示照片", en="Showing of photos"),
    }
)


class ConsentRow(NamedTuple):
    """What was once said; `noted_by` is None where the member did it."""

    id: UUID
    purpose: Purpose
    given: bool
    policy: str
    source: ConsentSource
    noted_by: str | None
    at: datetime


class Said(NamedTuple):
    """What to note: for which purposes, given or withdrawn, under which policy, how, and who notes it."""

    purposes: Sequence[Purpose]
    given: bool
    policy: str
    source: ConsentSource
    noted_by: str | None


async def note_consents(pool: Pool, member_id: UUID, said: Said, now: datetime) -> None:
    """Note what a member said. What holds already is not noted again. Raises InvalidInput and NotFound."""
    policy = check_text(said.policy, ("policy",), POLICY_LENGTH_MAX)
    if not said.purposes:
        raise InvalidInput([Problem(("purposes",), "must be at least one")])
    if (said.source is ConsentSource.MEMBER) != (said.noted_by is None):
        raise InvalidInput([Problem(("source",), "is MEMBER for members themselves and for nobody else")])
    async with pool.acquire() as connection, connection.transaction():
        # So that history and present state of a person are written one after the other.
        person_id = await lock_person(connection, member_id)
        held = {row.purpose: row for row in (await _latest(connection, [person_id]))[person_id]}
        wanted = [each for each in dict.fromkeys(said.purposes) if _changes(held.get(each), said, policy)]
        rows = [
            (new_id(), person_id, each.value, said.given, policy, said.source.value, said.noted_by, now)
            for each in wanted
        ]
        if rows:
            await connection.executemany(NOTE, rows)
            await sum_up_consents(connection, [person_id])
            # Rules of tags ask for it.
            await leave_touched(connection, [person_id])


async def sum_up_consents(connection: Connection, member_ids: Collection[UUID]) -> None:
    """Write what these members, and whoever was merged into them, agree to now; the caller has locked them."""
    await connection.execute(SUM_UP, list(member_ids))


async def agreeing(connection: Connection, member_ids: Collection[UUID], purpose: Purpose) -> set[UUID]:
    """Which of these persons agree to it now; the caller has locked them, or only looks."""
    return {row[0] for row in await connection.fetch(AGREEING, list(member_ids), purpose.value)}


def _changes(held: ConsentRow | None, said: Said, policy: str) -> bool:
    """Whether there is something to note; who never agreed has nothing to withdraw, but may say no."""
    return held is None or held.given != said.given or (said.given and held.policy != policy)


async def consents_of(pool: Pool, member_ids: Collection[UUID]) -> dict[UUID, list[ConsentRow]]:
    """What holds now, of each member and purpose of which something was said; one statement."""
    return await _latest(pool, member_ids)


async def _latest(connection: Connection | Pool, member_ids: Collection[UUID]) -> dict[UUID, list[ConsentRow]]:
    found: dict[UUID, list[ConsentRow]] = {member_id: [] for member_id in member_ids}
    for key, member_id, *rest in await connection.fetch(LATEST, list(member_ids)):
        found[member_id].append(_row(key, *rest))
    return found


async def consent_pages(pool: Pool, wanted: Sequence[NewestWanted]) -> list[Page[ConsentRow]]:
    """The history of consents, the newest first; the wanted pages with one statement."""
    return await newest_pages(
        pool, "consent", "id, purpose, given, policy, source, noted_by, at", _row, wanted, of_person=True
    )


def _row(
    key: UUID, purpose: str, given: bool, policy: str, source: str, noted_by: str | None, at: datetime
) -> ConsentRow:
    return ConsentRow(key, Purpose(purpose), given, policy, ConsentSource(source), noted_by, at)
