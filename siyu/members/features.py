"""What the shop knows of members, for campaigns that are not for everybody."""

from collections.abc import Collection
from uuid import UUID

from siyu.db import Connection, Pool
from siyu.sdk import Features

# The first order is found by the index shop_order_member.
LOAD = """
SELECT place - 1, joined_at, tier, tags, groups,
       EXISTS (SELECT FROM shop_order WHERE shop_order.member_id = member.id)
FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, place) JOIN member USING (id)
"""


async def load_features(connection: Connection | Pool, member_ids: Collection[UUID]) -> dict[UUID, Features]:
    """The features of these members; who decides on them has locked the members before."""
    wanted = list(member_ids)
    return {
        wanted[place]: Features(joined_at, tier, frozenset(tags), frozenset(groups), has_ordered)
        for place, joined_at, tier, tags, groups, has_ordered in await connection.fetch(LOAD, wanted)
    }
