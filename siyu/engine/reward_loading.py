"""What the desk of rewards reads for a batch of facts."""

from collections.abc import Sequence

from siyu.db import Connection
from siyu.engine.desks.erasing import ERASED
from siyu.engine.facts import NewFact
from siyu.engine.world import World
from siyu.ledger import Purpose, load_spends, shop_account_id
from siyu.rewards import ENDING, NAMING_REDEMPTIONS, RewardKind, Wanted, load_redemptions, load_stock, named_id
from siyu.rewards.facts import REDEMPTION_CONFIRMED, REWARD_DELIVERED, REWARD_ISSUED, REWARD_REDEEMED
from siyu.wallets import load_frozen


async def load_for_rewards(connection: Connection, world: World, facts: Sequence[NewFact], lock: bool) -> None:
    """Redemptions, rewards and what members have of them.

    With `lock`, rewards are locked, which members share. Coupons that are to be given are loaded with those that facts
    about coupons name.
    """
    naming = [(named_id(new.data, "redemption"), new) for new in facts if new.type in NAMING_REDEMPTIONS]
    given_up = {each for new in facts if new.type == ERASED for _, each in world.erasing[new.member_id].redemptions}
    wanted = Wanted(
        asking=[(new.member_id, named_id(new.data, "reward"), new.at) for new in facts if new.type == REWARD_REDEEMED],
        redemptions={redemption_id for redemption_id, _ in naming} | given_up,
        orders={new.data["order"] for _, new in naming if new.type == REDEMPTION_CONFIRMED},
        # What is given may have been taken back by its campaign, but that is of no stock.
        ending={redemption_id for redemption_id, new in naming if new.type in ENDING} | given_up,
        giving={new.member_id for _, new in naming if new.type == REWARD_DELIVERED},
        issued={named_id(new.data, "issued") for new in facts if new.type == REWARD_ISSUED},
    )
    if wanted.asking:
        await load_frozen(connection, world.wallets, {member_id for member_id, *_ in wanted.asking})
    loaded = await load_redemptions(connection, world.redemptions, wanted)
    world.coupons.promised |= {
        (each.gives["template"], each.member_id)
        for each in loaded
        if each.member_id in wanted.giving and each.kind is RewardKind.COUPON
    }
    paid = [each for each in loaded if each.id in wanted.ending and each.points]
    if paid:
        account = shop_account_id(Purpose.REDEMPTION, "points")
        members = world.kin.whole({each.member_id for each in paid})
        await load_spends(connection, world.book, [account], [each.reference for each in paid], members)
    await load_stock(connection, world.redemptions, wanted, loaded, world.zone, lock=lock)
