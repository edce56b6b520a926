"""Members: what everyone may see of them, and what only they themselves and the shop may."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.connections import Connection, connect, encode_cursor, forward, uuid_cursor
from schema.context import Info
from schema.fields import field
from schema.ids import CAMPAIGN, MEMBER, decode_uuid, encode_id
from schema.kinds import participation_objects
from schema.permissions import ForStaff, require_all_of, require_role
from schema.types.enums import WalletUnit
from schema.types.ledger import Wallet
from schema.types.message import Message
from schema.types.node import Node
from schema.types.reward import IssuedReward
from siyu.campaigns.participation_queries import ParticipationRow, ParticipationsWanted
from siyu.members.queries import MemberRow
from siyu.messaging.queries import MessagesWanted
from siyu.paging import Page
from siyu.rewards.queries import RewardsWanted

if TYPE_CHECKING:
    from schema.types.participation import Participation

LazyParticipation = Annotated["Participation", strawberry.lazy("schema.types.participation")]


@strawberry.type(
    description="A member. Other members see `id`, `nickname` and `avatarUrl`; all else is for the member and the shop."
)
class Member(Node):
    """A member as a GraphQL object."""

    row: strawberry.Private[MemberRow]

    def global_id(self) -> strawberry.ID:
        """As Node."""
        return encode_id(MEMBER, self.row.id)

    @strawberry.field
    def nickname(self) -> str | None:
        return self.row.nickname

    @strawberry.field
    def avatar_url(self) -> str | None:
        return self.row.avatar_url

    @strawberry.field
    def joined_at(self, info: Info) -> datetime:
        require_all_of(info, self.row.id)
        return self.row.joined_at

    @strawberry.field
    def tier(self, info: Info) -> str | None:
        require_all_of(info, self.row.id)
        return self.row.tier

    @field("What the shop has labelled the member with. For operators and services.")
    def tags(self, info: Info) -> list[str]:
        require_role(info.context, ForStaff.roles)
        return list(self.row.tags)

    @field("The groups the member is in, by the keys that the shop gave them. For operators and services.")
    def groups(self, info: Info) -> list[str]:
        require_role(info.context, ForStaff.roles)
        return list(self.row.groups)

    @field("One for each unit.")
    def wallets(self, info: Info) -> list[Wallet]:
        require_all_of(info, self.row.id)
        return [Wallet(member_id=self.row.id, unit=unit) for unit in WalletUnit]

    @field("Empty until something is paid into it.")
    def wallet(self, info: Info, unit: WalletUnit) -> Wallet:
        require_all_of(info, self.row.id)
        return Wallet(member_id=self.row.id, unit=unit)

    @field("What campaigns gave the member by name, newest first; revoked ones too.")
    async def rewards(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[IssuedReward]:
        require_all_of(info, self.row.id)
        slice_ = forward(first, after)
        wanted = RewardsWanted(self.row.id, slice_.limit, uuid_cursor(slice_.after))
        page = await info.context.loaders.rewards.load(wanted)
        return connect(page, slice_, lambda row: IssuedReward(row=row), lambda row: encode_cursor(row.id))

    @field("What campaigns told the member, newest first.")
    async def messages(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[Message]:
        require_all_of(info, self.row.id)
        slice_ = forward(first, after)
        wanted = MessagesWanted(self.row.id, slice_.limit, uuid_cursor(slice_.after))
        page = await info.context.loaders.messages.load(wanted)
        return connect(page, slice_, lambda row: Message(row=row), lambda row: encode_cursor(row.id))

    @field("What the member takes part in, newest first; in one campaign, or in all.")
    async def participations(
        self,
        info: Info,
        campaign: strawberry.ID | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
    ) -> Connection[LazyParticipation]:
        require_all_of(info, self.row.id)
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
