"""The rewards that documents are about: one on sale, two reservations of a member, and a code to hand over by."""

from uuid import UUID

from schema.ids import REDEMPTION, REWARD, encode_id
from siyu.codes import shown_code
from siyu.engine.reward_intake import Asking, redeem_reward
from siyu.ids import new_id
from siyu.rewards.redemption_queries import redemptions_by_id
from tests.schema.conftest import Shop
from tests.siyu.rewards.catalogue import add_reward


async def redeem(shop: Shop, member: UUID) -> dict[str, str]:
    """The ids and the code that documents name in capitals."""
    mug = await add_reward(shop.pool, stock=100)
    dear = await add_reward(shop.pool, "dear", price_fen=990)

    async def redeemed(reward_id: UUID) -> UUID:
        asking = Asking(new_id().hex, str(member), member)
        made = await redeem_reward(shop.engine, reward_id, member, asking)
        assert made.redemption_id is not None
        return made.redemption_id

    reserved, other, confirmed = [await redeemed(each.id) for each in (dear, dear, mug)]
    shown = (await redemptions_by_id(shop.pool, [confirmed]))[confirmed]
    return {
        "REWARD_ID": encode_id(REWARD, mug.id),
        "RESERVED_ID": encode_id(REDEMPTION, reserved),
        "OTHER_RESERVED_ID": encode_id(REDEMPTION, other),
        "SHOWN_ID": shown_code(shown.code),
    }
