"""Facts of the past with what was decided about them, streamed in the order in which they were decided."""

from bisect import bisect_right
from collections import Counter
from collections.abc import AsyncGenerator, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson

from siyu.campaigns import AnyCampaignType
from siyu.db import Connection
from siyu.engine.facts import ArrivedFact, NewFact
from siyu.engine.outcome import Decision, Refusal
from siyu.engine.replay_verdicts import Name
from siyu.orders import ORDER_FACTS
from siyu.sdk import MemberView, Refund
from siyu.sdk.core_facts import REFUND_FAILED, REFUND_REQUESTED

PAGE_ROWS = 5_000
FIRST = UUID(int=0)

# The ids are in the order the facts came: one index walk, and facts that concern nobody are passed over. What another
# campaign emitted is heard like a fact of the shop.
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

# Those that still wait are due in no past.
FOLLOW_UPS = """
SELECT type, member_id, at, count(*) FROM (
    SELECT type, member_id, at FROM fact WHERE campaign_id = $1 AND type = ANY($2)
    UNION ALL
    SELECT type, member_id, due_at FROM pending_fact WHERE campaign_id = $1
) AS follow_up GROUP BY 1, 2, 3
"""

# What the core refused, no campaign decided about.
DECISIONS = """
SELECT fact_id, id, campaign_id, effects, refusal_code, refusal_missing FROM decision
WHERE fact_id = ANY($1::uuid[]) AND (campaign_id = $2 OR campaign_id IS NULL)
"""


class PastFact(NamedTuple):
    """A fact, its member, and what the campaign, or the core before it, decided then; None if nothing.

    `position` tells when it was decided: whatever happened before has a smaller id, be it a decision, a transfer or a
    change of stock.
    """

    fact: ArrivedFact
    member: MemberView
    decision: Decision | None
    position: UUID


def heard_by(kind: AnyCampaignType) -> list[str]:
    """The types of facts, beside its own actions, that a campaign type depends on: with a refund, on payments too.

    Whether a refund can fail depends on what every campaign asked for.
    """
    heard = kind.listens | kind.settles
    if heard & ORDER_FACTS.keys() or Refund in kind.effects or REFUND_FAILED in heard:
        heard |= ORDER_FACTS.keys()
    return sorted(heard | {REFUND_REQUESTED} if REFUND_FAILED in heard else heard)


async def count_past(connection: Connection, campaign_id: UUID, types: Sequence[str]) -> int:
    """How many facts there are to stream."""
    count: int = await connection.fetchval(COUNT, campaign_id, types)
    return count


async def count_follow_ups(connection: Connection, campaign_id: UUID, types: Collection[str]) -> Counter[Name]:
    """How many facts of these types the campaign has asked for that were decided or are still to be, by their names."""
    rows = await connection.fetch(FOLLOW_UPS, campaign_id, list(types)) if types else []
    return Counter({(row[0], row[1], row[2]): row[3] for row in rows})


async def past_facts(
    connection: Connection, campaign_id: UUID, types: Sequence[str]
) -> AsyncGenerator[list[PastFact], None]:
    """The actions of a campaign and all facts of these types, a page at a time, in the order they were decided in."""
    last = FIRST
    # Those that were decided after the next page had begun to arrive: as many as may wait for their batches.
    waiting: list[PastFact] = []
    is_last = False
    while not is_last:
        rows = await connection.fetch(FACTS, last, campaign_id, types, PAGE_ROWS)
        is_last = len(rows) < PAGE_ROWS
        last = rows[-1]["id"] if rows else last
        decisions = await connection.fetch(DECISIONS, [row["id"] for row in rows], campaign_id)
        known = {row["fact_id"]: _decision(row) for row in decisions}
        waiting = sorted([*waiting, *_placed(rows, known, waiting)], key=_order)
        ready = len(waiting) if is_last else bisect_right(waiting, last, key=_position)
        if ready:
            yield waiting[:ready]
        waiting = waiting[ready:]


def _placed(
    rows: Sequence[asyncpg.Record], known: Mapping[UUID, Decision], waiting: Sequence[PastFact]
) -> Iterator[PastFact]:
    """The facts with their positions: ids are in order of time, and made once what is decided on has been locked.

    What nobody decided about stands where it came, but for the member's facts before it, which come first.
    """
    latest = {past.member.id: past.position for past in waiting}
    for row in rows:
        decision, member_id = known.get(row["id"]), row["member_id"]
        position = max(row["id"], latest.get(member_id, FIRST)) if decision is None else decision.id
        latest[member_id] = position
        yield PastFact(_fact(row), _member(row), decision, position)


def _position(past: PastFact) -> UUID:
    return past.position


def _order(past: PastFact) -> tuple[UUID, UUID]:
    return past.position, past.fact.id


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
