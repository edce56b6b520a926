"""Tags: those of a member with where each came from, how many have each, and the rules that give them."""

from datetime import date, datetime

import strawberry

from schema.fields import field
from schema.ids import TAG_RULE, encode_id
from schema.types.node import Node
from schema.types.rule import RuleCheck, checked
from siyu.members.tag_queries import MemberTag, TagUse
from siyu.members.tags import TagFamily
from siyu.tag_rules.queries import TagRuleRow

strawberry.enum(TagFamily, description="Where a tag comes from.")


@strawberry.type(description="A tag of a member, from one family. Who has it from two keeps it while one lasts.")
class Tag:
    """A tag as a GraphQL object."""

    tag: strawberry.Private[MemberTag]

    @field("What rules and audiences call it.")
    def name(self) -> str:
        return self.tag.name

    @field("Where it came from.")
    def family(self) -> TagFamily:
        return self.tag.family

    @field("When it was set; a tag that is set again is set anew.")
    def set_at(self) -> datetime:
        return self.tag.set_at

    @field("Who set it: an operator's or a key's name, a campaign, a tag rule, or siyu.")
    def set_by(self) -> str:
        return self.tag.set_by

    @field("When it goes by itself; null for one that lasts.")
    def expires_at(self) -> datetime | None:
        return self.tag.expires_at


@strawberry.type(description="How many members have a tag from a family.")
class TagFamilyUse:
    """A count as a GraphQL object."""

    family: TagFamily
    members: int


@strawberry.type(name="TagUse", description="A tag that somebody has.")
class TagUseNode:
    """A tag and its use as a GraphQL object."""

    use: strawberry.Private[TagUse]

    @field("What rules and audiences call it.")
    def name(self) -> str:
        return self.use.name

    @field("How many members have it from which family; one who has it from two is counted in both.")
    def families(self) -> list[TagFamilyUse]:
        return [TagFamilyUse(family=family, members=members) for family, members in self.use.members.items()]


@strawberry.type(description="A tag that members have while a rule holds for them.")
class TagRule(Node):
    """A tag rule as a GraphQL object."""

    row: strawberry.Private[TagRuleRow]

    def global_id(self) -> strawberry.ID:
        """As Node."""
        return encode_id(TAG_RULE, self.row.id)

    @field("The tag that it gives; each tag has one rule at most.")
    def tag(self) -> str:
        return self.row.tag

    @field("The text of its rule.")
    def rule(self) -> str:
        return self.row.rule

    @field("The rule, checked anew, and how many members it means now.")
    def check(self) -> RuleCheck:
        return checked(self.row.rule)

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

    @field("The day of the shop for which all members were asked; null until the worker has done so for this rule.")
    def settled_on(self) -> date | None:
        return self.row.settled_on
