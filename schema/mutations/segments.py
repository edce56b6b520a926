"""segmentCreate, segmentUpdate and segmentDelete: for operators."""

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.ids import SEGMENT, decode_or_nobody
from schema.permissions import ForOperators
from schema.types.segment import Segment
from siyu.segments.queries import SegmentKind
from siyu.segments.service import SegmentChanges, create_segment, delete_segment, update_segment


@strawberry.input
class SegmentCreateInput:
    """A new segment."""

    name: str
    rule: str = strawberry.field(description="A rule; `ruleCheck` tells what is wrong with it and whom it means.")
    kind: SegmentKind = strawberry.field(default=SegmentKind.LIVE, description="A static one takes its members now.")


@strawberry.input
class SegmentUpdateInput:
    """What to change; what is left out stays."""

    segment: strawberry.ID
    revision: int = strawberry.field(description="The revision the change was made from.")
    name: str | None = strawberry.UNSET
    rule: str | None = strawberry.field(
        default=strawberry.UNSET, description="A static segment takes its members anew, by this rule."
    )
    take: bool = strawberry.field(default=False, description="Take a static segment's members anew by its rule.")


@strawberry.input
class SegmentDeleteInput:
    """Which segment to delete."""

    segment: strawberry.ID


@strawberry.type
class SegmentCreatePayload:
    """The segment as saved; null where it was not."""

    segment: Segment | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class SegmentUpdatePayload:
    """The segment as changed; null where nothing was."""

    segment: Segment | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class SegmentDeletePayload:
    """The id of the segment that is no more; null where none was deleted."""

    deleted: strawberry.ID | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class SegmentMutations:
    """What is changed about segments."""

    @field_for(ForOperators, "Save a segment.")
    async def segment_create(self, info: Info, input: SegmentCreateInput) -> SegmentCreatePayload:
        context = info.context
        context.loaders.forget()
        author = context.principal.subject
        try:
            row = await create_segment(context.pool, input.name, input.rule, input.kind, context.rule_clock, author)
        except MENDABLE as error:
            return SegmentCreatePayload(user_errors=user_errors(error, context.language))
        return SegmentCreatePayload(segment=Segment(row=row))

    @field_for(ForOperators, "Change a segment's name or rule, or take a static one anew.")
    async def segment_update(self, info: Info, input: SegmentUpdateInput) -> SegmentUpdatePayload:
        context = info.context
        context.loaders.forget()
        author, segment_id = context.principal.subject, decode_or_nobody(SEGMENT, input.segment)
        try:
            row = await update_segment(
                context.pool,
                segment_id,
                input.revision,
                _changes(input),
                context.rule_clock,
                author,
                take=input.take,
            )
        except MENDABLE as error:
            return SegmentUpdatePayload(user_errors=user_errors(error, context.language))
        return SegmentUpdatePayload(segment=Segment(row=row))

    @field_for(ForOperators, "Delete a segment.")
    async def segment_delete(self, info: Info, input: SegmentDeleteInput) -> SegmentDeletePayload:
        context = info.context
        context.loaders.forget()
        try:
            await delete_segment(context.pool, decode_or_nobody(SEGMENT, input.segment))
        except MENDABLE as error:
            return SegmentDeletePayload(user_errors=user_errors(error, context.language))
        return SegmentDeletePayload(deleted=input.segment)


def _changes(given: SegmentUpdateInput) -> SegmentChanges:
    changes = SegmentChanges()
    if isinstance(given.name, str):
        changes["name"] = given.name
    if isinstance(given.rule, str):
        changes["rule"] = given.rule
    return changes
