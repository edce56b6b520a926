"""Merges that cross each other, facts that run beside them, and keys that come twice."""

import asyncio
from datetime import timedelta
from uuid import UUID

from siyu.db import Pool
from siyu.engine import BatchLimits, running
from siyu.engine.outcome import Refusal
from tests.factories import add_campaign, add_members, paid, points_of, shop_engine
from tests.siyu.members.people import NOON, ask, fold_all, merge, merge_of, problems, undo

STANDING = "SELECT count(*) FROM member_merge WHERE undone_at IS NULL"
SMALL = BatchLimits(facts_max=4, share_min=1)


def code(refusal: Refusal | None) -> str | None:
    return refusal.code if refusal else None


async def test_of_two_crossing_merges_one_stands(pool: Pool) -> None:
    first, second = await add_members(pool, 2)
    async with (
        running(shop_engine(pool, clock=lambda: NOON)) as one,
        running(shop_engine(pool, clock=lambda: NOON)) as two,
    ):
        answers = await asyncio.gather(merge(one, first, second), merge(two, second, first))
    assert sorted(str(code(answer.refusal)) for answer in answers) == ["None", "SAME_MEMBER"]
    assert await pool.fetchval(STANDING) == 1
    assert await problems(pool) == []


async def test_a_repeated_key_gets_the_first_answer(pool: Pool) -> None:
    first, second = await add_members(pool, 2)
    async with (
        running(shop_engine(pool, clock=lambda: NOON)) as one,
        running(shop_engine(pool, clock=lambda: NOON)) as two,
    ):
        answers = await asyncio.gather(*(merge(engine, first, second, "once-for-all") for engine in (one, two, one)))
        again = await merge(two, first, second, "once-for-all")
    assert {answer.id for answer in answers} == {again.id}
    assert await pool.fetchval(STANDING) == 1


async def test_facts_of_both_that_run_beside_a_merge_are_the_survivors(pool: Pool) -> None:
    first, second = await add_members(pool, 2)
    await add_campaign(pool, "purchase")
    async with (
        running(shop_engine(pool, SMALL, clock=lambda: NOON)) as one,
        running(shop_engine(pool, SMALL, clock=lambda: NOON)) as two,
    ):
        facts = [paid((first, second)[place % 2], str(place), 10_000, NOON) for place in range(40)]
        runs = [(one, two)[place % 2].submit(fact) for place, fact in enumerate(facts)]
        *outcomes, made = await asyncio.gather(*runs, merge(two, first, second))
        again = await asyncio.gather(*(two.submit(fact) for fact in facts))
    assert made.refusal is None
    assert [each.fact_id for each in again] == [each.fact_id for each in outcomes]
    owners = await pool.fetch("SELECT member_id, count(*) FROM shop_order GROUP BY 1")
    assert [tuple(row) for row in owners] == [(first, 40)]
    assert await points_of(pool, second) == 0
    await fold_all(pool)
    assert await problems(pool) == []


async def test_a_chain_leads_to_the_last_and_is_undone_newest_first(pool: Pool) -> None:
    last, middle, first = await add_members(pool, 3)
    await add_campaign(pool, "purchase")
    async with running(shop_engine(pool, clock=lambda: NOON)) as engine:
        await engine.submit(paid(first, "1", 10_000, NOON))
        own = await points_of(pool, first)
        inner = merge_of(await merge(engine, middle, first))
        outer = merge_of(await merge(engine, last, middle))
        await engine.submit(paid(first, "2", 10_000, NOON))
        assert await points_of(pool, last) == 2 * own
        leads = "SELECT count(*) FROM member WHERE merged_into = $1"
        assert await pool.fetchval(leads, last) == 2
        assert code((await undo(engine, middle, first, inner)).refusal) == "MERGE_CHAINED"
        assert code((await merge(engine, first, last)).refusal) == "SAME_MEMBER"
        assert (await undo(engine, last, middle, outer)).refusal is None
        assert (await points_of(pool, last), await points_of(pool, middle)) == (own, own)
        assert (await undo(engine, middle, first, inner)).refusal is None
        assert await points_of(pool, first) == own
        assert code((await undo(engine, middle, first, inner)).refusal) == "MERGE_UNDONE"
    await fold_all(pool)
    assert await problems(pool) == []


async def test_what_is_spent_is_not_made_anew_by_undoing(pool: Pool) -> None:
    first, second = await add_members(pool, 2)
    async with running(shop_engine(pool, clock=lambda: NOON)) as engine:
        for member_id, amount in ((first, 100), (second, 50)):
            given = {"unit": "points", "amount": amount, "reason": "gift", "made_by": "lin"}
            await ask(engine, "value.adjusted", member_id, given)
        made = merge_of(await merge(engine, first, second))
        spent = {"unit": "points", "amount": 120, "reference": "R-1"}
        assert (await ask(engine, "value.spent", second, spent)).refusal is None
        assert (await undo(engine, first, second, made)).refusal is None
        assert (await points_of(pool, first), await points_of(pool, second)) == (0, 30)
    assert await problems(pool) == []


async def test_after_thirty_days_a_merge_stays(pool: Pool) -> None:
    first, second = await add_members(pool, 2)
    now = NOON
    async with running(shop_engine(pool, clock=lambda: now)) as engine:
        made = merge_of(await merge(engine, first, second))
        now += timedelta(days=30, seconds=1)
        assert code((await undo(engine, first, second, made)).refusal) == "MERGE_TOO_OLD"


async def test_strangers_and_clashing_holds_are_refused(pool: Pool) -> None:
    first, second = await add_members(pool, 2)
    async with running(shop_engine(pool, clock=lambda: NOON)) as engine:
        assert code((await merge(engine, first, UUID(int=7))).refusal) == "MERGE_NOT_FOUND"
        for member_id in (first, second):
            given = {"unit": "points", "amount": 100, "reason": "gift", "made_by": "lin"}
            await ask(engine, "value.adjusted", member_id, given)
            held = {"unit": "points", "amount": 10, "reference": "R-1", "lasts_s": 900}
            assert (await ask(engine, "value.held", member_id, held)).refusal is None
        assert code((await merge(engine, first, second)).refusal) == "MERGE_CLASH"


async def test_nobody_gets_twice_what_is_once_a_person(pool: Pool) -> None:
    """Both take part, so the survivor's own state counts, which knows nothing of today."""
    first, second = await add_members(pool, 2)
    check_in, now = await add_campaign(pool, "check_in"), NOON - timedelta(days=1)
    async with running(shop_engine(pool, clock=lambda: now)) as engine:
        assert (await ask(engine, "check_in.sign", first, {}, check_in)).refusal is None
        now = NOON
        assert (await ask(engine, "check_in.sign", second, {}, check_in)).refusal is None
        await merge(engine, first, second)
        assert code((await ask(engine, "check_in.sign", first, {}, check_in)).refusal) == "ALREADY_SIGNED"
