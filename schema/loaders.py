"""DataLoaders, one per relation: what many objects of one answer ask for is read with one statement."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from schema.lazy_loaders import LazyLoaders, Loader, by_key, by_key_of, in_order, one_by_one
from siyu.attribution.experiments import Experiment, ExperimentAsked, experiment_of
from siyu.attribution.results import figures_asked
from siyu.boards import BoardPage, BoardWindow, Leaderboards, Stretch
from siyu.campaigns.draws import seed_hashes
from siyu.campaigns.participation_queries import (
    participation_pages,
    participations_by_id,
    participations_by_key,
)
from siyu.campaigns.queries import CampaignRow, campaigns_by_id
from siyu.campaigns.results import Results, campaign_results
from siyu.campaigns.shown_counters import counters_by_key
from siyu.campaigns.spread import Spread, campaign_spread
from siyu.campaigns.type_queries import TypeUse, types_in_use
from siyu.coupons.code_batches import generic_codes
from siyu.coupons.queries import CouponRow, CouponsWanted, coupon_pages, coupons_by_id
from siyu.coupons.templates import templates_by_id
from siyu.db import Pool
from siyu.engine.outcome import Refusal
from siyu.engine.queries import decisions_by_id
from siyu.engine.reward_preview import Offer, hindrances
from siyu.engine.timeline import timeline_pages
from siyu.features.queries import standings
from siyu.groups.health import Health, Judged, healths
from siyu.groups.membership_queries import (
    MembershipRow,
    MembershipsWanted,
    groups_of_members,
    last_active_days,
    membership_pages,
    memberships_by_key,
)
from siyu.groups.queries import groups_by_id
from siyu.groups.questionnaire_store import answered, questionnaires_of
from siyu.ledger.queries import ExpiringWanted, balances, debts, entry_pages, expiring, held
from siyu.ledger.unit_service import UnitRow, units
from siyu.members.attributes import attributes_of
from siyu.members.consents import consent_pages, consents_of
from siyu.members.erasure_requests import waiting_erasures
from siyu.members.features import load_features
from siyu.members.identities import identities_of
from siyu.members.invitation_levels import depths_of, levels_below
from siyu.members.invitation_queries import invitee_pages, inviters_of
from siyu.members.merge_queries import merge_pages, merges_by_id, moved_by
from siyu.members.queries import members_by_id
from siyu.members.tag_queries import tags_of_members
from siyu.messaging.queries import message_pages
from siyu.orders.refund_queries import refund_pages
from siyu.paging import Page
from siyu.privacy.revealing import Values, masked_of
from siyu.reviews.queries import review_pages, reviews_by_id
from siyu.rewards.catalogue_queries import libraries_by_id, rewards_by_id
from siyu.rewards.queries import reward_pages
from siyu.rewards.redemption_queries import privilege_pages, redemption_pages, redemptions_by_id
from siyu.segments.queries import SegmentRow, count_segment, segments_by_id
from siyu.tag_rules.queries import tag_rules_by_id
from siyu.tiers.queries import TierState, change_pages, tier_states
from siyu.touches.queries import (
    arrival_changes,
    arrivals_of,
    touch_pages,
)
from siyu.wallets.queries import (
    adjustments_by_id,
    freezes,
    hold_pages,
    holds_by_id,
    payout_pages,
    payouts_by_id,
    reserved,
)

# A member and a unit.
WalletKey = tuple[UUID, str]


def _owners(wallets: Collection[WalletKey]) -> set[UUID]:
    return {member_id for member_id, _ in wallets}


async def _units(pool: Pool, keys: list[None]) -> list[list[UnitRow]]:
    return [await units(pool)] * len(keys)


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


class Loaders(LazyLoaders):
    """The loaders of one request."""

    masked: Loader[UUID, Values | None] = by_key_of(lambda of, ids: masked_of(of.pool, of.vault, ids))
    erasure = by_key(waiting_erasures)
    lines: Loader[LinesWanted, BoardPage] = Loader(lambda of, wanted: read_lines(of.leaderboards, wanted))

    # Members, what is known of them, and who is meant by a segment.
    member = by_key(members_by_id)
    identities = by_key(identities_of)
    merge = by_key(merges_by_id)
    merges = in_order(merge_pages)
    merge_moved = by_key(moved_by)
    features = by_key(load_features)
    tier_state: Loader[UUID, TierState | None] = by_key_of(lambda of, ids: tier_states(of.pool, of.zone, of.now, ids))
    tier_changes = in_order(change_pages)
    standing = by_key(standings)
    tags = by_key(tags_of_members)
    inviter = by_key(inviters_of)
    invitees = in_order(invitee_pages)
    segment = by_key(segments_by_id)
    tag_rule = by_key(tag_rules_by_id)
    segment_count: Loader[SegmentRow, int | None] = one_by_one(
        lambda of, segment: count_segment(of.pool, of.rule_clock, segment)
    )

    # Where members came from, and whom their invitations reached.
    arrival = by_key(arrivals_of)
    arrival_changes = in_order(arrival_changes)
    touches = in_order(touch_pages)
    invitation_depth = by_key(depths_of)
    invitation_levels = in_order(levels_below)

    # Campaigns, what was decided and what came of them.
    campaign: Loader[UUID, CampaignRow | None] = by_key_of(lambda of, ids: campaigns_by_id(of.pool, ids, of.now))
    type_use: Loader[str, TypeUse | None] = by_key(lambda pool, _: types_in_use(pool))
    decision = by_key(decisions_by_id)
    participation = by_key(participations_by_id)
    participation_of = by_key(participations_by_key)
    participations = in_order(participation_pages)
    counter = by_key(counters_by_key)
    seed_hash = by_key(seed_hashes)
    results: Loader[UUID, Results] = one_by_one(lambda of, campaign_id: campaign_results(of.pool, campaign_id))
    figures = in_order(figures_asked)
    experiment: Loader[ExperimentAsked, Experiment | None] = one_by_one(lambda of, asked: experiment_of(of.pool, asked))
    spread: Loader[UUID, Spread] = one_by_one(lambda of, campaign_id: campaign_spread(of.pool, campaign_id))
    review = by_key(reviews_by_id)
    reviews = in_order(review_pages)
    messages = in_order(message_pages)
    refunds = in_order(refund_pages)
    timeline = in_order(timeline_pages)
    consents = by_key(consents_of)
    consent_history = in_order(consent_pages)
    attributes = by_key(attributes_of)

    # What members have, and what is done with it.
    balance: Loader[WalletKey, int | None] = by_key_of(lambda of, keys: balances(of.pool, _owners(keys), of.now))
    expiring: Loader[ExpiringWanted, int] = Loader(lambda of, wanted: expiring(of.pool, of.now, wanted))
    held: Loader[WalletKey, int | None] = by_key(lambda pool, keys: held(pool, _owners(keys)))
    reserved: Loader[WalletKey, int | None] = by_key(lambda pool, keys: reserved(pool, _owners(keys)))
    owed: Loader[WalletKey, int | None] = by_key(lambda pool, keys: debts(pool, _owners(keys)))
    entries = in_order(entry_pages)
    value_hold = by_key(holds_by_id)
    value_holds = in_order(hold_pages)
    adjustment = by_key(adjustments_by_id)
    payout = by_key(payouts_by_id)
    payouts = in_order(payout_pages)
    freeze = by_key(freezes)
    units = in_order(_units)

    # What is worth value: coupons, the catalogue, what hinders members from it and what they have of it.
    rewards = in_order(reward_pages)
    coupon: Loader[UUID, CouponRow | None] = by_key_of(lambda of, ids: coupons_by_id(of.pool, ids, of.now))
    coupons: Loader[CouponsWanted, Page[CouponRow]] = Loader(
        lambda of, wanted: coupon_pages(of.pool, wanted, now=of.now)
    )
    coupon_template = by_key(templates_by_id)
    generic_codes = in_order(generic_codes)
    reward = by_key(rewards_by_id)
    library = by_key(libraries_by_id)
    hindrance: Loader[Offer, Refusal | None] = by_key_of(
        lambda of, offers: hindrances(of.pool, offers, of.now, of.zone)
    )
    redemption = by_key(redemptions_by_id)
    redemptions = in_order(redemption_pages)
    privileges = in_order(privilege_pages)

    # Groups, who is in them and how they do.
    group = by_key(groups_by_id)
    memberships: Loader[MembershipsWanted, Page[MembershipRow]] = Loader(
        lambda of, wanted: membership_pages(of.pool, of.zone, of.today, wanted)
    )
    groups_of = in_order(groups_of_members)
    membership = by_key(memberships_by_key)
    last_active = by_key(last_active_days)
    questionnaire = by_key(questionnaires_of)
    answered = by_key(answered)
    group_health: Loader[Judged, Health | None] = by_key_of(
        lambda of, judged: healths(of.pool, of.zone, of.today, judged)
    )
