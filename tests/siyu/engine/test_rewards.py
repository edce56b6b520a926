"""The desk of rewards: from points and cash to what the member has, each step once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from siyu.db import Pool
from siyu.engine import BatchLimits, NewFact
from siyu.engine.intake import service_fact
from siyu.engine.reward_delivery import deliver_due
from siyu.errors import IdempotencyConflict, InvalidInput, NotFound
from siyu.ids import new_id
from siyu.rewards import DESK_FACTS, RedemptionState, RewardKind, service
from siyu.rewards.catalogue import Measure
from tests.clock import NOON
from tests.factories import add_campaign, add_members, paid, refunded, registry_of
from tests.plain_type import PLAIN_TYPE
from tests.siyu.coupons.shop import add_template
from tests.siyu.engine.counter_desk import Counter, refusal
from tests.siyu.engine.inviting import add_joined
from tests.siyu.rewards.catalogue import add_reward

WORN = "SELECT kind, name, starts_at, until FROM privilege ORDER BY id"


@pytest.fixture
def shop(pool: Pool) -> Counter:
    return Counter(pool)


async def issue(pool: Pool, member: UUID, reward: str) -> UUID:
    """A campaign issues a reward by its name."""
    campaign, issued = await add_campaign(pool, "purchase", {"points_per_yuan": 1}), new_id()
    await pool.execute(
        "INSERT INTO issued_reward (id, campaign_id, member_id, key, reward, state, issued_at) "
        "VALUES ($1, $2, $3, 'k', $4, 'issued', now())",
        issued,
        campaign,
        member,
        reward,
    )
    return issued


async def test_for_points_alone_it_is_the_members_at_once_and_handed_over_by_its_code(shop: Counter) -> None:
    member, mug = await shop.member(600), await add_reward(shop.pool, stock=2, price_points=500)

    first = await shop.redeem(mug.id, member, "once")
    assert await shop.redeem(mug.id, member, "once") == first
    made = await shop.redemption(first.redemption_id or new_id())

    assert [logged["kind"] for logged in first.decision.effects] == ["spend", "redemption"]
    assert (made.state, made.points, made.gives, made.kind) == (
        RedemptionState.CONFIRMED, 500, {"sku": "MUG-1"}, RewardKind.GOODS,
    )  # fmt: skip
    assert (await shop.points(member), await shop.taken(mug.id)) == (100, 1)
    await shop.work()
    assert (await shop.redemption(made.id)).state is RedemptionState.CONFIRMED

    used = await shop.use(made.code.lower(), "use")
    assert await shop.use(made.code, "use") == used
    assert refusal(await shop.use(made.code)) == ("REDEMPTION_STATE", {"state": "used"})
    assert (await shop.redemption(made.id)).used_by == "lin"
    assert refusal(await shop.cancel(made.id)) == ("REDEMPTION_STATE", {"state": "used"})
    await shop.verify()


async def test_what_hinders_is_told_and_nothing_is_taken(shop: Counter) -> None:
    member = await shop.member(499)
    mug = await add_reward(shop.pool, stock=0, price_points=500)
    dear = await add_reward(shop.pool, "dear", price_points=500)

    assert refusal((await shop.redeem(mug.id, member)).decision) == ("OUT_OF_STOCK", {})
    assert refusal((await shop.redeem(dear.id, member)).decision) == (
        "NOT_ENOUGH_POINTS", {"points": 500, "missing": 1},
    )  # fmt: skip
    await service.withdraw(shop.pool, dear.id)
    assert refusal((await shop.redeem(dear.id, member)).decision) == ("NOT_ON_SALE", {})
    draft = await service.create(
        shop.pool, {"key": "draft", "stock": None}, RewardKind.GOODS, {}, {"title_zh": "a", "title_en": "a"},
        shop.clock.now,
    )  # fmt: skip
    for nothing in (draft.id, new_id()):
        with pytest.raises(NotFound):
            await shop.redeem(nothing, member)
    assert (await shop.points(member), await shop.taken(mug.id)) == (499, 0)
    await shop.verify()


async def test_a_limit_counts_its_period_and_what_stands_alone(shop: Counter) -> None:
    member = await shop.member(1_000)
    mug = await add_reward(shop.pool, price_points=100, per_member=2, period="day")
    until = "2026-11-22T00:00:00+08:00"

    both = await asyncio.gather(*(shop.redeem(mug.id, member) for _ in range(3)))
    assert sorted(decided.redemption_id is None for decided in both) == [False, False, True]
    assert refusal((await shop.redeem(mug.id, member)).decision) == ("LIMIT_REACHED", {"limit": 2, "until": until})
    first = next(decided.redemption_id for decided in both if decided.redemption_id)
    await shop.cancel(first)
    await shop.redeemed(mug.id, member)

    shop.clock.move(12 * 3_600)
    await shop.redeemed(mug.id, member)
    # Of another day: to give that back leaves today's as they are.
    [other] = [each.redemption_id for each in both if each.redemption_id and each.redemption_id != first]
    await asyncio.gather(shop.cancel(other), shop.redeem(mug.id, member), shop.redeem(mug.id, member))
    assert await shop.pool.fetchval("SELECT count(*) FROM redemption WHERE created_at = $1", shop.clock.now) == 2
    await shop.verify()


async def test_a_tier_gate_and_a_window(shop: Counter) -> None:
    member = await shop.member(0)
    opens = shop.clock.now + timedelta(hours=1)
    gold = await add_reward(shop.pool, tiers=["gold"], starts_at=opens.isoformat())

    assert refusal((await shop.redeem(gold.id, member)).decision) == ("NOT_ON_SALE", {"from": opens.isoformat()})
    shop.clock.now = opens
    assert refusal((await shop.redeem(gold.id, member)).decision) == ("TIER_REQUIRED", {"tiers": ["gold"]})
    await shop.pool.execute("UPDATE member SET tier = 'gold'")
    await shop.redeemed(gold.id, member)


async def test_points_and_cash_reserve_until_the_order_is_paid(shop: Counter) -> None:
    member, mug = await shop.member(600), await add_reward(shop.pool, stock=1, price_points=500, price_fen=990)
    made = await shop.redeemed(mug.id, member)

    assert (made.state, made.expires_at) == (RedemptionState.RESERVED, shop.clock.now + timedelta(seconds=900))
    assert refusal(await shop.use(made.code)) == ("REDEMPTION_STATE", {"state": "reserved"})
    paid_once = await shop.confirm(made.id, "A-1", "paid")
    assert await shop.confirm(made.id, "A-1", "paid") == paid_once
    with pytest.raises(IdempotencyConflict):
        await shop.confirm(made.id, "A-2", "paid")
    assert refusal(await shop.confirm(made.id, "A-2")) == ("REDEMPTION_STATE", {"state": "confirmed"})
    assert refusal(await shop.cancel(made.id, member)) == ("REDEMPTION_STATE", {"state": "confirmed"})
    shop.clock.move(3_600)
    await shop.work()

    assert ((await shop.redemption(made.id)).order_number, await shop.points(member)) == ("A-1", 100)
    await shop.verify()


async def test_one_order_pays_for_one_redemption(shop: Counter, other_pool: Pool) -> None:
    member, mug = await shop.member(0), await add_reward(shop.pool, price_fen=990)
    first, second = await shop.redeemed(mug.id, member), await shop.redeemed(mug.id, member)
    other = Counter(other_pool)
    friend = await shop.redeemed(mug.id, await other.member(0))

    await shop.confirm(first.id)
    assert refusal(await shop.confirm(second.id)) == ("ORDER_USED", {"order": "A-1"})
    # Of two members no lock is the same: the database decides, and the loser is told as if it had come later.
    told = await asyncio.gather(shop.confirm(second.id, "A-2"), other.confirm(friend.id, "A-2"))
    assert sorted(decision.refusal.code if decision.refusal else "" for decision in told) == ["", "ORDER_USED"]
    with pytest.raises(InvalidInput):
        await shop.confirm(second.id, "")
    with pytest.raises(NotFound):
        await shop.confirm(new_id())


@pytest.mark.parametrize("ending", ["cancelled", "expired"])
async def test_what_comes_to_nothing_gives_points_and_stock_back_once(shop: Counter, ending: str) -> None:
    member, mug = await shop.member(600), await add_reward(shop.pool, stock=1, price_points=500, price_fen=990)
    made = await shop.redeemed(mug.id, member)
    assert (await shop.points(member), await shop.taken(mug.id)) == (100, 1)

    if ending == "cancelled":
        ends = await asyncio.gather(*(shop.cancel(made.id, member) for _ in range(3)))
        assert sorted(end.refusal is None for end in ends) == [False, False, True]
    else:
        await shop.work()
        shop.clock.move(900)
        await asyncio.gather(shop.work(), shop.work())
        await shop.work()

    assert (await shop.redemption(made.id)).state is RedemptionState(ending)
    assert (await shop.points(member), await shop.taken(mug.id)) == (600, 0)
    assert refusal(await shop.confirm(made.id)) == ("REDEMPTION_STATE", {"state": ending})
    await shop.redeemed(mug.id, member)
    await shop.verify()


async def test_the_shop_may_give_up_what_was_not_given_and_members_what_is_their_own(shop: Counter) -> None:
    member, stranger = await shop.members(2, 600)
    mug = await add_reward(shop.pool, price_points=500)
    made = await shop.redeemed(mug.id, member)

    with pytest.raises(NotFound):
        await shop.cancel(made.id, stranger)
    assert (await shop.cancel(made.id)).refusal is None
    assert await shop.points(member) == 600
    await shop.verify()


async def test_a_reservation_has_its_time(shop: Counter) -> None:
    mug = await add_reward(shop.pool, price_fen=990)
    made = await shop.redeemed(mug.id, await shop.member(0))

    early = NewFact("redemption.expired", made.member_id, shop.clock.now, {"redemption": str(made.id)}, new_id().hex)
    assert refusal((await shop.engine.submit(early)).decisions[0]) == ("NOT_DUE", {})


async def test_points_are_given_once_whoever_gives_them(shop: Counter, other_pool: Pool) -> None:
    member = await shop.member(100)
    bonus = await add_reward(shop.pool, "bonus", RewardKind.POINTS, price_points=60)
    made = await shop.redeemed(bonus.id, member)

    await asyncio.gather(*(worker.work() for worker in (shop, shop, Counter(other_pool), Counter(other_pool))))
    again = NewFact("reward.delivered", member, shop.clock.now, {"redemption": str(made.id)}, new_id().hex)

    assert refusal((await shop.engine.submit(again)).decisions[0]) == ("REDEMPTION_STATE", {"state": "used"})
    given = await shop.redemption(made.id)
    assert (given.state, given.used_by, await shop.points(member)) == (RedemptionState.USED, "siyu", 90)
    assert refusal(await shop.use(made.code)) == ("REDEMPTION_STATE", {"state": "used"})
    await shop.verify()


async def test_a_worker_that_dies_once_it_has_given_gives_no_second_time(shop: Counter, other_pool: Pool) -> None:
    member, bonus = await shop.member(0), await add_reward(shop.pool, "bonus", RewardKind.POINTS)
    await shop.redeemed(bonus.id, member)

    def die(name: str) -> None:
        raise SystemError(name)

    shop.engine.fail_point = die
    await deliver_due(shop.engine)
    await shop.engine.drain()
    await Counter(other_pool, clock=shop.clock).work()

    assert await shop.points(member) == 50
    await shop.verify()


async def test_what_arrives_by_itself_nobody_hands_over(shop: Counter) -> None:
    bonus = await add_reward(shop.pool, "bonus", RewardKind.POINTS)
    made = await shop.redeemed(bonus.id, await shop.member(0))

    assert refusal(await shop.use(made.code)) == ("NOTHING_TO_HAND_OVER", {})


async def test_a_privilege_is_worn_for_its_days_and_the_next_one_after_them(shop: Counter) -> None:
    member = await shop.member(0)
    title = await add_reward(shop.pool, "title", RewardKind.PRIVILEGE)
    badge = await add_reward(shop.pool, "badge", RewardKind.PRIVILEGE, details={"privilege": "badge", "name": "b"})

    for reward in (title, badge, title):
        await shop.redeemed(reward.id, member)
        await shop.work()

    start, end = shop.clock.now, shop.clock.now + timedelta(days=30)
    assert [tuple(row) for row in await shop.pool.fetch(WORN)] == [
        ("title", "regular", start, end),
        ("badge", "b", start, None),
        ("title", "regular", end, end + timedelta(days=30)),
    ]
    await shop.verify()


async def test_a_coupon_is_given_once_and_as_soon_as_there_is_one_to_give(shop: Counter) -> None:
    member = await shop.member(0)
    coupon = await add_reward(shop.pool, "coupon", RewardKind.COUPON)
    made = await shop.redeemed(coupon.id, member)

    await shop.work()
    waits = await shop.redemption(made.id)
    assert (waits.state, waits.attempts) == (RedemptionState.CONFIRMED, 1)
    assert waits.deliver_at == shop.clock.now + timedelta(minutes=1)
    problem = "SELECT effects::jsonb->0->>'problem' FROM decision ORDER BY id DESC LIMIT 1"
    assert await shop.pool.fetchval(problem) == "COUPON_TEMPLATE_NOT_FOUND"
    shop.clock.move(60)
    await shop.work()
    assert (await shop.redemption(made.id)).deliver_at == shop.clock.now + timedelta(minutes=2)

    await add_template(shop.pool, "ten_off", total_limit=1)
    shop.clock.move(120)
    await asyncio.gather(shop.work(), shop.work())
    assert (await shop.redemption(made.id)).state is RedemptionState.USED
    given = await shop.pool.fetch("SELECT member_id, source FROM coupon")
    assert [tuple(row) for row in given] == [(member, f"redemption/{made.id}")]
    await shop.verify()


async def test_what_a_campaign_issues_by_a_name_of_the_catalogue_is_the_members_to_get(shop: Counter) -> None:
    member = await shop.member(0)
    mug = await add_reward(shop.pool, "mug", stock=0, price_points=500)
    await add_reward(shop.pool, "bonus", RewardKind.POINTS)
    goods, points, unknown = [await issue(shop.pool, member, name) for name in ("mug", "bonus", "no-such")]

    await asyncio.gather(shop.work(), shop.work())
    await shop.work()

    rows = {row[0]: row[1] for row in await shop.pool.fetch("SELECT issued_id, id FROM redemption")}
    assert rows.keys() == {goods, points}
    got, given = await shop.redemption(rows[goods]), await shop.redemption(rows[points])
    assert (got.state, given.state) == (RedemptionState.CONFIRMED, RedemptionState.USED)
    assert (await shop.points(member), await shop.taken(mug.id)) == (50, 0)
    assert (await shop.use(got.code)).refusal is None
    assert await shop.pool.fetchval("SELECT opened_at FROM issued_reward WHERE id = $1", unknown) is None
    again = NewFact("reward.issued", member, shop.clock.now, {"issued": str(goods)}, new_id().hex)
    assert refusal((await shop.engine.submit(again)).decisions[0]) == ("REWARD_NOT_FOUND", {})
    await shop.verify()


async def test_what_a_campaign_took_back_is_not_given(shop: Counter) -> None:
    member = await shop.member(0)
    for name, kind in (("mug", RewardKind.GOODS), ("bonus", RewardKind.POINTS), ("late", RewardKind.GOODS)):
        await add_reward(shop.pool, name, kind)
    issued = {name: await issue(shop.pool, member, name) for name in ("mug", "bonus", "late")}
    for name in ("mug", "bonus"):
        fact = NewFact("reward.issued", member, shop.clock.now, {"issued": str(issued[name])}, new_id().hex)
        assert (await shop.engine.submit(fact)).decisions[0].refusal is None
    await shop.pool.execute("UPDATE issued_reward SET state = 'revoked', revoked_at = now()")

    late = NewFact("reward.issued", member, shop.clock.now, {"issued": str(issued["late"])}, new_id().hex)
    assert refusal((await shop.engine.submit(late)).decisions[0]) == ("REWARD_REVOKED", {})
    await shop.work()

    states = "SELECT issued_id, state, code FROM redemption"
    found = {row[0]: row for row in await shop.pool.fetch(states)}
    assert (found[issued["bonus"]]["state"], await shop.points(member)) == ("cancelled", 0)
    assert refusal(await shop.use(found[issued["mug"]]["code"])) == ("REWARD_REVOKED", {})
    await shop.verify()


async def test_one_reward_of_each_step_for_whoever_invited_so_many(shop: Counter) -> None:
    campaign = await add_campaign(shop.pool, "inviting")
    member, *friends = await add_joined(shop.pool, *range(4))
    await service.save_library(shop.pool, "friends", "邀请有礼", "Friends", Measure.INVITEES, shop.clock.now)
    tea = await add_reward(shop.pool, "tea", library="friends", step=2)
    mug = await add_reward(shop.pool, "mug", library="friends", step=2)
    book = await add_reward(shop.pool, "book", library="friends", step=3)

    async def invite(friend: UUID) -> None:
        await shop.pool.execute(
            "INSERT INTO invitation SELECT m.id, gen_random_uuid(), m.joined_at, i.id, i.joined_at, $3, "
            "gen_random_uuid(), $4 FROM member m, member i WHERE m.id = $1 AND i.id = $2",
            friend,
            member,
            campaign,
            shop.clock.now,
        )

    await invite(friends[0])
    assert refusal((await shop.redeem(tea.id, member)).decision) == ("STEP_NOT_REACHED", {"step": 2, "missing": 1})
    await invite(friends[1])
    both = await asyncio.gather(shop.redeem(tea.id, member), shop.redeem(mug.id, member))
    refused = [refusal(each.decision) for each in both if each.redemption_id is None]
    assert refused == [("STEP_TAKEN", {"step": 2})]
    assert refusal((await shop.redeem(mug.id, member)).decision) == ("STEP_TAKEN", {"step": 2})
    await invite(friends[2])
    await shop.redeemed(book.id, member)

    [picked] = [each.redemption_id for each in both if each.redemption_id]
    await shop.cancel(picked)
    await shop.redeemed(mug.id, member)

    # Of buyers alone, and of those of them who kept something.
    await service.save_library(shop.pool, "friends", "邀请有礼", "Friends", Measure.BUYERS, shop.clock.now)
    cake = await add_reward(shop.pool, "cake", library="friends", step=1)
    assert refusal((await shop.redeem(cake.id, member)).decision)[0] == "STEP_NOT_REACHED"
    await shop.engine.submit(paid(friends[0], "A-1", 500, shop.clock.now))
    await shop.engine.submit(refunded(friends[0], "A-1", 500, shop.clock.now))
    assert refusal((await shop.redeem(cake.id, member)).decision)[0] == "STEP_NOT_REACHED"
    await shop.engine.submit(paid(friends[1], "A-2", 500, shop.clock.now))
    await shop.redeemed(cake.id, member)


async def test_nothing_is_made_of_what_is_not_there(shop: Counter) -> None:
    [member, stranger] = await add_members(shop.pool, 2)
    made = await shop.redeemed((await add_reward(shop.pool)).id, member)

    for kind, field, whom, code in (
        ("reward.redeemed", "reward", member, "REWARD_NOT_FOUND"),
        ("redemption.used", "redemption", member, "REDEMPTION_NOT_FOUND"),
        ("reward.issued", "issued", member, "REWARD_NOT_FOUND"),
    ):
        fact = NewFact(kind, whom, shop.clock.now, {field: str(new_id())}, new_id().hex)
        assert refusal((await shop.engine.submit(fact)).decisions[0]) == (code, {})
    theirs = NewFact("redemption.used", stranger, shop.clock.now, {"redemption": str(made.id), "by": "x"}, new_id().hex)
    assert refusal((await shop.engine.submit(theirs)).decisions[0]) == ("REDEMPTION_NOT_FOUND", {})
    with pytest.raises(InvalidInput, match="is no code"):
        await shop.use(made.code[:-1])
    with pytest.raises(NotFound):
        await shop.use("22222222222222")


async def test_of_many_who_ask_in_one_batch_as_many_get_one_as_there_are(shop: Counter) -> None:
    members = await shop.members(8, 500)
    mug = await add_reward(shop.pool, stock=3, price_points=500)

    asked = await asyncio.gather(*(shop.redeem(mug.id, member) for member in members))

    told = [decided.decision.refusal.code if decided.decision.refusal else "" for decided in asked]
    assert sorted(told) == [""] * 3 + ["OUT_OF_STOCK"] * 5
    assert (await shop.taken(mug.id), sum([await shop.points(member) for member in members])) == (3, 2_500)
    await shop.verify()


async def test_stock_that_another_process_takes_is_waited_for(shop: Counter) -> None:
    member, mug = await shop.member(0), await add_reward(shop.pool, stock=1)

    async with shop.pool.acquire() as connection, connection.transaction():
        await connection.execute("UPDATE reward SET taken = 1")
        asked = asyncio.create_task(shop.redeem(mug.id, member))
        await asyncio.sleep(0.2)
        assert not asked.done()
    assert refusal((await asked).decision) == ("OUT_OF_STOCK", {})


async def test_two_processes_give_no_more_than_there_is_and_no_member_more_than_their_limit(
    shop: Counter, other_pool: Pool
) -> None:
    small = BatchLimits(facts_max=4, share_min=1)
    shops = [Counter(pool, small, shop.clock) for pool in (shop.pool, other_pool)]
    members = await shop.members(6, 500)
    mug = await add_reward(shop.pool, stock=10, price_points=50, per_member=2)

    asked = [shops[turn % 2].redeem(mug.id, member) for turn in range(4) for member in members]
    told = [decided.decision.refusal for decided in await asyncio.gather(*asked)]

    assert sum(each is None for each in told) == await shop.taken(mug.id) == 10
    assert {each.code for each in told if each is not None} <= {"OUT_OF_STOCK", "LIMIT_REACHED"}
    most = "SELECT max(count) FROM (SELECT count(*) FROM redemption GROUP BY member_id) AS of_member"
    assert await shop.pool.fetchval(most) == 2
    await shop.verify()


def test_nobody_reports_from_outside_what_the_desk_decides_about() -> None:
    kind = replace(PLAIN_TYPE, listens=frozenset(DESK_FACTS))

    for fact_type in DESK_FACTS:
        with pytest.raises(InvalidInput, match="unknown fact type"):
            service_fact(registry_of(kind), fact_type, NOON, {}, "outside", NOON)
