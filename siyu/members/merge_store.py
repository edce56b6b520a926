"""Merges to and from the database: rows that go to the survivor, and exactly those back."""

from collections.abc import Collection
from uuid import UUID

from siyu.db import Connection
from siyu.members.consents import sum_up_consents
from siyu.members.merge_groups import part_places, share_places
from siyu.members.merging import BOTH_TAKE_PART, FOLLOWING, MOVED, TIMERS, Merge, MergeBook, Moved

# The reason is kept with the fact, out of which an erasure takes it.
REASON = "coalesce((SELECT data ->> 'reason' FROM fact WHERE fact.id = member_merge.fact_id), '')"
COLUMNS = (
    f"id, survivor_id, merged_id, fact_id, {REASON}, made_by, merged_at, undo_until, "
    "undo_fact_id, undone_at, undone_by, undone_for"
)

LOAD = f"""
SELECT {COLUMNS} FROM member_merge WHERE survivor_id = ANY($1::uuid[]) OR merged_id = ANY($1::uuid[]) ORDER BY id
"""

IS_ERASED = "SELECT EXISTS (SELECT FROM member WHERE id = $1 AND erased_at IS NOT NULL)"
# What nobody could end any more were it kept aside.
CLASHES = """
SELECT mine.unit || ' ' || mine.reference FROM value_hold mine JOIN value_hold theirs USING (unit, reference)
WHERE mine.member_id = $1 AND theirs.member_id = $2 AND mine.state = 'open' ORDER BY 1
"""

ADD = """
INSERT INTO member_merge (id, survivor_id, merged_id, fact_id, reason, made_by, merged_at, undo_until, survivor_before)
SELECT $1, id, $3, $4, '', $5, $6, $7,
       jsonb_build_object('joined_at', joined_at, 'tags', to_jsonb(tags), 'groups', to_jsonb(groups),
                          'nickname', nickname, 'avatar_url', avatar_url)
FROM member WHERE id = $2
"""
END = """
UPDATE member_merge SET undo_fact_id = $2, undone_at = $3, undone_by = $4, undone_for = $5 WHERE id = $1
"""

# What the survivor has of both: the earlier joining, all tags and groups, in the order they came.
JOIN = """
UPDATE member SET linked = true, joined_at = least(member.joined_at, merged.joined_at),
    tags = member.tags || ARRAY(SELECT tag FROM unnest(merged.tags) WITH ORDINALITY AS had (tag, place)
                                WHERE tag <> ALL (member.tags) ORDER BY place),
    groups = member.groups || ARRAY(SELECT each FROM unnest(merged.groups) WITH ORDINALITY AS had (each, place)
                                    WHERE each <> ALL (member.groups) ORDER BY place),
    nickname = coalesce(member.nickname, merged.nickname), avatar_url = coalesce(member.avatar_url, merged.avatar_url)
FROM member AS merged WHERE member.id = $1 AND merged.id = $2
"""
LEAD = "UPDATE member SET linked = true, merged_into = $2 WHERE id = $1"
FORGET_FEATURES = "DELETE FROM member_feature WHERE member_id = $1"

# What came by the merge goes, and what came since stays: also where the merged member had the same.
PART = """
UPDATE member SET joined_at = (before ->> 'joined_at')::timestamptz,
    tags = ARRAY(SELECT tag FROM unnest(tags) WITH ORDINALITY AS has (tag, place)
                 WHERE before -> 'tags' ? tag OR tag <> ALL (own_tags) ORDER BY place),
    groups = ARRAY(SELECT each FROM unnest(groups) WITH ORDINALITY AS has (each, place)
                   WHERE before -> 'groups' ? each OR each <> ALL (own_groups) ORDER BY place),
    nickname = CASE WHEN before ->> 'nickname' IS NOT NULL OR nickname <> own_nickname THEN nickname END,
    avatar_url = CASE WHEN before ->> 'avatar_url' IS NOT NULL OR avatar_url <> own_avatar THEN avatar_url END
FROM (SELECT survivor_before AS before, merged.tags AS own_tags, merged.groups AS own_groups,
             coalesce(merged.nickname, '') AS own_nickname, coalesce(merged.avatar_url, '') AS own_avatar
      FROM member_merge JOIN member AS merged ON merged.id = merged_id WHERE member_merge.id = $2) AS known
WHERE member.id = $1
"""
STAND_ALONE = "UPDATE member SET merged_into = NULL WHERE id = $1"
REMEMBER_FEATURES = """
INSERT INTO member_feature (member_id, joined_at) SELECT id, joined_at FROM member WHERE id = $1 ON CONFLICT DO NOTHING
"""

# Of a person's invitations the one of whoever came first stands; the others were no newcomers.
CHOOSE = """
UPDATE invitation SET stands = chosen.stands
FROM (
    SELECT invitation.member_id, member.place_at <= ALL (
               SELECT kin.place_at FROM member AS kin
               WHERE kin.id = invitation.person_id OR kin.merged_into = invitation.person_id
           ) AND invitation.person_id <> invitation.by_id AS stands
    FROM invitation JOIN member ON member.id = invitation.member_id
    WHERE invitation.person_id = ANY($1::uuid[])
) AS chosen
WHERE invitation.member_id = chosen.member_id AND chosen.stands
"""

# First out of the way of each other, in their order: a place is taken by one coupon at any moment. What a merged member
# keeps stays where it was.
APART = 1_000_000
PUT_APART = f"""
UPDATE coupon SET place = {APART} + 2 * place + (member_id = $2)::int
WHERE member_id IN ($1, $2) AND template_id IN (
    SELECT template_id FROM coupon AS gone JOIN member_merge_row ON moved = 'coupon' AND row_key = gone.id
    WHERE merge_id = $3)
"""
CLOSE_UP = f"""
UPDATE coupon SET place = placed.place
FROM (SELECT id, row_number() OVER (PARTITION BY template_id, member_id ORDER BY place) AS place
      FROM coupon WHERE member_id = ANY($1::uuid[])) AS placed
WHERE coupon.id = placed.id AND coupon.place > {APART}
"""

OWNERS = """
SELECT id, member_id FROM review WHERE id = ANY($1::uuid[])
UNION ALL SELECT id, member_id FROM redemption WHERE id = ANY($1::uuid[])
"""

# While rows move, a person may have several.
STAND_DOWN = "UPDATE invitation SET stands = false WHERE person_id = ANY($1::uuid[])"

# A timer goes with its participation; what else a campaign asked for about the member is the survivor's.
FOLLOWS = f"({BOTH_TAKE_PART}) IS NOT TRUE"


def moving(moved: Moved) -> str:
    """A condition: which of the merged member's ($1) rows the survivor ($2) gets."""
    if moved is TIMERS:
        return f"""mine.member_id = $1 AND {FOLLOWS} AND NOT EXISTS (
            SELECT FROM pending_fact AS theirs WHERE theirs.member_id = $2
                AND (theirs.campaign_id, theirs.timer_key) = (mine.campaign_id, mine.timer_key))"""
    whose = f"mine.{moved.column} = $1 AND $2::uuid IS NOT NULL"
    if moved.unless is not None:
        whose += f" AND ({moved.unless}) IS NOT TRUE"
    if moved.kept_where is None:
        return whose
    return f"""{whose} AND NOT EXISTS (
        SELECT FROM {moved.table} AS theirs WHERE theirs.{moved.column} = $2 AND {moved.kept_where})"""


def _move(moved: Moved) -> str:
    """Move and write down what was moved."""
    far = f", place = place + {APART}" if moved.table == "coupon" else ""
    place = f"place - {APART}" if far else "NULL::int"
    return f"""
    WITH gone AS (
        UPDATE {moved.table} AS mine SET {moved.column} = $2{far} WHERE {moving(moved)}
        RETURNING {moved.row_id} AS row_id, {place} AS place
    )
    INSERT INTO member_merge_row (merge_id, moved, row_key, place) SELECT $3, '{moved.name}', row_id, place FROM gone
    """


def _move_back(moved: Moved) -> str:
    """Move back what was written down, as far as it still is the survivor's."""
    place = f", place = {APART} + 2 * known.place" if moved.table == "coupon" else ""
    return f"""
    UPDATE {moved.table} AS mine SET {moved.column} = $1{place} FROM member_merge_row AS known
    WHERE known.merge_id = $3 AND known.moved = '{moved.name}' AND known.row_key = {moved.row_id}
        AND mine.{moved.column} = $2
    """


def _follow_back(moved: Moved) -> str:
    """Move what came into a participation since it was the survivor's, when it has gone back."""
    keys = "theirs.timer_key = mine.timer_key" if moved is TIMERS else "theirs.key = mine.key"
    return f"""
    UPDATE {moved.table} AS mine SET {moved.column} = $1 FROM member_merge_row AS known
    JOIN participation ON participation.id = known.row_key AND subject_id = $1
    WHERE known.merge_id = $3 AND known.moved = 'participation' AND mine.campaign_id = participation.campaign_id
        AND mine.{moved.column} = $2 {"AND mine.timer_key IS NOT NULL" if moved is TIMERS else ""}
        AND NOT EXISTS (SELECT FROM {moved.table} AS theirs
            WHERE theirs.{moved.column} = $1 AND theirs.campaign_id = mine.campaign_id AND {keys})
    """


async def load_merges(connection: Connection, book: MergeBook, survivor_id: UUID, merged_id: UUID) -> None:
    """Make known what these members were part of; the caller has locked them."""
    for row in await connection.fetch(LOAD, [survivor_id, merged_id]):
        book.put(Merge(*row))
    book.is_gone = await connection.fetchval(IS_ERASED, merged_id)
    book.clashes = [row[0] for row in await connection.fetch(CLASHES, merged_id, survivor_id)]


async def write_merges(connection: Connection, book: MergeBook) -> None:
    """Write the merge that was decided, or undo the one that was."""
    if book.new is not None:
        await _merge(connection, book.new)
    if book.undone is not None:
        await _undo(connection, book.undone)


async def _merge(connection: Connection, merge: Merge) -> None:
    survivor_id, merged_id = merge.survivor_id, merge.merged_id
    who = merge.id, survivor_id, merged_id
    await connection.execute(ADD, *who, merge.fact_id, merge.made_by, merge.merged_at, merge.undo_until)
    await connection.execute(STAND_DOWN, [survivor_id, merged_id])
    for moved in (*MOVED, TIMERS):
        await connection.execute(_move(moved), merged_id, survivor_id, merge.id)
    await share_places(connection, merge)
    await connection.execute(CLOSE_UP, [survivor_id])
    await connection.execute(JOIN, survivor_id, merged_id)
    await connection.execute(LEAD, merged_id, survivor_id)
    await connection.execute(FORGET_FEATURES, merged_id)
    await sum_up_consents(connection, [survivor_id])
    await connection.execute(CHOOSE, [survivor_id])


async def _undo(connection: Connection, merge: Merge) -> None:
    survivor_id, merged_id = merge.survivor_id, merge.merged_id
    await connection.execute(STAND_DOWN, [survivor_id])
    await connection.execute(PUT_APART, survivor_id, merged_id, merge.id)
    for moved in (*MOVED, TIMERS):
        await connection.execute(_move_back(moved), merged_id, survivor_id, merge.id)
    for moved in (*FOLLOWING, TIMERS):
        await connection.execute(_follow_back(moved), merged_id, survivor_id, merge.id)
    await part_places(connection, merge)
    await connection.execute(CLOSE_UP, [survivor_id, merged_id])
    await connection.execute(PART, survivor_id, merge.id)
    await connection.execute(STAND_ALONE, merged_id)
    await connection.execute(REMEMBER_FEATURES, merged_id)
    await sum_up_consents(connection, [survivor_id, merged_id])
    await connection.execute(CHOOSE, [survivor_id, merged_id])
    ended = merge.undo_fact_id, merge.undone_at, merge.undone_by, merge.undone_for
    await connection.execute(END, merge.id, *ended)


async def owners_of(connection: Connection, row_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Whose these reviews and redemptions are, by their ids; the caller has locked the persons."""
    return {row[0]: row[1] for row in await connection.fetch(OWNERS, list(row_ids))} if row_ids else {}


async def has_aside(connection: Connection, members: set[UUID]) -> set[tuple[UUID, UUID]]:
    """Campaign and member of each participation that was kept aside when these members were merged."""
    rows = await connection.fetch(
        "SELECT campaign_id, subject_id FROM participation WHERE subject_id = ANY($1::uuid[])", list(members)
    )
    return {(row[0], row[1]) for row in rows}
