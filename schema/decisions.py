"""`decisions`: pages of the decision log, as far as the caller may see it."""

from uuid import UUID

import strawberry

from schema.connections import Connection, Slice, connect
from schema.context import Info
from schema.errors import invalid_argument
from schema.ids import CAMPAIGN, FACT, MEMBER, decode_uuid
from schema.moment_cursors import moment_cursor, moment_key
from schema.types.decision import Decision
from siyu.engine.queries import DecisionRow, DecisionsWanted, decision_page
from siyu.paging import Page

NOTHING: Page[DecisionRow] = Page((), has_more=False)
# An id that no object has: what somebody may not see, or what is no id at all.
NOBODY = UUID(int=0)

MaybeId = strawberry.ID | None


async def decisions_connection(
    info: Info, fact: MaybeId, member: MaybeId, campaign: MaybeId, slice_: Slice
) -> Connection[Decision]:
    """The page that was asked for; arguments may be UNSET. Members are shown what is about themselves alone."""
    if not fact and not member and not campaign:
        raise invalid_argument("give `fact`, `member` or `campaign`")
    if fact and (member or campaign):
        raise invalid_argument("give `fact` alone")
    wanted = DecisionsWanted(
        slice_.limit,
        fact_id=_id(FACT, fact),
        member_id=_id(MEMBER, member),
        campaign_id=_id(CAMPAIGN, campaign),
        after=moment_key(slice_.after),
    )
    page = await _visible(info, wanted)
    return connect(page, slice_, lambda row: Decision(row=row), lambda row: moment_cursor(row.fact_at, row.id))


async def _visible(info: Info, wanted: DecisionsWanted) -> Page[DecisionRow]:
    own = info.context.principal.member_id
    if own is None:
        return await decision_page(info.context.pool, wanted)
    if wanted.member_id not in {None, own}:
        return NOTHING
    mine = DecisionsWanted(wanted.limit, wanted.fact_id, own, wanted.campaign_id, wanted.after)
    return await decision_page(info.context.pool, mine)


def _id(type_name: str, global_id: MaybeId) -> UUID | None:
    """The key in an id; that of nobody for what is none of this type, and None where nothing was given."""
    return (decode_uuid(type_name, global_id) or NOBODY) if global_id else None
