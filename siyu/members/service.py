"""What is changed about members by themselves or by operators."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict
from urllib.parse import urlsplit
from uuid import UUID

from siyu.db import Pool
from siyu.errors import InvalidInput, Problem
from siyu.features import leave_touched
from siyu.inputs import check_text
from siyu.members.joining import IdentityKey, Joiner, ensure_members
from siyu.members.locking import lock_person
from siyu.members.queries import COLUMNS, MemberRow
from siyu.members.tagging import check_labels, replace_tags
from siyu.members.tags import SIYU
from siyu.privacy import PHONE_KIND, PersonalField, Vault, normalised
from siyu.privacy.store import PersonalChanges, write_personal
from siyu.sdk.audience import LABEL_LENGTH_MAX

NICKNAME_LENGTH_MAX = 64
AVATAR_URL_LENGTH_MAX = 512
IDENTITY_KIND_LENGTH_MAX = 32
IDENTITY_VALUE_LENGTH_MAX = 128

UPDATE = f"""
UPDATE member SET nickname = CASE WHEN $2 THEN $3 ELSE nickname END,
                  avatar_url = CASE WHEN $4 THEN $5 ELSE avatar_url END,
                  tier = CASE WHEN $6 THEN $7 ELSE tier END
WHERE id = $1 AND erased_at IS NULL
RETURNING {COLUMNS}
"""


LADDER_DECIDES = "SELECT EXISTS (SELECT FROM tier_ladder)"


class ProfileChanges(TypedDict, total=False):
    """What to change; None clears it, what is left out stays."""

    nickname: str | None
    avatar_url: str | None


class FeatureChanges(TypedDict, total=False):
    """What campaigns' audiences look at; a tier of None clears it, lists replace those there are."""

    tier: str | None
    tags: Sequence[str]


async def update_profile(
    pool: Pool,
    member_id: UUID,
    changes: ProfileChanges,
    features: FeatureChanges | None = None,
    personal: PersonalChanges | None = None,
    *,
    author: str = SIYU,
    now: datetime | None = None,
) -> MemberRow:
    """Change what a member shows of themselves and what the shop knows of them; `now` is the commit's by default.

    Tags replace those set by hand, imported, of questionnaires and of campaigns. Raises InvalidInput and NotFound.
    """
    known = features or FeatureChanges()
    nickname, avatar_url, tier = changes.get("nickname"), changes.get("avatar_url"), known.get("tier")
    if nickname is not None:
        nickname = check_text(nickname, ("nickname",), NICKNAME_LENGTH_MAX)
    if avatar_url is not None:
        avatar_url = _check_url(avatar_url, ("avatar_url",))
    if tier is not None:
        tier = check_text(tier, ("tier",), LABEL_LENGTH_MAX)
    if "tier" in known and await pool.fetchval(LADDER_DECIDES):
        raise InvalidInput([Problem(("tier",), "is what the shop's ladder says: use memberTierSet")])
    tags = check_labels(known["tags"], "tags") if "tags" in known else None
    shown = "nickname" in changes, nickname, "avatar_url" in changes, avatar_url
    async with pool.acquire() as connection, connection.transaction():
        member_id = await lock_person(connection, member_id)
        if tags is not None:
            await replace_tags(connection, member_id, tags, author, now)
        record = await connection.fetchrow(UPDATE, member_id, *shown, "tier" in known, tier)
        assert record is not None, "the member is locked"  # noqa: S101 - an invariant
        if "tier" in known:
            # Rules of tags ask for it.
            await leave_touched(connection, [member_id])
        if personal is not None:
            await write_personal(connection, member_id, personal)
    return MemberRow(*record)


async def member_known_by(pool: Pool, kind: str, value: str, joined_at: datetime, vault: Vault) -> UUID:
    """The member with this identity; one who joined at that moment where there is none yet. Raises InvalidInput."""
    named = Joiner(*check_identity(kind, value), joined_at)
    return (await members_known_by(pool, [named], vault))[named.key]


def check_identity(kind: str, value: str) -> IdentityKey:
    """The identity as it is kept. Raises InvalidInput."""
    kind = check_text(kind, ("identity", "kind"), IDENTITY_KIND_LENGTH_MAX)
    path = ("identity", "value")
    value = check_text(value, path, IDENTITY_VALUE_LENGTH_MAX)
    if kind == PHONE_KIND:
        normalised(PersonalField.PHONE, value, path)
    return kind, value


async def members_known_by(pool: Pool, named: Sequence[Joiner], vault: Vault) -> dict[IdentityKey, UUID]:
    """The members with these checked identities; those of whom there is none yet join."""
    async with pool.acquire() as connection, connection.transaction():
        return await ensure_members(connection, named, vault)


def _check_url(value: str, path: tuple[str, ...]) -> str:
    url = check_text(value, path, AVATAR_URL_LENGTH_MAX)
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise InvalidInput([Problem(path, "must be an http or https address")])
    return url
