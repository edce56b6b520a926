"""memberTag and memberUntag; tagRuleCreate, tagRuleUpdate and tagRuleDelete."""

from datetime import datetime

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.ids import MEMBER, TAG_RULE, decode_or_nobody
from schema.permissions import ForOperators, ForStaff
from schema.types.member import Member
from schema.types.tag import TagRule
from siyu.access import Scope
from siyu.members.tagging import Setting, tag_member, untag_member
from siyu.members.tags import TagFamily
from siyu.tag_rules.service import create_tag_rule, delete_tag_rule, update_tag_rule


@strawberry.input
class MemberTagInput:
    """Tags to give. A tag that the member has of the family already is set anew, with another time and expiry."""

    member: strawberry.ID
    tags: list[str] = strawberry.field(description="1 to 32 characters each; a member has at most 64.")
    family: TagFamily = strawberry.field(
        default=TagFamily.MANUAL, description="MANUAL, QUESTIONNAIRE or IMPORTED; the others siyu sets by itself."
    )
    expires_at: datetime | None = strawberry.field(default=None, description="Null: they last.")


@strawberry.input
class MemberUntagInput:
    """Tags to take, whichever family they are of; what only a rule gives is refused."""

    member: strawberry.ID
    tags: list[str]


@strawberry.type
class MemberTagPayload:
    """The member as tagged; null where nothing was changed."""

    member: Member | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class TagRuleCreateInput:
    """A tag that a rule is to give."""

    tag: str
    rule: str = strawberry.field(description="It asks about anything but tags; `ruleCheck` tells whom it means.")


@strawberry.input
class TagRuleUpdateInput:
    """Another rule for a tag."""

    tag_rule: strawberry.ID
    revision: int = strawberry.field(description="The revision the change was made from.")
    rule: str


@strawberry.input
class TagRuleDeleteInput:
    """Which tag no rule is to give any more."""

    tag_rule: strawberry.ID


@strawberry.type
class TagRulePayload:
    """The tag rule as saved; null where it was not."""

    tag_rule: TagRule | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class TagRuleDeletePayload:
    """The id of the tag rule that is no more; null where none was deleted."""

    deleted: strawberry.ID | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class TagMutations:
    """What is changed about tags."""

    @field_for(ForStaff, "Give a member tags, for ever or until a time.", Scope.MEMBERS_WRITE)
    async def member_tag(self, info: Info, input: MemberTagInput) -> MemberTagPayload:
        context = info.context
        context.loaders.forget()
        setting = Setting(input.family, context.principal.subject, context.now, input.expires_at)
        try:
            row = await tag_member(context.pool, decode_or_nobody(MEMBER, input.member), input.tags, setting)
        except MENDABLE as error:
            return MemberTagPayload(user_errors=user_errors(error, context.language))
        return MemberTagPayload(member=Member(row=row))

    @field_for(ForStaff, "Take tags from a member.", Scope.MEMBERS_WRITE)
    async def member_untag(self, info: Info, input: MemberUntagInput) -> MemberTagPayload:
        context = info.context
        context.loaders.forget()
        try:
            row = await untag_member(context.pool, decode_or_nobody(MEMBER, input.member), input.tags)
        except MENDABLE as error:
            return MemberTagPayload(user_errors=user_errors(error, context.language))
        return MemberTagPayload(member=Member(row=row))

    @field_for(ForOperators, "Give a tag by a rule: to all for whom it holds, now and from now on.")
    async def tag_rule_create(self, info: Info, input: TagRuleCreateInput) -> TagRulePayload:
        context = info.context
        context.loaders.forget()
        author = context.principal.subject
        try:
            row = await create_tag_rule(context.pool, input.tag, input.rule, context.rule_clock, author)
        except MENDABLE as error:
            return TagRulePayload(user_errors=user_errors(error, context.language))
        return TagRulePayload(tag_rule=TagRule(row=row))

    @field_for(ForOperators, "Give a tag by another rule.")
    async def tag_rule_update(self, info: Info, input: TagRuleUpdateInput) -> TagRulePayload:
        context = info.context
        context.loaders.forget()
        author, rule_id = context.principal.subject, decode_or_nobody(TAG_RULE, input.tag_rule)
        try:
            row = await update_tag_rule(context.pool, rule_id, input.revision, input.rule, context.rule_clock, author)
        except MENDABLE as error:
            return TagRulePayload(user_errors=user_errors(error, context.language))
        return TagRulePayload(tag_rule=TagRule(row=row))

    @field_for(ForOperators, "Give a tag by no rule any more; whoever has it by the rule alone loses it.")
    async def tag_rule_delete(self, info: Info, input: TagRuleDeleteInput) -> TagRuleDeletePayload:
        context = info.context
        context.loaders.forget()
        author, rule_id = context.principal.subject, decode_or_nobody(TAG_RULE, input.tag_rule)
        try:
            await delete_tag_rule(context.pool, rule_id, context.rule_clock, author)
        except MENDABLE as error:
            return TagRuleDeletePayload(user_errors=user_errors(error, context.language))
        return TagRuleDeletePayload(deleted=input.tag_rule)
