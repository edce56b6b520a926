"""Facts about coupons, checked and submitted; and quotes, which change nothing."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from siyu.codes import TYPED_LENGTH_MAX, normalize
from siyu.coupons import CouponBook, Wanted, load_coupons
from siyu.coupons.book import offer_of
from siyu.coupons.cart import CartLine
from siyu.coupons.facts import (
    CLAIMED,
    COUPON_FACTS,
    ISSUED,
    LOCKED,
    RETURNED,
    REVOKED,
    UNLOCKED,
    USED,
    VERIFIED,
    VERIFY_UNDONE,
    CouponQuoted,
)
from siyu.coupons.queries import coupon_by_code, coupons_by_id, free_coupon_ids
from siyu.coupons.quote import Quote, quote
from siyu.coupons.scanning import read_scanned
from siyu.engine.desk_intake import AtDesk, submit_at_desk
from siyu.engine.engine import Engine
from siyu.engine.outcome import Decision
from siyu.errors import InvalidInput, NotFound, Problem
from siyu.ids import new_id
from siyu.inputs import parse_json
from siyu.members import load_features

# Of one quote: those first that expire first.
QUOTED_MAX = 100


async def issue(engine: Engine, member_id: UUID, template_key: str, source: str, key: str) -> Decision:
    """Give a member a coupon; `source` says what for. `key` names this for ever, here and below, in the caller's own
    namespace; a repeat gets the first answer. Raises InvalidInput, NotFound, IdempotencyConflict, Busy."""
    return await _decide(engine, ISSUED, member_id, {"template": template_key, "source": source}, key)


async def claim(engine: Engine, member_id: UUID, typed: str, key: str) -> Decision:
    """Give a member the coupon that a code is for. Raises as `issue`."""
    if len(typed) > TYPED_LENGTH_MAX:
        raise InvalidInput([Problem(("code",), f"must have at most {TYPED_LENGTH_MAX} characters")])
    return await _decide(engine, CLAIMED, member_id, {"code": normalize(typed)}, key)


async def lock(
    engine: Engine,
    member_id: UUID,
    coupon_ids: Sequence[UUID],
    order: str,
    lines: Sequence[dict[str, Any]],
    lock_s: int,
    key: str,
) -> Decision:
    """Keep coupons for an order of such lines (JSON of CartLine), for so many seconds. Raises as `issue`."""
    ids = [str(coupon_id) for coupon_id in coupon_ids]
    if len(set(ids)) < len(ids):
        raise InvalidInput([Problem(("coupons",), "must not name a coupon twice")])
    data = {"coupons": ids, "order": order, "lines": lines, "lock_s": lock_s}
    return await _decide(engine, LOCKED, member_id, data, key)


async def unlock(engine: Engine, member_id: UUID, order: str, key: str) -> Decision:
    """Keep nothing for an order any longer. Raises as `issue`."""
    return await _decide(engine, UNLOCKED, member_id, {"order": order}, key)


async def use(engine: Engine, member_id: UUID, order: str, key: str) -> Decision:
    """Use up what is kept for an order. Raises as `issue`."""
    return await _decide(engine, USED, member_id, {"order": order}, key)


async def give_back(engine: Engine, member_id: UUID, order: str, key: str) -> Decision:
    """Give back what was used for an order. Raises as `issue`."""
    return await _decide(engine, RETURNED, member_id, {"order": order}, key)


async def verify(engine: Engine, scanned: str, store: str, clerk: str, key: str) -> Decision:
    """Take a coupon in a store by its code, or whatever a scanner makes of it. Raises as `issue`."""
    coupon_id, member_id = await _scanned(engine, scanned)
    data = {"coupon": str(coupon_id), "store": store, "clerk": clerk}
    return await _decide(engine, VERIFIED, member_id, data, key)


async def undo(engine: Engine, scanned: str, store: str, clerk: str, key: str) -> Decision:
    """Undo that a store took a coupon. Raises as `issue`."""
    coupon_id, member_id = await _scanned(engine, scanned)
    data = {"coupon": str(coupon_id), "store": store, "clerk": clerk}
    return await _decide(engine, VERIFY_UNDONE, member_id, data, key)


async def revoke(engine: Engine, coupon_id: UUID, reason: str, made_by: str, key: str) -> Decision:
    """Take a coupon back. Raises as `issue`."""
    found = (await coupons_by_id(engine.pool, [coupon_id], engine.clock())).get(coupon_id)
    if found is None:
        raise NotFound("there is no such coupon")
    data = {"coupon": str(coupon_id), "reason": reason, "made_by": made_by}
    return await _decide(engine, REVOKED, found.member_id, data, key)


async def quote_cart(
    engine: Engine, member_id: UUID, lines: Sequence[dict[str, Any]], coupon_ids: Sequence[UUID] | None
) -> Quote:
    """What a cart costs with these coupons of a member, or with the QUOTED_MAX that expire first.

    Raises InvalidInput, and NotFound for a coupon that the member has not.
    """
    parsed: Sequence[CartLine] = parse_json(CouponQuoted, {"lines": lines}, ()).lines
    now = engine.clock()
    ids = coupon_ids if coupon_ids is not None else await free_coupon_ids(engine.pool, member_id, now, QUOTED_MAX)
    if len(ids) > QUOTED_MAX or len(set(ids)) < len(ids):
        raise InvalidInput([Problem(("coupons",), f"must be at most {QUOTED_MAX}, each once")])
    book = CouponBook(new_id, engine.zone)
    async with engine.pool.acquire() as connection:
        await load_coupons(connection, book, Wanted(coupon_ids=set(ids), buyers={member_id}), lock=False)
        features = (await load_features(connection, [member_id])).get(member_id)
    offers = []
    for coupon_id in ids:
        coupon = book.coupon(coupon_id)
        if coupon is None or coupon.member_id != member_id:
            raise NotFound("there is no such coupon")
        offers.append(offer_of(coupon, now))
    has_ordered = features is not None and features.has_ordered
    is_first = not has_ordered and not book.keeps_newcomer_price(member_id, now)
    return quote(parsed, offers, is_first_order=is_first)


async def _scanned(engine: Engine, scanned: str) -> tuple[UUID, UUID]:
    """A coupon and whose it is, which never changes."""
    code = read_scanned(scanned)
    if code is None:
        raise InvalidInput([Problem(("code",), "is not a coupon's code; read it again", "MISREAD")])
    found = await coupon_by_code(engine.pool, code, engine.clock())
    if found is None:
        raise NotFound("there is no such coupon")
    return found.id, found.member_id


async def _decide(engine: Engine, fact_type: str, member_id: UUID, data: Mapping[str, object], key: str) -> Decision:
    return await submit_at_desk(engine, AtDesk(fact_type, member_id, COUPON_FACTS[fact_type], data, key))
