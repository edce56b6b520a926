"""The reads of rules and segments."""

import strawberry

from schema.connections import Connection, connect, encode_cursor, forward, uuid_cursor
from schema.context import Info
from schema.errors import invalid_argument
from schema.fields import field_for
from schema.ids import SEGMENT, decode_uuid
from schema.nodes import find_segment
from schema.permissions import ForOperators, ForStaff
from schema.types.rule import RuleCheck, RuleFeature, checked
from schema.types.segment import Segment, SegmentPreset
from siyu.access import Scope
from siyu.rules import MEMBER_FEATURES
from siyu.segments.asking import Meant
from siyu.segments.presets import PRESETS
from siyu.segments.queries import segment_page


@strawberry.type
class SegmentQueries:
    """What operators read of rules and segments."""

    @field_for(ForOperators, "Everything that rules can ask about members.")
    def rule_features(self) -> list[RuleFeature]:
        return [RuleFeature(feature=feature) for feature in MEMBER_FEATURES.by_name.values()]

    @field_for(ForOperators, "What is wrong with a rule, or whom it means, before it is saved.")
    def rule_check(self, rule: str) -> RuleCheck:
        return checked(rule)

    @field_for(ForStaff, "All segments, the newest first.", Scope.MEMBERS_READ)
    async def segments(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[Segment]:
        slice_ = forward(first, after)
        page = await segment_page(info.context.pool, slice_.limit, uuid_cursor(slice_.after))
        return connect(page, slice_, lambda row: Segment(row=row), lambda row: encode_cursor(row.id))

    @field_for(ForStaff, "A segment by its id.", Scope.MEMBERS_READ)
    async def segment(self, info: Info, id: strawberry.ID) -> Segment | None:
        return await find_segment(info, decode_uuid(SEGMENT, id))

    @field_for(ForOperators, "The segments that siyu ships.")
    def segment_presets(self) -> list[SegmentPreset]:
        return [
            SegmentPreset(family=family, preset=preset) for family, presets in PRESETS.items() for preset in presets
        ]


async def meant_by(info: Info, segment: str) -> Meant:
    """Whom a segment means. Raises ApiError where there is no such segment, or its rule is none any more."""
    found = await find_segment(info, decode_uuid(SEGMENT, segment))
    meant = found.row.meant() if found else None
    if meant is None:
        raise invalid_argument("`segment` is no segment that can be asked")
    return meant
