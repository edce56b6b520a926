"""What a merge keeps aside, since the survivor has such a one, is settled like any other, for the person."""

from datetime import timedelta
from uuid import UUID

import pytest

from siyu.db import Pool
from siyu.engine.verdict_intake import GivenVerdict, give_verdict
from siyu.members.merge_queries import preview_merge
from siyu.paging import NewestWanted
from siyu.rewards.facts import REWARD_REDEEMED
from siyu.rewards.queries import reward_pages
from tests.factories import points_of
from tests.siyu.engine import till
from tests.siyu.members.merge_shop import MergeShop
from tests.siyu.members.people import ask, merge, merge_of, undo

STATES = "SELECT member_id, state FROM {table} ORDER BY id"
GIFT = {"unit": "points", "amount": 100, "reason": "gift", "made_by": "lin"}


@pytest.fixture
async def shop(pool: Pool) -> MergeShop:
    shop = MergeShop(pool)
    await shop.open()
    return shop


async def states(pool: Pool, table: str) -> list[tuple[UUID, str]]:
    """Whose rows there are, and what became of each."""
    return [(row[0], row[1]) for row in await pool.fetch(STATES.format(table=table))]


async def claimed(shop: MergeShop, who: UUID) -> None:
    """They have reserved a mug."""
    mug = {"item": "mug", "quantity": 1}
    decision = await ask(shop.engine, "flash_sale.claim", who, mug, shop.campaigns["flash_sale"])
    assert decision.refusal is None


async def test_stock_that_both_reserved_is_given_back_in_time(pool: Pool, shop: MergeShop) -> None:
    survivor, merged = await shop.members(2)
    for who in (survivor, merged):
        await claimed(shop, who)
    moves = {each.what: each.kept_aside for each in (await preview_merge(pool, survivor, merged)).moves}
    assert {name: moves[name] for name in ("participation", "reservation", "pending_fact")} == {
        "participation": 1,
        "reservation": 1,
        "pending_fact": 1,
    }
    merge_of(await merge(shop.engine, survivor, merged))

    await shop.wait(timedelta(hours=1))

    assert await states(pool, "reservation") == [(survivor, "released"), (merged, "released")]
    await shop.check([survivor, merged])


async def test_what_was_reserved_since_goes_back_with_the_participation(pool: Pool, shop: MergeShop) -> None:
    survivor, merged = await shop.members(2)
    await claimed(shop, merged)
    made = merge_of(await merge(shop.engine, survivor, merged))
    await shop.wait(timedelta(hours=1))
    await claimed(shop, survivor)

    assert (await undo(shop.engine, survivor, merged, made)).refusal is None

    assert await states(pool, "reservation") == [(merged, "released"), (merged, "held")]
    await shop.wait(timedelta(hours=1))
    assert await states(pool, "reservation") == [(merged, "released")] * 2
    await shop.check([survivor, merged])


async def test_each_of_two_reviews_gets_its_own_verdict(pool: Pool, shop: MergeShop) -> None:
    survivor, merged = await shop.members(2)
    for who in (survivor, merged):
        photo = {"key": "a", "url": "https://shop.example/1.jpg"}
        await ask(shop.engine, "desk.show", who, photo, shop.campaigns["desk"])
    merge_of(await merge(shop.engine, survivor, merged))
    of = {row[0]: row[1] for row in await pool.fetch("SELECT member_id, id FROM review")}

    for who, approved in ((merged, True), (survivor, False)):
        await give_verdict(shop.engine, GivenVerdict(of[who], approved, "", "lin", f"operator/lin/{who}"))

    assert await states(pool, "review") == [(survivor, "rejected"), (merged, "approved")]
    assert (await points_of(pool, survivor), await points_of(pool, merged)) == (5, 0)
    await shop.check([survivor, merged])


async def test_a_redemption_that_nobody_pays_for_ends(pool: Pool, shop: MergeShop) -> None:
    survivor, merged = await shop.members(2)
    await ask(shop.engine, "value.adjusted", merged, GIFT)
    reserved = await ask(shop.engine, REWARD_REDEEMED, merged, {"reward": str(shop.rewards["plate"])})
    assert reserved.refusal is None
    merge_of(await merge(shop.engine, survivor, merged))
    # As where the survivor had one of the same step.
    await pool.execute("UPDATE redemption SET member_id = $1", merged)
    await pool.execute("DELETE FROM member_merge_row WHERE moved = 'redemption'")

    await shop.wait(timedelta(days=1))

    assert await states(pool, "redemption") == [(merged, "expired")]
    assert (await points_of(pool, survivor), await points_of(pool, merged)) == (100, 0)
    await shop.check([survivor, merged])


async def test_a_reward_that_both_were_issued_is_the_persons_twice(pool: Pool, shop: MergeShop) -> None:
    survivor, merged = await shop.members(2)
    for who in (survivor, merged):
        await shop.engine.submit(till.play(shop.campaigns["till"], who, shop.now, till.issue("cup", "k")))
    made = merge_of(await merge(shop.engine, survivor, merged))

    await shop.wait(timedelta(minutes=5))

    assert await states(pool, "redemption") == [(survivor, "confirmed")] * 2
    [page] = await reward_pages(pool, [NewestWanted(survivor, 9, None)])
    assert len(page.rows) == 2
    assert (await undo(shop.engine, survivor, merged, made)).refusal is None
    await shop.check([survivor, merged])
