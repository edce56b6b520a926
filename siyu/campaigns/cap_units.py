"""Whether the shop has the units that a campaign's caps count."""

from siyu.db import Connection
from siyu.errors import InvalidInput, Problem
from siyu.sdk import CampaignTerms

READ = "SELECT key FROM unit ORDER BY key"


async def check_cap_units(connection: Connection, terms: str | None) -> None:
    """Raise InvalidInput where a cap of the terms, as stored, counts no unit of the shop."""
    caps = CampaignTerms.model_validate_json(terms or "{}").caps
    if not any(cap.unit is not None for cap in caps):
        return
    known = [row[0] for row in await connection.fetch(READ)]
    told = f"must be one of {', '.join(known)}"
    problems = [
        Problem(("terms", "caps", str(place), "unit"), told)
        for place, cap in enumerate(caps)
        if cap.unit is not None and cap.unit not in known
    ]
    if problems:
        raise InvalidInput(problems)
