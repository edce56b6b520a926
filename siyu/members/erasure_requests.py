"""Requests to be erased: a member's own, which waits for a time in which it can be called off."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from siyu.db import Connection, Pool
from siyu.errors import NotFound
from siyu.ids import new_id
from siyu.members.persons import KIN_OF_ASKED, PERSON_OF

# As the law allows, and long enough to notice that somebody else asked for it.
WAITING = timedelta(days=15)
# What hinders an erasure, such as a payout that is under way, is looked at again so much later.
TRY_AGAIN = timedelta(hours=1)

ASK = """
INSERT INTO erasure_request (id, member_id, requested_by, requested_at, due_at, state, next_at)
SELECT $1, person.id, $3, $4, $5, 'waiting', $5
FROM member AS asked JOIN member AS person ON person.id = coalesce(asked.merged_into, asked.id)
WHERE asked.id = $2 AND person.erased_at IS NULL
ON CONFLICT (member_id) WHERE state = 'waiting' DO UPDATE SET due_at = erasure_request.due_at
RETURNING id, member_id, requested_at, due_at, problem
"""
# Of a person: what the merged one asked for before erases all of them.
CALL_OFF = f"""
UPDATE erasure_request SET state = 'called_off', ended_by = $2, ended_at = $3
WHERE state = 'waiting' AND member_id IN (
    SELECT id FROM member WHERE id = ({PERSON_OF}) UNION ALL SELECT id FROM member WHERE merged_into = ({PERSON_OF})
) RETURNING id
"""
DONE = """
UPDATE erasure_request SET state = 'done', ended_by = $2, ended_at = $3
WHERE member_id = ANY($1::uuid[]) AND state = 'waiting'
"""
WAITING_OF = f"""
SELECT DISTINCT ON (asked) request.id, asked AS member_id, requested_at, due_at, problem
FROM {KIN_OF_ASKED} JOIN erasure_request AS request ON request.member_id = kin.id AND state = 'waiting'
ORDER BY asked, due_at, request.id
"""
DUE = """
SELECT id, member_id, requested_at, due_at, problem FROM erasure_request
WHERE state = 'waiting' AND next_at <= $1 ORDER BY next_at LIMIT $2
"""
PUT_OFF = "UPDATE erasure_request SET problem = $2, next_at = $3 WHERE id = $1 AND state = 'waiting'"


class ErasureRequest(NamedTuple):
    """A request that waits; `problem` is the code of what hindered it when it was due."""

    id: UUID
    member_id: UUID
    requested_at: datetime
    due_at: datetime
    problem: str | None


async def ask_for_erasure(pool: Pool, member_id: UUID, by: str, now: datetime) -> ErasureRequest:
    """Have the member erased after the waiting time; one who asks again waits no longer. Raises NotFound."""
    record = await pool.fetchrow(ASK, new_id(), member_id, by, now, now + WAITING)
    if record is None:
        raise NotFound("there is no such member")
    return ErasureRequest(*record)


async def call_off_erasure(pool: Pool, member_id: UUID, by: str, now: datetime) -> None:
    """Leave the member as they are. Raises NotFound where nothing waits."""
    if await pool.fetchval(CALL_OFF, member_id, by, now) is None:
        raise NotFound("no erasure of the member is waiting")


async def note_erased(connection: Connection, member_ids: Collection[UUID], by: str, now: datetime) -> None:
    """What waited for these members is done, in the transaction that erases them."""
    await connection.execute(DONE, list(member_ids), by, now)


async def waiting_erasures(pool: Pool, member_ids: Collection[UUID]) -> dict[UUID, ErasureRequest]:
    """What waits of these members."""
    return {record["member_id"]: ErasureRequest(*record) for record in await pool.fetch(WAITING_OF, list(member_ids))}


async def due_erasures(pool: Pool, now: datetime, limit: int) -> list[ErasureRequest]:
    """What is due, the oldest first."""
    return [ErasureRequest(*record) for record in await pool.fetch(DUE, now, limit)]


async def put_off(pool: Pool, request_id: UUID, problem: str, now: datetime) -> None:
    """Look at it again later; the problem is told to staff meanwhile."""
    await pool.execute(PUT_OFF, request_id, problem, now + TRY_AGAIN)
