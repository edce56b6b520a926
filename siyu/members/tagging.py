"""Tags that people and the shop's systems set and take, one member at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from siyu.db import Connection, Pool
from siyu.errors import InvalidInput, Problem
from siyu.inputs import check_text
from siyu.members.locking import lock_person
from siyu.members.queries import COLUMNS, MemberRow
from siyu.members.tag_store import write_tags
from siyu.members.tags import TagChange, TagFamily
from siyu.sdk.audience import LABEL_LENGTH_MAX, LABELS_MAX

HAD = "SELECT tags FROM member WHERE id = $1"
BY_RULE = "SELECT tag FROM member_tag WHERE member_id = $1 AND family = 'rule'"
ONLY_BY_RULE = """
SELECT tag FROM member_tag WHERE member_id = $1 AND tag = ANY($2::text[]) GROUP BY tag HAVING bool_and(family = 'rule')
"""
READ = f"SELECT {COLUMNS} FROM member WHERE id = $1"
# What is left of a list of tags once rules' own are set aside: their rules alone give and take them.
OTHERS = tuple(family for family in TagFamily if family is not TagFamily.RULE)


class Setting(NamedTuple):
    """How tags are set: from which family, by whom, when, and until when; None is for ever."""

    family: TagFamily
    set_by: str
    at: datetime
    expires_at: datetime | None = None


def check_labels(labels: Sequence[str], name: str, length_max: int = LABEL_LENGTH_MAX) -> list[str]:
    """The labels, each once, in their order. Raises InvalidInput."""
    if len(labels) > LABELS_MAX:
        raise InvalidInput([Problem((name,), f"must be at most {LABELS_MAX}")])
    return list(dict.fromkeys(check_text(label, (name, str(place)), length_max) for place, label in enumerate(labels)))


async def tag_member(pool: Pool, member_id: UUID, tags: Sequence[str], setting: Setting) -> MemberRow:
    """Give tags; of those that the member has of the family, author, time and expiry are written anew.

    Raises InvalidInput and NotFound.
    """
    labels = _check_some(tags)
    if setting.family is TagFamily.RULE or setting.family is TagFamily.CAMPAIGN:
        raise InvalidInput([Problem(("family",), f"only siyu sets tags of the family {setting.family.name}")])
    if setting.expires_at is not None and setting.expires_at <= setting.at:
        raise InvalidInput([Problem(("expires_at",), "must be later than now")])
    async with pool.acquire() as connection, connection.transaction():
        member_id, had = await _lock(connection, member_id)
        if len({*had, *labels}) > LABELS_MAX:
            raise InvalidInput([Problem(("tags",), f"a member has at most {LABELS_MAX} tags")])
        await write_tags(connection, [_given(member_id, label, setting) for label in labels])
        return await _read(connection, member_id)


async def untag_member(pool: Pool, member_id: UUID, tags: Sequence[str]) -> MemberRow:
    """Take tags, from whichever family but a rule's; what the member does not have is no mistake.

    Raises NotFound, and InvalidInput where a tag is only a rule's: the rule would give it again.
    """
    labels = _check_some(tags)
    async with pool.acquire() as connection, connection.transaction():
        member_id, _ = await _lock(connection, member_id)
        kept = [row[0] for row in await connection.fetch(ONLY_BY_RULE, member_id, labels)]
        if kept:
            raise InvalidInput([Problem(("tags",), f"{', '.join(kept)}: a rule gives it; change the tag's rule")])
        await _take(connection, member_id, labels)
        return await _read(connection, member_id)


async def replace_tags(
    connection: Connection, member_id: UUID, labels: Sequence[str], author: str, now: datetime | None
) -> None:
    """Have the member have these tags alone, and those of rules; what they had already stays what it was.

    What is new is set by hand. The caller has a transaction. Raises NotFound, and InvalidInput for more tags than a
    member may have.
    """
    member_id, had = await _lock(connection, member_id)
    by_rule = {row[0] for row in await connection.fetch(BY_RULE, member_id)}
    if len(by_rule.union(labels)) > LABELS_MAX:
        raise InvalidInput([Problem(("tags",), f"must be at most {LABELS_MAX} with {len(by_rule)} of rules")])
    await _take(connection, member_id, [tag for tag in had if tag not in labels])
    new = [label for label in labels if label not in had]
    await write_tags(connection, [TagChange(member_id, label, True, TagFamily.MANUAL, author, now) for label in new])


def _check_some(tags: Sequence[str]) -> list[str]:
    if not tags:
        raise InvalidInput([Problem(("tags",), "must be at least 1")])
    return check_labels(tags, "tags")


def _given(member_id: UUID, label: str, setting: Setting) -> TagChange:
    return TagChange(member_id, label, True, setting.family, setting.set_by, setting.at, setting.expires_at)


async def _take(connection: Connection, member_id: UUID, labels: Sequence[str]) -> None:
    by_rule = {row[0] for row in await connection.fetch(BY_RULE, member_id)}
    await write_tags(connection, [TagChange(member_id, label, False) for label in labels if label not in by_rule])
    for family in OTHERS if by_rule.intersection(labels) else ():
        await write_tags(
            connection, [TagChange(member_id, label, False, family) for label in labels if label in by_rule]
        )


async def _lock(connection: Connection, member_id: UUID) -> tuple[UUID, Sequence[str]]:
    """Who stands for the member, locked, and their tags. Raises NotFound."""
    person_id = await lock_person(connection, member_id)
    return person_id, await connection.fetchval(HAD, person_id)


async def _read(connection: Connection, member_id: UUID) -> MemberRow:
    record = await connection.fetchrow(READ, member_id)
    assert record is not None, "the member is locked"  # noqa: S101 - an invariant
    return MemberRow(*record)
