"""The hashes of draws' seeds, which everybody may know beforehand.

The secret behind them is read here and nowhere else but where the engine loads campaigns.
"""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from siyu.db import Pool
from siyu.inputs import is_storable
from siyu.sdk.draws import DRAW_LENGTH_MAX, draw_of

SECRETS = "SELECT id, draw_secret FROM campaign WHERE id = ANY($1::uuid[])"


class DrawKey(NamedTuple):
    """A draw: whose it is, and its name."""

    campaign_id: UUID
    name: str


def is_draw_name(name: str) -> bool:
    """Whether a draw can have this name."""
    return 1 <= len(name) <= DRAW_LENGTH_MAX and is_storable(name)


async def seed_hashes(pool: Pool, draws: Collection[DrawKey]) -> dict[DrawKey, str]:
    """The hash of each draw's seed, in hex; every name has a draw."""
    rows = await pool.fetch(SECRETS, list({draw.campaign_id for draw in draws}))
    secrets = {row["id"]: row["draw_secret"] for row in rows}
    return {draw: draw_of(secrets[draw.campaign_id], draw.name).seed_hash for draw in draws}
