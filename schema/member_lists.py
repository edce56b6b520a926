"""Lists of members as connections: of all, or of those whom a segment means."""

from schema.connections import Connection, connect, either_way
from schema.context import Info
from schema.moment_cursors import moment_cursor, moment_key
from schema.types.enums import MemberOrder
from schema.types.member import Member
from siyu.members.queries import MembersWanted, member_page
from siyu.segments.asking import Meant
from siyu.segments.queries import members_of


async def member_connection(
    info: Info,
    meant: Meant | None,
    order_by: MemberOrder | None,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> Connection[Member]:
    """A page of the members who are meant, or of all. Unset arguments may be UNSET."""
    slice_, context = either_way(first, after, last, before), info.context
    wanted = MembersWanted(
        slice_.limit,
        oldest_first=order_by is MemberOrder.JOINED_AT_ASC,
        after=moment_key(slice_.after),
        before=moment_key(slice_.before),
        from_end=slice_.from_end,
    )
    if meant is None:
        page = await member_page(context.pool, wanted)
    else:
        page = await members_of(context.pool, meant, wanted, context.rule_clock)
    return connect(page, slice_, lambda row: Member(row=row), lambda row: moment_cursor(*row.key))
