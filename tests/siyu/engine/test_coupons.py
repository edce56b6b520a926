"""The desk of coupons on PostgreSQL: limits, orders, stores, codes, and what the clock does by itself."""

import asyncio
import collections
from datetime import UTC, datetime, timedelta
from itertools import cycle
from uuid import UUID

import pytest

from siyu.coupons import facts
from siyu.coupons.code_batches import add_generic_code
from siyu.coupons.expiry import settle_due
from siyu.coupons.queries import coupons_by_id
from siyu.coupons.record import CouponState, TemplateState
from siyu.coupons.refusals import FIRST_ORDER_ONLY, CouponRefusal
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine, NewFact, coupon_intake
from siyu.rewards import RewardKind
from siyu.rewards.facts import REWARD_DELIVERED
from tests.clock import NOON
from tests.factories import add_members, paid, shop_engine
from tests.locks import until_waiting
from tests.schema.test_members import counting
from tests.siyu.coupons.offers import amount, newcomer
from tests.siyu.coupons.shop import (
    CART,
    add_template,
    claimed,
    coupon_in,
    issued,
    locked,
    of_order,
    revoked,
    told,
    verified,
)
from tests.siyu.engine.counter_desk import Counter
from tests.siyu.rewards.catalogue import add_reward

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# Midnight in Shanghai after the seventh day from NOON's.
EXPIRES = datetime(2026, 11, 28, 16, tzinfo=UTC)


async def held(pool: Pool, engine: Engine, template: str = "tea") -> tuple[UUID, UUID]:
    """A member with a coupon."""
    [member] = await add_members(pool, 1)
    return member, coupon_in(await engine.submit(issued(member, template=template)))


async def state_of(pool: Pool, coupon: UUID, at: datetime = NOON) -> CouponState:
    """What readers see at that moment."""
    return (await coupons_by_id(pool, [coupon], at))[coupon].state


async def test_a_member_gets_a_coupon_once_for_a_key_and_its_days_end_with_the_shops_day(pool: Pool) -> None:
    engine = shop_engine(pool)
    await add_template(pool)
    [member] = await add_members(pool, 1)
    fact = issued(member, key="gift/1")

    first, second = await asyncio.gather(engine.submit(fact), engine.submit(fact))

    assert first == second
    [row] = (await coupons_by_id(pool, [coupon_in(first)], NOON)).values()
    assert (row.state, row.valid_from, row.expires_at, row.source) == (CouponState.ISSUED, NOON, EXPIRES, "test")
    assert await pool.fetchval("SELECT issued FROM coupon_template") == 1


async def test_templates_give_out_within_their_limits_and_while_they_are_published(pool: Pool) -> None:
    engine = shop_engine(pool)
    await add_template(pool, "few", member_limit=2, total_limit=3)
    await add_template(pool, "draft", state=TemplateState.DRAFT)
    lin, wang = await add_members(pool, 2)

    outcomes = [await engine.submit(issued(member, template="few")) for member in (lin, lin, lin, wang, wang)]

    assert [told(outcome) for outcome in outcomes] == [None, None, "MEMBER_LIMIT", None, "ALL_ISSUED"]
    assert told(await engine.submit(issued(lin, template="draft"))) == "TEMPLATE_NOT_PUBLISHED"
    assert told(await engine.submit(issued(lin, template="none"))) == "TEMPLATE_NOT_FOUND"


async def test_of_many_at_once_from_two_engines_the_limit_is_given_out(pool: Pool) -> None:
    limits = BatchLimits(facts_max=4, share_min=1)
    engines = cycle([shop_engine(pool, limits), shop_engine(pool, limits)])
    await add_template(pool, total_limit=15)
    members = await add_members(pool, 40)

    outcomes = await asyncio.gather(*(next(engines).submit(issued(member)) for member in members))

    assert collections.Counter(told(outcome) for outcome in outcomes) == {None: 15, "ALL_ISSUED": 25}
    assert await pool.fetchval("SELECT issued FROM coupon_template") == 15


async def test_of_many_gifts_at_once_to_one_member_the_members_limit_is_given(pool: Pool) -> None:
    limits = BatchLimits(facts_max=2, share_min=1)
    engines = cycle([shop_engine(pool, limits), shop_engine(pool, limits)])
    await add_template(pool, member_limit=3)
    [member] = await add_members(pool, 1)

    outcomes = await asyncio.gather(*(next(engines).submit(issued(member)) for _ in range(12)))

    assert collections.Counter(told(outcome) for outcome in outcomes) == {None: 3, "MEMBER_LIMIT": 9}


async def test_a_generic_code_is_claimed_once_by_each_and_so_often_in_all(pool: Pool) -> None:
    limits = BatchLimits(facts_max=4, share_min=1)
    engines = cycle([shop_engine(pool, limits), shop_engine(pool, limits)])
    template = await add_template(pool)
    code = (await add_generic_code(pool, template.id, "spring 2026", 5)).code
    members = await add_members(pool, 12)

    outcomes = await asyncio.gather(*(next(engines).submit(claimed(member, code)) for member in members))

    assert collections.Counter(told(outcome) for outcome in outcomes) == {None: 5, "CODE_USED": 7}
    lucky = next(member for member, outcome in zip(members, outcomes, strict=True) if told(outcome) is None)
    assert told(await next(engines).submit(claimed(lucky, code))) == "CODE_CLAIMED"
    assert told(await next(engines).submit(claimed(lucky, "NONE2222"))) == "CODE_NOT_FOUND"


async def test_who_claims_a_code_waits_for_whoever_is_claiming_it(pool: Pool) -> None:
    template = await add_template(pool)
    code = (await add_generic_code(pool, template.id, "SPRING", 1)).code
    [member] = await add_members(pool, 1)
    async with pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute("UPDATE coupon_code SET used = 1")
            claim = asyncio.ensure_future(shop_engine(pool).submit(claimed(member, code)))
            await until_waiting(pool)

        assert told(await claim) == "CODE_USED"


async def test_whatever_gives_coupons_out_locks_templates_with_one_statement(pool: Pool, database_url: str) -> None:
    counter = Counter(pool)
    member = await counter.member(0)
    await add_template(pool, "ten_off")
    await add_template(pool)
    reward = await add_reward(pool, "coupon", RewardKind.COUPON)
    made = await counter.redeemed(reward.id, member)
    deliver = NewFact(REWARD_DELIVERED, member, counter.clock.now, {"redemption": str(made.id)}, "deliver/1")

    async with counting(database_url) as (own, statements):
        engine = shop_engine(own)
        await asyncio.gather(engine.submit(issued(member)), engine.submit(deliver))

    assert await pool.fetchval("SELECT count(*) FROM coupon") == 2
    assert len([each for each in statements if "coupon_template" in each and "FOR NO KEY UPDATE" in each]) == 1


async def test_an_order_locks_uses_and_returns_its_coupons(pool: Pool) -> None:
    engine = shop_engine(pool)
    await add_template(pool)
    member, coupon = await held(pool, engine)

    kept = await engine.submit(locked(member, [coupon]))

    [effect] = kept.decisions[0].effects
    assert (effect["change"], effect["order"], effect["discount_fen"], effect["off_fen"]) == (
        "locked",
        "A1",
        100,
        [100],
    )
    assert told(await engine.submit(locked(member, [coupon], "A2"))) == "LOCKED"
    assert told(await engine.submit(of_order(facts.RETURNED, member))) == "NOT_USED"
    assert told(await engine.submit(of_order(facts.USED, member))) is None
    assert await state_of(pool, coupon) is CouponState.USED
    assert told(await engine.submit(of_order(facts.UNLOCKED, member))) == "NOT_LOCKED"
    assert told(await engine.submit(locked(member, [coupon], "A2"))) == "ALREADY_USED"
    assert told(await engine.submit(locked(member, [coupon], "A1"))) == "ORDER_HAS_COUPONS"
    assert told(await engine.submit(of_order(facts.RETURNED, member, at=NOON + 8 * DAY))) is None
    [row] = (await coupons_by_id(pool, [coupon], NOON + 8 * DAY)).values()
    assert (row.state, row.expires_at, row.order_number) == (CouponState.RETURNED, EXPIRES + 8 * DAY, None)
    assert told(await engine.submit(locked(member, [coupon], "A2", NOON + 8 * DAY))) is None


async def test_a_lock_ends_by_the_clock_whether_or_not_a_worker_has_seen_it(pool: Pool) -> None:
    engine = shop_engine(pool)
    await add_template(pool)
    member, coupon = await held(pool, engine)
    await engine.submit(locked(member, [coupon], lock_s=60))

    assert told(await engine.submit(of_order(facts.USED, member, at=NOON + MINUTE))) == "NOT_LOCKED"
    assert await state_of(pool, coupon, NOON + MINUTE) is CouponState.ISSUED
    assert told(await engine.submit(locked(member, [coupon], "A2", NOON + MINUTE, lock_s=60))) is None
    assert await settle_due(pool, NOON + 3 * MINUTE) == 1
    assert await pool.fetchval("SELECT state FROM coupon") == "issued"


async def test_what_is_kept_for_an_order_stays_good_for_it_and_what_is_not_expires_at_once(pool: Pool) -> None:
    engine = shop_engine(pool)
    await add_template(pool)
    member, kept = await held(pool, engine)
    free = coupon_in(await engine.submit(issued(member)))
    await engine.submit(locked(member, [kept], at=EXPIRES - MINUTE))

    assert told(await engine.submit(locked(member, [free], "A2", EXPIRES))) == "EXPIRED"
    assert await state_of(pool, free, EXPIRES) is CouponState.EXPIRED
    assert await settle_due(pool, EXPIRES) == 1
    assert told(await engine.submit(of_order(facts.USED, member, at=EXPIRES + MINUTE))) is None


async def test_the_worker_leaves_members_who_are_being_decided_about(pool: Pool) -> None:
    engine = shop_engine(pool)
    await add_template(pool)
    member, _ = await held(pool, engine)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM member WHERE id = $1 FOR NO KEY UPDATE", member)

        assert await settle_due(pool, EXPIRES) == 0

    assert await settle_due(pool, EXPIRES) == 1


async def test_coupons_of_an_order_are_locked_all_or_none(pool: Pool) -> None:
    engine = shop_engine(pool)
    await add_template(pool)
    await add_template(pool, "newcomer", newcomer(1))
    [member] = await add_members(pool, 1)
    await engine.submit(paid(member, "A0", 100, NOON))
    tea, new = [coupon_in(await engine.submit(issued(member, template=key))) for key in ("tea", "newcomer")]

    outcome = await engine.submit(locked(member, [tea, new]))

    refusal = outcome.decisions[0].refusal
    assert refusal is not None
    assert (refusal.code, refusal.missing) == ("COUPON_FIRST_ORDER_ONLY", {"coupon": str(new)})
    assert await state_of(pool, tea) is CouponState.ISSUED


async def test_a_newcomer_price_is_gone_with_an_order_of_the_same_batch(pool: Pool) -> None:
    engine = shop_engine(pool)
    await add_template(pool, "newcomer", newcomer(1))
    member, coupon = await held(pool, engine, "newcomer")

    _, outcome = await asyncio.gather(
        engine.submit(paid(member, "A0", 100, NOON)), engine.submit(locked(member, [coupon]))
    )

    assert told(outcome) == "FIRST_ORDER_ONLY"


async def test_while_a_newcomer_price_is_kept_for_an_order_none_is_for_another(pool: Pool) -> None:
    engine = shop_engine(pool, clock=lambda: NOON)
    await add_template(pool, "newcomer", newcomer(1))
    member, first = await held(pool, engine, "newcomer")
    second = coupon_in(await engine.submit(issued(member, template="newcomer")))

    outcomes = await asyncio.gather(
        engine.submit(locked(member, [first], "A1")), engine.submit(locked(member, [second], "A2"))
    )
    later = await engine.submit(locked(member, [second], "A3"))
    quoted = await coupon_intake.quote_cart(engine, member, CART, [second])
    await engine.submit(of_order(facts.UNLOCKED, member, "A1"))
    free = await engine.submit(locked(member, [second], "A4"))

    assert [told(outcome) for outcome in (*outcomes, later)] == [None, "FIRST_ORDER_ONLY", "FIRST_ORDER_ONLY"]
    assert [verdict.refusal for verdict in quoted.verdicts] == [CouponRefusal(FIRST_ORDER_ONLY, {})]
    assert told(free) is None


async def test_a_store_takes_a_coupon_once_and_a_shaky_scanner_hears_the_first_answer_again(pool: Pool) -> None:
    engine = shop_engine(pool)
    await add_template(pool)
    member, coupon = await held(pool, engine)

    first = await engine.submit(verified(member, coupon))
    again = await engine.submit(verified(member, coupon, NOON + timedelta(seconds=9)))
    late = await engine.submit(verified(member, coupon, NOON + timedelta(seconds=11)))
    other = await engine.submit(verified(member, coupon, clerk="zhao"))

    assert told(first) is None
    assert again.decisions[0].effects == first.decisions[0].effects
    for outcome in (late, other):
        refusal = outcome.decisions[0].refusal
        assert refusal is not None
        assert refusal.code == "COUPON_ALREADY_VERIFIED"
        assert refusal.missing == {"store": "S1", "verified_at": NOON.isoformat()}
    [row] = (await coupons_by_id(pool, [coupon], NOON)).values()
    assert (row.state, row.store, row.clerk, row.verified_at) == (CouponState.USED, "S1", "wang", NOON)


async def test_of_fifty_scanners_one_takes_the_coupon(pool: Pool) -> None:
    limits = BatchLimits(facts_max=4, share_min=1)
    engines = cycle([shop_engine(pool, limits), shop_engine(pool, limits)])
    await add_template(pool)
    member, coupon = await held(pool, next(engines))

    outcomes = await asyncio.gather(
        *(next(engines).submit(verified(member, coupon, clerk=f"clerk{n}")) for n in range(50))
    )

    assert collections.Counter(told(outcome) for outcome in outcomes) == {None: 1, "ALREADY_VERIFIED": 49}


@pytest.mark.parametrize(
    ("store", "after", "code"),
    [
        ("S1", 15 * MINUTE, None),
        ("S1", 16 * MINUTE, "UNDO_TOO_LATE"),
        ("S2", MINUTE, "OTHER_STORE"),
    ],
)
async def test_a_verification_is_undone_by_its_store_for_some_minutes(
    pool: Pool, store: str, after: timedelta, code: str | None
) -> None:
    engine = shop_engine(pool)
    await add_template(pool)
    member, coupon = await held(pool, engine)
    await engine.submit(verified(member, coupon))

    outcome = await engine.submit(verified(member, coupon, NOON + after, store, kind=facts.VERIFY_UNDONE))

    assert told(outcome) == code
    assert await state_of(pool, coupon) is (CouponState.USED if code else CouponState.ISSUED)
    again = await engine.submit(verified(member, coupon, NOON + after, kind=facts.VERIFY_UNDONE))
    assert told(again) == (code if code == "UNDO_TOO_LATE" else None if code else "NOT_VERIFIED")


async def test_what_was_used_online_or_is_revoked_is_not_taken_in_a_store(pool: Pool) -> None:
    engine = shop_engine(pool)
    await add_template(pool)
    member, online = await held(pool, engine)
    gone = coupon_in(await engine.submit(issued(member)))
    await engine.submit(locked(member, [online]))

    assert told(await engine.submit(verified(member, online))) == "LOCKED"
    assert told(await engine.submit(revoked(member, online))) == "LOCKED"
    assert told(await engine.submit(revoked(member, gone))) is None
    assert told(await engine.submit(verified(member, gone))) == "REVOKED"
    assert told(await engine.submit(revoked(member, gone))) == "REVOKED"


async def test_nobody_uses_the_coupon_of_another(pool: Pool) -> None:
    engine = shop_engine(pool)
    await add_template(pool)
    _, coupon = await held(pool, engine)
    [stranger] = await add_members(pool, 1)

    assert told(await engine.submit(locked(stranger, [coupon]))) == "NOT_FOUND"
    assert told(await engine.submit(verified(stranger, coupon))) == "NOT_FOUND"
    assert told(await engine.submit(revoked(stranger, coupon))) == "NOT_FOUND"


async def test_a_code_that_two_coupons_would_have_is_made_anew(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    made = iter(["SAME", "SAME", "OTHER", "ANOTHER", "THIRD"])
    monkeypatch.setattr("siyu.coupons.book.CouponBook.__init__.__defaults__", (lambda: next(made),))
    engine = shop_engine(pool)
    await add_template(pool)
    lin, wang = await add_members(pool, 2)

    await engine.submit(issued(lin))
    outcome = await engine.submit(issued(wang))

    assert told(outcome) is None
    assert len({row[0] for row in await pool.fetch("SELECT code FROM coupon")}) == 2


async def test_terms_may_ask_for_a_minimum_at_the_lock_too(pool: Pool) -> None:
    engine = shop_engine(pool)
    await add_template(pool, terms=amount(100, minimum_fen=20_001))
    member, coupon = await held(pool, engine)

    outcome = await engine.submit(locked(member, [coupon]))

    refusal = outcome.decisions[0].refusal
    assert refusal is not None
    assert refusal.missing == {"coupon": str(coupon), "missing_fen": 1}
