"""memberUpdate."""

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.ids import MEMBER, decode_uuid
from schema.permissions import ForConcerned, ForStaff, require_role
from schema.scalars import PersonalText
from schema.types.decision import refusal_errors
from schema.types.member import Member, member_object
from siyu.access import Scope
from siyu.engine.regrouping import check_groups, regroup
from siyu.errors import NotFound
from siyu.members.service import FeatureChanges, ProfileChanges, update_profile
from siyu.privacy import PersonalField
from siyu.privacy.store import PersonalChanges


@strawberry.input
class MemberUpdateInput:
    """What to change: null clears, what is left out stays. Lists replace those there are.

    `tier`, `tags` and `groups` are for operators and services: campaigns' audiences look at them.
    """

    member: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The caller by default; members can change nobody else."
    )
    nickname: str | None = strawberry.UNSET
    avatar_url: str | None = strawberry.UNSET
    tier: str | None = strawberry.UNSET
    tags: list[str] | None = strawberry.UNSET
    groups: list[str] | None = strawberry.field(
        default=strawberry.UNSET,
        description="The keys of the groups the member shall be in: they leave all others, and join these. One that is "
        "full is told among the errors; all else is done.",
    )
    phone: PersonalText | None = strawberry.field(
        default=strawberry.UNSET,
        description="For operators and services: with its country, or a mobile number of China. The member is known by "
        "it from then on, as by an identity of the kind phone.",
    )
    real_name: PersonalText | None = strawberry.UNSET


@strawberry.type
class MemberUpdatePayload:
    """The member as changed."""

    member: Member | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class MemberMutations:
    """What is changed about members."""

    @field_for(
        ForConcerned,
        "Change nickname, picture and real name; for the shop phone, tier, tags and groups too.",
        Scope.MEMBERS_WRITE,
    )
    async def member_update(self, info: Info, input: MemberUpdateInput) -> MemberUpdatePayload:
        context = info.context
        context.loaders.forget()
        member_id = decode_uuid(MEMBER, input.member) if input.member else context.principal.member_id
        try:
            if member_id is None or not context.principal.may_change(member_id):
                raise NotFound("there is no such member")
            features, regroups = _features(input), input.groups is not strawberry.UNSET
            personal = _personal(input)
            if features or regroups or PersonalField.PHONE in personal:
                require_role(context, ForStaff.roles)
            groups = await check_groups(context.engine, input.groups or ()) if regroups else []
            written = PersonalChanges(context.vault, personal) if personal else None
            author = context.principal.subject
            row = await update_profile(
                context.pool, member_id, _changes(input), features, written, author=author, now=context.now
            )
            refusals = await regroup(context.engine, member_id, groups, context.now) if regroups else []
        except MENDABLE as error:
            return MemberUpdatePayload(user_errors=user_errors(error))
        if regroups:
            member = await member_object(info, member_id)
            errors = [error for each in refusals for error in refusal_errors(each, None, context.language, "groups")]
            return MemberUpdatePayload(member=member, user_errors=errors)
        return MemberUpdatePayload(member=Member(row=row))


def _changes(given: MemberUpdateInput) -> ProfileChanges:
    changes = ProfileChanges()
    if given.nickname is not strawberry.UNSET:
        changes["nickname"] = given.nickname
    if given.avatar_url is not strawberry.UNSET:
        changes["avatar_url"] = given.avatar_url
    return changes


def _personal(given: MemberUpdateInput) -> dict[PersonalField, str | None]:
    values = {PersonalField.PHONE: given.phone, PersonalField.REAL_NAME: given.real_name}
    return {field: value for field, value in values.items() if value is not strawberry.UNSET}


def _features(given: MemberUpdateInput) -> FeatureChanges:
    changes = FeatureChanges()
    if given.tier is not strawberry.UNSET:
        changes["tier"] = given.tier
    if given.tags is not strawberry.UNSET:
        changes["tags"] = given.tags or ()
    return changes
