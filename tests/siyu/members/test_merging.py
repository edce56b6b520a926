"""One person who was two members: value, orders and boards go to the survivor, and back."""

from siyu.db import Pool
from siyu.engine import running
from tests.factories import add_campaign, add_members, paid, points_of, refunded, shop_engine, sign
from tests.siyu.members.people import NOON, fold_all, merge, merge_of, problems, rows, scores, undo


async def test_value_and_orders_are_the_survivors_and_come_back(pool: Pool) -> None:
    first, second = await add_members(pool, 2)
    purchase = await add_campaign(pool, "purchase")
    check_in = await add_campaign(pool, "check_in")
    assert purchase
    async with running(shop_engine(pool, clock=lambda: NOON)) as engine:
        await engine.submit(paid(first, "1", 10_000, NOON))
        await engine.submit(paid(second, "2", 20_000, NOON))
        await engine.submit(sign(check_in, second, NOON))
        await fold_all(pool)
        before, ranked = await rows(pool), await scores(pool, [first, second])
        both = [await points_of(pool, first), await points_of(pool, second)]
        made = merge_of(await merge(engine, first, second))
        assert await problems(pool) == []
        await fold_all(pool)
        assert await problems(pool) == []
        assert await points_of(pool, first) == sum(both)
        assert await points_of(pool, second) == 0
        assert (await scores(pool, [first]))["spend", "all", first] == 30_000
        assert await scores(pool, [second]) == {}
        assert await pool.fetchval("SELECT orders FROM member_feature WHERE member_id = $1", first) == 2
        again = await undo(engine, first, second, made)
        assert again.refusal is None
        assert await rows(pool) == before
        await fold_all(pool)
        assert await scores(pool, [first, second]) == ranked
        assert await problems(pool) == []


async def test_a_refund_takes_back_what_the_merged_member_was_given(pool: Pool) -> None:
    first, second = await add_members(pool, 2)
    await add_campaign(pool, "purchase")
    async with running(shop_engine(pool, clock=lambda: NOON)) as engine:
        await engine.submit(paid(first, "1", 10_000, NOON))
        await engine.submit(paid(second, "2", 20_000, NOON))
        own = await points_of(pool, first)
        made = merge_of(await merge(engine, first, second))
        outcome = await engine.submit(refunded(second, "2", 20_000, NOON))
        assert outcome.decisions[0].refusal is None
        assert await points_of(pool, first) == own
        assert await problems(pool) == []
        assert (await undo(engine, first, second, made)).refusal is None
        assert (await points_of(pool, first), await points_of(pool, second)) == (own, 0)
        await fold_all(pool)
        assert await problems(pool) == []
