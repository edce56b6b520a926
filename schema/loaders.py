"""DataLoaders, one per relation: what many objects of one answer ask for is read with one statement."""

from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from strawberry.dataloader import DataLoader

from siyu.campaigns.counters import CounterKey, CounterRow
from siyu.campaigns.draws import DrawKey, seed_hashes
from siyu.campaigns.participation_queries import (
    ParticipationRow,
    ParticipationsWanted,
    participation_pages,
    participations_by_id,
    participations_by_key,
)
from siyu.campaigns.participations import ParticipationKey
from siyu.campaigns.queries import CampaignRow, campaigns_by_id
from siyu.campaigns.results import Results, campaign_results
from siyu.campaigns.shown_counters import counters_by_key
from siyu.campaigns.spread import Spread, campaign_spread
from siyu.campaigns.type_queries import TypeUse, types_in_use
from siyu.coupons.code_batches import GenericCode, generic_codes
from siyu.coupons.queries import CouponRow, CouponsWanted, coupon_pages, coupons_by_id
from siyu.coupons.templates import TemplateRow, templates_by_id
from siyu.db import Pool
from siyu.engine.outcome import Refusal
from siyu.engine.queries import DecisionRow, decisions_by_id
from siyu.engine.reward_preview import Offer, hindrances
from siyu.ledger.queries import EntriesWanted, EntryRow, ExpiringWanted, balances, entry_pages, expiring, held
from siyu.members.features import load_features
from siyu.members.invitation_queries import InviteeRow, invitee_pages, inviters_of
from siyu.members.queries import MemberRow, members_by_id
from siyu.messaging.queries import MessageRow, message_pages
from siyu.orders.refund_queries import RefundRow, refund_pages
from siyu.paging import NewestWanted, Page
from siyu.reviews.queries import ReviewRow, review_pages, reviews_by_id
from siyu.rewards import Redemption, Reward
from siyu.rewards.catalogue import Library
from siyu.rewards.catalogue_queries import libraries_by_id, rewards_by_id
from siyu.rewards.queries import RewardRow, reward_pages
from siyu.rewards.redemption_queries import PrivilegeRow, privilege_pages, redemption_pages, redemptions_by_id
from siyu.sdk import Features

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")
# A member and a unit.
WalletKey = tuple[UUID, str]


def _by_key(load: Callable[[list[KeyT]], Awaitable[dict[KeyT, ValueT]]]) -> DataLoader[KeyT, ValueT | None]:
    """A loader over a query that leaves out what does not exist."""

    async def in_order(keys: list[KeyT]) -> Sequence[ValueT | None]:
        found = await load(keys)
        return [found.get(key) for key in keys]

    return DataLoader(in_order)


def _owners(wallets: Collection[WalletKey]) -> set[UUID]:
    return {member_id for member_id, _ in wallets}


class Loaders:
    """The loaders of one request."""

    def __init__(self, pool: Pool, now: datetime, zone: ZoneInfo) -> None:
        async def load_results(campaign_ids: list[UUID]) -> list[Results]:
            # One after the other: each reads a campaign's whole log, and facts need connections of the pool too.
            return [await campaign_results(pool, campaign_id) for campaign_id in campaign_ids]

        async def load_spreads(campaign_ids: list[UUID]) -> list[Spread]:
            return [await campaign_spread(pool, campaign_id) for campaign_id in campaign_ids]

        self.member: DataLoader[UUID, MemberRow | None] = _by_key(partial(members_by_id, pool))
        self.features: DataLoader[UUID, Features | None] = _by_key(partial(load_features, pool))
        self.campaign: DataLoader[UUID, CampaignRow | None] = _by_key(lambda ids: campaigns_by_id(pool, ids, now))
        self.type_use: DataLoader[str, TypeUse | None] = _by_key(lambda _: types_in_use(pool))
        self.decision: DataLoader[UUID, DecisionRow | None] = _by_key(partial(decisions_by_id, pool))
        self.participation: DataLoader[UUID, ParticipationRow | None] = _by_key(partial(participations_by_id, pool))
        self.participation_of: DataLoader[ParticipationKey, ParticipationRow | None] = _by_key(
            partial(participations_by_key, pool)
        )
        self.participations: DataLoader[ParticipationsWanted, Page[ParticipationRow]] = DataLoader(
            partial(participation_pages, pool)
        )
        self.counter: DataLoader[CounterKey, CounterRow | None] = _by_key(partial(counters_by_key, pool))
        self.seed_hash: DataLoader[DrawKey, str | None] = _by_key(partial(seed_hashes, pool))
        self.results: DataLoader[UUID, Results] = DataLoader(load_results)
        self.spread: DataLoader[UUID, Spread] = DataLoader(load_spreads)
        self.balance: DataLoader[WalletKey, int | None] = _by_key(lambda keys: balances(pool, _owners(keys), now))
        self.expiring: DataLoader[ExpiringWanted, int] = DataLoader(partial(expiring, pool, now))
        self.held: DataLoader[WalletKey, int | None] = _by_key(lambda keys: held(pool, _owners(keys)))
        self.entries: DataLoader[EntriesWanted, Page[EntryRow]] = DataLoader(partial(entry_pages, pool))
        self.rewards: DataLoader[NewestWanted, Page[RewardRow]] = DataLoader(partial(reward_pages, pool))
        self._read_rewards(pool, now, zone)
        self.review: DataLoader[UUID, ReviewRow | None] = _by_key(partial(reviews_by_id, pool))
        self.reviews: DataLoader[NewestWanted, Page[ReviewRow]] = DataLoader(partial(review_pages, pool))
        self.messages: DataLoader[NewestWanted, Page[MessageRow]] = DataLoader(partial(message_pages, pool))
        self.refunds: DataLoader[NewestWanted, Page[RefundRow]] = DataLoader(partial(refund_pages, pool))
        self.coupon: DataLoader[UUID, CouponRow | None] = _by_key(lambda ids: coupons_by_id(pool, ids, now))
        self.coupons: DataLoader[CouponsWanted, Page[CouponRow]] = DataLoader(partial(coupon_pages, pool, now=now))
        self.coupon_template: DataLoader[UUID, TemplateRow | None] = _by_key(partial(templates_by_id, pool))
        self.generic_codes: DataLoader[UUID, list[GenericCode]] = DataLoader(partial(generic_codes, pool))
        self.inviter: DataLoader[UUID, UUID | None] = _by_key(partial(inviters_of, pool))
        self.invitees: DataLoader[NewestWanted, Page[InviteeRow]] = DataLoader(partial(invitee_pages, pool))

    def _read_rewards(self, pool: Pool, now: datetime, zone: ZoneInfo) -> None:
        """The catalogue, what hinders members from it, and what they have of it."""
        self.reward: DataLoader[UUID, Reward | None] = _by_key(partial(rewards_by_id, pool))
        self.library: DataLoader[UUID, Library | None] = _by_key(partial(libraries_by_id, pool))
        self.hindrance: DataLoader[Offer, Refusal | None] = _by_key(lambda keys: hindrances(pool, keys, now, zone))
        self.redemption: DataLoader[UUID, Redemption | None] = _by_key(partial(redemptions_by_id, pool))
        self.redemptions: DataLoader[NewestWanted, Page[Redemption]] = DataLoader(partial(redemption_pages, pool))
        self.privileges: DataLoader[NewestWanted, Page[PrivilegeRow]] = DataLoader(partial(privilege_pages, pool))

    def forget(self) -> None:
        """Forget what was read: a mutation is about to change it, and a later field must not see the old."""
        for loader in vars(self).values():
            loader.clear_all()
