"""The root of reads. Every field names who may use it."""

from datetime import date

import strawberry

from schema.analytics import Analytics
from schema.arrival_queries import ArrivalQueries
from schema.audit_queries import AuditQueries
from schema.connections import Connection, connect, encode_cursor, forward, uuid_cursor
from schema.context import Info
from schema.coupon_queries import CouponQueries
from schema.decisions import decisions_connection
from schema.fields import field_for
from schema.group_queries import GroupQueries
from schema.ids import CAMPAIGN, MEMBER, decode_or_nobody, decode_uuid
from schema.inputs import IdentityInput
from schema.kinds import campaign_object, participation_object
from schema.member_lists import MemberFilter, member_connection
from schema.merge_queries import MergeQueries
from schema.metric_queries import MetricQueries
from schema.nodes import find_node, participating_member, visible_campaign
from schema.permissions import (
    ForAdmins,
    ForAnalysts,
    ForConcerned,
    ForEachTheirOwn,
    ForEveryone,
    ForOperators,
    ForStaff,
    ForViewers,
)
from schema.personal_queries import PersonalQueries, member_id_by
from schema.preview import CampaignPreviewInput, preview_object
from schema.principals import Role
from schema.refunds import refunds_connection
from schema.reward_queries import RewardQueries
from schema.segments import SegmentQueries, meant_by
from schema.tags import TagQueries
from schema.teams import team_participation
from schema.tiers import TierLadderInput, TierLadderPreview, ladder_preview
from schema.types.api_key import ApiKey
from schema.types.board import Leaderboard, scoped_window
from schema.types.campaign import Campaign, CampaignType, all_types
from schema.types.decision import Decision
from schema.types.dossier import DossierQueries
from schema.types.enums import MemberOrder
from schema.types.member import Member
from schema.types.node import Node
from schema.types.participation import Participation
from schema.types.preview import CampaignPreview
from schema.types.refund import RefundRequest
from schema.types.review import Review
from schema.types.stock import SaleStock, sale_stock
from schema.types.tier import TierLadder
from schema.types.unit import Unit
from schema.types.viewer import Viewer, viewer_object
from schema.wallet_queries import WalletQueries
from siyu.access import Scope
from siyu.access.api_keys import api_key_page
from siyu.boards import BoardWindow
from siyu.campaigns.lanes import lanes
from siyu.campaigns.queries import CampaignSelection, ShownState, campaign_page
from siyu.campaigns.type_queries import types_in_use
from siyu.ledger.unit_service import units
from siyu.orders.refund_queries import RefundState
from siyu.reviews.queries import ReviewState, ReviewsWanted, review_page
from siyu.tiers.queries import current_ladder

READ = Scope.MEMBERS_READ
PUBLISHED = tuple(state for state in ShownState if state not in {ShownState.DRAFT, ShownState.ARCHIVED})


@strawberry.input(description="What is left out selects all.")
class CampaignFilter:
    """Which campaigns."""

    state: list[ShownState] | None = strawberry.UNSET
    type: strawberry.ID | None = strawberry.UNSET


@strawberry.type
class Query(
    RewardQueries,
    CouponQueries,
    SegmentQueries,
    TagQueries,
    WalletQueries,
    GroupQueries,
    MetricQueries,
    PersonalQueries,
    ArrivalQueries,
    AuditQueries,
    DossierQueries,
    MergeQueries,
):
    """The reads."""

    @field_for(ForEachTheirOwn, "Any object by its id; null where there is none or the caller may not see it.", READ)
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        return await find_node(info, id)

    @field_for(ForEachTheirOwn, "Who the caller is.")
    async def viewer(self, info: Info) -> Viewer:
        return await viewer_object(info)

    @field_for(ForConcerned, "By id or by identity. Members find themselves alone.", READ)
    async def member(
        self,
        info: Info,
        id: strawberry.ID | None = strawberry.UNSET,
        identity: IdentityInput | None = strawberry.UNSET,
    ) -> Member | None:
        if identity:
            member_id = await member_id_by(info, identity)
        else:
            member_id = decode_uuid(MEMBER, id) if id else None
        if member_id is None or not info.context.principal.may_see_all_of(member_id):
            return None
        row = await info.context.loaders.member.load(member_id)
        return Member(row=row) if row else None

    @field_for(ForStaff, "All members, or those of a segment or with a phone, the newest first by default.", READ)
    async def members(
        self,
        info: Info,
        segment: strawberry.ID | None = strawberry.UNSET,
        filter: MemberFilter | None = strawberry.UNSET,
        order_by: MemberOrder | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Connection[Member]:
        meant = await meant_by(info, segment) if segment else None
        return await member_connection(info, meant, filter or None, order_by, first, after, last, before)

    @field_for(ForViewers, "The newest first; the archived where asked for. Members see no drafts.")
    async def campaigns(
        self,
        info: Info,
        filter: CampaignFilter | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
    ) -> Connection[Campaign]:
        slice_, context = forward(first, after), info.context
        selection = _selection(filter or CampaignFilter(), context.principal.role)
        page = await campaign_page(context.pool, selection, slice_.limit, uuid_cursor(slice_.after), context.now)
        return connect(page, slice_, lambda row: campaign_object(info, row), lambda row: encode_cursor(row.id))

    @field_for(ForViewers, "Members see no drafts.")
    async def campaign(self, info: Info, id: strawberry.ID) -> Campaign | None:
        row = await visible_campaign(info, decode_uuid(CAMPAIGN, id))
        return campaign_object(info, row) if row else None

    @field_for(ForViewers, "What is left of a campaign's items; null where members see no such campaign.")
    async def sale_stock(self, info: Info, campaign: strawberry.ID) -> SaleStock | None:
        row = await visible_campaign(info, decode_uuid(CAMPAIGN, campaign))
        return await sale_stock(info, row) if row else None

    @field_for(ForAnalysts, "RFM, retention, funnels and the life cycle of all members.")
    def analytics(self) -> Analytics:
        return Analytics()

    @field_for(ForAnalysts, "Every plugin, those left out too, and every type that a campaign needs.")
    async def campaign_types(self, info: Info) -> list[CampaignType]:
        return all_types(info, await types_in_use(info.context.pool))

    @field_for(ForEveryone, "The units of value and when each expires.")
    async def units(self, info: Info) -> list[Unit]:
        return [Unit(row=row) for row in await units(info.context.pool)]

    @field_for(ForAnalysts, "The shop's lanes, in the order in which their campaigns are asked about a fact.")
    async def lanes(self, info: Info) -> list[str]:
        return await lanes(info.context.pool)

    @field_for(
        ForConcerned,
        "A member's participation in a campaign, the caller's by default, or a team's by its key, which is all that "
        "the caller needs; null before the first action.",
        READ,
    )
    async def participation(
        self,
        info: Info,
        campaign: strawberry.ID,
        member: strawberry.ID | None = strawberry.UNSET,
        team: str | None = strawberry.UNSET,
    ) -> Participation | None:
        if team and not member:
            return await team_participation(info, campaign, team)
        row = await visible_campaign(info, decode_uuid(CAMPAIGN, campaign))
        member_id = participating_member(info.context.principal, member, team) if row else None
        if row is None or member_id is None:
            return None
        found = await info.context.loaders.participation_of.load((row.id, member_id))
        return participation_object(info, found, row) if found else None

    @field_for(
        ForConcerned,
        "What was decided and why, refusals too, newest first: about a fact, about a member, of a campaign, or of a "
        "campaign about a member. Members see what is about themselves.",
        READ,
    )
    async def decisions(
        self,
        info: Info,
        fact: strawberry.ID | None = strawberry.UNSET,
        member: strawberry.ID | None = strawberry.UNSET,
        campaign: strawberry.ID | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
    ) -> Connection[Decision]:
        return await decisions_connection(info, fact, member, campaign, forward(first, after))

    @field_for(
        ForStaff,
        "What campaigns asked the shop to pay back to any member, the oldest first. A refund that was done opens again "
        "where more is asked for, and stands where it stood: so begin each round at the first page.",
        Scope.REFUNDS,
    )
    async def refund_requests(
        self,
        info: Info,
        state: RefundState = RefundState.OPEN,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
    ) -> Connection[RefundRequest]:
        return await refunds_connection(info, state, forward(first, after))

    @field_for(ForOperators, "What a campaign would make of facts, as it is or changed, without a write.")
    async def campaign_preview(self, info: Info, input: CampaignPreviewInput) -> CampaignPreview:
        return await preview_object(info, input)

    @field_for(
        ForOperators,
        "What waits for an operator's verdict, of a campaign or of all: what was asked for first comes first, of what "
        "has its verdict what was asked for last.",
    )
    async def reviews(
        self,
        info: Info,
        campaign: strawberry.ID | None = strawberry.UNSET,
        state: ReviewState = ReviewState.OPEN,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
    ) -> Connection[Review]:
        slice_ = forward(first, after)
        campaign_id = decode_or_nobody(CAMPAIGN, campaign) if campaign else None
        wanted = ReviewsWanted(state, slice_.limit, campaign_id, uuid_cursor(slice_.after))
        page = await review_page(info.context.pool, wanted)
        return connect(page, slice_, lambda row: Review(row=row), lambda row: encode_cursor(row.id))

    @field_for(ForEveryone, "The shop's ladder of tiers; null while tiers are set from outside.")
    async def tier_ladder(self, info: Info) -> TierLadder | None:
        row = await current_ladder(info.context.pool)
        return TierLadder(row=row) if row else None

    @field_for(
        ForOperators,
        "How many members would move where under another ladder from now on, without a write; a second for 20,000.",
    )
    async def tier_ladder_preview(self, info: Info, input: TierLadderInput) -> TierLadderPreview:
        return await ladder_preview(info, input)

    @field_for(ForAdmins, "The API keys of services, the newest first; revoked and expired ones too, for a year.")
    async def api_keys(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[ApiKey]:
        slice_ = forward(first, after)
        page = await api_key_page(info.context.pool, slice_.limit, uuid_cursor(slice_.after))
        return connect(page, slice_, lambda row: ApiKey(row=row), lambda row: encode_cursor(row.id))

    @field_for(
        ForViewers,
        "One window of a board: that which holds the day `at` of the shop's time zone, today by default. With `scope`, "
        "the id of a group, the group's board, which members see of the groups that they are in.",
    )
    async def leaderboard(
        self,
        info: Info,
        board: strawberry.ID,
        window: BoardWindow,
        at: date | None = strawberry.UNSET,
        scope: strawberry.ID | None = strawberry.UNSET,
    ) -> Leaderboard:
        return Leaderboard(ranked=await scoped_window(info, board, window, at or None, scope or None))


def _selection(filter_: CampaignFilter, role: Role) -> CampaignSelection:
    states = filter_.state or None
    if not role.operates:
        states = [state for state in states or PUBLISHED if state in PUBLISHED]
    return CampaignSelection(states, filter_.type or None)
