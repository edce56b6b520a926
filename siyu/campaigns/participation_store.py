"""Participations from and to the database, many at a time."""

from collections.abc import Collection

from siyu.campaigns.participations import ParticipationKey, ParticipationRecord, Participations
from siyu.db import Connection, append_rows

# Finds more than was asked for where campaigns and members mix; cheaper than pairs, and more does no harm.
LOAD = """
SELECT id, campaign_id, subject_id, state, state_version, created_at FROM participation
WHERE campaign_id = ANY($1::uuid[]) AND subject_id = ANY($2::uuid[])
"""

NEW_COLUMNS = ("id", "campaign_id", "subject_id", "state", "state_version", "created_at", "updated_at")

UPDATE = """
UPDATE participation SET state = change.state, state_version = change.version, updated_at = change.at
FROM unnest($1::uuid[], $2::jsonb[], $3::int[], $4::timestamptz[]) AS change (id, state, version, at)
WHERE participation.id = change.id
"""


async def load_participations(
    connection: Connection, participations: Participations, keys: Collection[ParticipationKey]
) -> None:
    """Put the participations of these keys into memory; their members are locked by the caller."""
    campaign_ids, subject_ids = {campaign for campaign, _ in keys}, {subject for _, subject in keys}
    for row in await connection.fetch(LOAD, campaign_ids, subject_ids):
        participations.put(ParticipationRecord(*row))


async def write_participations(connection: Connection, participations: Participations) -> None:
    """Write what changed. One that another process made meanwhile raises a unique violation."""
    changed = participations.changed()
    known = [record for record in changed if not record.is_new]
    if known:
        await connection.execute(
            UPDATE,
            [record.id for record in known],
            [record.state_json() for record in known],
            [record.stored_version for record in known],
            [record.updated_at for record in known],
        )
    new = [
        (r.id, r.campaign_id, r.subject_id, r.state_json(), r.stored_version, r.created_at, r.updated_at)
        for r in changed
        if r.is_new
    ]
    await append_rows(connection, "participation", NEW_COLUMNS, new)
