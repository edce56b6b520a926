"""What happens to coupons: given out, claimed, kept for orders, used, given back, taken in stores, revoked."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import strawberry

from schema.context import Info
from schema.coupon_queries import CartLineInput, cart_lines
from schema.desks import DeskPayload
from schema.errors import MENDABLE, user_errors
from schema.fields import field, field_for
from schema.ids import COUPON, MEMBER, decode_or_nobody
from schema.keys import own_key
from schema.permissions import ForClerks, ForMembers, ForOperators, ForStaff
from schema.types.coupon import Coupon, coupon_objects
from schema.types.decision import refusal_errors
from siyu.access import Scope
from siyu.engine import Decision as EngineDecision
from siyu.engine import Engine
from siyu.engine import coupon_intake as desk

LOCK_S_DEFAULT = 1_800


@strawberry.input(description="Who gets a coupon of which kind.")
class CouponIssueInput:
    """A coupon to give out."""

    member: strawberry.ID
    template: str = strawberry.field(description="The template's key.")
    idempotency_key: str


@strawberry.input(description="A code, generic or unique.")
class CouponClaimInput:
    """A coupon to claim."""

    code: str = strawberry.field(description="As it was typed: small letters, spaces and dashes do.")
    idempotency_key: str


@strawberry.input(description="Coupons to keep for an order, and its lines.")
class CouponLockInput:
    """Coupons to keep."""

    member: strawberry.ID
    coupons: list[strawberry.ID] = strawberry.field(description="1 to 5, which may be used together.")
    order: str = strawberry.field(description="The order's number in the shop.")
    lines: list[CartLineInput] = strawberry.field(description="1 to 100.")
    lock_s: int = strawberry.field(default=LOCK_S_DEFAULT, description="30 to 86400 seconds.")
    idempotency_key: str


@strawberry.input(description="Whose order, and its number.")
class CouponOrderInput:
    """An order with coupons."""

    member: strawberry.ID
    order: str
    idempotency_key: str


@strawberry.input(description="What a member shows in a store.")
class CouponVerifyInput:
    """A coupon to take."""

    code: str = strawberry.field(description="The code, or the text of the QR code as the scanner read it.")
    store: str = strawberry.field(description="The store's code, at most 64 characters.")
    idempotency_key: str


@strawberry.input(description="A coupon, and why it is taken back.")
class CouponRevokeInput:
    """A coupon to revoke."""

    coupon: strawberry.ID
    reason: str = strawberry.field(description="At most 200 characters, for operators and services.")
    idempotency_key: str


@strawberry.type(description="The coupons as they are now, and what was decided, which a repeated key gets again.")
class CouponPayload(DeskPayload):
    """What came of it."""

    coupons: list[Coupon] = strawberry.field(default_factory=list, description="Those that it is about.")

    @field("The one coupon that it is about; the first of several.")
    def coupon(self) -> Coupon | None:
        return self.coupons[0] if self.coupons else None


@strawberry.type
class CouponMutations:
    """What happens to coupons. All of it is safe to repeat with the same key."""

    @field_for(ForStaff, "Give a member a coupon.", Scope.COUPONS)
    async def coupon_issue(self, info: Info, input: CouponIssueInput) -> CouponPayload:
        member_id, principal = decode_or_nobody(MEMBER, input.member), info.context.principal
        source = f"{principal.role.value}/{principal.subject}"
        return await _done(
            info, input.idempotency_key, lambda key: desk.issue(_engine(info), member_id, input.template, source, key)
        )

    @field_for(ForMembers, "Claim the coupon that a code is for.")
    async def coupon_claim(self, info: Info, input: CouponClaimInput) -> CouponPayload:
        member_id = info.context.principal.member_id
        assert member_id is not None, "the role is a member's"  # noqa: S101 - an invariant
        return await _done(
            info, input.idempotency_key, lambda key: desk.claim(_engine(info), member_id, input.code, key)
        )

    @field_for(
        ForStaff, "Keep coupons for an order for some time, all or none, each with what it takes off.", Scope.COUPONS
    )
    async def coupon_lock(self, info: Info, input: CouponLockInput) -> CouponPayload:
        member_id = decode_or_nobody(MEMBER, input.member)
        ids = [decode_or_nobody(COUPON, each) for each in input.coupons]
        return await _done(
            info,
            input.idempotency_key,
            lambda key: desk.lock(
                _engine(info), member_id, ids, input.order, cart_lines(input.lines), input.lock_s, key
            ),
        )

    @field_for(ForStaff, "Keep nothing for an order any longer: it will not be paid.", Scope.COUPONS)
    async def coupon_unlock(self, info: Info, input: CouponOrderInput) -> CouponPayload:
        return await _of_order(info, input, desk.unlock)

    @field_for(ForStaff, "Use up what is kept for an order: it was paid.", Scope.COUPONS)
    async def coupon_use(self, info: Info, input: CouponOrderInput) -> CouponPayload:
        return await _of_order(info, input, desk.use)

    @field_for(ForStaff, "Give back what was used for an order: it was refunded.", Scope.COUPONS)
    async def coupon_return(self, info: Info, input: CouponOrderInput) -> CouponPayload:
        return await _of_order(info, input, desk.give_back)

    @field_for(
        ForClerks,
        "Take a coupon in a store (核销), once. The same clerk's repeat within seconds gets the first answer, whatever "
        "its key; anybody else is told where and when it was taken.",
    )
    async def coupon_verify(self, info: Info, input: CouponVerifyInput) -> CouponPayload:
        clerk = info.context.principal.subject
        return await _done(
            info, input.idempotency_key, lambda key: desk.verify(_engine(info), input.code, input.store, clerk, key)
        )

    @field_for(ForClerks, "Undo that the store took a coupon, within the minutes that its template gives.")
    async def coupon_verify_undo(self, info: Info, input: CouponVerifyInput) -> CouponPayload:
        clerk = info.context.principal.subject
        return await _done(
            info, input.idempotency_key, lambda key: desk.undo(_engine(info), input.code, input.store, clerk, key)
        )

    @field_for(ForOperators, "Take a coupon back that is neither kept for an order nor used.")
    async def coupon_revoke(self, info: Info, input: CouponRevokeInput) -> CouponPayload:
        coupon_id, made_by = decode_or_nobody(COUPON, input.coupon), info.context.principal.subject
        return await _done(
            info, input.idempotency_key, lambda key: desk.revoke(_engine(info), coupon_id, input.reason, made_by, key)
        )


OrderStep = Callable[[Engine, UUID, str, str], Awaitable[EngineDecision]]


def _engine(info: Info) -> Engine:
    return info.context.engine


async def _of_order(info: Info, given: CouponOrderInput, step: OrderStep) -> CouponPayload:
    member_id = decode_or_nobody(MEMBER, given.member)
    return await _done(info, given.idempotency_key, lambda key: step(_engine(info), member_id, given.order, key))


async def _done(info: Info, key: str, act: Callable[[str], Awaitable[EngineDecision]]) -> CouponPayload:
    """What came of it, under the caller's own key."""
    context = info.context
    context.loaders.forget()
    try:
        decision = await act(own_key(context.principal, key))
    except MENDABLE as error:
        return CouponPayload(user_errors=user_errors(error, context.language))
    coupons = await coupon_objects(info, [UUID(effect["coupon"]) for effect in decision.effects])
    errors = refusal_errors(decision.refusal, None, context.language)
    return CouponPayload(coupons=coupons, user_errors=errors, decision_id=decision.id)
