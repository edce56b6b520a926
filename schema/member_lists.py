"""Lists of members as connections: of all, or of those whom a segment means."""

import strawberry

from schema.connections import Connection, connect, either_way
from schema.context import Info
from schema.errors import invalid_argument
from schema.moment_cursors import moment_cursor, moment_key
from schema.scalars import PersonalText
from schema.types.enums import MemberOrder
from schema.types.member import Member
from siyu.errors import InvalidInput
from siyu.members.queries import MembersWanted, member_page
from siyu.privacy import PersonalField, normalised
from siyu.segments.asking import Meant
from siyu.segments.queries import members_of


@strawberry.input(description="What is left out selects all. Found is what is the same, not what is alike.")
class MemberFilter:
    """Which members."""

    phone: PersonalText | None = strawberry.UNSET
    real_name: PersonalText | None = strawberry.UNSET


def found_by(info: Info, given: MemberFilter) -> list[tuple[PersonalField, list[str]]]:
    """The blind indexes by which members are found. Raises INVALID_ARGUMENT."""
    values = {PersonalField.PHONE: given.phone, PersonalField.REAL_NAME: given.real_name}
    try:
        checked = {field: normalised(field, text, (field.value,)) for field, text in values.items() if text}
    except InvalidInput as error:
        raise invalid_argument(str(error)) from None
    vault = info.context.vault
    return [(field, [each.value for each in vault.indexes(field, value)]) for field, value in checked.items()]


async def member_connection(
    info: Info,
    meant: Meant | None,
    filter_: MemberFilter | None,
    order_by: MemberOrder | None,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> Connection[Member]:
    """A page of the members who are meant, or found, or of all. Unset arguments may be UNSET."""
    slice_, context = either_way(first, after, last, before), info.context
    wanted = MembersWanted(
        slice_.limit,
        oldest_first=order_by is MemberOrder.JOINED_AT_ASC,
        after=moment_key(slice_.after),
        before=moment_key(slice_.before),
        from_end=slice_.from_end,
    )
    if meant is None:
        page = await member_page(context.pool, wanted, found_by(info, filter_) if filter_ else ())
    elif filter_:
        raise invalid_argument("give `segment` or `filter`, not both")
    else:
        page = await members_of(context.pool, meant, wanted, context.rule_clock)
    return connect(page, slice_, lambda row: Member(row=row), lambda row: moment_cursor(*row.key))
