"""Which campaign types the shop's campaigns need, and which of them fail."""

from typing import NamedTuple

from siyu.db import DirectConnection, Pool


class TypeUse(NamedTuple):
    """How many campaigns are of a type, and why siyu paused the last one it paused; None where it paused none."""

    type_key: str
    campaigns: int
    problem: str | None


# At most CAMPAIGNS_MAX rows.
IN_USE = """
SELECT type_key, count(*), (array_agg(problem ORDER BY problem_at DESC) FILTER (WHERE problem IS NOT NULL))[1]
FROM campaign GROUP BY type_key ORDER BY type_key COLLATE "C"
"""


async def types_in_use(connection: Pool | DirectConnection) -> dict[str, TypeUse]:
    """The types that campaigns have, loaded or not, by key and in its order."""
    return {row[0]: TypeUse(*row) for row in await connection.fetch(IN_USE)}
