"""DataLoaders, one per relation: what many objects of one answer ask for is read with one statement."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from datetime import date, datetime
from functools import partial
from typing import NamedTuple, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from strawberry.dataloader import DataLoader

from siyu.attribution.asked import CampaignAsked
from siyu.attribution.experiments import Experiment, ExperimentAsked, experiment_of
from siyu.attribution.results import CampaignFigures, figures_asked
from siyu.boards import BoardPage, BoardWindow, Leaderboards, Stretch
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
from siyu.engine.timeline import TimelineRow, TimelineWanted, timeline_pages
from siyu.features.queries import Standing, standings
from siyu.groups.health import Health, Judged, healths
from siyu.groups.membership_queries import (
    GroupsOfMember,
    MembershipKey,
    MembershipRow,
    MembershipsWanted,
    groups_of_members,
    last_active_days,
    membership_pages,
    memberships_by_key,
)
from siyu.groups.queries import GroupRow, groups_by_id
from siyu.groups.questionnaire_store import Answered, QuestionnaireRow, VersionKey, answered, questionnaires_of
from siyu.ledger.queries import EntriesWanted, EntryRow, ExpiringWanted, balances, debts, entry_pages, expiring, held
from siyu.ledger.unit_service import UnitRow, units
from siyu.members.attributes import AttributeRow, attributes_of
from siyu.members.consents import ConsentRow, consent_pages, consents_of
from siyu.members.erasure_requests import ErasureRequest, waiting_erasures
from siyu.members.features import load_features
from siyu.members.identities import Identity, identities_of
from siyu.members.invitation_levels import InvitationLevel, TreeWanted, depths_of, levels_below
from siyu.members.invitation_queries import InviteeRow, invitee_pages, inviters_of
from siyu.members.merge_queries import MergeRow, merge_pages, merges_by_id, moved_by
from siyu.members.merging import MovedRows
from siyu.members.queries import MemberRow, members_by_id
from siyu.members.tag_queries import MemberTag, tags_of_members
from siyu.messaging.queries import MessageRow, message_pages
from siyu.orders.refund_queries import RefundRow, refund_pages
from siyu.paging import NewestWanted, Page
from siyu.privacy import Vault
from siyu.privacy.revealing import Values, masked_of
from siyu.reviews.queries import ReviewRow, review_pages, reviews_by_id
from siyu.rewards import Redemption, Reward
from siyu.rewards.catalogue import Library
from siyu.rewards.catalogue_queries import libraries_by_id, rewards_by_id
from siyu.rewards.queries import RewardRow, reward_pages
from siyu.rewards.redemption_queries import PrivilegeRow, privilege_pages, redemption_pages, redemptions_by_id
from siyu.rules import RuleClock
from siyu.sdk import Features
from siyu.segments.queries import SegmentRow, count_segment, segments_by_id
from siyu.tag_rules.queries import TagRuleRow, tag_rules_by_id
from siyu.tiers.queries import ChangeRow, ChangesWanted, TierState, change_pages, tier_states
from siyu.touches.queries import (
    ArrivalChange,
    ArrivalRow,
    TouchesWanted,
    TouchRow,
    arrival_changes,
    arrivals_of,
    touch_pages,
)
from siyu.wallets import Adjustment, Freeze, Payout, ValueHold
from siyu.wallets.queries import (
    adjustments_by_id,
    freezes,
    hold_pages,
    holds_by_id,
    payout_pages,
    payouts_by_id,
    reserved,
)

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


def _one_by_one(load: Callable[[KeyT], Awaitable[ValueT]]) -> DataLoader[KeyT, ValueT]:
    """A loader of what is read one after the other: each reads a whole log, or every member, and facts need
    connections of the pool too."""

    async def in_turn(keys: list[KeyT]) -> Sequence[ValueT]:
        return [await load(key) for key in keys]

    return DataLoader(in_turn)


def _owners(wallets: Collection[WalletKey]) -> set[UUID]:
    return {member_id for member_id, _ in wallets}


class LinesWanted(NamedTuple):
    """Some lines of a window of a board, of the whole shop or of a group; the window is that which holds the day."""

    board: str
    window: BoardWindow
    day: date
    scope: UUID | None
    stretch: Stretch


async def read_lines(leaderboards: Leaderboards, wanted: list[LinesWanted]) -> Sequence[BoardPage]:
    """The pages, in their order; those of one window with one round trip, and of one moment."""
    windows: defaultdict[tuple[str, BoardWindow, date, UUID | None], list[Stretch]] = defaultdict(list)
    for each in wanted:
        windows[each[:4]].append(each.stretch)
    pages = {
        (board, window, day, scope): iter(await leaderboards.read(board, window, day, stretches, scope))
        for (board, window, day, scope), stretches in windows.items()
    }
    return [next(pages[each[:4]]) for each in wanted]


class Loaders:
    """The loaders of one request."""

    def __init__(
        self,
        pool: Pool,
        leaderboards: Leaderboards,
        now: datetime,
        zone: ZoneInfo,
        rule_clock: RuleClock,
        vault: Vault,
    ) -> None:
        self.masked: DataLoader[UUID, Values | None] = _by_key(partial(masked_of, pool, vault))
        self.erasure: DataLoader[UUID, ErasureRequest | None] = _by_key(partial(waiting_erasures, pool))
        self.lines: DataLoader[LinesWanted, BoardPage] = DataLoader(partial(read_lines, leaderboards))
        self._read_members(pool, now, zone, rule_clock)
        self._read_arrivals(pool)
        self._read_campaigns(pool, now)
        self._read_wallets(pool, now)
        self._read_rewards(pool, now, zone)
        self._read_groups(pool, now.astimezone(zone).date(), zone)

    def _read_members(self, pool: Pool, now: datetime, zone: ZoneInfo, rule_clock: RuleClock) -> None:
        """Members, what is known of them, and who is meant by a segment."""
        self.member: DataLoader[UUID, MemberRow | None] = _by_key(partial(members_by_id, pool))
        self.identities: DataLoader[UUID, list[Identity] | None] = _by_key(partial(identities_of, pool))
        self.merge: DataLoader[UUID, MergeRow | None] = _by_key(partial(merges_by_id, pool))
        self.merges: DataLoader[NewestWanted, Page[MergeRow]] = DataLoader(partial(merge_pages, pool))
        self.merge_moved: DataLoader[UUID, list[MovedRows] | None] = _by_key(partial(moved_by, pool))
        self.features: DataLoader[UUID, Features | None] = _by_key(partial(load_features, pool))
        self.tier_state: DataLoader[UUID, TierState | None] = _by_key(lambda ids: tier_states(pool, zone, now, ids))
        self.tier_changes: DataLoader[ChangesWanted, Page[ChangeRow]] = DataLoader(partial(change_pages, pool))
        self.standing: DataLoader[UUID, Standing | None] = _by_key(partial(standings, pool))
        self.tags: DataLoader[UUID, list[MemberTag] | None] = _by_key(partial(tags_of_members, pool))
        self.inviter: DataLoader[UUID, UUID | None] = _by_key(partial(inviters_of, pool))
        self.invitees: DataLoader[NewestWanted, Page[InviteeRow]] = DataLoader(partial(invitee_pages, pool))
        self.segment: DataLoader[UUID, SegmentRow | None] = _by_key(partial(segments_by_id, pool))
        self.tag_rule: DataLoader[UUID, TagRuleRow | None] = _by_key(partial(tag_rules_by_id, pool))
        self.segment_count: DataLoader[SegmentRow, int | None] = _one_by_one(partial(count_segment, pool, rule_clock))

    def _read_arrivals(self, pool: Pool) -> None:
        """Where members came from, and whom their invitations reached."""
        self.arrival: DataLoader[UUID, ArrivalRow | None] = _by_key(partial(arrivals_of, pool))
        self.arrival_changes: DataLoader[UUID, list[ArrivalChange]] = DataLoader(partial(arrival_changes, pool))
        self.touches: DataLoader[TouchesWanted, Page[TouchRow]] = DataLoader(partial(touch_pages, pool))
        self.invitation_depth: DataLoader[UUID, int | None] = _by_key(partial(depths_of, pool))
        self.invitation_levels: DataLoader[TreeWanted, list[InvitationLevel]] = DataLoader(partial(levels_below, pool))

    def _read_campaigns(self, pool: Pool, now: datetime) -> None:
        """Campaigns, what was decided and what came of them."""
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
        self.results: DataLoader[UUID, Results] = _one_by_one(partial(campaign_results, pool))
        self.figures: DataLoader[CampaignAsked, CampaignFigures] = DataLoader(partial(figures_asked, pool))
        self.experiment: DataLoader[ExperimentAsked, Experiment | None] = _one_by_one(partial(experiment_of, pool))
        self.spread: DataLoader[UUID, Spread] = _one_by_one(partial(campaign_spread, pool))
        self.review: DataLoader[UUID, ReviewRow | None] = _by_key(partial(reviews_by_id, pool))
        self.reviews: DataLoader[NewestWanted, Page[ReviewRow]] = DataLoader(partial(review_pages, pool))
        self.messages: DataLoader[NewestWanted, Page[MessageRow]] = DataLoader(partial(message_pages, pool))
        self.refunds: DataLoader[NewestWanted, Page[RefundRow]] = DataLoader(partial(refund_pages, pool))
        self.timeline: DataLoader[TimelineWanted, Page[TimelineRow]] = DataLoader(partial(timeline_pages, pool))
        self.consents: DataLoader[UUID, list[ConsentRow] | None] = _by_key(partial(consents_of, pool))
        self.consent_history: DataLoader[NewestWanted, Page[ConsentRow]] = DataLoader(partial(consent_pages, pool))
        self.attributes: DataLoader[UUID, list[AttributeRow] | None] = _by_key(partial(attributes_of, pool))

    def _read_wallets(self, pool: Pool, now: datetime) -> None:
        """What members have, and what is done with it."""

        async def load_units(keys: list[None]) -> list[list[UnitRow]]:
            return [await units(pool)] * len(keys)

        self.balance: DataLoader[WalletKey, int | None] = _by_key(lambda keys: balances(pool, _owners(keys), now))
        self.expiring: DataLoader[ExpiringWanted, int] = DataLoader(partial(expiring, pool, now))
        self.held: DataLoader[WalletKey, int | None] = _by_key(lambda keys: held(pool, _owners(keys)))
        self.reserved: DataLoader[WalletKey, int | None] = _by_key(lambda keys: reserved(pool, _owners(keys)))
        self.owed: DataLoader[WalletKey, int | None] = _by_key(lambda keys: debts(pool, _owners(keys)))
        self.entries: DataLoader[EntriesWanted, Page[EntryRow]] = DataLoader(partial(entry_pages, pool))
        self.value_hold: DataLoader[UUID, ValueHold | None] = _by_key(partial(holds_by_id, pool))
        self.value_holds: DataLoader[NewestWanted, Page[ValueHold]] = DataLoader(partial(hold_pages, pool))
        self.adjustment: DataLoader[UUID, Adjustment | None] = _by_key(partial(adjustments_by_id, pool))
        self.payout: DataLoader[UUID, Payout | None] = _by_key(partial(payouts_by_id, pool))
        self.payouts: DataLoader[NewestWanted, Page[Payout]] = DataLoader(partial(payout_pages, pool))
        self.freeze: DataLoader[UUID, Freeze | None] = _by_key(partial(freezes, pool))
        self.units: DataLoader[None, list[UnitRow]] = DataLoader(load_units)

    def _read_rewards(self, pool: Pool, now: datetime, zone: ZoneInfo) -> None:
        """What is worth value: coupons, the catalogue, what hinders members from it and what they have of it."""
        self.rewards: DataLoader[NewestWanted, Page[RewardRow]] = DataLoader(partial(reward_pages, pool))
        self.coupon: DataLoader[UUID, CouponRow | None] = _by_key(lambda ids: coupons_by_id(pool, ids, now))
        self.coupons: DataLoader[CouponsWanted, Page[CouponRow]] = DataLoader(partial(coupon_pages, pool, now=now))
        self.coupon_template: DataLoader[UUID, TemplateRow | None] = _by_key(partial(templates_by_id, pool))
        self.generic_codes: DataLoader[UUID, list[GenericCode]] = DataLoader(partial(generic_codes, pool))
        self.reward: DataLoader[UUID, Reward | None] = _by_key(partial(rewards_by_id, pool))
        self.library: DataLoader[UUID, Library | None] = _by_key(partial(libraries_by_id, pool))
        self.hindrance: DataLoader[Offer, Refusal | None] = _by_key(lambda keys: hindrances(pool, keys, now, zone))
        self.redemption: DataLoader[UUID, Redemption | None] = _by_key(partial(redemptions_by_id, pool))
        self.redemptions: DataLoader[NewestWanted, Page[Redemption]] = DataLoader(partial(redemption_pages, pool))
        self.privileges: DataLoader[NewestWanted, Page[PrivilegeRow]] = DataLoader(partial(privilege_pages, pool))

    def _read_groups(self, pool: Pool, today: date, zone: ZoneInfo) -> None:
        """Groups, who is in them and how they do."""
        self.group: DataLoader[UUID, GroupRow | None] = _by_key(partial(groups_by_id, pool))
        self.memberships: DataLoader[MembershipsWanted, Page[MembershipRow]] = DataLoader(
            partial(membership_pages, pool, zone, today)
        )
        self.groups_of: DataLoader[GroupsOfMember, Page[MembershipRow]] = DataLoader(partial(groups_of_members, pool))
        self.membership: DataLoader[MembershipKey, MembershipRow | None] = _by_key(partial(memberships_by_key, pool))
        self.last_active: DataLoader[MembershipKey, date | None] = _by_key(partial(last_active_days, pool))
        self.questionnaire: DataLoader[UUID, QuestionnaireRow | None] = _by_key(partial(questionnaires_of, pool))
        self.answered: DataLoader[VersionKey, Answered | None] = _by_key(partial(answered, pool))
        self.group_health: DataLoader[Judged, Health | None] = _by_key(partial(healths, pool, zone, today))

    def forget(self) -> None:
        """Forget what was read: a mutation is about to change it, and a later field must not see the old."""
        for loader in vars(self).values():
            loader.clear_all()
