"""What the shop knows of members, for campaigns that are not for everybody."""

from collections.abc import Collection
from functools import lru_cache
from uuid import UUID

import orjson

from siyu.db import Connection, Pool
from siyu.sdk import Features, Privileges

TIERS_REMEMBERED = 64

# The first order is found by the index shop_order_member.
LOAD = """
SELECT place - 1, joined_at, tier, tags, groups,
       EXISTS (SELECT FROM shop_order WHERE shop_order.member_id = member.id),
       (SELECT each ->> 'privileges'
        FROM jsonb_array_elements((SELECT config -> 'tiers' FROM tier_ladder ORDER BY revision DESC LIMIT 1)) AS each
        WHERE each ->> 'key' = tier)
FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, place) JOIN member USING (id)
"""


async def load_features(connection: Connection | Pool, member_ids: Collection[UUID]) -> dict[UUID, Features]:
    """The features of these members; who decides on them has locked the members before."""
    wanted = list(member_ids)
    return {
        wanted[place]: Features(
            joined_at, tier, frozenset(tags), frozenset(groups), has_ordered, parse_privileges(privileges)
        )
        for place, joined_at, tier, tags, groups, has_ordered, privileges in await connection.fetch(LOAD, wanted)
    }


@lru_cache(TIERS_REMEMBERED)
def parse_privileges(text: str | None) -> Privileges:
    """The privileges of a tier, as the ladder has them; none where it says nothing, or there is none."""
    told = orjson.loads(text) if text else {}
    known = {name: told[name] for name in ("discount_percent", "points_percent") if name in told}
    return Privileges(**known, gates=frozenset(told.get("gates", ())))
