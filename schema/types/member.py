"""Members: what everyone may see of them, and what only they themselves and the shop may."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from schema.connections import Connection, Slice, connect, encode_cursor, forward, number_cursor, uuid_cursor
from schema.context import Info
from schema.fields import field, field_for, field_of_member
from schema.ids import CAMPAIGN, MEMBER, decode_uuid, encode_id
from schema.kinds import participation_objects
from schema.permissions import ForStaff
from schema.polling import only_polls
from schema.scalars import WalletUnit
from schema.types.ledger import Wallet
from schema.types.member_arrival import MemberArrival
from schema.types.member_groups import MemberGroups
from schema.types.member_merge import MemberIdentities
from schema.types.member_personal import MemberPersonal
from schema.types.member_record import MemberRecord
from schema.types.member_tags import MemberTags
from schema.types.message import Message
from schema.types.node import Node
from schema.types.refund import RefundRequest
from schema.types.reward import IssuedReward
from schema.types.tier import TierChange, TierProgress, TierStanding
from schema.types.unit import known_unit
from siyu.access import Scope
from siyu.campaigns.participation_queries import ParticipationRow, ParticipationsWanted
from siyu.coupons.record import CouponState
from siyu.members.invitation_queries import InviteeRow
from siyu.paging import NewestWanted, Page
from siyu.sdk import member_code
from siyu.tiers.queries import ChangesWanted

if TYPE_CHECKING:
    from schema.types.coupon import Coupon
    from schema.types.participation import Participation
    from schema.types.redemption import Privilege, Redemption
    from schema.types.review import Review
    from schema.types.wallet_records import Payout, ValueHold, WalletFreeze

LazyHold = Annotated["ValueHold", strawberry.lazy("schema.types.wallet_records")]
LazyPayout = Annotated["Payout", strawberry.lazy("schema.types.wallet_records")]
LazyFreeze = Annotated["WalletFreeze", strawberry.lazy("schema.types.wallet_records")]
LazyRedemption = Annotated["Redemption", strawberry.lazy("schema.types.redemption")]
LazyPrivilege = Annotated["Privilege", strawberry.lazy("schema.types.redemption")]
LazyCoupon = Annotated["Coupon", strawberry.lazy("schema.types.coupon")]
LazyReview = Annotated["Review", strawberry.lazy("schema.types.review")]
LazyParticipation = Annotated["Participation", strawberry.lazy("schema.types.participation")]


@strawberry.type(description="A member whom another member invited.")
class Invitee:
    """An invitation as a GraphQL object, as its inviter sees it."""

    row: strawberry.Private[InviteeRow]

    @field("When the invitation was kept.")
    def at(self) -> datetime:
        return self.row.at

    @strawberry.field
    async def member(self, info: Info) -> "Member":
        return await member_object(info, self.row.member_id)


@strawberry.type(
    description="A member. Other members see `id`, `nickname` and `avatarUrl`; all else is for the member and the shop."
)
class Member(MemberArrival, MemberGroups, MemberIdentities, MemberPersonal, MemberRecord, MemberTags, Node):
    """A member as a GraphQL object."""

    def global_id(self) -> strawberry.ID:
        """As Node."""
        return encode_id(MEMBER, self.row.id)

    @field("What the member calls themselves.")
    def nickname(self) -> str | None:
        return self.row.nickname

    @field("Where the member's picture is.")
    def avatar_url(self) -> str | None:
        return self.row.avatar_url

    @field_of_member("When the shop came to know the member.")
    def joined_at(self) -> datetime:
        return self.row.joined_at

    @field_of_member("The key of the member's tier; null for none.")
    def tier(self) -> str | None:
        return self.row.tier

    @field_of_member("How the member stands on the shop's ladder; null where the shop has none.")
    async def tier_standing(self, info: Info) -> TierStanding | None:
        state = await info.context.loaders.tier_state.load(self.row.id)
        return TierStanding(state=state) if state else None

    @field_of_member("How far the next tier is; null for who has the highest, and where the shop has no ladder.")
    async def tier_progress(self, info: Info) -> TierProgress | None:
        state = await info.context.loaders.tier_state.load(self.row.id)
        progress = state.next_tier() if state else None
        return TierProgress(progress=progress) if progress else None

    @field_of_member("How the member came to their tier, the latest first.")
    async def tier_history(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[TierChange]:
        slice_ = forward(first, after)
        wanted = ChangesWanted(self.row.id, slice_.limit, number_cursor(slice_.after))
        page = await info.context.loaders.tier_changes.load(wanted)
        return connect(page, slice_, lambda row: TierChange(row=row), lambda row: encode_cursor(row.number))

    @field_for(
        ForStaff,
        "The stage of the life cycle, by the presets `lifecycle`; null right after joining.",
        Scope.MEMBERS_READ,
    )
    async def stage(self, info: Info) -> str | None:
        standing = await info.context.loaders.standing.load(self.row.id)
        return standing.stage if standing else None

    @field_for(ForStaff, "The layer: the key of a preset of `layers`; null for who is in none.", Scope.MEMBERS_READ)
    async def layer(self, info: Info) -> str | None:
        standing = await info.context.loaders.standing.load(self.row.id)
        return standing.layer if standing else None

    @field_of_member("One for each unit of the shop.")
    async def wallets(self, info: Info) -> list[Wallet]:
        units = await info.context.loaders.units.load(None)
        return [Wallet(member_id=self.row.id, unit=WalletUnit(unit.key)) for unit in units]

    @field_of_member("Empty until something is paid into it.")
    async def wallet(self, info: Info, unit: WalletUnit) -> Wallet:
        return Wallet(member_id=self.row.id, unit=await known_unit(info, unit), polled=only_polls(info))

    @field_of_member("Whether nothing leaves the member's wallets at present.")
    async def wallets_frozen(self, info: Info) -> bool:
        return await info.context.loaders.freeze.load(self.row.id) is not None

    @field_for(ForStaff, "Why nothing leaves the member's wallets; null where it may.", Scope.MEMBERS_READ)
    async def wallet_freeze(self, info: Info) -> LazyFreeze | None:
        from schema.types.wallet_records import WalletFreeze  # noqa: PLC0415 - its neighbours name their members

        row = await info.context.loaders.freeze.load(self.row.id)
        return WalletFreeze(row=row) if row else None

    @field_of_member("What is or was kept of the member's own value, newest first.")
    async def value_holds(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[LazyHold]:
        from schema.types.wallet_records import ValueHold  # noqa: PLC0415 - a hold names its member

        slice_, wanted = self._newest(first, after)
        page = await info.context.loaders.value_holds.load(wanted)
        return connect(page, slice_, lambda row: ValueHold(row=row), lambda row: encode_cursor(row.id))

    @field_of_member("The commission that the member asked to have paid out, newest first.")
    async def payouts(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[LazyPayout]:
        from schema.types.wallet_records import Payout  # noqa: PLC0415 - a payout names its member

        slice_, wanted = self._newest(first, after)
        page = await info.context.loaders.payouts.load(wanted)
        return connect(page, slice_, lambda row: Payout(row=row), lambda row: encode_cursor(row.id))

    @field_of_member("What campaigns gave the member by name, newest first; revoked ones too.")
    async def rewards(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[IssuedReward]:
        slice_, wanted = self._newest(first, after)
        page = await info.context.loaders.rewards.load(wanted)
        return connect(page, slice_, lambda row: IssuedReward(row=row), lambda row: encode_cursor(row.id))

    @field_of_member("What the member redeemed, newest first, and what campaigns issued them of the catalogue.")
    async def redemptions(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[LazyRedemption]:
        from schema.types.redemption import Redemption  # noqa: PLC0415 - it names its member, as reviews do

        slice_, wanted = self._newest(first, after)
        page = await info.context.loaders.redemptions.load(wanted)
        return connect(page, slice_, lambda row: Redemption(row=row), lambda row: encode_cursor(row.id))

    @field_of_member("Titles, badges and frames of the member, newest first: past ones too, and those to come.")
    async def privileges(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[LazyPrivilege]:
        from schema.types.redemption import Privilege  # noqa: PLC0415 - as above

        slice_, wanted = self._newest(first, after)
        page = await info.context.loaders.privileges.load(wanted)
        return connect(page, slice_, lambda row: Privilege(row=row), lambda row: encode_cursor(row.id))

    @field_of_member("What campaigns told the member, newest first.")
    async def messages(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[Message]:
        slice_, wanted = self._newest(first, after)
        page = await info.context.loaders.messages.load(wanted)
        return connect(page, slice_, lambda row: Message(row=row), lambda row: encode_cursor(row.id))

    @field_of_member(
        "What the member gives to others, so that they can name them: 26 digits and letters, the same for ever, which "
        "fit the scene of a mini program's QR code."
    )
    def code(self) -> str:
        return member_code(self.row.id)

    @field_of_member("Who invited the member; null where nobody did.")
    async def inviter(self, info: Info) -> "Member | None":
        inviter_id = await info.context.loaders.inviter.load(self.row.id)
        return await member_object(info, inviter_id) if inviter_id is not None else None

    @field_of_member("Whom the member invited, the latest first.")
    async def invitees(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[Invitee]:
        slice_, wanted = self._newest(first, after)
        page = await info.context.loaders.invitees.load(wanted)
        return connect(page, slice_, lambda row: Invitee(row=row), lambda row: encode_cursor(row.id))

    @field_of_member("What campaigns asked the shop to pay back to the member, newest first; what is back, too.")
    async def refund_requests(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[RefundRequest]:
        slice_, wanted = self._newest(first, after)
        page = await info.context.loaders.refunds.load(wanted)
        return connect(page, slice_, lambda row: RefundRequest(row=row, member=self), lambda row: encode_cursor(row.id))

    @field_of_member("What of the member's waits for an operator's verdict, or has had it, newest first.")
    async def reviews(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[LazyReview]:
        from schema.types.review import Review  # noqa: PLC0415 - a review names its member, and a member its reviews

        slice_, wanted = self._newest(first, after)
        page = await info.context.loaders.reviews.load(wanted)
        return connect(page, slice_, lambda row: Review(row=row), lambda row: encode_cursor(row.id))

    @field_of_member("The member's coupons, newest first: in some states, or all.")
    async def coupons(
        self,
        info: Info,
        state: list[CouponState] | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
    ) -> Connection[LazyCoupon]:
        from schema.types.coupon import coupons_connection  # noqa: PLC0415 - a coupon names its member

        slice_, wanted = self._newest(first, after)
        return await coupons_connection(info, self.row.id, state or None, slice_, wanted.after)

    @field_of_member("What the member takes part in, newest first; in one campaign, or in all.")
    async def participations(
        self,
        info: Info,
        campaign: strawberry.ID | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
    ) -> Connection[LazyParticipation]:
        slice_ = forward(first, after)
        campaign_id = decode_uuid(CAMPAIGN, campaign) if campaign else None
        if campaign and campaign_id is None:
            page: Page[ParticipationRow] = Page((), has_more=False)
        else:
            wanted = ParticipationsWanted(self.row.id, campaign_id, slice_.limit, uuid_cursor(slice_.after))
            page = await info.context.loaders.participations.load(wanted)
        nodes = await participation_objects(info, page.rows)
        return connect(
            Page(tuple(nodes), page.has_more), slice_, lambda node: node, lambda node: encode_cursor(node.row.id)
        )

    def _newest(self, first: int | None, after: str | None) -> tuple[Slice, NewestWanted]:
        """What to read of something that the member has."""
        slice_ = forward(first, after)
        return slice_, NewestWanted(self.row.id, slice_.limit, uuid_cursor(slice_.after))


async def member_object(info: Info, member_id: UUID) -> Member:
    """A member whom something that is stored tells of."""
    row = await info.context.loaders.member.load(member_id)
    assert row is not None, "members are never deleted"  # noqa: S101 - an invariant
    return Member(row=row)
