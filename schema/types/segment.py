"""Segments: saved rules, whom they mean, and why somebody is in one."""

from datetime import datetime

import strawberry

from schema.connections import Connection
from schema.context import Info
from schema.fields import field
from schema.ids import MEMBER, SEGMENT, decode_uuid, encode_id
from schema.member_lists import member_connection
from schema.types.enums import MemberOrder
from schema.types.member import Member
from schema.types.node import Node
from schema.types.rule import RuleCheck, RuleClause, checked
from siyu.features.presets import Preset
from siyu.segments.queries import Explanation, Overlap, SegmentKind, SegmentRow, explain, overlap


@strawberry.type(name="SegmentOverlap", description="How many members two segments share.")
class SegmentOverlapNode:
    """An overlap as a GraphQL object."""

    row: strawberry.Private[Overlap]

    @field("How many members this segment has.")
    def count(self) -> int:
        return self.row.first

    @field("How many the other has.")
    def other_count(self) -> int:
        return self.row.second

    @field("How many are in both.")
    def both(self) -> int:
        return self.row.both


@strawberry.type(description="Why a member is in a segment or not.")
class SegmentExplanation:
    """An explanation as a GraphQL object."""

    found: strawberry.Private[Explanation]

    @field("Whether the member is in it; of a static segment, whether they were taken.")
    def is_in(self) -> bool:
        return self.found.is_in

    @field("What the rule's clauses come to now, in the order of the text.")
    def clauses(self) -> list[RuleClause]:
        return [RuleClause(clause=clause) for clause in self.found.clauses]


@strawberry.type(description="The members for whom a rule holds: now, or when they were taken.")
class Segment(Node):
    """A segment as a GraphQL object."""

    row: strawberry.Private[SegmentRow]

    def global_id(self) -> strawberry.ID:
        """As Node."""
        return encode_id(SEGMENT, self.row.id)

    @field("Each segment has a name of its own.")
    def name(self) -> str:
        return self.row.name

    @field("The text of its rule.")
    def rule(self) -> str:
        return self.row.rule

    @field("The rule, checked anew: its problems are those of a rule that asks what siyu no longer knows.")
    def check(self) -> RuleCheck:
        return checked(self.row.rule)

    @field("Whether its rule is asked each time, or its members stay.")
    def kind(self) -> SegmentKind:
        return self.row.kind

    @field("Changes name it, so that nobody overwrites another's.")
    def revision(self) -> int:
        return self.row.revision

    @field("When it was saved first.")
    def created_at(self) -> datetime:
        return self.row.created_at

    @field("When it was changed last.")
    def updated_at(self) -> datetime:
        return self.row.updated_at

    @field("Who changed it last.")
    def updated_by(self) -> str:
        return self.row.updated_by

    @field("When its members were taken; null for a live one.")
    def taken_at(self) -> datetime | None:
        return self.row.taken_at

    @field("How many members it has; null where its rule is none any more.")
    async def count(self, info: Info) -> int | None:
        return await info.context.loaders.segment_count.load(self.row)

    @field("Who is in it, the newest members first by default; null where its rule is none any more.")
    async def members(
        self,
        info: Info,
        order_by: MemberOrder | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Connection[Member] | None:
        meant = self.row.meant()
        return await member_connection(info, meant, None, order_by, first, after, last, before) if meant else None

    @field("Why a member is in it or not; null where there is no such member, or its rule is none any more.")
    async def explain(self, info: Info, member: strawberry.ID) -> SegmentExplanation | None:
        member_id = decode_uuid(MEMBER, member)
        if member_id is None:
            return None
        found = await explain(info.context.pool, self.row, member_id, info.context.rule_clock)
        return SegmentExplanation(found=found) if found else None

    @field("How many members it shares with another; null where there is none, or where a rule is none any more.")
    async def overlap(self, info: Info, other: strawberry.ID) -> SegmentOverlapNode | None:
        other_id = decode_uuid(SEGMENT, other)
        row = await info.context.loaders.segment.load(other_id) if other_id else None
        mine, others = self.row.meant(), row.meant() if row else None
        if mine is None or others is None:
            return None
        return SegmentOverlapNode(row=await overlap(info.context.pool, mine, others, info.context.rule_clock))


@strawberry.type(description="A segment that siyu ships: save it under a name, with its rule or a changed one.")
class SegmentPreset:
    """A preset as a GraphQL object."""

    family: strawberry.Private[str]
    preset: strawberry.Private[Preset]

    @field("The family and the preset, such as `layers/silent`.")
    def key(self) -> str:
        return f"{self.family}/{self.preset.key}"

    @field("What it is called, in your language.")
    def title(self, info: Info) -> str:
        return self.preset.title.in_language(info.context.language)

    @field("Its rule.")
    def rule(self) -> str:
        return self.preset.rule.text
