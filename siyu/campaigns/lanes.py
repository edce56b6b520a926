"""The shop's lanes, in the order in which their campaigns are asked about a fact."""

from collections.abc import Sequence

from siyu.db import Connection, Pool
from siyu.errors import CampaignStateError, InvalidInput, Problem
from siyu.sdk import CampaignTerms
from siyu.sdk.terms import LANE

LANES_MAX = 32

READ = "SELECT lanes FROM campaign_clock"

SET = "UPDATE campaign_clock SET lanes = $1, version = version + 1"

IN_USE = """
SELECT DISTINCT terms->>'lane' FROM campaign
WHERE state <> 'archived' AND terms->>'lane' IS NOT NULL AND terms->>'lane' <> ALL($1::text[]) ORDER BY 1
"""


async def lanes(pool: Pool) -> list[str]:
    """The lanes, the first asked first."""
    found: list[str] = await pool.fetchval(READ)
    return found


async def set_lanes(pool: Pool, keys: Sequence[str]) -> list[str]:
    """Replace the lanes and their order. Raises InvalidInput, and CampaignStateError where a lane left out is in use.

    Whoever saves a campaign advances the same row before looking at its lanes (`check_lane`): of the two, the second
    sees what the first did.
    """
    _check(keys)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(SET, list(keys))
        used = [row[0] for row in await connection.fetch(IN_USE, list(keys))]
        if used:
            raise CampaignStateError(f"campaigns that are not archived are in {', '.join(used)}")
    return list(keys)


async def check_lane(connection: Connection, terms: str | None) -> None:
    """Raise InvalidInput where the terms, as stored, name no lane of the shop; the campaign is written before."""
    lane = CampaignTerms.model_validate_json(terms or "{}").lane
    if lane is not None and lane not in (known := await connection.fetchval(READ)):
        problem = f"the shop has no lane {lane!r}; it has: {', '.join(known) or 'none, see lanesSet'}"
        raise InvalidInput([Problem(("terms", "lane"), problem)])


def _check(keys: Sequence[str]) -> None:
    if len(keys) > LANES_MAX:
        raise InvalidInput([Problem(("lanes",), f"must be at most {LANES_MAX}")])
    for place, key in enumerate(keys):
        if not LANE.fullmatch(key):
            raise InvalidInput([Problem(("lanes", str(place)), "must be 1 to 32 of a-z, 0-9 and _")])
        if key in keys[:place]:
            raise InvalidInput([Problem(("lanes", str(place)), "is there already")])
