"""Who is in which arm of an experiment, and since when: by a link of the campaign, or by its first decision on them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from siyu.db import Connection

# The first link counts. Whom the campaign has decided about plays by the arm of that decision, which is another one
# where the weights were changed in between; `arm` then still tells what the link had drawn.
EXPOSE = """
INSERT INTO exposure (campaign_id, member_id, arm, at)
SELECT campaign_id, member_id, arm, min(at)
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) AS seen (campaign_id, member_id, arm, at)
GROUP BY campaign_id, member_id, arm ORDER BY campaign_id, member_id
ON CONFLICT (campaign_id, member_id) DO NOTHING
"""
PLAY = """
INSERT INTO exposure (campaign_id, member_id, arm, played, at)
SELECT campaign_id, member_id, arm, arm, at
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) AS drawn (campaign_id, member_id, arm, at)
ORDER BY campaign_id, member_id
ON CONFLICT (campaign_id, member_id) DO UPDATE SET played = EXCLUDED.played
"""


class Exposure(NamedTuple):
    """That a member is in an arm from a moment on."""

    campaign_id: UUID
    member_id: UUID
    arm: str
    at: datetime


async def note_exposed(connection: Connection, exposures: Sequence[Exposure]) -> None:
    """Keep the arms that links brought members into. The caller has locked the members."""
    if exposures:
        await connection.execute(EXPOSE, *map(list, zip(*exposures, strict=True)))


async def note_played(connection: Connection, exposures: Sequence[Exposure]) -> None:
    """Keep the arms that campaigns have drawn for members with a decision. The caller has locked the members."""
    if exposures:
        await connection.execute(PLAY, *map(list, zip(*exposures, strict=True)))
