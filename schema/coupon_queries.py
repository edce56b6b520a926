"""The reads of coupons: one by its id or code, templates, and quotes."""

import strawberry
from strawberry.scalars import JSON

from schema.connections import Connection, connect, encode_cursor, forward, uuid_cursor
from schema.context import Info
from schema.errors import MENDABLE, invalid_argument, user_errors
from schema.fields import field_for
from schema.ids import COUPON, COUPON_TEMPLATE, MEMBER, decode_or_nobody, decode_uuid
from schema.permissions import ForConcerned, ForOperators, ForStaff, ForWallets
from schema.principals import Role
from schema.types.coupon import Coupon, CouponTemplate
from schema.types.coupon_quote import CouponQuote
from siyu.access import Scope
from siyu.coupons.queries import coupon_by_code
from siyu.coupons.record import TemplateState
from siyu.coupons.scanning import read_scanned
from siyu.coupons.templates import template_page
from siyu.coupons.terms import CouponTerms
from siyu.engine.coupon_intake import quote_cart
from siyu.errors import NotFound


@strawberry.input(description="Some units of a product in a cart, at the shop's list price.")
class CartLineInput:
    """A line of a cart."""

    product: str
    category: str | None = None
    price_fen: int
    quantity: int = 1


@strawberry.input(description="A cart, and which coupons are asked about.")
class CouponQuoteInput:
    """What is to be quoted."""

    member: strawberry.ID | None = strawberry.field(
        default=None, description="Whose coupons: the caller's by default; members can ask about nobody else's."
    )
    lines: list[CartLineInput] = strawberry.field(description="1 to 100.")
    coupons: list[strawberry.ID] | None = strawberry.field(
        default=None, description="At most 100; by default all that could be used now, those first that expire first."
    )


@strawberry.type
class CouponQueries:
    """The reads of coupons."""

    @field_for(
        ForWallets,
        "A coupon by its id, or by its code or the text of its QR code. Members find their own; clerks what they are "
        "shown.",
        Scope.COUPONS,
    )
    async def coupon(
        self, info: Info, id: strawberry.ID | None = strawberry.UNSET, code: str | None = strawberry.UNSET
    ) -> Coupon | None:
        if bool(id) == bool(code):
            raise invalid_argument("give `id` or `code`, and not both")
        context = info.context
        if id:
            row = await context.loaders.coupon.load(decode_or_nobody(COUPON, id))
        else:
            read = read_scanned(code) if code else None
            row = await coupon_by_code(context.pool, read, context.now) if read else None
        is_clerk = context.principal.role is Role.CLERK
        if row is None or not (is_clerk or context.principal.may_change(row.member_id)):
            return None
        return Coupon(row=row)

    @field_for(ForStaff, "The kinds of coupons in some states or in all, the newest first.", Scope.COUPONS)
    async def coupon_templates(
        self,
        info: Info,
        state: list[TemplateState] | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
    ) -> Connection[CouponTemplate]:
        slice_ = forward(first, after)
        page = await template_page(info.context.pool, state or None, slice_.limit, uuid_cursor(slice_.after))
        return connect(page, slice_, lambda row: CouponTemplate(row=row), lambda row: encode_cursor(row.id))

    @field_for(ForStaff, "A kind of coupon; null where there is none.", Scope.COUPONS)
    async def coupon_template(self, info: Info, id: strawberry.ID) -> CouponTemplate | None:
        row = await info.context.loaders.coupon_template.load(decode_or_nobody(COUPON_TEMPLATE, id))
        return CouponTemplate(row=row) if row else None

    @field_for(ForOperators, "The JSON Schema of a template's terms, to draw a form by.")
    def coupon_terms_schema(self) -> JSON:
        return JSON(CouponTerms.model_json_schema())

    @field_for(
        ForConcerned,
        "What a cart costs with a member's coupons: which apply, which do not and why, and the set that takes off "
        "most. Changes nothing.",
        Scope.COUPONS,
    )
    async def coupon_quote(self, info: Info, input: CouponQuoteInput) -> CouponQuote:
        principal = info.context.principal
        member_id = decode_uuid(MEMBER, input.member) if input.member else principal.member_id
        ids = input.coupons
        try:
            if member_id is None or not principal.may_change(member_id):
                raise NotFound("there is no such member")
            coupon_ids = [decode_or_nobody(COUPON, each) for each in ids] if ids is not None else None
            quote = await quote_cart(info.context.engine, member_id, cart_lines(input.lines), coupon_ids)
        except MENDABLE as error:
            return CouponQuote(user_errors=user_errors(error, info.context.language))
        return CouponQuote(quote=quote)


def cart_lines(lines: list[CartLineInput]) -> list[dict[str, object]]:
    """The lines as JSON."""
    return [
        {"product": line.product, "category": line.category, "price_fen": line.price_fen, "quantity": line.quantity}
        for line in lines
    ]
