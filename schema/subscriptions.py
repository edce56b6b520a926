"""The root of live data: each field is read like a query's, again whenever what it shows has changed."""

from datetime import date

import strawberry

from schema.context import Info
from schema.errors import unauthenticated
from schema.fields import field_for
from schema.ids import CAMPAIGN, decode_uuid
from schema.nodes import visible_campaign
from schema.permissions import ForConcerned, ForMembers, ForViewers
from schema.scalars import WalletUnit
from schema.teams import team_participation
from schema.types.board import Leaderboard, scoped_window
from schema.types.ledger import Wallet
from schema.types.participation import Participation
from schema.types.stock import SaleStock, sale_stock
from schema.types.unit import known_unit
from siyu.access import Scope
from siyu.boards import BoardWindow
from siyu.live import wallet_topic


@strawberry.type
class Subscription:
    """What changes before a front end's eyes; the first answer is the present state."""

    @field_for(
        ForViewers, "One window of a board, as Query.leaderboard: that which holds today, unless `at` says another day."
    )
    async def leaderboard_changed(
        self,
        info: Info,
        board: strawberry.ID,
        window: BoardWindow,
        at: date | None = strawberry.UNSET,
        scope: strawberry.ID | None = strawberry.UNSET,
    ) -> Leaderboard:
        return Leaderboard(ranked=await scoped_window(info, board, window, at or None, scope or None))

    @field_for(
        ForConcerned,
        "A team by its key, which is all that the caller needs, as Query.participation.",
        Scope.MEMBERS_READ,
    )
    async def team_changed(self, info: Info, campaign: strawberry.ID, team: str) -> Participation | None:
        return await team_participation(info, campaign, team)

    @field_for(ForViewers, "What is left of a sale's items, as Query.saleStock.")
    async def sale_stock_changed(self, info: Info, campaign: strawberry.ID) -> SaleStock | None:
        row = await visible_campaign(info, decode_uuid(CAMPAIGN, campaign))
        return await sale_stock(info, row) if row else None

    @field_for(ForMembers, "The caller's own wallet.")
    async def wallet_changed(self, info: Info, unit: WalletUnit) -> Wallet:
        member_id = info.context.principal.member_id
        if member_id is None:
            raise unauthenticated()
        info.context.watch(wallet_topic(member_id))
        return Wallet(member_id=member_id, unit=await known_unit(info, unit))
