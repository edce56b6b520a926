"""What operators changed about a campaign's stock, as it went."""

from typing import NamedTuple
from uuid import UUID

from siyu.campaigns.counters import CounterKey
from siyu.db import Connection

CHANGES = """
SELECT id, campaign_id, counter, subject, bucket, difference FROM stock_change
WHERE campaign_id = $1 AND id > $2 AND id <= $3 ORDER BY id
"""


class PastStockChange(NamedTuple):
    """One change; its id is in the order of what was decided on the stock."""

    id: UUID
    key: CounterKey
    difference: int


async def stock_changes(connection: Connection, campaign_id: UUID, after: UUID, until: UUID) -> list[PastStockChange]:
    """The changes between two ids, the second included, in their order."""
    rows = await connection.fetch(CHANGES, campaign_id, after, until)
    return [PastStockChange(row[0], CounterKey(*row[1:5]), row[5]) for row in rows]
