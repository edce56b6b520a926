"""Group-buys on PostgreSQL, from two engines at once: every team is decided once, and every order has one end."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from plugins.group_buy.campaign import GROUP_BUY
from plugins.group_buy.states import LATE_MAX, Status
from plugins.group_buy.teams import Outcome
from siyu.db import Pool
from siyu.sdk import Effect, Fact
from tests.clock import NOON, TestClock
from tests.factories import add_members, points_of, registry_of
from tests.plugins.team_audit import audit
from tests.plugins.team_shop import PRICE_FEN, TeamShop, refusal
from tests.siyu.engine.capped import cap, set_caps
from tests.siyu.engine.relay import fire_all

DEADLINE = NOON + timedelta(hours=1)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def shop(pool: Pool, other_pool: Pool, clock: TestClock) -> TeamShop:
    return TeamShop(clock, pool, other_pool)


async def filled(shop: TeamShop, *members: UUID) -> str:
    """A team in which these members hold all seats; its key."""
    team = await shop.opened(members[0])
    for outcome in await shop.submit([shop.act("join", member, team=team) for member in members[1:]]):
        assert refusal(outcome) is None
    return team


async def test_50_members_race_for_two_seats_and_two_get_them(shop: TeamShop) -> None:
    leader, *others = await add_members(shop.pool, 51)
    await shop.begin()
    team = await shop.opened(leader)

    outcomes = await shop.submit([shop.act("join", member, team=team) for member in others])

    assert Counter(map(refusal, outcomes)) == {None: 2, "TEAM_FULL": 48}
    assert (len((await shop.team(team)).seats), await shop.stock()) == (3, (0, 3))


async def test_the_last_units_are_never_promised_twice(shop: TeamShop) -> None:
    members = await add_members(shop.pool, 40)
    await shop.begin(items=[{"key": "mug", "prices_fen": [PRICE_FEN], "stock": 7}])

    outcomes = await shop.submit([shop.act("open", member) for member in members])

    assert Counter(map(refusal, outcomes)) == {None: 7, "SOLD_OUT_FOR_NOW": 33}
    assert await shop.stock() == (0, 7)


async def test_a_member_who_opens_many_times_at_once_has_one_seat(shop: TeamShop) -> None:
    [member] = await add_members(shop.pool, 1)
    await shop.begin()

    outcomes = await shop.submit([shop.act("open", member) for _ in range(20)])

    assert Counter(map(refusal, outcomes)) == {None: 1, "SEAT_LIMIT": 19}
    assert await shop.stock() == (0, 1)


async def test_defect_21_payments_at_once_complete_a_team_once(shop: TeamShop, clock: TestClock) -> None:
    members = await add_members(shop.pool, 30)
    await shop.begin()
    teams = [await filled(shop, *members[place : place + 3]) for place in range(0, 30, 3)]

    orders = [shop.paid(member, teams[place // 3], f"A-{place}") for place, member in enumerate(members)]
    await shop.submit(orders)
    clock.now = DEADLINE
    await shop.fire()

    ended = await audit(shop)
    assert (ended.teams, ended.bought, ended.went_back) == ({"succeeded": 10}, 30, 0)
    settled = await shop.pool.fetchval("SELECT count(*) FROM fact WHERE type = 'group_buy.settled'")
    assert settled == 30


async def test_defect_21_of_late_payers_for_the_last_seat_one_gets_it(shop: TeamShop, clock: TestClock) -> None:
    members = await add_members(shop.pool, 12)
    await shop.begin()
    team = await filled(shop, *members[:3])
    await shop.submit([shop.paid(member, team, f"A-{place}") for place, member in enumerate(members[:2])])
    for late in members[2:]:
        await shop.submit([shop.act("join", late, team=team)])
        await shop.submit([shop.act("leave", late, team=team)])

    await shop.submit([shop.paid(member, team, f"B-{place}") for place, member in enumerate(members[2:])])

    clock.now = DEADLINE
    await shop.fire()
    ended = await audit(shop)
    assert (ended.teams, ended.bought, ended.went_back) == ({"succeeded": 1}, 3, 9)
    assert {reason for _, reason in (await shop.refunds()).values()} == {"late"}


async def test_defect_22_an_order_paid_as_its_seat_expires_has_one_end(shop: TeamShop, clock: TestClock) -> None:
    members = await add_members(shop.pool, 60)
    await shop.begin()
    teams = [await filled(shop, *members[place : place + 3]) for place in range(0, 60, 3)]
    first = [place for place in range(60) if place % 3]
    await shop.submit([shop.paid(members[place], teams[place // 3], f"A-{place}") for place in first])
    clock.now = NOON + timedelta(minutes=15)

    firing = asyncio.create_task(fire_all(shop.engines[1]))
    leaders = [shop.paid(members[place], teams[place // 3], f"A-{place}") for place in range(0, 60, 3)]
    await asyncio.gather(*map(shop.engines[0].submit, leaders))
    await firing
    clock.now = DEADLINE
    await asyncio.gather(*map(fire_all, shop.engines))

    ended = await audit(shop)
    # Whoever was too late has found their seat free again.
    assert (ended.teams, ended.bought, ended.went_back) == ({"succeeded": 20}, 60, 0)


async def test_defect_22_orders_that_are_paid_as_the_time_is_up_buy_or_go_back(
    shop: TeamShop, clock: TestClock
) -> None:
    members = await add_members(shop.pool, 60)
    await shop.begin(minutes_to_pay=60)
    teams = [await filled(shop, *members[place : place + 3]) for place in range(0, 60, 3)]
    orders = [shop.paid(member, teams[place // 3], f"A-{place}") for place, member in enumerate(members)]
    clock.now = DEADLINE

    firing = asyncio.create_task(fire_all(shop.engines[1]))
    # Of each team one after the others: so that the deadline comes in between.
    await asyncio.gather(*map(shop.engines[0].submit, [*orders[::3], *orders[1::3], *orders[2::3]]))
    await firing
    await shop.fire()
    clock.now = DEADLINE + timedelta(days=1)
    await shop.fire()

    ended = await audit(shop)
    assert ended.bought == 3 * ended.teams["succeeded"]
    assert ended.bought + ended.went_back == 60


async def test_defect_50_copies_of_a_payment_notice_pay_once(shop: TeamShop) -> None:
    [member] = await add_members(shop.pool, 1)
    await shop.begin()
    team = await shop.opened(member)
    copies = [shop.paid(member, team, "A-1", "callback/1") for _ in range(10)]
    others = [shop.paid(member, team, "A-1") for _ in range(10)]

    outcomes = await shop.submit([*copies, *others])

    refusals = Counter(map(refusal, outcomes))
    assert refusals["ORDER_ALREADY_PAID"] in {10, 19}
    assert set(refusals) == {None, "ORDER_ALREADY_PAID"}
    assert ((await shop.team(team)).paid, await shop.refunds(), await shop.stock()) == (1, {}, (0, 1))


async def test_many_late_orders_at_once_buy_one_seat(shop: TeamShop, clock: TestClock) -> None:
    """Heard in one batch, before any is looked at again: as many as may wait, and more."""
    leader, late = await add_members(shop.pool, 2)
    await shop.begin(seats_per_member=9)
    team = await filled(shop, leader, late)
    await shop.submit([shop.paid(leader, team, "A-1"), shop.act("leave", late, team=team)])
    orders = [shop.paid(late, team, f"B-{number}") for number in range(LATE_MAX + 4)]

    first = shop.engines[0]
    outcomes = await asyncio.gather(*map(first.submit, orders))
    await first.drain()

    kinds = Counter(outcome.decisions[0].effects[0]["kind"] for outcome in outcomes)
    assert kinds["refund"] >= 4
    [seat] = (await shop.seats(late)).seats
    assert (seat.status, seat.late, len(await shop.refunds())) == (Status.PAID, (), LATE_MAX + 3)
    assert await shop.unreconciled() == []


async def test_an_order_whose_money_is_back_before_it_is_looked_at_again_seats_nobody(shop: TeamShop) -> None:
    leader, late = await add_members(shop.pool, 2)
    await shop.begin()
    team = await filled(shop, leader, late)
    await shop.submit([shop.paid(leader, team, "A-1"), shop.act("leave", late, team=team)])
    told = [
        shop.paid(late, team, "B-1"),
        shop.order("refunded", late, "B-1", amount_fen=PRICE_FEN, team=team),
    ]

    first = shop.engines[0]
    await asyncio.gather(*map(first.submit, told))
    await first.drain()

    [seat] = (await shop.seats(late)).seats
    assert (seat.status, seat.late, (await shop.team(team)).paid) == (Status.LEFT, (), 1)
    assert (await shop.refunds(), await shop.unreconciled()) == ({}, [])


async def test_money_that_is_back_as_the_team_succeeds_leaves_the_units_sold(shop: TeamShop) -> None:
    """The outcome is written, and the fact that tells the member is still to come when the refund does."""
    members = await add_members(shop.pool, 3)
    await shop.begin(leader={"points": 50})
    team = await filled(shop, *members)
    await shop.submit([shop.paid(member, team, f"A-{place}") for place, member in enumerate(members[:2])])
    told = [
        shop.paid(members[2], team, "A-2"),
        shop.order("refunded", members[0], "A-0", amount_fen=PRICE_FEN, team=team),
    ]

    first = shop.engines[0]
    await asyncio.gather(*map(first.submit, told))
    await first.drain()

    [seat] = (await shop.seats(members[0])).seats
    assert (seat.status, (await shop.team(team)).outcome) == (Status.REFUNDED, Outcome.SUCCEEDED)
    assert (await shop.stock(), await shop.refunds(), await points_of(shop.pool, members[0])) == ((3, 0), {}, 0)
    await audit(shop)


async def test_a_seat_that_is_taken_again_before_a_late_order_is_looked_at_is_paid_by_it(shop: TeamShop) -> None:
    leader, late = await add_members(shop.pool, 2)
    await shop.begin()
    team = await filled(shop, leader, late)
    await shop.submit([shop.act("leave", late, team=team)])
    told = [shop.paid(late, team, "B-1"), shop.act("join", late, team=team)]

    first = shop.engines[0]
    await asyncio.gather(*map(first.submit, told))
    await first.drain()

    [seat] = (await shop.seats(late)).seats
    assert (seat.status, seat.order, await shop.refunds(), await shop.stock()) == (Status.PAID, "B-1", {}, (0, 2))


@pytest.mark.parametrize(("late_payer", "ends"), [("refund", 0), ("new_team", 1)])
async def test_an_order_that_comes_with_the_deadline_finds_the_seat_about_to_end(
    shop: TeamShop, clock: TestClock, late_payer: str, ends: int
) -> None:
    """The team is decided, and the fact that tells the member is still to come when the order does."""
    [member] = await add_members(shop.pool, 1)
    await shop.begin(minutes_to_pay=60, late_payer=late_payer)
    team = await shop.opened(member)
    clock.now = DEADLINE
    first = shop.engines[0]
    firing = asyncio.create_task(fire_all(first))
    while (await shop.team(team)).outcome is Outcome.OPEN:
        await asyncio.sleep(0)
    await first.submit(shop.paid(member, team, "A-1"))
    await firing
    await shop.fire()

    state = await shop.seats(member)
    assert [seat.status for seat in state.seats] == [Status.EXPIRED, Status.PAID][: 1 + ends]
    assert await shop.stock() == (0, ends)
    clock.now = DEADLINE + timedelta(hours=2)
    await shop.fire()
    await audit(shop)


async def test_a_cap_refuses_the_perk_and_nothing_else(shop: TeamShop) -> None:
    members = await add_members(shop.pool, 3)
    await shop.begin(leader={"points": 50, "off_fen": 100})
    await set_caps(shop.pool, shop.campaign, cap(49))
    team = await filled(shop, *members)

    await shop.submit([shop.paid(member, team, f"A-{place}") for place, member in enumerate(members)])

    capped = "SELECT fact.type FROM decision JOIN fact ON fact.id = fact_id WHERE refusal_code = 'CAP_REACHED'"
    assert [row[0] for row in await shop.pool.fetch(capped)] == ["group_buy.perk"]
    assert (await points_of(shop.pool, members[0]), await shop.refunds()) == (0, {"A-0": (100, "price_step")})
    await shop.verify()


def fail_to_decide(fact: Fact, view: object) -> Iterator[Effect]:
    """A plugin that cannot take a payment."""
    if fact.type == "order.paid":
        raise RuntimeError("no")
    return iter(GROUP_BUY.decide(fact, view))


async def test_defect_51_a_payment_that_the_plugin_fails_at_is_not_lost(pool: Pool, clock: TestClock) -> None:
    """The order is paid, the shop is told, and operators find it until its money is back."""
    [member] = await add_members(pool, 1)
    shop = TeamShop(clock, pool, registry=registry_of(replace(GROUP_BUY, decide=fail_to_decide)))
    await shop.begin()
    team = await shop.opened(member)

    [outcome] = await shop.submit([shop.paid(member, team, "A-1")])

    assert refusal(outcome) == "CAMPAIGN_FAILED"
    assert await pool.fetchval("SELECT amount_fen FROM shop_order WHERE number = 'A-1'") == PRICE_FEN
    assert await shop.unreconciled() == ["A-1"]
    await shop.submit([shop.order("refunded", member, "A-1", amount_fen=PRICE_FEN, team=team)])
    assert await shop.unreconciled() == []


async def test_defect_25_the_query_finds_a_paid_seat_that_is_in_no_path(shop: TeamShop) -> None:
    """What other systems leave: a seat is paid for, and the team knows nothing of it."""
    members = await add_members(shop.pool, 4)
    await shop.begin()
    team = await filled(shop, *members[:3])
    open_team = await shop.opened(members[3])
    await shop.submit([shop.paid(member, team, f"A-{place}") for place, member in enumerate(members[:3])])
    await shop.submit([shop.paid(members[3], open_team, "B-1")])
    assert await shop.unreconciled() == []

    failed = 'UPDATE participation SET state = state || \'{"outcome": "failed"}\' WHERE team = $1'
    await shop.pool.execute(failed, team)
    emptied = "UPDATE participation SET state = state || '{\"seats\": []}' WHERE team = $1"
    await shop.pool.execute(emptied, open_team)

    assert await shop.unreconciled() == ["A-0", "A-1", "A-2", "B-1"]
