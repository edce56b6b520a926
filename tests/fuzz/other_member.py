"""A member of whom strangers and other members may see nothing: everything that is theirs has the same word in it."""

from dataclasses import replace
from uuid import UUID

from siyu.ids import new_id
from siyu.members.tagging import Setting, tag_member
from siyu.members.tags import TagFamily
from tests.factories import add_campaign, add_members, paid, sign
from tests.schema.conftest import Shop

# Nobody makes it up, and a front end that sees it sees what is another's.
CANARY = "canary-5d1f7c"
SIGNED = {"proof": "photo", "review": True}


async def add_other_member(shop: Shop) -> UUID:
    """Somebody with an identity, tags, groups, an order and a photo, each with the word in it."""
    [other] = await add_members(shop.pool, 1)
    await shop.pool.execute("INSERT INTO identity VALUES ($1, 'shop', $2, $3)", new_id(), CANARY, other)
    await shop.pool.execute("UPDATE member SET groups = $2 WHERE id = $1", other, [CANARY])
    await tag_member(shop.pool, other, [CANARY], Setting(TagFamily.MANUAL, "lin", shop.now))
    await shop.engine.submit(paid(other, CANARY, 9_900, shop.now))
    campaign = await add_campaign(shop.pool, "check_in", SIGNED)
    photo = {"photo": f"https://photos.example.com/{CANARY}.jpg"}
    await shop.engine.submit(replace(sign(campaign, other, shop.now, CANARY), data=photo))
    await shop.engine.drain()
    return other
