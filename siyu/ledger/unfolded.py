"""What commits did to boards that the worker has not folded yet, read along with ascending ranges of members."""

from collections import defaultdict, deque
from collections.abc import Mapping
from uuid import UUID

import asyncpg
from asyncpg.cursor import Cursor

from siyu.db import Connection

ROWS_AT_ONCE = 1_000
# The first row comes when all messages are summed up; where no worker runs there may be many.
SUM_TIMEOUT_S = 600.0

# The messages of the topic `scores` (siyu/boards/changes.py) are lists of board, day, scopes, and as columns members,
# times and amounts; older ones have board, member, day, time, amount. Those that were set aside are no longer on their
# way and so do not count.
UNFOLDED = """
    SELECT member::uuid AS member_id, change->>0 AS board, sum(amount::bigint)::bigint AS amount
    FROM outbox CROSS JOIN LATERAL jsonb_array_elements(payload) AS change
    CROSS JOIN LATERAL ROWS FROM (
        jsonb_array_elements_text(CASE jsonb_typeof(change->2)
                                  WHEN 'array' THEN change->3 ELSE jsonb_build_array(change->1) END),
        jsonb_array_elements_text(CASE jsonb_typeof(change->2)
                                  WHEN 'array' THEN change->5 ELSE jsonb_build_array(change->4) END)
    ) AS each (member, amount)
    WHERE topic = 'scores' AND change->>0 IN ('points', 'spend')
    GROUP BY 1, 2 ORDER BY 1
"""


class Unfolded:
    """The changes that wait in the caller's snapshot, summed by member and board; few at a time are in memory."""

    def __init__(self, cursor: "Cursor[asyncpg.Record]") -> None:
        self._cursor = cursor
        self._ahead: deque[tuple[UUID, str, int]] = deque()

    @classmethod
    async def read(cls, connection: Connection) -> "Unfolded":
        """Begin to read; the caller has a transaction open until the last range is done."""
        return cls(await connection.cursor(UNFOLDED, timeout=SUM_TIMEOUT_S))

    async def upto(self, last: UUID) -> Mapping[str, Mapping[UUID, int]]:
        """Board → member → amount, of the members beyond the last call's and up to `last`."""
        while not self._ahead or self._ahead[-1][0] <= last:
            rows = await self._cursor.fetch(ROWS_AT_ONCE, timeout=SUM_TIMEOUT_S)
            if not rows:
                break
            self._ahead.extend((member_id, board, amount) for member_id, board, amount in rows)
        amounts: defaultdict[str, dict[UUID, int]] = defaultdict(dict)
        while self._ahead and self._ahead[0][0] <= last:
            member_id, board, amount = self._ahead.popleft()
            amounts[board][member_id] = amount
        return amounts
