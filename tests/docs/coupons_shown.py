"""Coupons in the shop that documents are run against: one to be kept for an order, one to be shown in a store."""

from collections.abc import Mapping
from uuid import UUID

from schema.ids import COUPON, COUPON_TEMPLATE, encode_id
from siyu.coupons.queries import coupons_by_id
from siyu.coupons.record import TemplateState
from tests.schema.conftest import Shop
from tests.siyu.coupons.shop import add_template, coupon_in, issued


async def hand_out(shop: Shop, member: UUID) -> Mapping[str, str]:
    """The ids and the code that documents name in capitals; the member holds both coupons."""
    template = await add_template(shop.pool)
    draft = await add_template(shop.pool, "draft", state=TemplateState.DRAFT)
    at = shop.engine.clock()
    kept, shown = [coupon_in(await shop.engine.submit(issued(member, at))) for _ in range(2)]
    return {
        "COUPON_TEMPLATE_ID": encode_id(COUPON_TEMPLATE, template.id),
        "COUPON_DRAFT_ID": encode_id(COUPON_TEMPLATE, draft.id),
        "COUPON_ID": encode_id(COUPON, kept),
        "SHOWN_CODE_ID": (await coupons_by_id(shop.pool, [shown], at))[shown].code,
    }
