"""`decisions`: pages of the decision log, as far as the caller may see it."""

from uuid import UUID

import strawberry

from schema.connections import Connection, Slice, connect
from schema.context import Info
from schema.errors import invalid_argument
from schema.ids import CAMPAIGN, FACT, MEMBER, NOBODY, decode_or_nobody
from schema.moment_cursors import moment_cursor, moment_key
from schema.types.decision import Decision
from siyu.engine.queries import DecisionsWanted, decision_page

MaybeId = strawberry.ID | None


async def decisions_connection(
    info: Info, fact: MaybeId, member: MaybeId, campaign: MaybeId, slice_: Slice
) -> Connection[Decision]:
    """The page that was asked for; arguments may be UNSET. Members are shown what is about themselves alone."""
    if not fact and not member and not campaign:
        raise invalid_argument("give `fact`, `member` or `campaign`")
    if fact and (member or campaign):
        raise invalid_argument("give `fact` alone")
    own = info.context.principal.member_id
    about = _id(MEMBER, member)
    if own is not None:
        about = own if about in {None, own} else NOBODY
    wanted = DecisionsWanted(slice_.limit, _id(FACT, fact), about, _id(CAMPAIGN, campaign), moment_key(slice_.after))
    page = await decision_page(info.context.pool, wanted)
    return connect(page, slice_, lambda row: Decision(row=row), lambda row: moment_cursor(row.fact_at, row.id))


def _id(type_name: str, global_id: MaybeId) -> UUID | None:
    return decode_or_nobody(type_name, global_id) if global_id else None
