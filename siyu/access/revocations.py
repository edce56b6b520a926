"""Revocations: whose tokens are no longer good, kept in PostgreSQL until the last of those tokens has expired."""

from datetime import datetime, timedelta
from uuid import UUID

from siyu.access.callers import Caller, owner_of
from siyu.db import Connection, Pool

# No token is valid for longer, whoever signed it; so long is a revocation kept.
TOKEN_LIFE_MAX = timedelta(days=30)

# Revoked twice, what was issued in between is refused too.
NOTE = """
INSERT INTO revocation AS known (bearer, issued_until, expires_at) VALUES ($1, $2, $3)
ON CONFLICT (bearer) DO UPDATE
SET issued_until = greatest(known.issued_until, excluded.issued_until), noted_at = clock_timestamp(),
    expires_at = greatest(known.expires_at, excluded.expires_at)
"""

END_SESSIONS = """
WITH own AS (SELECT id FROM session WHERE ended_at IS NULL AND {owner} ORDER BY id FOR UPDATE)
UPDATE session SET ended_at = $1, ended_by = 'shop' FROM own WHERE session.id = own.id
"""


def bearer_of_session(session_id: UUID) -> str:
    """What revocations call a session."""
    return f"session/{session_id}"


async def end_sessions_of(pool: Pool, member_id: UUID, until: datetime) -> None:
    """End a merged member's sessions and tokens up to then: whoever signs in again is the survivor. Safe to repeat."""
    await revoke(pool, Caller("member", member_id), until)


async def revoke(pool: Pool, caller: Caller, now: datetime) -> None:
    """End all sessions of the caller, and refuse every token that was issued to them up to now."""
    owner, whose = owner_of(caller, 2)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(END_SESSIONS.format(owner=owner), now, *whose)
        await note_revoked(connection, caller.bearer, now, TOKEN_LIFE_MAX)


async def note_revoked(connection: Connection, bearer: str, until: datetime, life: timedelta) -> None:
    """Refuse the bearer's tokens that were issued until then; none of them may be valid for longer than `life`."""
    await connection.execute(NOTE, bearer, until, until + life)
