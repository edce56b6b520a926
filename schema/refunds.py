"""The shop's own list of refunds that campaigns asked for."""

from asyncio import gather

from schema.connections import Connection, Slice, connect, encode_cursor, uuid_cursor
from schema.context import Info
from schema.types.member import member_object
from schema.types.refund import RefundRequest
from siyu.orders.refund_queries import RefundState, refund_page
from siyu.paging import Page


async def refunds_connection(info: Info, state: RefundState, slice_: Slice) -> Connection[RefundRequest]:
    """A page of the refunds of all members; the members are read together."""
    page = await refund_page(info.context.pool, state, slice_.limit, uuid_cursor(slice_.after))
    members = await gather(*(member_object(info, row.member_id) for row in page.rows))
    nodes = [RefundRequest(row=row, member=member) for row, member in zip(page.rows, members, strict=True)]
    return connect(
        Page(tuple(nodes), page.has_more), slice_, lambda node: node, lambda node: encode_cursor(node.row.id)
    )
