"""What desks read before they decide, and what a commit writes of what they changed."""

from collections.abc import Awaitable, Callable, Sequence

from siyu.coupons import write_coupons
from siyu.coupons.facts import COUPON_FACTS
from siyu.db import Connection
from siyu.engine.coupon_loading import load_for_coupons
from siyu.engine.desks.erasing import ERASED
from siyu.engine.desks.rewards import REWARD_DESKS
from siyu.engine.erasure_store import load_for_erasing
from siyu.engine.facts import NewFact
from siyu.engine.merge_loading import MERGING, load_for_merges, write_for_merges
from siyu.engine.reward_loading import load_for_rewards
from siyu.engine.wallet_loading import WALLET_TYPES, load_for_wallets
from siyu.engine.world import World
from siyu.rewards import write_redemptions
from siyu.rewards.facts import REWARD_DELIVERED
from siyu.wallets import write_wallets

# Called with those facts of a batch that are of its types; `lock`: for what members share, which comes last.
Load = Callable[[Connection, World, Sequence[NewFact], bool], Awaitable[None]]
Write = Callable[[Connection, World], Awaitable[None]]


async def load_for_desks(connection: Connection, world: World, facts: Sequence[NewFact], *, lock: bool) -> None:
    """What the desks read for these facts, whose members are locked and whose accounts are loaded."""
    for types, load in LOADS:
        concerned = [new for new in facts if new.type in types]
        if concerned:
            await load(connection, world, concerned, lock)


async def write_for_desks(connection: Connection, world: World) -> None:
    """What the desks changed beside value, which the ledger writes before."""
    for write in WRITES:
        await write(connection, world)


async def _write_wallets(connection: Connection, world: World) -> None:
    await write_wallets(connection, world.wallets)


async def _write_redemptions(connection: Connection, world: World) -> None:
    if not world.redemptions.is_clean():
        await write_redemptions(connection, world.redemptions)


async def _write_coupons(connection: Connection, world: World) -> None:
    await write_coupons(connection, world.coupons)


LOADS: Sequence[tuple[frozenset[str], Load]] = (
    # First: those after it load what it finds.
    (frozenset({ERASED}), load_for_erasing),
    (WALLET_TYPES, load_for_wallets),
    (frozenset({*REWARD_DESKS, ERASED}), load_for_rewards),
    (MERGING, load_for_merges),
    # After rewards, which say what coupons they give.
    (frozenset({*COUPON_FACTS, REWARD_DELIVERED, ERASED}), load_for_coupons),
)
WRITES: Sequence[Write] = (_write_wallets, _write_coupons, _write_redemptions, write_for_merges)
