"""What a batch's facts about coupons need of them."""

from collections.abc import Sequence
from uuid import UUID

from siyu.coupons import Wanted, load_coupons
from siyu.coupons.facts import CLAIMED, ISSUED, LOCKED
from siyu.db import Connection
from siyu.engine.desks.erasing import ERASED
from siyu.engine.facts import NewFact
from siyu.engine.world import World
from siyu.members import load_features


async def load_for_coupons(connection: Connection, world: World, facts: Sequence[NewFact], lock: bool) -> None:
    """Load the coupons, templates and codes that facts name, and of whoever is to have a discount whether they ordered.

    The members are locked by the caller; what they share is locked last, where `lock` says so: with one statement for
    whatever gives coupons out, so that every batch takes templates in one order.
    """
    wanted = Wanted(issues=set(world.coupons.promised))
    for new in facts:
        data = new.data
        if new.type == ISSUED:
            wanted.issues.add((data["template"], new.member_id))
        elif new.type == ERASED:
            wanted.coupon_ids.update(coupon_id for _, coupon_id in world.erasing[new.member_id].coupons)
        elif new.type == CLAIMED:
            wanted.claims.add((data["code"], new.member_id))
        if new.type == LOCKED:
            wanted.buyers.add(new.member_id)
        wanted.coupon_ids.update(map(UUID, data.get("coupons", ())))
        if "coupon" in data:
            wanted.coupon_ids.add(UUID(data["coupon"]))
        if "order" in data:
            wanted.orders.add((new.member_id, data["order"]))
    unknown = wanted.buyers - world.features.keys()
    if unknown:
        world.features |= await load_features(connection, unknown)
    await load_coupons(connection, world.coupons, wanted, lock=lock)
