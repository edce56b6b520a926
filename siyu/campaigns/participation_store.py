"""Participations from and to the database, many at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from siyu.campaigns.participations import ParticipationKey, ParticipationRecord, Participations, team_id
from siyu.db import Connection, append_rows, array_of, array_of_moments, moment
from siyu.ids import new_id
from siyu.touches import Exposure, note_played

# Answers with places in what was asked for: cheaper than ids, which are slow to decode and to hash.
LOAD = """
SELECT place - 1, id, state, state_version, arm
FROM unnest($1::text::uuid[], $2::text::uuid[]) WITH ORDINALITY AS wanted (campaign_id, subject_id, place)
JOIN participation USING (campaign_id, subject_id)
"""

NEW_COLUMNS = ("id", "campaign_id", "subject_id", "state", "state_version", "created_at", "updated_at", "arm", "team")

LOAD_TEAMS = """
SELECT place - 1, id, state, state_version
FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (campaign_id, subject_id, place)
JOIN participation USING (campaign_id, subject_id)
"""
# After the members and before the counters (docs/decisions/0009), in one order for every process.
LOCK_TEAMS = f"{LOAD_TEAMS} ORDER BY id FOR NO KEY UPDATE OF participation"

# In one order for every process, as above; whoever loses finds the winner's row, and waits for it.
OPEN_TEAMS = """
INSERT INTO participation (id, campaign_id, subject_id, state, state_version, created_at, updated_at, team)
SELECT id, campaign_id, subject_id, state::jsonb, version, at, at, team
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::timestamptz[], $7::text[]) WITH ORDINALITY
    AS opened (id, campaign_id, subject_id, state, version, at, team, place)
ORDER BY place
ON CONFLICT (campaign_id, subject_id) DO NOTHING
"""

UPDATE = f"""
UPDATE participation SET state = change.state, state_version = change.version,
    updated_at = {moment("change.micros")}
FROM ROWS FROM (
    unnest($1::text::uuid[]), jsonb_array_elements($2::text::jsonb), unnest($3::text::int[]), unnest($4::text::bigint[])
) AS change (id, state, version, micros)
WHERE participation.id = change.id
"""

KEEP_ARMS = """
UPDATE participation SET arm = change.arm
FROM unnest($1::uuid[], $2::text[]) AS change (id, arm) WHERE participation.id = change.id
"""


class WantedTeam(NamedTuple):
    """A team by its key; `begins_with` is the JSON of one that is there from the start, None of any other."""

    campaign_id: UUID
    key: str
    begins_with: str | None = None
    version: int = 0
    at: datetime | None = None

    @property
    def place(self) -> tuple[UUID, UUID]:
        """What its participation is found by."""
        return self.campaign_id, team_id(self.campaign_id, self.key)


async def load_participations(
    connection: Connection, participations: Participations, keys: Sequence[ParticipationKey]
) -> None:
    """Put the participations of these keys into memory; their members are locked by the caller."""
    campaign_ids = array_of([campaign_id.hex for campaign_id, _ in keys])
    subject_ids = array_of([subject_id.hex for _, subject_id in keys])
    for place, participation_id, state, version, arm in await connection.fetch(LOAD, campaign_ids, subject_ids):
        campaign_id, subject_id = keys[place]
        record = ParticipationRecord(participation_id, campaign_id, subject_id, state, version, arm=arm)
        participations.put(record)


async def load_teams(
    connection: Connection, participations: Participations, teams: Sequence[WantedTeam], *, lock: bool
) -> None:
    """Put the participations of these teams into memory; `lock`: until the transaction ends, with a row for each that
    is there from the start."""
    opened = sorted((team for team in teams if team.begins_with is not None), key=lambda team: team.place)
    if opened and lock:
        await connection.execute(OPEN_TEAMS, *_opened_columns(opened))
    places = [team.place for team in teams]
    for place, participation_id, state, version in await connection.fetch(
        LOCK_TEAMS if lock else LOAD_TEAMS, [place[0] for place in places], [place[1] for place in places]
    ):
        campaign_id, subject_id = places[place]
        record = ParticipationRecord(participation_id, campaign_id, subject_id, state, version, team=teams[place].key)
        participations.put(record)


def _opened_columns(teams: Sequence[WantedTeam]) -> tuple[list[object], ...]:
    rows = [(new_id(), *team.place, team.begins_with, team.version, team.at, team.key) for team in teams]
    return tuple(list(column) for column in zip(*rows, strict=True))


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
            array_of_moments([record.written_at() for record in known]),
        )
    drawn = [record for record in known if record.arm_drawn]
    if drawn:
        await connection.execute(KEEP_ARMS, [record.id for record in drawn], [record.arm for record in drawn])
    new = [
        (r.id, r.campaign_id, r.subject_id, r.state_json(), r.stored_version, r.created_at, r.updated_at, r.arm, r.team)
        for r in changed
        if r.created_at is not None
    ]
    await append_rows(connection, "participation", NEW_COLUMNS, new)
    await note_played(connection, [exposure for record in changed if (exposure := _exposure(record)) is not None])


def _exposure(record: ParticipationRecord) -> Exposure | None:
    """The arm that was drawn with this change, if one was."""
    if not record.arm_drawn or record.arm is None or record.updated_at is None:
        return None
    return Exposure(record.campaign_id, record.subject_id, record.arm, record.updated_at)
