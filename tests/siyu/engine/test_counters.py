"""Counters by scope and period, reservations and teams: what stands, what is refused, what is left in the tables."""

import asyncio
from collections import Counter as Tally
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from siyu.campaigns import counter_store, participation_store
from siyu.campaigns.needs import NOTHING
from siyu.campaigns.reservations import RESERVATIONS_MAX
from siyu.db import Pool
from siyu.engine import CAMPAIGN_FAILED, BatchLimits, effects, loading
from siyu.sdk import Effect, Fact, Period, Reserve, Reserved, Scope, View
from tests.factories import SHANGHAI, add_campaign, add_members
from tests.siyu.engine.tally import (
    NOON,
    Memory,
    TallyConfig,
    TallyState,
    TallyTeam,
    go,
    refusal,
    take,
    tally,
    tally_engine,
)

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

    passed = await contend((pool, other_pool), campaign, members, scope, opened.fact_id.hex)

    assert passed == 37
    assert [tuple(row) for row in await pool.fetch("SELECT used, held FROM counter WHERE used > 0")] == [(37, 0)]


async def test_without_the_lock_more_would_pass(pool: Pool, other_pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the test above can fail: it is the lock that makes it hold."""
    monkeypatch.setattr(counter_store, "LOCK", counter_store.LOAD)
    members = await add_members(pool, 100)
    campaign = await add_campaign(pool, "tally", {"limit": 37})

    assert await contend((pool, other_pool), campaign, members, Scope.CAMPAIGN, "") > 37


async def test_members_of_one_team_do_not_lose_one_another(pool: Pool, other_pool: Pool) -> None:
    members = await add_members(pool, 60)
    campaign = await add_campaign(pool, "tally")
    kind = tally(Scope.TEAM)
    team = (await tally_engine(pool, kind).submit(go(campaign, members[0], ("open",)))).fact_id.hex
    engines = [tally_engine(place, kind, BatchLimits(facts_max=5, share_min=1)) for place in (pool, other_pool)]

    await asyncio.gather(
        *(engines[n % 2].submit(go(campaign, m, ("join",), team=team)) for n, m in enumerate(members) if n)
    )

    count = "SELECT jsonb_array_length(state->'members') FROM participation WHERE team = $1"
    assert await pool.fetchval(count, team) == 60


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


def test_a_second_release_frees_nothing() -> None:
    shop, [lin, *_] = (memory := Memory(tally(Scope.CAMPAIGN))), memory.members
    shop.go(lin, take(2, key="k"))

    first, second = shop.go(lin, ("release", "k")), shop.go(lin, ("release", "k"))

    assert [outcome.decisions[0].effects[0]["released"] for outcome in (first, second)] == [2, 0]
    assert shop.world.counters.row(next(iter(shop.world.counters._rows))).taken == 0


async def test_a_second_release_frees_nothing_in_the_database(pool: Pool) -> None:
    lin, bo = await add_members(pool, 2)
    campaign, engine = await add_campaign(pool, "tally"), tally_engine(pool, tally(Scope.CAMPAIGN))
    await engine.submit(go(campaign, bo, take(1, key="k")))
    await engine.submit(go(campaign, lin, take(2, key="k")))

    for _ in range(3):
        await engine.submit(go(campaign, lin, ("release", "k")))

    assert tuple(await pool.fetchrow("SELECT used, held FROM counter")) == (0, 1)
    assert [row[0] for row in await pool.fetch("SELECT state FROM reservation ORDER BY amount")] == ["held", "released"]


async def test_a_unit_reserved_yesterday_is_given_back_to_yesterday(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "tally"), tally_engine(pool, tally(Scope.CAMPAIGN, Period.DAY))
    await engine.submit(go(campaign, lin, take(2, key="k")))

    await engine.submit(go(campaign, lin, ("release", "k"), take(3), at=NOON + DAY))

    counted = await pool.fetch("SELECT bucket, used, held FROM counter ORDER BY bucket")
    assert [tuple(row) for row in counted] == [("2026-11-21", 0, 0), ("2026-11-22", 3, 0)]


async def test_what_is_confirmed_stays_used_and_can_be_confirmed_again(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "tally"), tally_engine(pool, tally(Scope.MEMBER))
    await engine.submit(go(campaign, lin, take(2, key="k")))

    outcomes = [await engine.submit(go(campaign, lin, (op, "k"))) for op in ("confirm", "confirm", "release")]

    logged = [outcome.decisions[0].effects[0] for outcome in outcomes]
    assert [effect.get("confirmed", effect.get("released")) for effect in logged] == [2, 0, 0]
    assert tuple(await pool.fetchrow("SELECT used, held FROM counter")) == (2, 0)


async def test_what_is_not_held_cannot_be_confirmed(pool: Pool) -> None:
    lin, bo = await add_members(pool, 2)
    campaign, engine = await add_campaign(pool, "tally"), tally_engine(pool, tally(Scope.CAMPAIGN))
    await engine.submit(go(campaign, lin, take(key="k")))

    assert refusal(await engine.submit(go(campaign, bo, ("confirm", "k")))) == "NOT_HELD"
    assert refusal(await engine.submit(go(campaign, lin, ("release", "k"), ("confirm", "k")))) == "NOT_HELD"
    await engine.submit(go(campaign, lin, ("release", "k")))
    assert refusal(await engine.submit(go(campaign, lin, ("confirm", "k")))) == "NOT_HELD"


async def test_a_released_key_can_be_reserved_again_and_a_held_one_cannot(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "tally"), tally_engine(pool, tally(Scope.CAMPAIGN))

    codes = [
        refusal(await engine.submit(go(campaign, lin, *do)))
        for do in ([take(key="k")], [take(key="k")], [("release", "k")], [take(2, key="k")], [("confirm", "k")])
    ]

    assert codes == [None, CAMPAIGN_FAILED, None, None, None]
    assert tuple(await pool.fetchrow("SELECT used, held FROM counter")) == (2, 0)
    assert [tuple(row) for row in await pool.fetch("SELECT amount, state FROM reservation")] == [(2, "confirmed")]


def test_what_a_decision_releases_it_cannot_take() -> None:
    shop, [lin, *_] = (memory := Memory(tally(Scope.CAMPAIGN))), memory.members
    shop.go(lin, take(3, key="k"))

    assert refusal(shop.go(lin, ("release", "k"), take())) == "NONE_LEFT"
    assert shop.counted() == {("", ""): (0, 3)}


@pytest.mark.parametrize(
    ("do", "data"),
    [
        pytest.param([take(0)], {}, id="nothing"),
        pytest.param([take(-1)], {}, id="less than nothing"),
        pytest.param([take(1.5)], {}, id="a fraction"),
        pytest.param([take(10**13)], {}, id="absurdly many"),
        pytest.param([take(key="")], {}, id="an empty key"),
        pytest.param([take(key="k" * 65)], {}, id="a long key"),
        pytest.param([take(key="\0")], {}, id="a key that cannot be stored"),
        pytest.param([take(key=5)], {}, id="a number for a key"),
        pytest.param([take(code="NOBODYS")], {}, id="an undeclared refusal"),
        pytest.param([take(subject="hat")], {}, id="another subject than the fact's"),
        pytest.param([take()], {"item": None}, id="no item"),
        pytest.param([take()], {"item": ["cup", "hat"]}, id="one of two items, not said which"),
        pytest.param([take()], {"item": "x" * 65}, id="a long item"),
        pytest.param([take()], {"item": {"a": 1}}, id="an item that is no text"),
        pytest.param([take(key="k"), take(key="k")], {}, id="one key twice"),
        pytest.param([("release", "")], {}, id="no key to release"),
        pytest.param([("confirm", "\0")], {}, id="no key to confirm"),
        pytest.param([("open",), ("open",)], {}, id="two teams at once"),
    ],
)
def test_impossible_effects_fail_the_decision(do: Sequence[Any], data: dict[str, Any]) -> None:
    shop = Memory(tally(Scope.ITEM))

    outcome = shop.go(shop.members[0], ("grant", 5), *do, **{"item": "cup", **data})

    assert refusal(outcome) == CAMPAIGN_FAILED
    assert (shop.counted(), shop.world.book.transfers, shop.world.participations.changed()) == ({}, [], [])


def test_a_member_holds_a_bounded_number_of_keys() -> None:
    shop = Memory(tally(Scope.CAMPAIGN), TallyConfig(limit=None))
    lin, bo, _ = shop.members
    for number in range(RESERVATIONS_MAX):
        assert refusal(shop.go(lin, take(key=f"k{number}"))) is None

    assert refusal(shop.go(lin, take(key="more"))) == CAMPAIGN_FAILED
    assert refusal(shop.go(bo, take(key="more"))) is None
    shop.go(lin, ("release", "k0"))
    assert refusal(shop.go(lin, take(key="more"))) is None


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


def test_a_team_is_opened_under_the_facts_own_key_and_no_other() -> None:
    shop = Memory(tally(Scope.TEAM))
    lin, bo, _ = shop.members
    team = shop.go(lin, ("open",)).fact_id.hex

    assert refusal(shop.go(bo, ("join",), team=team)) is None
    assert refusal(shop.go(bo, ("join",), team="nobody's")) == "NO_TEAM"
    assert refusal(shop.go(bo, ("join",))) == "NO_TEAM"
    record = shop.world.participations.team(shop.campaign.id, team)
    assert record is not None
    assert record.state_json() == f'{{"members":["{lin}","{bo}"]}}'


async def test_whoever_opens_a_team_can_take_of_its_counter_at_once(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "tally"), tally_engine(pool, tally(Scope.TEAM))

    opened = await engine.submit(go(campaign, lin, ("open",), take(2, key="seats")))
    await engine.submit(go(campaign, lin, ("release", "seats"), take(1), team=opened.fact_id.hex))

    counted = await pool.fetchrow("SELECT subject, used, held FROM counter")
    assert tuple(counted) == (opened.fact_id.hex, 1, 0)
    assert await pool.fetchval("SELECT team FROM participation") == opened.fact_id.hex


async def test_the_lock_of_a_team_is_what_keeps_its_members(
    pool: Pool, other_pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof that the test of teams can fail."""
    plain = participation_store.LOCK_TEAMS.replace("FOR NO KEY UPDATE OF participation", "")
    monkeypatch.setattr(participation_store, "LOCK_TEAMS", plain)

    with pytest.raises(AssertionError):
        await test_members_of_one_team_do_not_lose_one_another(pool, other_pool)


def reading(read: Callable[[View[Any, Any]], object], seen: list[object]) -> Callable[[Fact, Any], list[Effect]]:
    """A decide that notes what it read."""

    def decide(fact: Fact, view: View[Any, Any]) -> list[Effect]:
        seen.append(read(view))
        return []

    return decide


@pytest.mark.parametrize(
    ("read", "expected_answer"),
    [
        (lambda view: view.left("units"), 0),
        (lambda view: view.used("units", "cup"), 3),
        (lambda view: view.reserved("k"), Reserved("units", "cup", 2, False)),
        (lambda view: view.reserved("none"), None),
        (lambda view: view.team(TallyTeam), None),
    ],
)
def test_a_view_reads_what_is_declared(read: Callable[[View[Any, Any]], object], expected_answer: object) -> None:
    shop, seen = Memory(tally(Scope.ITEM)), []  # type: ignore[var-annotated]  # of anything
    lin, *_ = shop.members
    shop.go(lin, take(2, key="k"), take(), item="cup")
    object.__setattr__(shop.campaign.type, "decide", reading(read, seen))

    assert refusal(shop.go(lin, item="cup")) is None
    assert seen == [expected_answer]


@pytest.mark.parametrize(
    "read",
    [
        lambda view: view.left("seats"),
        lambda view: view.left("units", "shoe"),
        lambda view: view.used("units", "shoe"),
        lambda view: view.team(TallyState),
    ],
)
def test_a_view_reads_nothing_else(read: Callable[[View[Any, Any]], object]) -> None:
    kind = replace(tally(Scope.ITEM), decide=reading(read, []))
    shop = Memory(kind)

    assert refusal(shop.go(shop.members[0], item="cup")) == CAMPAIGN_FAILED


@pytest.mark.parametrize(
    "read",
    [
        lambda view: view.left("units"),
        lambda view: view.used("units"),
        lambda view: view.reserved("k"),
        lambda view: view.team(TallyTeam),
    ],
)
def test_a_type_that_declares_nothing_reads_nothing(read: Callable[[View[Any, Any]], object]) -> None:
    kind = replace(tally(Scope.ITEM), counters=(), team=None, decide=reading(read, []))
    shop = Memory(kind)

    assert shop.campaign.needs is NOTHING
    assert refusal(shop.go(shop.members[0])) == CAMPAIGN_FAILED


async def test_without_the_guard_more_would_pass(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the guard of `Reserve` is what the tests above see."""
    monkeypatch.delitem(effects.GUARDS, Reserve)  # type: ignore[arg-type]  # a dict in truth
    effects.plan_of.cache_clear()
    shop = Memory(tally(Scope.CAMPAIGN))

    codes = [refusal(shop.go(shop.members[0], take(2))) for _ in range(3)]

    effects.plan_of.cache_clear()
    assert codes == [None] * 3


async def test_an_older_state_of_a_team_is_brought_up_to_date(pool: Pool) -> None:
    lin, bo = await add_members(pool, 2)
    campaign, kind = await add_campaign(pool, "tally"), tally(Scope.TEAM)
    team = (await tally_engine(pool, kind).submit(go(campaign, lin, ("open",)))).fact_id.hex
    await pool.execute("""UPDATE participation SET state = '{"who": "nobody"}' WHERE team IS NOT NULL""")
    newer = replace(kind, state_version=2, upcast_team=lambda version, data: {"members": [data["who"], str(version)]})

    await tally_engine(pool, newer).submit(go(campaign, bo, ("join",), team=team))

    state = await pool.fetchrow("SELECT state->'members', state_version FROM participation WHERE team = $1", team)
    assert tuple(state) == (f'["nobody", "1", "{bo}"]', 2)


async def test_a_limit_below_what_is_taken_leaves_nothing(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "tally"), tally_engine(pool, tally(Scope.CAMPAIGN))
    await engine.submit(go(campaign, lin, take(3)))
    await pool.execute("""UPDATE campaign SET config = '{"limit": 1}', revision = 2""")

    outcome = await engine.submit(go(campaign, lin, take()))

    assert outcome.decisions[0].refusal == ("NONE_LEFT", {"counter": "units", "left": 0, "amount": 1})
