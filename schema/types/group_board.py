"""The boards of a group, as a group shows them."""

from datetime import date

import strawberry

from schema.context import Info
from schema.fields import field
from schema.ids import GROUP, encode_id
from schema.types.board import Leaderboard, scoped_window
from siyu.boards import BoardWindow
from siyu.groups.queries import GroupRow


@strawberry.type
class GroupBoards:
    """What a group has beside its members."""

    row: strawberry.Private[GroupRow]

    @field("Its board `talk` or `spend`, as `Query.leaderboard` with this group as the scope.")
    async def leaderboard(
        self, info: Info, board: strawberry.ID, window: BoardWindow, at: date | None = strawberry.UNSET
    ) -> Leaderboard:
        scope = encode_id(GROUP, self.row.id)
        return Leaderboard(ranked=await scoped_window(info, board, window, at or None, scope))
