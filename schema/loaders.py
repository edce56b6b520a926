"""DataLoaders, one per relation: what many objects of one answer ask for is read with one statement."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from siyu.campaigns.counters import CounterKey, CounterRow
from siyu.campaigns.participation_queries import (
    ParticipationRow,
    ParticipationsWanted,
    participation_pages,
    participations_by_id,
    participations_by_key,
)
from siyu.campaigns.participations import ParticipationKey
from siyu.campaigns.queries import CampaignRow, campaigns_by_id
from siyu.campaigns.shown_counters import counters_by_key
from siyu.campaigns.type_queries import TypeUse, types_in_use
from siyu.db import Pool
from siyu.engine.queries import DecisionRow, decisions_by_id
from siyu.ledger.queries import EntriesWanted, EntryRow, balances, entry_pages, held
from siyu.members.queries import MemberRow, members_by_id
from siyu.messaging.queries import MessageRow, MessagesWanted, message_pages
from siyu.paging import Page
from siyu.rewards.queries import RewardRow, RewardsWanted, reward_pages

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")


def _by_key(load: Callable[[list[KeyT]], Awaitable[dict[KeyT, ValueT]]]) -> DataLoader[KeyT, ValueT | None]:
    """A loader over a query that leaves out what does not exist."""

    async def in_order(keys: list[KeyT]) -> Sequence[ValueT | None]:
        found = await load(keys)
        return [found.get(key) for key in keys]

    return DataLoader(in_order)


def _by_unit(member_ids: Sequence[UUID], amounts: Mapping[tuple[UUID, str], int]) -> list[dict[str, int]]:
    """Each member's amounts, by unit."""
    by_member: dict[UUID, dict[str, int]] = {member_id: {} for member_id in member_ids}
    for (member_id, unit), amount in amounts.items():
        by_member[member_id][unit] = amount
    return [by_member[member_id] for member_id in member_ids]


class Loaders:
    """The loaders of one request."""

    def __init__(self, pool: Pool, now: datetime) -> None:
        async def load_balances(member_ids: list[UUID]) -> list[dict[str, int]]:
            return _by_unit(member_ids, await balances(pool, member_ids))

        async def load_held(member_ids: list[UUID]) -> list[dict[str, int]]:
            return _by_unit(member_ids, await held(pool, member_ids))

        self.member: DataLoader[UUID, MemberRow | None] = _by_key(lambda ids: members_by_id(pool, ids))
        self.campaign: DataLoader[UUID, CampaignRow | None] = _by_key(lambda ids: campaigns_by_id(pool, ids, now))
        self.type_use: DataLoader[str, TypeUse | None] = _by_key(lambda _: types_in_use(pool))
        self.decision: DataLoader[UUID, DecisionRow | None] = _by_key(lambda ids: decisions_by_id(pool, ids))
        self.participation: DataLoader[UUID, ParticipationRow | None] = _by_key(
            lambda ids: participations_by_id(pool, ids)
        )
        self.participation_of: DataLoader[ParticipationKey, ParticipationRow | None] = _by_key(
            lambda keys: participations_by_key(pool, keys)
        )
        self.participations: DataLoader[ParticipationsWanted, Page[ParticipationRow]] = DataLoader(
            lambda wanted: participation_pages(pool, wanted)
        )
        self.counter: DataLoader[CounterKey, CounterRow | None] = _by_key(lambda keys: counters_by_key(pool, keys))
        self.balances: DataLoader[UUID, dict[str, int]] = DataLoader(load_balances)
        self.held: DataLoader[UUID, dict[str, int]] = DataLoader(load_held)
        self.rewards: DataLoader[RewardsWanted, Page[RewardRow]] = DataLoader(lambda wanted: reward_pages(pool, wanted))
        self.messages: DataLoader[MessagesWanted, Page[MessageRow]] = DataLoader(
            lambda wanted: message_pages(pool, wanted)
        )
        self.entries: DataLoader[EntriesWanted, Page[EntryRow]] = DataLoader(lambda wanted: entry_pages(pool, wanted))

    def forget(self) -> None:
        """Forget what was read: a mutation is about to change it, and a later field must not see the old."""
        for loader in vars(self).values():
            loader.clear_all()
