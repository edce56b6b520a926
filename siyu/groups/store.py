"""Groups and memberships from and to the database, many at a time."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

import asyncpg

from siyu.db import Connection
from siyu.groups.book import GroupBook
from siyu.groups.questionnaire import parse_questions
from siyu.groups.record import GroupRecord, Membership, Role

# In one order for every process, so that two batches never wait for each other in a circle.
GROUPS = """
SELECT id, key, capacity, member_count, archived_at IS NOT NULL FROM community WHERE key = ANY($1::text[]) ORDER BY id
"""
LOCKED_GROUPS = f"{GROUPS} FOR NO KEY UPDATE"
SIZES = "SELECT key, member_count FROM community WHERE key = ANY($1::text[])"
MEMBERSHIPS = """
SELECT community_id, member_id, role, inviter_id, source, joins, leaves
FROM membership JOIN unnest($1::uuid[], $2::uuid[]) AS wanted (community_id, member_id) USING (community_id, member_id)
"""
MEMBERS = "SELECT id, groups FROM member WHERE id = ANY($1::uuid[])"

WRITE = """
INSERT INTO membership (community_id, member_id, role, inviter_id, source, joins, leaves, joined_at, left_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (community_id, member_id) DO UPDATE SET role = EXCLUDED.role, inviter_id = EXCLUDED.inviter_id,
    source = EXCLUDED.source, joins = EXCLUDED.joins, leaves = EXCLUDED.leaves, joined_at = EXCLUDED.joined_at,
    left_at = EXCLUDED.left_at
"""
RESIZE = """
UPDATE community SET member_count = sized.member_count
FROM unnest($1::uuid[], $2::int[]) AS sized (id, member_count) WHERE community.id = sized.id
"""
# What stays keeps its order; what is new comes last.
MOVE = """
UPDATE member
SET groups = ARRAY(
    SELECT old FROM unnest(groups) WITH ORDINALITY AS had (old, place) WHERE old <> ALL (told) ORDER BY place
) || given
FROM (
    SELECT member_id, array_agg(key) AS told,
           coalesce(array_agg(key ORDER BY place) FILTER (WHERE is_in), '{}') AS given
    FROM unnest($1::uuid[], $2::text[], $3::boolean[]) WITH ORDINALITY AS move (member_id, key, is_in, place)
    GROUP BY member_id
) AS moved
WHERE member.id = moved.member_id
"""


# The latest version is the one that is asked.
ASKED = """
SELECT DISTINCT ON (community_id) community_id, version, questions FROM questionnaire
WHERE community_id = ANY($1::uuid[]) ORDER BY community_id, version DESC
"""
ANSWERED = """
SELECT community_id, version, member_id FROM questionnaire_answer
WHERE community_id = ANY($1::uuid[]) AND member_id = ANY($2::uuid[])
"""
ANSWER = """
INSERT INTO questionnaire_answer (community_id, version, member_id, answered_at, answers)
VALUES ($1, $2, $3, $4, $5)
"""


class Named(NamedTuple):
    """A member and a group's key that a fact names, the member whom it names as the inviter, and whether it answers."""

    member_id: UUID
    key: str
    inviter_id: UUID | None = None
    answers: bool = False


async def load_groups(connection: Connection, book: GroupBook, named: Collection[Named], *, lock: bool) -> None:
    """Put into the book what these facts name; their members are locked by the caller, the groups here with `lock`."""
    book.is_loaded = True
    keys = sorted({each.key for each in named})
    for row in await connection.fetch(LOCKED_GROUPS if lock else GROUPS, keys):
        book.put(GroupRecord(*row))
    groups = {each.key: group for each in named if (group := book.find(each.key)) is not None}
    places = {(groups[each.key].id, each.member_id) for each in named if each.key in groups}
    if places:
        for row in await connection.fetch(MEMBERSHIPS, *map(list, zip(*places, strict=True))):
            book.put_membership(membership_of(row))
    wanted = {each.member_id for each in named} | {each.inviter_id for each in named if each.inviter_id is not None}
    for member_id, member_keys in await connection.fetch(MEMBERS, list(wanted)):
        book.put_keys(member_id, frozenset(member_keys))
        book.inviters.add(member_id)
    answering = [each for each in named if each.answers and each.key in groups]
    if answering:
        ids = list({groups[each.key].id for each in answering})
        for community_id, version, questions in await connection.fetch(ASKED, ids):
            book.asked[community_id] = version, parse_questions(questions)
        rows = await connection.fetch(ANSWERED, ids, list({each.member_id for each in answering}))
        book.answered |= {tuple(row) for row in rows}


async def load_sizes(connection: Connection, keys: Collection[str]) -> dict[str, int]:
    """How many members these groups have, as committed; nothing for groups that there are not."""
    return {row[0]: row[1] for row in await connection.fetch(SIZES, sorted(keys))}


async def write_groups(connection: Connection, book: GroupBook) -> None:
    """Write what changed: memberships, how full groups are, and the keys in members' rows."""
    if book.changed:
        await connection.executemany(WRITE, [_row(book.changed[place]) for place in sorted(book.changed)])
    if book.answers:
        rows = [(*place, at, answers.model_dump_json()) for place, (at, answers) in book.answers.items()]
        await connection.executemany(ANSWER, rows)
    if book.resized:
        sizes = sorted((group.id, group.member_count) for group in book.resized.values())
        await connection.execute(RESIZE, *map(list, zip(*sizes, strict=True)))
    if book.moved:
        moves = [(member_id, key, is_in) for (member_id, key), is_in in book.moved.items()]
        await connection.execute(MOVE, *map(list, zip(*moves, strict=True)))


def membership_of(row: asyncpg.Record) -> Membership:
    """A row of MEMBERSHIPS."""
    community_id, member_id, role, inviter_id, source, joins, leaves = row
    return Membership(community_id, member_id, Role(role), inviter_id, source, list(joins), list(leaves))


def _row(known: Membership) -> tuple[object, ...]:
    moves = sorted(known.joins), sorted(known.leaves)
    told = known.role.value, known.inviter_id, known.source
    return (known.community_id, known.member_id, *told, *moves, known.joined_at, known.left_at)
