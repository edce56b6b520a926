"""Reservations from and to the database, many at a time, under their members' locks."""

from collections.abc import Sequence
from uuid import UUID

from siyu.campaigns.counters import CounterKey
from siyu.campaigns.reservations import Reservation, Reservations, ReservationState
from siyu.db import Connection, array_of

LOAD = """
SELECT place - 1, id, key, counter, subject, bucket, amount, state
FROM unnest($1::text::uuid[], $2::text::uuid[]) WITH ORDINALITY AS wanted (campaign_id, member_id, place)
JOIN reservation USING (campaign_id, member_id)
WHERE state <> 'released'
"""

# A key that was released can be held again: the row is the key's.
WRITE = """
INSERT INTO reservation (
    id, campaign_id, member_id, key, counter, subject, bucket, amount, state, created_at, changed_at)
SELECT id, campaign_id, member_id, key, counter, subject, bucket, amount, state, at, at
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::bigint[],
            $9::text[], $10::timestamptz[])
    AS change (id, campaign_id, counter, subject, bucket, member_id, key, amount, state, at)
ON CONFLICT (campaign_id, member_id, key) DO UPDATE SET
    counter = excluded.counter, subject = excluded.subject, bucket = excluded.bucket, amount = excluded.amount,
    state = excluded.state, changed_at = excluded.changed_at
"""


async def load_reservations(
    connection: Connection, reservations: Reservations, owners: Sequence[tuple[UUID, UUID]]
) -> list[Reservation]:
    """Put what these members hold or have confirmed, by campaign and member, into memory, and return it."""
    loaded = []
    campaign_ids = array_of([campaign_id.hex for campaign_id, _ in owners])
    member_ids = array_of([member_id.hex for _, member_id in owners])
    for place, row_id, key, *counter, amount, state in await connection.fetch(LOAD, campaign_ids, member_ids):
        campaign_id, member_id = owners[place]
        counter_key = CounterKey(campaign_id, *counter)
        loaded.append(Reservation(row_id, member_id, key, counter_key, amount, ReservationState(state)))
        reservations.put(loaded[-1])
    return loaded


async def write_reservations(connection: Connection, reservations: Reservations) -> None:
    """Write what changed; one that was held and released in this batch too."""
    rows = [
        (r.id, *r.counter, r.member_id, r.key, r.amount, r.state.value, r.changed_at) for r in reservations.changed()
    ]
    if rows:
        await connection.execute(WRITE, *(list(column) for column in zip(*rows, strict=True)))
