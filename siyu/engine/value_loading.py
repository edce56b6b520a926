"""What effects read and write beside balances: open holds and reviews, keys in use, what is left under references."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from siyu.campaigns import LiveCampaign
from siyu.db import Connection
from siyu.engine.facts import NewFact
from siyu.engine.reads import HOLDING
from siyu.engine.references import readable_references
from siyu.engine.store import find_once
from siyu.engine.world import OnceKey, World
from siyu.ledger import HoldKey, find_hold_keys, load_grants, load_holds, load_spends, write_holds
from siyu.members.consents import Purpose, agreeing
from siyu.messaging import append_messages
from siyu.reviews import load_open_reviews, write_reviews
from siyu.rewards import RewardKey, find_reward_keys, load_rewards, write_rewards
from siyu.sdk import Issue, Review, Spend
from siyu.sdk.core_facts import ORDER_REFUNDED
from siyu.wallets import load_frozen

# A campaign that will decide about a fact.
Concern = tuple[LiveCampaign, NewFact]


class UsedKeys(NamedTuple):
    """Keys of decisions, holds and rewards known to be in the database, however old they are."""

    once: frozenset[OnceKey] = frozenset()
    holds: frozenset[HoldKey] = frozenset()
    rewards: frozenset[RewardKey] = frozenset()


NO_KEYS = UsedKeys()


async def load_value(connection: Connection, world: World, concerns: Sequence[Concern]) -> None:
    """What these decisions read of value, for the campaigns that say that they do."""
    holding = {(campaign.id, new.member_id) for campaign, new in concerns if not campaign.effects.isdisjoint(HOLDING)}
    if holding:
        await load_holds(connection, world.holds, list(holding))
    issuing = {new.member_id for campaign, new in concerns if Issue in campaign.effects}
    if issuing:
        await load_rewards(connection, world.rewards, issuing)
    # A verdict is decided into its review also under a config that asks for no more of them.
    reviewing = {
        (campaign.id, new.member_id)
        for campaign, new in concerns
        if Review in campaign.effects or (campaign.type.reviews and new.type == campaign.verdict_fact)
    }
    if reviewing:
        await load_open_reviews(connection, world.reviews, list(reviewing))
    spending = {new.member_id for campaign, new in concerns if Spend in campaign.effects}
    if spending:
        await load_frozen(connection, world.wallets, spending)
    told = {world.kin.person(new.member_id) for campaign, new in concerns if campaign.type.advertises}
    if told:
        world.unwilling |= told - await agreeing(connection, told, Purpose.MARKETING)
    await _load_references(connection, world, concerns)


async def _load_references(connection: Connection, world: World, concerns: Sequence[Concern]) -> None:
    references: set[str] = set()
    members: set[UUID] = set()
    granters: set[UUID] = set()
    spenders: set[UUID] = set()
    for campaign, new in concerns:
        if campaign.type.reads or new.type == ORDER_REFUNDED:
            found = readable_references(campaign.type, new.type, new.data)
            if found:
                references |= found
                members |= world.kin.whole({new.member_id})
                granters.update(campaign.issuers.values())
                if Spend in campaign.type.effects:
                    spenders.update(campaign.issuers.values())
    # One statement for all of them: what is loaded twice would count twice.
    if granters:
        await load_grants(connection, world.book, granters, references, members)
    if spenders:
        await load_spends(connection, world.book, spenders, references, members)


async def find_used(connection: Connection, world: World) -> UsedKeys:
    """Which keys that this world's decisions used the database has already."""
    once = await find_once(connection, world.once)
    holds = await find_hold_keys(connection, world.holds.new)
    rewards = await find_reward_keys(connection, world.rewards.new)
    return UsedKeys(frozenset(once), frozenset(holds), frozenset(rewards))


def put_used_keys(world: World, keys: UsedKeys) -> None:
    """Make keys known that are older than what is read with a batch."""
    for key in keys.holds:
        world.holds.put_key(key)
    for key in keys.rewards:
        world.rewards.put_key(key)


async def write_value(connection: Connection, world: World) -> None:
    """Write holds, rewards, messages and reviews; the ledger's transfers are written before."""
    await write_holds(connection, world.holds)
    await write_rewards(connection, world.rewards)
    await append_messages(connection, world.messages)
    await write_reviews(connection, world.reviews)
