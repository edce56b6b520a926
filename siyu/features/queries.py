"""What the worker last found of members: where they stand, and all that rules ask."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from siyu.db import Connection, Pool
from siyu.rules import MEMBER_FEATURES
from siyu.rules.closures import Row

STANDINGS = "SELECT member_id, stage, layer FROM member_feature WHERE member_id = ANY($1::uuid[])"
ROWS = f"""
SELECT m.id, {", ".join(MEMBER_FEATURES.columns)} FROM member AS m JOIN member_feature AS f ON f.member_id = m.id
WHERE m.id = ANY($1::uuid[])
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """The keys of a member's stage of the life cycle and layer; both None until the worker has seen the member.

    Of the layers a member may be in none.
    """

    stage: str | None
    layer: str | None


async def standings(pool: Pool, member_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """The standings of those of these members who exist."""
    return {row[0]: Standing(row[1], row[2]) for row in await pool.fetch(STANDINGS, list(member_ids))}


async def feature_rows(connection: Connection | Pool, member_ids: Collection[UUID]) -> dict[UUID, Row]:
    """What rules are asked about, of those of these members who exist."""
    return {row[0]: tuple(row)[1:] for row in await connection.fetch(ROWS, list(member_ids))}
