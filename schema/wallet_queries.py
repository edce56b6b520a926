"""The reads of wallets' operations, for operators."""

import strawberry

from schema.connections import Connection, connect, encode_cursor, forward, uuid_cursor
from schema.context import Info
from schema.fields import field_for
from schema.permissions import ForOperators
from schema.types.wallet_records import Adjustment, Payout
from siyu.wallets.queries import AdjustmentState, PayoutState, adjustments_of_state, payouts_of_state


@strawberry.type
class WalletQueries:
    """What waits for operators."""

    @field_for(ForOperators, "What operators gave and took by hand, the oldest first: what waits for a second one.")
    async def adjustments(
        self,
        info: Info,
        state: AdjustmentState = AdjustmentState.OPEN,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
    ) -> Connection[Adjustment]:
        slice_ = forward(first, after)
        page = await adjustments_of_state(info.context.pool, state, slice_.limit, uuid_cursor(slice_.after))
        return connect(page, slice_, lambda row: Adjustment(row=row), lambda row: encode_cursor(row.id))

    @field_for(ForOperators, "The payouts of all members, the oldest first: those that wait for an operator.")
    async def payouts(
        self,
        info: Info,
        state: PayoutState = PayoutState.REQUESTED,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
    ) -> Connection[Payout]:
        slice_ = forward(first, after)
        page = await payouts_of_state(info.context.pool, state, slice_.limit, uuid_cursor(slice_.after))
        return connect(page, slice_, lambda row: Payout(row=row), lambda row: encode_cursor(row.id))
