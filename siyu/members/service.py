"""What is changed about members by themselves or by operators."""

from datetime import datetime
from typing import TypedDict
from urllib.parse import urlsplit
from uuid import UUID

from siyu.db import Pool
from siyu.errors import InvalidInput, NotFound, Problem
from siyu.inputs import check_text
from siyu.members.joining import Joiner, ensure_members
from siyu.members.queries import MemberRow

NICKNAME_LENGTH_MAX = 64
AVATAR_URL_LENGTH_MAX = 512
IDENTITY_KIND_LENGTH_MAX = 32
IDENTITY_VALUE_LENGTH_MAX = 128

UPDATE = """
UPDATE member SET nickname = CASE WHEN $2 THEN $3 ELSE nickname END,
                  avatar_url = CASE WHEN $4 THEN $5 ELSE avatar_url END
WHERE id = $1
RETURNING id, nickname, avatar_url, joined_at
"""


class ProfileChanges(TypedDict, total=False):
    """What to change; None clears it, what is left out stays."""

    nickname: str | None
    avatar_url: str | None


async def update_profile(pool: Pool, member_id: UUID, changes: ProfileChanges) -> MemberRow:
    """Change what a member shows of themselves. Raises InvalidInput and NotFound."""
    nickname, avatar_url = changes.get("nickname"), changes.get("avatar_url")
    if nickname is not None:
        nickname = check_text(nickname, ("nickname",), NICKNAME_LENGTH_MAX)
    if avatar_url is not None:
        avatar_url = _check_url(avatar_url, ("avatar_url",))
    record = await pool.fetchrow(
        UPDATE, member_id, "nickname" in changes, nickname, "avatar_url" in changes, avatar_url
    )
    if record is None:
        raise NotFound("there is no such member")
    return MemberRow(*record)


async def member_known_by(pool: Pool, kind: str, value: str, joined_at: datetime) -> UUID:
    """The member with this identity; one who joined at that moment where there is none yet. Raises InvalidInput."""
    kind = check_text(kind, ("identity", "kind"), IDENTITY_KIND_LENGTH_MAX)
    value = check_text(value, ("identity", "value"), IDENTITY_VALUE_LENGTH_MAX)
    async with pool.acquire() as connection, connection.transaction():
        members = await ensure_members(connection, [Joiner(kind, value, joined_at)])
    return members[kind, value]


def _check_url(value: str, path: tuple[str, ...]) -> str:
    url = check_text(value, path, AVATAR_URL_LENGTH_MAX)
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise InvalidInput([Problem(path, "must be an http or https address")])
    return url
