"""Reviews from and to the database, many at a time."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

import orjson

from siyu.db import Connection
from siyu.reviews.book import ReviewBook, Verdict

PROBLEM_LENGTH_MAX = 1_000

LOAD_OPEN = """
SELECT campaign_id, member_id, key FROM review
JOIN unnest($1::uuid[], $2::uuid[]) AS wanted (campaign_id, member_id) USING (campaign_id, member_id)
WHERE state = 'open' ORDER BY id
"""

# This, in the transaction that decides about a verdict, is what makes one of several count: nobody else writes a review
# but under the lock of its member, which the caller holds.
FIND = "SELECT id, campaign_id, state FROM review WHERE id = ANY($1::uuid[])"

# What was asked before under the key stands, whatever became of it: the first evidence is what was looked at.
ASK = """
INSERT INTO review (id, campaign_id, member_id, key, reason, evidence, state, asked_fact_id, asked_at)
VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8) ON CONFLICT (campaign_id, member_id, key) DO NOTHING
"""

CLOSE = """
UPDATE review SET state = $4, note = $5, decided_by = $6, verdict_fact_id = $7, decided_at = $8,
    problem = NULL, problem_at = NULL
WHERE (campaign_id, member_id, key) = ($1, $2, $3) AND state = 'open'
"""

FAIL = """
UPDATE review SET problem = $4, problem_at = $5
WHERE (campaign_id, member_id, key) = ($1, $2, $3) AND state = 'open'
"""


class FoundReview(NamedTuple):
    """Whose review it is, and whether it is open: until the transaction ends, if its member is locked."""

    campaign_id: UUID
    is_open: bool


async def load_open_reviews(connection: Connection, book: ReviewBook, owners: Sequence[tuple[UUID, UUID]]) -> None:
    """Make known what is open of these campaigns and members; the members are locked by the caller."""
    campaigns, members = zip(*owners, strict=True)
    for row in await connection.fetch(LOAD_OPEN, campaigns, members):
        book.put((row[0], row[1], row[2]))


async def find_reviews(connection: Connection, ids: Collection[UUID]) -> dict[UUID, FoundReview]:
    """Those of these reviews that exist, by id; the caller has locked their members."""
    rows = await connection.fetch(FIND, list(ids))
    return {row["id"]: FoundReview(row["campaign_id"], row["state"] == "open") for row in rows}


async def write_reviews(connection: Connection, book: ReviewBook) -> None:
    """Write what was asked for, then what was decided about verdicts; the caller has locked their members."""
    if book.new:
        asked = [(new.id, *new.key, new.reason, orjson.dumps(new.evidence).decode(), *new[4:]) for new in book.new]
        await connection.executemany(ASK, asked)
    for verdict in book.verdicts:
        # Operators give them by hand, so that there are few in a batch.
        await _write_verdict(connection, verdict)


async def _write_verdict(connection: Connection, verdict: Verdict) -> None:
    if verdict.problem is not None:
        problem = verdict.problem.replace("\0", " ").encode(errors="replace").decode()[:PROBLEM_LENGTH_MAX]
        await connection.execute(FAIL, *verdict.key, problem, verdict.at)
        return
    state = "approved" if verdict.approved else "rejected"
    said = verdict.note, verdict.made_by, verdict.fact_id, verdict.at
    await connection.execute(CLOSE, *verdict.key, state, *said)
