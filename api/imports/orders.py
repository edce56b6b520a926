"""Paid orders of the shop: each row becomes the fact `order.paid` of the customer's member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from api.imports.columns import Column
from api.imports.reading import Row
from api.imports.running import Tally
from api.imports.values import check_count, read_amount_fen, read_id, read_time
from api.imports.window import Answer, Window
from siyu.clock import Clock
from siyu.db import Pool
from siyu.engine import Engine, NewFact
from siyu.errors import IdempotencyConflict
from siyu.members.joining import Joiner, ensure_members
from siyu.sdk.core_facts import ORDER_PAID

ORDER_COLUMNS = (
    Column("order_id", ("订单号",)),
    Column("customer_id", ("客户号", "会员号")),
    Column("paid_at", ("支付时间",)),
    Column("quantity", ("数量",), required=False),
    Column("amount", ("金额",)),
)
# What the shop itself calls its customers by.
SHOP_IDENTITY = "shop"
ALREADY_PAID = "ORDER_ALREADY_PAID"


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """One row of the file."""

    order_id: str
    customer_id: str
    paid_at: datetime
    amount_fen: int


class OrdersImport:
    """Submits orders in the order of the file, so that each member's are decided in that order."""

    def __init__(self, engine: Engine, pool: Pool, zone: ZoneInfo, clock: Clock, tally: Tally) -> None:
        self._pool = pool
        self._zone = zone
        self._now = clock()
        self._tally = tally
        self._window: Window[Row] = Window(engine, self._settle)

    def read(self, cells: Mapping[str, str]) -> PaidOrder:
        """A row as an order; the quantity is checked and not kept. Raises BadRow."""
        check_count("quantity", cells.get("quantity", ""))
        return PaidOrder(
            order_id=read_id("order_id", cells["order_id"]),
            customer_id=read_id("customer_id", cells["customer_id"]),
            paid_at=read_time("paid_at", cells["paid_at"], self._zone, self._now),
            amount_fen=read_amount_fen("amount", cells["amount"]),
        )

    async def take(self, rows: Sequence[tuple[Row, PaidOrder]]) -> None:
        """Make the customers members, who joined with their first order, and submit the orders."""
        async with self._pool.acquire() as connection:
            joiners = [Joiner(SHOP_IDENTITY, order.customer_id, order.paid_at) for _, order in rows]
            members = await ensure_members(connection, joiners)
        await self._window.enter(
            [
                (
                    row,
                    NewFact(
                        type=ORDER_PAID,
                        member_id=members[SHOP_IDENTITY, order.customer_id],
                        at=order.paid_at,
                        data={"order": order.order_id, "amount_fen": order.amount_fen},
                        idempotency_key=f"import/{ORDER_PAID}/{order.order_id}",
                    ),
                )
                for row, order in rows
            ]
        )

    async def finish(self) -> None:
        """Wait until every order that was submitted is answered."""
        await self._window.drain()

    def _settle(self, row: Row, answer: Answer, was_known: bool) -> None:
        if isinstance(answer, IdempotencyConflict):
            reason = "An order with this number was imported before, of another customer, time or amount."
            self._tally.rejects.add(row, "ORDER_DIFFERS", reason)
            return
        refusals = {decision.refusal.code for decision in answer.decisions if decision.refusal}
        self._tally.settle(was_known or ALREADY_PAID in refusals)
