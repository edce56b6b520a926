"""Counters from and to the database, many at a time: shared ones locked, a member's own under the member's lock."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from siyu.campaigns.counters import CounterKey, CounterRow, Counters, counter_order
from siyu.db import Connection

NOBODY_ELSE: Mapping[str, Sequence[str]] = MappingProxyType({})

# In one order for every process, here and below, so that two batches never wait for each other in a circle: whoever
# waits for a row that another process is inserting has so far taken smaller keys alone.
INSERT_MISSING = """
INSERT INTO counter (campaign_id, name, subject, bucket, used, held)
SELECT campaign_id, name, subject, bucket, 0, 0
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
    AS wanted (campaign_id, name, subject, bucket, place)
ORDER BY place
ON CONFLICT DO NOTHING
"""

LOAD = """
SELECT place - 1, used, held, extra
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
    AS wanted (campaign_id, name, subject, bucket, place)
JOIN counter USING (campaign_id, name, subject, bucket)
"""
LOCK = f"{LOAD} ORDER BY place FOR NO KEY UPDATE OF counter"

INSERT = """
INSERT INTO counter (campaign_id, name, subject, bucket, used, held)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
"""

UPDATE = """
UPDATE counter SET used = counter.used + change.used, held = counter.held + change.held
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
    AS change (campaign_id, name, subject, bucket, used, held)
WHERE counter.campaign_id = change.campaign_id AND counter.name = change.name
    AND counter.subject = change.subject AND counter.bucket = change.bucket
"""


async def lock_counters(connection: Connection, counters: Counters, keys: Collection[CounterKey]) -> None:
    """Put counters that several members share into memory, each with a row, locked until the transaction ends."""
    wanted = sorted(keys, key=counter_order)
    await connection.execute(INSERT_MISSING, *_columns(wanted))
    for place, used, held, extra in await connection.fetch(LOCK, *_columns(wanted)):
        counters.put(wanted[place], CounterRow(used, held, extra))


async def load_counters(
    connection: Connection,
    counters: Counters,
    keys: Collection[CounterKey],
    others: Mapping[str, Sequence[str]] = NOBODY_ELSE,
) -> None:
    """Put counters of members whom the caller has locked into memory; unused ones without a row.

    `others`: the subjects that are one person with a subject. A limit is the person's; each keeps what they took.
    """
    wanted = sorted(keys, key=counter_order)
    for key in wanted:
        counters.put(key, CounterRow(is_new=True))
    for place, used, held, extra in await connection.fetch(LOAD, *_columns(wanted)):
        counters.put(wanted[place], CounterRow(used, held, extra))
    shared = [(key, key._replace(subject=other)) for key in wanted for other in others.get(key.subject, ())]
    if shared:
        rows = await connection.fetch(LOAD, *_columns([theirs for _, theirs in shared]))
        for place, used, held, _ in rows:
            counters.row(shared[place][0]).elsewhere += used + held


async def write_counters(connection: Connection, counters: Counters) -> None:
    """Write what changed. The database itself refuses use below zero."""
    changed = counters.changed()
    for statement, is_new in ((INSERT, True), (UPDATE, False)):
        entries = [entry for entry in changed if entry[1].is_new is is_new]
        if entries:
            rows = [row for _, row in entries]
            columns = _columns([key for key, _ in entries])
            deltas = [row.used_delta for row in rows], [row.held_delta for row in rows]
            await connection.execute(statement, *columns, *deltas)


def _columns(keys: Sequence[CounterKey]) -> list[list[object]]:
    return [list(column) for column in zip(*keys, strict=True)]
