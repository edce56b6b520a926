"""What members' scores come from, read anew: for those who became one person, and for those who are two again."""

from collections.abc import Collection
from uuid import UUID

import asyncpg

from siyu.db import Connection
from siyu.members.merging import Scored

# As commits leave them for the boards: by the day of the shop, with the moment that decides between equals.
EARNED = """
SELECT 'points', (at AT TIME ZONE $2)::date, max(at),
       sum(CASE kind WHEN 'grant' THEN transfer.amount ELSE -transfer.amount END)::bigint, '{}'::uuid[]
FROM account JOIN transfer
    ON (credit_id = account.id AND kind = 'grant') OR (debit_id = account.id AND kind = 'reverse')
WHERE account.member_id = ANY($1::uuid[]) AND account.unit = 'points'
GROUP BY 2
"""
SPENT = """
SELECT 'spend', (paid_at AT TIME ZONE $2)::date, max(paid_at), sum(amount_fen - refunded_fen)::bigint, group_ids
FROM shop_order WHERE {whose} GROUP BY 2, 5
"""
SPENT_BY, SPENT_FOR = (
    SPENT.format(whose="member_id = ANY($1::uuid[])"),
    SPENT.format(
        whose="id IN (SELECT row_key FROM member_merge_row WHERE merge_id = ANY($1::uuid[]) AND moved = 'shop_order')"
    ),
)
# What the core refused was not posted; a group is told by its key.
TALKED = """
SELECT 'talk', (fact.at AT TIME ZONE $2)::date, max(fact.at), count(*),
       CASE WHEN community.id IS NULL THEN '{}'::uuid[] ELSE ARRAY[community.id] END
FROM fact LEFT JOIN community ON community.key = fact.data ->> 'group'
WHERE fact.member_id = ANY($1::uuid[]) AND type = 'message.posted' AND NOT EXISTS (
    SELECT FROM decision WHERE fact_id = fact.id AND campaign_id IS NULL AND refusal_code IS NOT NULL)
GROUP BY 2, 5
"""
BEST = """
SELECT DISTINCT ON (1, 2) effect ->> 'board', (fact.at AT TIME ZONE $2)::date, fact.at, (effect ->> 'value')::bigint,
       '{}'::uuid[]
FROM fact JOIN decision ON decision.fact_id = fact.id CROSS JOIN LATERAL jsonb_array_elements(effects) AS effect
WHERE fact.member_id = ANY($1::uuid[]) AND effects @> '[{"kind": "score"}]' AND effect ->> 'kind' = 'score'
ORDER BY 1, 2, 4 DESC, 3
"""


async def earnings_of(connection: Connection, members: Collection[UUID], zone: str) -> list[Scored]:
    """What was granted to the accounts of these members, less what was taken back."""
    return [_scored(row) for row in await connection.fetch(EARNED, list(members), zone)]


async def talk_of(connection: Connection, members: Collection[UUID], zone: str) -> list[Scored]:
    """What these members posted."""
    return [_scored(row) for row in await connection.fetch(TALKED, list(members), zone)]


async def spendings_of(connection: Connection, member_id: UUID, zone: str) -> list[Scored]:
    """What a member's orders come to."""
    return [_scored(row) for row in await connection.fetch(SPENT_BY, [member_id], zone)]


async def spendings_brought(connection: Connection, merge_id: UUID, zone: str) -> list[Scored]:
    """What the orders come to that a merge brought along."""
    return [_scored(row) for row in await connection.fetch(SPENT_FOR, [merge_id], zone)]


async def bests_of(connection: Connection, members: Collection[UUID], zone: str) -> list[Scored]:
    """The best that campaigns scored for these members, of each day."""
    return [_scored(row) for row in await connection.fetch(BEST, list(members), zone)]


def _scored(row: asyncpg.Record) -> Scored:
    return row[0], row[1], row[2], row[3], row[4]
