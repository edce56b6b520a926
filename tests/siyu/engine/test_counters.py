"""Counters by scope and period: what stands, what is refused, what is left in the tables."""

import asyncio
from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from siyu.db import Pool
from siyu.engine import CAMPAIGN_FAILED, BatchLimits, effects, loading
from siyu.sdk import Period, Reserve, Scope
from tests.clock import NOON
from tests.factories import SHANGHAI, add_campaign, add_members
from tests.siyu.engine.tally import Memory, go, refusal, take, tally, tally_engine
from tests.siyu.engine.unlocked import take_the_lock_away

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# A slot's three hours, the evening outside of all slots, the next day, the next week, the next month.
MOMENTS = (NOON, NOON - HOUR, NOON + 8 * HOUR, NOON + DAY, NOON + 2 * DAY, NOON + 14 * DAY)
EVERY_COUNTER = pytest.mark.parametrize(
    ("scope", "period"), [(scope, period) for scope in Scope for period in Period], ids=lambda value: value.value
)
LIMIT = 3
# A member's place, the moment, the team's place and the item.
Play = tuple[int, datetime, int, str]
PLAYS: list[Play] = [
    (member, at, team, item)
    for at in MOMENTS
    for team, item in ((0, "cup"), (1, "hat"))
    for member in (0, 1, 2)
    for _ in range(2)
]


def expected(scope: Scope, period: Period, plays: Sequence[Play]) -> list[bool]:
    """Which plays stand, by the plainest counting there is."""
    used: Tally[tuple[object, str]] = Tally()
    stands = []
    for member, at, team, item in plays:
        local = at.astimezone(SHANGHAI)
        subject = {Scope.CAMPAIGN: 0, Scope.MEMBER: member, Scope.TEAM: team, Scope.ITEM: item}[scope]
        form = {Period.EVER: "", Period.DAY: "%F", Period.WEEK: "%G-%V", Period.MONTH: "%Y-%m", Period.SLOT: "%F %H"}
        key = subject, local.strftime(form[period])
        closed = period is Period.SLOT and not 10 <= local.hour <= 12
        stands.append(not closed and used[key] < LIMIT)
        used[key] += stands[-1]
    return stands


@EVERY_COUNTER
def test_a_counter_gives_its_limit_and_no_more(scope: Scope, period: Period) -> None:
    shop = Memory(tally(scope, period))
    teams = [shop.go(shop.members[0], ("open",)).fact_id.hex for _ in range(2)]

    stands = [
        refusal(shop.go(shop.members[member], take(), at=at, team=teams[team], item=item)) is None
        for member, at, team, item in PLAYS
    ]

    assert stands == expected(scope, period, PLAYS)
    assert sum(used for used, _ in shop.counted().values()) == sum(stands)


@EVERY_COUNTER
@pytest.mark.parametrize("facts_max", [1, 256])
async def test_a_counter_in_the_database_gives_its_limit_and_no_more(
    pool: Pool, scope: Scope, period: Period, facts_max: int
) -> None:
    members = await add_members(pool, 3)
    campaign = await add_campaign(pool, "tally")
    engine = tally_engine(pool, tally(scope, period), BatchLimits(facts_max=facts_max, share_min=1, in_flight_max=1))
    teams = [(await engine.submit(go(campaign, members[0], ("open",)))).fact_id.hex for _ in range(2)]

    outcomes = await asyncio.gather(
        *(
            engine.submit(go(campaign, members[member], take(), at=at, team=teams[team], item=item))
            for member, at, team, item in PLAYS
        )
    )

    # Facts of one member are decided in order; those of three arrive interleaved as they were submitted.
    stands = [refusal(outcome) is None for outcome in outcomes]
    assert stands == expected(scope, period, PLAYS)
    assert await pool.fetchval("SELECT coalesce(sum(used), 0) FROM counter") == sum(stands)


COUNTED = "SELECT name, subject, bucket, used, held, extra FROM counter WHERE used > 0 OR held > 0 ORDER BY 1, 2, 3"
RESERVED = "SELECT key, counter, subject, bucket, amount, state FROM reservation ORDER BY 1, member_id"


async def test_batches_of_one_and_of_many_leave_equal_rows(pool: Pool, second_pool: Pool) -> None:
    members = await add_members(pool, 40)
    await second_pool.executemany("INSERT INTO member (id, joined_at) VALUES ($1, now())", [(m,) for m in members])
    left: list[Any] = []
    for place, facts_max in ((pool, 1), (second_pool, 256)):
        campaign = await add_campaign(place, "tally", {"limit": 50})
        engine = tally_engine(place, tally(Scope.ITEM), BatchLimits(facts_max=facts_max, share_min=1, in_flight_max=1))
        facts = [
            go(campaign, member, *do, item=("cup", "hat")[number % 2])
            for number, member in enumerate(members)
            for do in ([take(2, key=f"k{number}")], [("release", f"k{number}")] if number % 3 else [take(key="again")])
        ]
        facts += [go(campaign, member, ("confirm", f"k{n}")) for n, member in enumerate(members) if n % 4 == 0]

        outcomes = await asyncio.gather(*(engine.submit(fact) for fact in facts))

        assert (engine.timings.batches == 1) is (facts_max == 256)
        rows = [[tuple(row) for row in await place.fetch(sql)] for sql in (COUNTED, RESERVED)]
        left.append((rows, [refusal(outcome) for outcome in outcomes]))
    assert left[0] == left[1]
    assert left[0][0][0]


async def contend(pools: Sequence[Pool], campaign: UUID, members: Sequence[UUID], scope: Scope, team: str) -> int:
    """Every member claims at once, through two engines that know nothing of each other; how many got a unit."""
    engines = [tally_engine(pool, tally(scope), BatchLimits(facts_max=8, share_min=1)) for pool in pools]
    outcomes = await asyncio.gather(
        *(
            engines[number % 2].submit(go(campaign, member, take(), item="cup", team=team))
            for number, member in enumerate(members)
        )
    )
    return sum(refusal(outcome) is None for outcome in outcomes)


@pytest.mark.parametrize("scope", [Scope.CAMPAIGN, Scope.TEAM, Scope.ITEM], ids=lambda scope: scope.value)
async def test_of_many_claims_at_once_exactly_the_limit_passes(pool: Pool, other_pool: Pool, scope: Scope) -> None:
    members = await add_members(pool, 100)
    campaign = await add_campaign(pool, "tally", {"limit": 37})
    opened = await tally_engine(pool, tally(scope)).submit(go(campaign, members[0], ("open",)))
    # Facts that name a team wait for each other at the team: the lock of any other counter would not be tried.
    team = opened.fact_id.hex if scope is Scope.TEAM else ""

    passed = await contend((pool, other_pool), campaign, members, scope, team)

    assert passed == 37
    assert [tuple(row) for row in await pool.fetch("SELECT used, held FROM counter WHERE used > 0")] == [(37, 0)]


async def test_without_the_lock_more_would_pass(pool: Pool, other_pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the test above can fail: it is the lock that makes it hold."""
    members = await add_members(pool, 101)
    campaign = await add_campaign(pool, "tally", {"limit": 2})
    # Who inserts the counter's row makes the other wait, lock or not; from then on the lock alone does.
    assert await contend((pool, other_pool), campaign, members[:1], Scope.CAMPAIGN, "") == 1
    take_the_lock_away(monkeypatch)

    assert await contend((pool, other_pool), campaign, members[1:], Scope.CAMPAIGN, "") > 1


async def test_locks_taken_in_any_order_of_facts_never_stop_each_other(pool: Pool, other_pool: Pool) -> None:
    """Each fact names both items, every batch both teams: two engines take them in one order all the same."""
    members = await add_members(pool, 40)
    campaigns = [await add_campaign(pool, "tally", {"limit": None}) for _ in range(2)]
    kind = tally(Scope.ITEM)
    first = tally_engine(pool, kind)
    teams = [(c, (await first.submit(go(c, members[0], ("open",)))).fact_id.hex) for c in campaigns for _ in range(2)]
    engines = [tally_engine(place, kind, BatchLimits(facts_max=4, share_min=1)) for place in (pool, other_pool)]
    items = ["cup", "hat"]

    await asyncio.gather(
        *(
            engines[n % 2].submit(
                go(campaign, member, ("join",), take(subject="cup"), item=items[:: (-1) ** n], team=team)
            )
            for n, member in enumerate(members)
            for campaign, team in (teams if n % 2 else reversed(teams))
        )
    )

    assert await pool.fetchval("SELECT sum(used) FROM counter") == len(members) * len(teams)
    assert await pool.fetchval("SELECT count(*) FROM fact") == len(members) * len(teams) + len(teams)


def test_two_takings_of_a_decision_need_their_sum() -> None:
    shop = Memory(tally(Scope.CAMPAIGN))

    outcome = shop.go(shop.members[0], take(2), take(2))

    assert outcome.decisions[0].refusal == ("NONE_LEFT", {"counter": "units", "left": 3, "amount": 4})
    assert shop.counted() == {}
    assert refusal(shop.go(shop.members[0], take(2), take(1))) is None


def test_a_refused_decision_has_no_other_effect() -> None:
    shop = Memory(tally(Scope.CAMPAIGN))

    assert refusal(shop.go(shop.members[0], ("grant", 5), take(key="k"), take(3))) == "NONE_LEFT"

    assert (shop.counted(), shop.world.book.transfers, shop.world.reservations.changed()) == ({}, [], [])


@pytest.mark.parametrize("limit", [-1, True, "3", 1.0])
def test_a_limit_that_is_no_number_fails_the_decision(limit: object) -> None:
    shop = Memory(tally(Scope.CAMPAIGN, limit=lambda config, subject: limit))

    assert refusal(shop.go(shop.members[0], take())) == CAMPAIGN_FAILED


async def test_a_slot_function_that_fails_sinks_its_own_decisions_alone(pool: Pool) -> None:
    def fail(config: Any, local: Any) -> str:
        raise ZeroDivisionError

    [lin] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "tally")
    engine = tally_engine(pool, replace(tally(Scope.CAMPAIGN, Period.SLOT), slot_of=fail))

    assert refusal(await engine.submit(go(campaign, lin, take()))) == CAMPAIGN_FAILED
    assert refusal(await engine.submit(go(campaign, lin, ("open",)))) is None


async def test_a_counter_that_was_not_locked_cannot_be_touched(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "subjects_named", lambda *_: ())
    [lin] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "tally"), tally_engine(pool, tally(Scope.CAMPAIGN))

    assert refusal(await engine.submit(go(campaign, lin, take()))) == CAMPAIGN_FAILED


def test_without_the_guard_more_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the guard of `Reserve` is what the tests above see."""
    others = {kind: guard for kind, guard in effects.GUARDS.items() if kind is not Reserve}
    monkeypatch.setattr(effects, "GUARDS", others)
    effects.plan_of.cache_clear()
    shop = Memory(tally(Scope.CAMPAIGN))

    codes = [refusal(shop.go(shop.members[0], take(2))) for _ in range(3)]

    effects.plan_of.cache_clear()
    assert codes == [None] * 3


async def test_a_limit_below_what_is_taken_leaves_nothing(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "tally"), tally_engine(pool, tally(Scope.CAMPAIGN))
    await engine.submit(go(campaign, lin, take(3)))
    await pool.execute("""UPDATE campaign SET config = '{"limit": 1}', revision = 2""")

    outcome = await engine.submit(go(campaign, lin, take()))

    assert outcome.decisions[0].refusal == ("NONE_LEFT", {"counter": "units", "left": 0, "amount": 1})
