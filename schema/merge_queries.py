"""What a merge would do, for the operator who decides about it."""

import strawberry

from schema.context import Info
from schema.fields import field_for
from schema.ids import MEMBER, decode_or_nobody
from schema.permissions import ForOperators
from schema.scalars import BigInt
from schema.types.member import Member
from schema.types.member_merge import MergeMove, MergeValue
from siyu.members.merge_queries import preview_merge


@strawberry.type(description="What a merge would do now: nothing has happened.")
class MemberMergePreview:
    """A preview."""

    survivor: Member
    merged: Member
    moves: list[MergeMove]
    value: list[MergeValue]


@strawberry.type
class MergeQueries:
    """The reads of merges."""

    @field_for(
        ForOperators,
        "What would move from the one member to the other; null where either is not there, or both are one.",
    )
    async def member_merge_preview(
        self, info: Info, survivor: strawberry.ID, merged: strawberry.ID
    ) -> MemberMergePreview | None:
        loaders = info.context.loaders
        one = await loaders.member.load(decode_or_nobody(MEMBER, survivor))
        other = await loaders.member.load(decode_or_nobody(MEMBER, merged))
        if one is None or other is None or one.id == other.id:
            return None
        found = await preview_merge(info.context.pool, one.id, other.id)
        return MemberMergePreview(
            survivor=Member(row=one),
            merged=Member(row=other),
            moves=[MergeMove(what=each.what, rows=each.rows, kept_aside=each.kept_aside) for each in found.moves],
            value=[MergeValue(unit=e.unit, amount=BigInt(e.amount), owed=BigInt(e.owed)) for e in found.value],
        )
