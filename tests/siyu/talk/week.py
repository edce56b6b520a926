"""A week of talk in a large group: who is in it, what they post when, and a plain count of it in SQL."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, islice
from random import Random
from uuid import UUID

from siyu.boards import BoardWindow, Leaderboards
from siyu.db import Pool
from siyu.engine import Engine, NewFact
from siyu.ids import new_id
from tests.siyu.groups.shop import add_group

WEEK_S = 7 * 86_400
# The more somebody talks, the fewer do: the tenth poster posts about half as much as the first.
FLATNESS = 10
CALLERS = 2_000
PAGE = 100

JOIN_ALL = """
WITH came AS (
    INSERT INTO membership (community_id, member_id, role, joined_at, joins, leaves)
    SELECT $1, id, 'member', joined_at, ARRAY[joined_at], '{}' FROM member
)
UPDATE community SET member_count = (SELECT count(*) FROM member) WHERE id = $1
"""
# What the boards must show: counted from the facts themselves.
COUNTED = """
SELECT member_id, count(*), max(at) FROM fact
WHERE type = 'message.posted' AND ($1::text IS NULL OR data->>'group' = $1)
GROUP BY member_id ORDER BY count(*) DESC, max(at), member_id DESC
"""

Line = tuple[UUID, int, datetime]


async def open_group(pool: Pool, key: str, members: int) -> tuple[UUID, list[UUID]]:
    """A group with so many new members, and these."""
    ids = [new_id() for _ in range(members)]
    await pool.execute("INSERT INTO member (id, joined_at) SELECT unnest($1::uuid[]), '2020-01-01Z'", ids)
    group_id = await add_group(pool, key, capacity=members)
    await pool.execute(JOIN_ALL, group_id)
    # As autovacuum would, in a minute: what is asked of members by the thousand needs to know how many there are.
    await pool.execute("ANALYZE")
    return group_id, ids


def posts(members: Sequence[UUID], group: str, count: int, starts_at: datetime, random: Random) -> Iterator[NewFact]:
    """So many messages in the order of their times, from members some of whom talk far more than others."""
    weights = list(accumulate(1 / (place + FLATNESS) for place in range(len(members))))
    for start in range(0, count, PAGE):
        for place, who in enumerate(random.choices(members, cum_weights=weights, k=min(PAGE, count - start)), start):
            data = {"group": group, "kind": "text", "length": 1 + place % 40}
            at = starts_at + timedelta(seconds=WEEK_S * place / count)
            yield NewFact("message.posted", who, at, data, f"service/archive/{place:08}")


async def submit_all(engine: Engine, facts: Iterator[NewFact], callers: int = CALLERS) -> None:
    """Submit them all, by so many callers at a time."""

    async def call() -> None:
        for fact in facts:
            await engine.submit(fact)

    await asyncio.gather(*(call() for _ in range(callers)))


async def counted(pool: Pool, group: str | None) -> list[Line]:
    """The board as SQL counts it from the facts."""
    return [tuple(row) for row in await pool.fetch(COUNTED, group, timeout=300)]


async def shown(boards: Leaderboards, day: datetime, scope: UUID | None, lines_max: int) -> tuple[list[Line], bool]:
    """The first lines of the week's talk board, and whether every answer was exact and from Redis."""
    lines: list[Line] = []
    is_exact = True
    for rank in range(0, lines_max, PAGE):
        page = await boards.top("talk", BoardWindow.WEEK, day.date(), PAGE, rank, scope)
        is_exact = is_exact and page.exact and not page.revision.startswith("sql.")
        lines += [(entry.member_id, entry.score, entry.reached_at) for entry in page.entries]
    return list(islice(lines, lines_max)), is_exact
