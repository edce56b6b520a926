"""The one writer of members' tags, many at a time; the caller has locked the members."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from siyu.db import Connection, append_rows
from siyu.members.tags import TagChange, TagFamily

# `member.tags` is what rules and campaigns read: each tag of the member once, whatever families it is of. What stays
# keeps its order; what is new comes last, in the order it was given. A tag goes when no family of it is left.
WRITE = """
WITH change AS (
    SELECT * FROM unnest(
        $1::uuid[], $2::text[], $3::boolean[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[]
    ) WITH ORDINALITY AS change (member_id, tag, gives, family, set_by, set_at, expires_at, place)
), forgotten AS (
    DELETE FROM member_tag AS kept USING change
    WHERE NOT gives AND kept.member_id = change.member_id AND kept.tag = change.tag
        AND kept.family = coalesce(change.family, kept.family)
), noted AS (
    INSERT INTO member_tag (member_id, tag, family, set_by, set_at, expires_at)
    SELECT member_id, tag, coalesce(family, 'campaign'), set_by, coalesce(set_at, now()), expires_at
    FROM change WHERE gives
    ON CONFLICT (member_id, tag, family)
        DO UPDATE SET set_by = excluded.set_by, set_at = excluded.set_at, expires_at = excluded.expires_at
), changed AS (
    SELECT member_id, coalesce(array_agg(tag ORDER BY place) FILTER (WHERE gives), '{}') AS given,
           coalesce(array_agg(tag) FILTER (WHERE NOT gives AND NOT EXISTS (
               SELECT FROM member_tag AS kept
               WHERE kept.member_id = change.member_id AND kept.tag = change.tag AND kept.family <> change.family
           )), '{}') AS taken
    FROM change GROUP BY member_id
)
UPDATE member
SET tags = ARRAY(
    SELECT old FROM unnest(tags) WITH ORDINALITY AS had (old, place) WHERE old <> ALL (taken) ORDER BY place
) || ARRAY(SELECT new FROM unnest(given) WITH ORDINALITY AS has (new, place) WHERE new <> ALL (tags) ORDER BY place)
FROM changed
WHERE member.id = changed.member_id AND (tags && taken OR NOT tags @> given)
"""


async def write_tags(connection: Connection, changes: Iterable[TagChange]) -> None:
    """Write what changed, the last of a member's tag where it comes more than once."""
    last = {(change.member_id, change.tag): change for change in changes}
    if last:
        rows = [change._replace(family=_name(change.family)) for change in last.values()]  # type: ignore[arg-type]  # as the column has it
        await connection.execute(WRITE, *map(list, zip(*rows, strict=True)))


async def note_newcomers(
    connection: Connection, tags: Mapping[UUID, Sequence[str]], family: TagFamily, set_by: str, set_at: datetime
) -> None:
    """Note where the tags are from that members joined with in this transaction; `member.tags` has them already."""
    rows = [(member_id, tag, family.value, set_by, set_at) for member_id, labels in tags.items() for tag in labels]
    await append_rows(connection, "member_tag", ("member_id", "tag", "family", "set_by", "set_at"), rows)


def _name(family: TagFamily | None) -> str | None:
    return None if family is None else family.value
