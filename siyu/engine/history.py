"""Facts of the past with what was decided about them, streamed in the order they came."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson

from siyu.campaigns import AnyCampaignType
from siyu.db import Connection
from siyu.engine.facts import ArrivedFact, NewFact
from siyu.engine.outcome import Decision, Refusal
from siyu.orders import ORDER_FACTS
from siyu.sdk import MemberView

PAGE_ROWS = 5_000
FIRST = UUID(int=0)

# The ids are in order of time: one index walk, and facts that concern nobody are passed over. What another campaign
# emitted is heard like a fact of the shop.
FACTS = """
SELECT page.*, member.joined_at
FROM (
    SELECT id, type, member_id, CASE WHEN campaign_id = $2 THEN campaign_id END AS campaign_id, at, arrived_at, data
    FROM fact
    WHERE id > $1
      AND (campaign_id = $2
           OR (type = ANY($3::text[]) AND (campaign_id IS NULL OR starts_with(idempotency_key, 'emit/'))))
    ORDER BY id LIMIT $4
) AS page
JOIN member ON member.id = page.member_id
ORDER BY page.id
"""

COUNT = """
SELECT count(*) FROM fact
WHERE campaign_id = $1
   OR (type = ANY($2::text[]) AND (campaign_id IS NULL OR starts_with(idempotency_key, 'emit/')))
"""

# What the core refused, no campaign decided about.
DECISIONS = """
SELECT fact_id, id, campaign_id, effects, refusal_code, refusal_missing FROM decision
WHERE fact_id = ANY($1::uuid[]) AND (campaign_id = $2 OR campaign_id IS NULL)
"""


class PastFact(NamedTuple):
    """A fact, its member, and what the campaign, or the core before it, decided then; None if nothing."""

    fact: ArrivedFact
    member: MemberView
    decision: Decision | None


def heard_by(kind: AnyCampaignType) -> list[str]:
    """The types of facts, beside its own actions, that a campaign type depends on: with a refund, on payments too."""
    heard = kind.listens | kind.settles
    return sorted(heard | ORDER_FACTS.keys() if heard & ORDER_FACTS.keys() else heard)


async def count_past(connection: Connection, campaign_id: UUID, types: Sequence[str]) -> int:
    """How many facts there are to stream."""
    count: int = await connection.fetchval(COUNT, campaign_id, types)
    return count


async def past_facts(
    connection: Connection, campaign_id: UUID, types: Sequence[str]
) -> AsyncGenerator[list[PastFact], None]:
    """The actions of a campaign and all facts of these types, a page at a time, in the order they arrived."""
    last = FIRST
    while True:
        rows = await connection.fetch(FACTS, last, campaign_id, types, PAGE_ROWS)
        if not rows:
            return
        last = rows[-1]["id"]
        decisions = await connection.fetch(DECISIONS, [row["id"] for row in rows], campaign_id)
        known = {row["fact_id"]: _decision(row) for row in decisions}
        yield [PastFact(_fact(row), _member(row), known.get(row["id"])) for row in rows]


def _fact(row: asyncpg.Record) -> ArrivedFact:
    data: Mapping[str, Any] = orjson.loads(row["data"])
    new = NewFact(row["type"], row["member_id"], row["at"], data, "", row["campaign_id"])
    return ArrivedFact(row["id"], b"", row["arrived_at"], new)


def _member(row: asyncpg.Record) -> MemberView:
    return MemberView(row["member_id"], row["joined_at"])


def _decision(row: asyncpg.Record) -> Decision:
    code = row["refusal_code"]
    refusal = Refusal(code, orjson.loads(row["refusal_missing"])) if code is not None else None
    return Decision(row["id"], row["campaign_id"], tuple(orjson.loads(row["effects"])), refusal)
