"""The check of coupons: clean on what the engine writes, and naming whatever was broken behind its back."""

import pytest

from siyu.coupons import facts
from siyu.coupons.code_batches import add_generic_code
from siyu.db import Pool
from siyu.ledger import coupon_invariants
from siyu.ledger.verify import verify_ledger
from tests.factories import add_members, shop_engine
from tests.siyu.coupons.shop import add_template, claimed, coupon_in, issued, locked, of_order, revoked, verified


async def do_everything(pool: Pool) -> None:
    """One coupon is in each state."""
    engine = shop_engine(pool)
    template = await add_template(pool, total_limit=10)
    code = (await add_generic_code(pool, template.id, "SPRING", 5)).code
    [member] = await add_members(pool, 1)
    kept, used, given_back, taken, gone = [coupon_in(await engine.submit(issued(member))) for _ in range(5)]
    await engine.submit(claimed(member, code))
    for order, coupon in (("A1", kept), ("A2", used), ("A3", given_back)):
        await engine.submit(locked(member, [coupon], order))
    for order in ("A2", "A3"):
        await engine.submit(of_order(facts.USED, member, order))
    await engine.submit(of_order(facts.RETURNED, member, "A3"))
    await engine.submit(verified(member, taken))
    await engine.submit(revoked(member, gone))
    states = [row[0] for row in await pool.fetch("SELECT state FROM coupon ORDER BY id")]
    assert states == ["locked", "used", "returned", "used", "revoked", "issued"]


async def violated(pool: Pool) -> set[str]:
    """The invariants that do not hold."""
    findings = await verify_ledger(pool, lambda done, total: None)
    return {finding.invariant for finding in findings if finding.violations}


BREAKS = (
    ("UPDATE coupon_template SET issued = 9", coupon_invariants.ISSUED),
    ("UPDATE coupon SET place = 100 WHERE place = 6", coupon_invariants.PLACES),
    ("UPDATE coupon_code SET used = 2", coupon_invariants.CLAIMED),
    ("UPDATE coupon SET order_number = 'B1' WHERE order_number = 'A2'", coupon_invariants.LOGGED),
    ("UPDATE coupon SET store = 'S9' WHERE store = 'S1'", coupon_invariants.LOGGED),
    (
        "UPDATE coupon SET state = 'revoked', revoked_at = now(), revoked_for = 'x' WHERE state = 'issued'",
        coupon_invariants.LOGGED,
    ),
)


async def test_what_the_engine_writes_holds(pool: Pool) -> None:
    await do_everything(pool)

    assert await violated(pool) == set()


@pytest.mark.parametrize(("statement", "invariant"), BREAKS)
async def test_what_is_broken_is_named(pool: Pool, statement: str, invariant: str) -> None:
    await do_everything(pool)

    await pool.execute(statement)

    assert await violated(pool) == {invariant}
