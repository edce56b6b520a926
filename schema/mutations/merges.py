"""memberMerge and memberMergeUndo."""

from uuid import UUID

import strawberry

from schema.context import Info
from schema.desks import DeskAnswer, DeskPayload, ask_desk
from schema.fields import field_for
from schema.ids import MEMBER, MEMBER_MERGE, decode_or_nobody
from schema.permissions import ForOperators, ForStaff
from schema.types.member import Member
from schema.types.member_merge import MemberMerge
from siyu.access import Scope, end_sessions_of
from siyu.engine.desks.data import MembersMerged, MembersUnmerged
from siyu.members.merging import MERGED, UNMERGED


@strawberry.input
class MemberMergeInput:
    """Two members who are one person."""

    survivor: strawberry.ID = strawberry.field(description="Who stays: profile, codes and tokens are this one's.")
    merged: strawberry.ID = strawberry.field(description="Who leads to the survivor from then on.")
    reason: str = strawberry.field(description="1 to 200 characters, for operators.")
    idempotency_key: str


@strawberry.input
class MemberMergeUndoInput:
    """Which merge to undo, and why."""

    merge: strawberry.ID
    reason: str = strawberry.field(description="1 to 200 characters, for operators.")
    idempotency_key: str


@strawberry.type
class MemberMergePayload(DeskPayload):
    """The merge, and the member who stays as they are now."""

    merge: MemberMerge | None = None
    member: Member | None = None


@strawberry.type
class MemberMergeUndoPayload(MemberMergePayload):
    """The merge, and both members as they are now."""

    merged: Member | None = None


@strawberry.type
class MergeMutations:
    """Two members that are one person, and the same two again."""

    @field_for(
        ForStaff,
        "Make one person of two members: value, orders, coupons, participations, invitations and identities go to the "
        "survivor, and all that names the merged member leads there. Can be undone for 30 days. Safe to repeat with "
        "the same key.",
        Scope.MEMBERS_MERGE,
    )
    async def member_merge(self, info: Info, input: MemberMergeInput) -> MemberMergePayload:
        survivor_id, merged_id = decode_or_nobody(MEMBER, input.survivor), decode_or_nobody(MEMBER, input.merged)
        data = {"merged": str(merged_id), "reason": input.reason, "made_by": info.context.principal.subject}
        answer = await ask_desk(info, MERGED, survivor_id, MembersMerged, data, input.idempotency_key)
        merge, member = await _merge(info, answer, survivor_id)
        if merge is not None and merge.row.undone_at is None:
            await end_sessions_of(info.context.pool, merge.row.merged_id, merge.row.merged_at)
        return MemberMergePayload(
            decision_id=answer.decision_id, merge=merge, member=member, user_errors=answer.user_errors
        )

    @field_for(
        ForOperators,
        "Undo a merge of the last 30 days, the latest of a member first: the merged one has again what they brought, "
        "as far as it is left; what came since stays with the survivor. Safe to repeat with the same key.",
    )
    async def member_merge_undo(self, info: Info, input: MemberMergeUndoInput) -> MemberMergeUndoPayload:
        known = await info.context.loaders.merge.load(decode_or_nobody(MEMBER_MERGE, input.merge))
        survivor_id = known.survivor_id if known else None
        data = {"merged": str(known.merged_id), "merge": str(known.id)} if known else {}
        data |= {"reason": input.reason, "made_by": info.context.principal.subject}
        answer = await ask_desk(info, UNMERGED, survivor_id, MembersUnmerged, data, input.idempotency_key)
        merge, member = await _merge(info, answer, survivor_id)
        row = await info.context.loaders.member.load(merge.row.merged_id) if merge else None
        return MemberMergeUndoPayload(
            decision_id=answer.decision_id,
            merge=merge,
            member=member,
            merged=Member(row=row) if row else None,
            user_errors=answer.user_errors,
        )


async def _merge(info: Info, answer: DeskAnswer, survivor_id: UUID | None) -> tuple[MemberMerge | None, Member | None]:
    """What the decision is about, where it was not refused; the survivor in any case."""
    loaders = info.context.loaders
    decision = await loaders.decision.load(answer.decision_id) if answer.decision_id else None
    merges = [UUID(logged["merge"]) for logged in decision.effects if logged["kind"] == "merge"] if decision else []
    row = await loaders.merge.load(merges[0]) if merges else None
    stays_id = row.survivor_id if row else survivor_id
    member = await loaders.member.load(stays_id) if stays_id else None
    return MemberMerge(row=row) if row else None, Member(row=member) if member else None
