"""couponTemplateCreate, Update, Publish and Withdraw, and couponCodeCreate: for operators."""

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.ids import COUPON_TEMPLATE, decode_or_nobody
from schema.permissions import ForOperators
from schema.scalars import BigInt
from schema.types.coupon import CouponGenericCode, CouponTemplate
from siyu.coupons.code_batches import add_generic_code
from siyu.coupons.templates import (
    NewTemplate,
    TemplateChanges,
    create_template,
    publish_template,
    templates_by_id,
    update_template,
    withdraw_template,
)
from siyu.sdk import Text


@strawberry.input(description="A new kind of coupon.")
class CouponTemplateCreateInput:
    """A template to make."""

    key: str = strawberry.field(description="What it is called by for ever, at most 64 characters.")
    title_zh: str
    title_en: str
    terms: JSON = strawberry.field(description="As `couponTermsSchema` describes them.")
    member_limit: int | None = strawberry.field(default=None, description="How many a member may ever get.")
    total_limit: BigInt | None = strawberry.field(default=None, description="How many there may ever be.")


@strawberry.input(description="What to change: null lifts a limit, what is left out stays.")
class CouponTemplateUpdateInput:
    """Changes of a template."""

    template: strawberry.ID
    title_zh: str | None = strawberry.UNSET
    title_en: str | None = strawberry.UNSET
    terms: JSON | None = strawberry.field(default=strawberry.UNSET, description="Of drafts alone.")
    member_limit: int | None = strawberry.UNSET
    total_limit: BigInt | None = strawberry.UNSET


@strawberry.input(description="A template.")
class CouponTemplateInput:
    """Which template."""

    template: strawberry.ID


@strawberry.input(description="A code that many members claim a coupon with, each once.")
class CouponCodeCreateInput:
    """A generic code to make."""

    template: strawberry.ID
    code: str = strawberry.field(description="4 to 32 letters and digits; members may type it in small letters.")
    uses_max: int | None = strawberry.field(default=None, description="How often it may be used by all together.")


@strawberry.type(description="The template as it is now.")
class CouponTemplatePayload:
    """What came of it."""

    template: CouponTemplate | None = strawberry.field(default=None, description="Null where nothing was done.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why nothing was done.")


@strawberry.type(description="The code as it is kept.")
class CouponCodeCreatePayload:
    """The code that was made."""

    code: CouponGenericCode | None = strawberry.field(default=None, description="Null where none was made.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why none was made.")


@strawberry.type
class CouponTemplateMutations:
    """Kinds of coupons and their codes. All of it is safe to repeat."""

    @field_for(ForOperators, "Make a kind of coupon, as a draft. The same one again is the first.")
    async def coupon_template_create(self, info: Info, input: CouponTemplateCreateInput) -> CouponTemplatePayload:
        context = info.context
        given = NewTemplate(
            key=input.key,
            title=Text(zh=input.title_zh, en=input.title_en),
            terms=input.terms,
            member_limit=input.member_limit,
            total_limit=input.total_limit,
        )
        try:
            row = await create_template(context.pool, given, context.now, context.principal.subject)
        except MENDABLE as error:
            return CouponTemplatePayload(user_errors=user_errors(error, context.language))
        return CouponTemplatePayload(template=CouponTemplate(row=row))

    @field_for(ForOperators, "Change titles and limits of a kind of coupon, and the terms of a draft.")
    async def coupon_template_update(self, info: Info, input: CouponTemplateUpdateInput) -> CouponTemplatePayload:
        context, template_id = info.context, decode_or_nobody(COUPON_TEMPLATE, input.template)
        context.loaders.forget()
        try:
            row = await update_template(context.pool, template_id, await _changes(info, input))
        except MENDABLE as error:
            return CouponTemplatePayload(user_errors=user_errors(error, context.language))
        return CouponTemplatePayload(template=CouponTemplate(row=row))

    @field_for(ForOperators, "Give its coupons out from now on.")
    async def coupon_template_publish(self, info: Info, input: CouponTemplateInput) -> CouponTemplatePayload:
        context, template_id = info.context, decode_or_nobody(COUPON_TEMPLATE, input.template)
        context.loaders.forget()
        try:
            row = await publish_template(context.pool, template_id, context.now)
        except MENDABLE as error:
            return CouponTemplatePayload(user_errors=user_errors(error, context.language))
        return CouponTemplatePayload(template=CouponTemplate(row=row))

    @field_for(ForOperators, "Give no more of its coupons out; those that members have stay good.")
    async def coupon_template_withdraw(self, info: Info, input: CouponTemplateInput) -> CouponTemplatePayload:
        context, template_id = info.context, decode_or_nobody(COUPON_TEMPLATE, input.template)
        context.loaders.forget()
        try:
            row = await withdraw_template(context.pool, template_id)
        except MENDABLE as error:
            return CouponTemplatePayload(user_errors=user_errors(error, context.language))
        return CouponTemplatePayload(template=CouponTemplate(row=row))

    @field_for(
        ForOperators,
        "Make a generic code. The same one again is the first. Unique codes are made by `python -m api coupons codes`.",
    )
    async def coupon_code_create(self, info: Info, input: CouponCodeCreateInput) -> CouponCodeCreatePayload:
        context, template_id = info.context, decode_or_nobody(COUPON_TEMPLATE, input.template)
        try:
            made = await add_generic_code(context.pool, template_id, input.code, input.uses_max)
        except MENDABLE as error:
            return CouponCodeCreatePayload(user_errors=user_errors(error, context.language))
        return CouponCodeCreatePayload(code=CouponGenericCode(code=made.code, uses_max=made.uses_max, used=made.used))


async def _changes(info: Info, given: CouponTemplateUpdateInput) -> TemplateChanges:
    """What was given; a title in one language keeps the other's."""
    changes = TemplateChanges()
    if given.title_zh or given.title_en:
        template_id = decode_or_nobody(COUPON_TEMPLATE, given.template)
        known = (await templates_by_id(info.context.pool, [template_id])).get(template_id)
        if known is not None:
            changes["title"] = Text(zh=given.title_zh or known.title.zh, en=given.title_en or known.title.en)
    if given.terms is not strawberry.UNSET:
        changes["terms"] = given.terms
    if given.member_limit is not strawberry.UNSET:
        changes["member_limit"] = given.member_limit
    if given.total_limit is not strawberry.UNSET:
        changes["total_limit"] = given.total_limit
    return changes
