"""Sessions: a caller stays signed in by refresh tokens, each good for once; one that is used again ends them all."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from siyu.access.callers import Caller, owner_of
from siyu.access.revocations import bearer_of_session, note_revoked
from siyu.access.secrets import hash_of, new_secret
from siyu.db import Connection, Pool
from siyu.errors import NotFound, SessionEnded
from siyu.ids import new_id

ACCESS_TOKEN_LIFE = timedelta(minutes=15)
# An access token that another server signs with a clock a little ahead.
CLOCK_SKEW_MAX = timedelta(minutes=1)
# Of one member or one name at a time; a further one ends the oldest.
SESSIONS_MAX = 20

START = """
INSERT INTO session (id, role, member_id, name, started_at, expires_at)
SELECT $1, $2, $3, $4, $5, $6 WHERE $3::uuid IS NULL OR EXISTS (
    SELECT FROM member WHERE id = $3 AND erased_at IS NULL FOR SHARE
)
RETURNING id
"""
# Who was merged into another signs in as that one.
PERSON = "SELECT coalesce(merged_into, id) FROM member WHERE id = $1"
END_OLDEST = """
WITH oldest AS (
    SELECT id FROM session WHERE ended_at IS NULL AND {owner} ORDER BY id DESC OFFSET $2
), locked AS (
    SELECT id FROM session WHERE id IN (SELECT id FROM oldest) ORDER BY id FOR UPDATE
)
UPDATE session SET ended_at = $1, ended_by = 'newer' FROM locked WHERE session.id = locked.id AND ended_at IS NULL
"""
# Whoever uses a token of a session waits here for the one who uses another, or the same.
LOCK = """
SELECT id, role, member_id, name, expires_at, ended_at FROM session
WHERE id = (SELECT session_id FROM refresh_token WHERE hash = $1) FOR UPDATE
"""
READ = "SELECT expires_at, used_at FROM refresh_token WHERE hash = $1"
USE = "UPDATE refresh_token SET used_at = $2 WHERE hash = $1"
ISSUE = "INSERT INTO refresh_token (hash, session_id, issued_at, expires_at) VALUES ($1, $2, $3, $4)"
END = "UPDATE session SET ended_at = $2, ended_by = $3 WHERE id = $1"


@dataclass(frozen=True, slots=True)
class Session:
    """A session with the only refresh token that is good for it now."""

    id: UUID
    caller: Caller
    refresh_token: str
    refresh_until: datetime


async def start_session(pool: Pool, caller: Caller, now: datetime) -> Session:
    """Sign somebody in. Raises NotFound for a member who is not there."""
    session_id, expires_at = new_id(), now + caller.lives[1]
    async with pool.acquire() as connection, connection.transaction():
        if caller.member_id is not None:
            person_id = await connection.fetchval(PERSON, caller.member_id)
            caller = replace(caller, member_id=person_id or caller.member_id)
        who = caller.role, caller.member_id, caller.name
        if await connection.fetchval(START, session_id, *who, now, expires_at) is None:
            raise NotFound("there is no such member")
        owner, whose = owner_of(caller, 3)
        await connection.execute(END_OLDEST.format(owner=owner), now, SESSIONS_MAX, *whose)
        return await _issued(connection, session_id, caller, expires_at, now)


async def refresh_session(pool: Pool, refresh_token: str, now: datetime) -> Session:
    """The session with its next refresh token; this one is used up. Raises SessionEnded, also for no token of ours.

    A token that was used before ends the session: somebody else has it, or had it first.
    """
    token_hash = hash_of(refresh_token)
    async with pool.acquire() as connection, connection.transaction():
        found = await connection.fetchrow(LOCK, token_hash)
        token = await connection.fetchrow(READ, token_hash) if found is not None else None
        if found is not None and token is not None and not _is_over(found, token, now):
            session_id, role, member_id, name, expires_at, _ = found
            if token["used_at"] is None:
                await connection.execute(USE, token_hash, now)
                return await _issued(connection, session_id, Caller(role, member_id, name), expires_at, now)
            await _end(connection, session_id, "reuse", now)
    raise SessionEnded


async def end_session(pool: Pool, refresh_token: str, now: datetime) -> None:
    """Sign out: no token of the session is good any more. Nothing happens where there is no such session."""
    async with pool.acquire() as connection, connection.transaction():
        found = await connection.fetchrow(LOCK, hash_of(refresh_token))
        if found is not None and found["ended_at"] is None:
            await _end(connection, found["id"], "caller", now)


def _is_over(session: asyncpg.Record, token: asyncpg.Record, now: datetime) -> bool:
    return session["ended_at"] is not None or min(session["expires_at"], token["expires_at"]) <= now


async def _issued(
    connection: Connection, session_id: UUID, caller: Caller, expires_at: datetime, now: datetime
) -> Session:
    """The session with a new refresh token, which does not outlive it."""
    secret = new_secret()
    until = min(now + caller.lives[0], expires_at)
    await connection.execute(ISSUE, hash_of(secret), session_id, now, until)
    return Session(session_id, caller, secret, until)


async def _end(connection: Connection, session_id: UUID, by: str, now: datetime) -> None:
    await connection.execute(END, session_id, now, by)
    await note_revoked(connection, bearer_of_session(session_id), now + CLOCK_SKEW_MAX, ACCESS_TOKEN_LIFE)
