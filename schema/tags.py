"""The reads of tags and of the rules that give them."""

import strawberry

from schema.connections import Connection, connect, encode_cursor, forward, text_cursor
from schema.context import Info
from schema.fields import field_for
from schema.permissions import ForOperators, ForStaff
from schema.types.tag import TagRule, TagUseNode
from siyu.access import Scope
from siyu.members.tag_queries import tag_page
from siyu.tag_rules.queries import tag_rule_page


@strawberry.type
class TagQueries:
    """What operators read of tags."""

    @field_for(ForStaff, "The tags that members have, in the order of their names.", Scope.MEMBERS_READ)
    async def tags(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[TagUseNode]:
        slice_ = forward(first, after)
        page = await tag_page(info.context.pool, slice_.limit, text_cursor(slice_.after))
        return connect(page, slice_, lambda use: TagUseNode(use=use), lambda use: encode_cursor(use.name))

    @field_for(ForOperators, "The tags that rules give, in the order of their names.")
    async def tag_rules(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[TagRule]:
        slice_ = forward(first, after)
        page = await tag_rule_page(info.context.pool, slice_.limit, text_cursor(slice_.after))
        return connect(page, slice_, lambda row: TagRule(row=row), lambda row: encode_cursor(row.tag))
