"""What a member is tagged with, for the type Member."""

import strawberry

from schema.context import Info
from schema.fields import field_for
from schema.permissions import ForStaff
from schema.types.tag import Tag
from siyu.access import Scope
from siyu.members.queries import MemberRow


@strawberry.type
class MemberTags:
    """The part of a member that tells the tags."""

    row: strawberry.Private[MemberRow]

    @field_for(ForStaff, "What the member is tagged with, in the order of the first of each name.", Scope.MEMBERS_READ)
    async def tags(self, info: Info) -> list[Tag]:
        return [Tag(tag=tag) for tag in await info.context.loaders.tags.load(self.row.id) or ()]
