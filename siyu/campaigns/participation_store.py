"""Participations from and to the database, many at a time."""

from collections.abc import Collection

from siyu.campaigns.participations import ParticipationKey, ParticipationRecord, Participations
from siyu.db import Connection

LOAD = """
SELECT participation.id, campaign_id, subject_id, state, state_version, created_at
FROM participation
JOIN unnest($1::uuid[], $2::uuid[]) AS wanted (campaign, subject) ON campaign_id = campaign AND subject_id = subject
"""

WRITE = """
INSERT INTO participation (id, campaign_id, subject_id, state, state_version, created_at, updated_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::jsonb[], $5::int[], $6::timestamptz[], $7::timestamptz[])
ON CONFLICT (id) DO UPDATE
    SET state = EXCLUDED.state, state_version = EXCLUDED.state_version, updated_at = EXCLUDED.updated_at
"""


async def load_participations(
    connection: Connection, participations: Participations, keys: Collection[ParticipationKey]
) -> None:
    """Put the participations of these keys into memory; their members are locked by the caller."""
    campaign_ids, subject_ids = [campaign for campaign, _ in keys], [subject for _, subject in keys]
    for row in await connection.fetch(LOAD, campaign_ids, subject_ids):
        participations.put(ParticipationRecord(*row))


async def write_participations(connection: Connection, participations: Participations) -> None:
    """Write what changed. One that another process made meanwhile raises a unique violation."""
    changed = participations.changed()
    if changed:
        await connection.execute(
            WRITE,
            [record.id for record in changed],
            [record.campaign_id for record in changed],
            [record.subject_id for record in changed],
            [record.state.model_dump_json() if record.state else "{}" for record in changed],
            [record.stored_version for record in changed],
            [record.created_at for record in changed],
            [record.updated_at for record in changed],
        )
