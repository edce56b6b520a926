"""Participations from and to the database, many at a time."""

from collections.abc import Sequence

from siyu.campaigns.participations import ParticipationKey, ParticipationRecord, Participations
from siyu.db import Connection, append_rows, array_of

# Answers with places in what was asked for: cheaper than ids, which are slow to decode and to hash.
LOAD = """
SELECT place - 1, id, state, state_version
FROM unnest($1::text::uuid[], $2::text::uuid[]) WITH ORDINALITY AS wanted (campaign_id, subject_id, place)
JOIN participation USING (campaign_id, subject_id)
"""

NEW_COLUMNS = ("id", "campaign_id", "subject_id", "state", "state_version", "created_at", "updated_at")

UPDATE = """
UPDATE participation SET state = change.state, state_version = change.version, updated_at = change.at
FROM ROWS FROM (
    unnest($1::text::uuid[]), jsonb_array_elements($2::text::jsonb), unnest($3::text::int[]), unnest($4::timestamptz[])
) AS change (id, state, version, at)
WHERE participation.id = change.id
"""


async def load_participations(
    connection: Connection, participations: Participations, keys: Sequence[ParticipationKey]
) -> None:
    """Put the participations of these keys into memory; their members are locked by the caller."""
    campaign_ids = array_of([campaign_id.hex for campaign_id, _ in keys])
    subject_ids = array_of([subject_id.hex for _, subject_id in keys])
    for place, participation_id, state, version in await connection.fetch(LOAD, campaign_ids, subject_ids):
        campaign_id, subject_id = keys[place]
        participations.put(ParticipationRecord(participation_id, campaign_id, subject_id, state, version))


async def write_participations(connection: Connection, participations: Participations) -> None:
    """Write what changed. One that another process made meanwhile raises a unique violation."""
    changed = participations.changed()
    known = [record for record in changed if record.created_at is None]
    if known:
        await connection.execute(
            UPDATE,
            array_of([record.id.hex for record in known]),
            f"[{','.join([record.state_json() for record in known])}]",
            array_of([str(record.stored_version) for record in known]),
            [record.updated_at for record in known],
        )
    new = [
        (r.id, r.campaign_id, r.subject_id, r.state_json(), r.stored_version, r.created_at, r.updated_at)
        for r in changed
        if r.created_at is not None
    ]
    await append_rows(connection, "participation", NEW_COLUMNS, new)
