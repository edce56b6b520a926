"""A referral in the shop that documents are run against: a newcomer to be brought, an invitation to be looked at."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from schema.ids import CAMPAIGN, MEMBER, REVIEW, encode_id
from siyu.engine import NewFact
from siyu.ids import new_id
from siyu.sdk import member_code
from tests.factories import add_campaign, add_members
from tests.schema.conftest import Shop

DEVICE = "0f4e8c1d2b3a49586776"


async def refer(shop: Shop, member: UUID) -> Mapping[str, str]:
    """The ids and the code that documents name in capitals; the member is who brings newcomers."""
    campaign = await add_campaign(shop.pool, "referral", {"commission": {"rates": [8]}})
    newcomer = await joined(shop, shop.now)
    for _ in range(2):
        at = shop.engine.clock()
        data = {"code": member_code(member), "device": DEVICE}
        bind = NewFact("referral.bind", await joined(shop, at), at, data, new_id().hex, campaign, stamped=True)
        await shop.engine.submit(bind)
    await shop.engine.drain()
    review = await shop.pool.fetchval("SELECT id FROM review")
    return {
        "REFERRAL_ID": encode_id(CAMPAIGN, campaign),
        "CODE_ID": member_code(member),
        "NEWCOMER_ID": encode_id(MEMBER, newcomer),
        "REVIEW_ID": encode_id(REVIEW, review),
    }


async def joined(shop: Shop, at: datetime) -> UUID:
    """Somebody who has been a member for an hour."""
    [newcomer] = await add_members(shop.pool, 1)
    await shop.pool.execute("UPDATE member SET joined_at = $2 WHERE id = $1", newcomer, at - timedelta(hours=1))
    return newcomer
