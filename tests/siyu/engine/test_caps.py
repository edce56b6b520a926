"""Caps in terms: what stands, what is refused as a whole, what comes back, whatever the type does."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from siyu.campaigns import LiveCampaign
from siyu.db import Pool
from siyu.engine import BatchLimits, deciding
from siyu.engine.facts import ArrivedFact
from siyu.engine.rehearsal import Rehearsal
from siyu.ids import new_id
from siyu.sdk import Arm, CampaignTerms, Cap, Effect, Fact, FactData, Grant, Schedule, SetState
from tests.clock import NOON
from tests.factories import add_campaign, add_members, paid
from tests.siyu.engine import till
from tests.siyu.engine.capped import CappedTill, cap, codes, set_caps
from tests.siyu.engine.stage import MEMBER, PURCHASE, gives, live, paying, play, told, world_of
from tests.siyu.engine.till import grant, hold, issue, notify, reverse, settle, spend
from tests.siyu.engine.unlocked import take_the_lock_away

DAY = timedelta(days=1)
MEASURES, SCOPES, PERIODS = ("value", "count"), ("campaign", "member"), ("ever", "day", "week", "month")
EVERY_CAP = [cap(2, measure, scope, period) for measure in MEASURES for scope in SCOPES for period in PERIODS]
NAMES = [f"{each.measure.value} {each.scope.value} {each.period.value}" for each in EVERY_CAP]
# Saturday; another day of the week, another week, another month.
MOMENTS = (NOON, NOON + DAY, NOON + 2 * DAY, NOON + 14 * DAY)
FORMS = {"ever": "", "day": "%F", "week": "%G-%V", "month": "%Y-%m"}


@pytest.mark.parametrize("limited", EVERY_CAP, ids=NAMES)
def test_a_cap_lets_through_its_limit_and_no_more(limited: Cap) -> None:
    shop, used, expected = CappedTill(limited), dict[tuple[int, str], int](), []
    outcomes = []
    for at in MOMENTS:
        for member in (0, 1, 0, 1, 0):
            outcomes.append(shop.play(grant(1), member=member, at=at))
            key = (member if limited.scope.value == "member" else 0), at.strftime(FORMS[limited.period.value])
            used[key] = used.get(key, 0) + 1
            expected.append(None if used[key] <= 2 else "CAP_REACHED")

    assert codes(outcomes) == expected
    assert "CAP_REACHED" in expected


def test_a_decision_beyond_a_cap_is_refused_as_a_whole() -> None:
    shop = CappedTill(cap(10, scope="member", period="day"))
    shop.play(grant(7))

    outcome = shop.play(grant(3), notify(1), hold(1, "a"))

    assert outcome.decisions[0].effects == ()
    missing = {"measure": "value", "unit": "points", "scope": "member", "period": "day", "left": 3, "amount": 4}
    assert outcome.decisions[0].refusal == ("CAP_REACHED", missing)
    assert (len(shop.world.book.transfers), shop.world.messages, shop.world.holds.new) == (1, [], {})
    assert codes([shop.play(grant(3))]) == [None]


def test_a_refused_decision_counts_nothing_and_its_own_refusal_comes_first() -> None:
    shop = CappedTill(cap(5), cap(1, "count"))

    outcomes = [shop.play(grant(9)), shop.play(grant(9), spend(1)), shop.play(grant(5)), shop.play(grant(1))]

    assert codes(outcomes) == ["CAP_REACHED", "POOR", None, "CAP_REACHED"]
    assert shop.used() == {"$count.campaign.ever": 1, "$value.points.campaign.ever": 5}


@pytest.mark.parametrize("effect", [grant(1), hold(1, "k"), issue("mug", "k")], ids=lambda effect: effect[0])
def test_a_count_is_of_decisions_that_reward(effect: till.Told) -> None:
    shop = CappedTill(cap(1, "count"))

    outcomes = [shop.play(notify(1)), shop.play(effect, notify(1)), shop.play(grant(1), grant(1)), shop.play(notify(1))]

    assert codes(outcomes) == [None, None, "CAP_REACHED", None]


def test_what_is_promised_is_counted_once_and_settled_whatever_is_left() -> None:
    shop = CappedTill(cap(10), cap(1, "count", "member"))

    outcomes = [shop.play(hold(10, "k")), shop.play(grant(1), member=1), shop.play(settle("k"))]

    assert codes(outcomes) == [None, "CAP_REACHED", None]
    assert shop.used()["$value.points.campaign.ever"] == 10


@pytest.mark.parametrize(
    ("back", "room"),
    [((reverse(3, "x"),), 3), ((reverse(99, "x"),), 4), ((settle("k", 4),), 2), ((settle("k", 0), settle("k", 0)), 6)],
)
def test_what_comes_back_makes_room_in_caps_of_ever_alone(back: Sequence[till.Told], room: int) -> None:
    shop = CappedTill(cap(10), cap(10, period="day"), cap(10, "value", "member", "month"))
    shop.play(grant(4, "x"), hold(6, "k"))

    shop.play(*back)

    used = {name.split(" ")[0]: used for name, used in shop.used().items()}
    assert used == {
        "$value.points.campaign.ever": 10 - room,
        "$value.points.campaign.day": 10,
        "$value.points.member.month": 10,
    }


def test_a_hold_that_is_settled_by_the_same_decision_leaves_what_was_kept() -> None:
    shop = CappedTill(cap(10))

    shop.play(hold(6, "k"), settle("k", 2), settle("k", 0))

    assert shop.used() == {"$value.points.campaign.ever": 2}


def test_what_a_decision_takes_back_makes_no_room_for_what_it_gives() -> None:
    shop = CappedTill(cap(5))
    shop.play(grant(5, "x"))

    outcomes = [shop.play(reverse(5, "x"), grant(1)), shop.play(reverse(5, "x")), shop.play(grant(1))]

    assert codes(outcomes) == ["CAP_REACHED", None, None]


def test_giving_back_what_was_spent_is_no_giving() -> None:
    shop = CappedTill(cap(5))
    shop.play(grant(5))

    outcomes = [shop.play(spend(5, "x")), shop.play(reverse(5, "x", "spend")), shop.play(spend(5, "x"))]

    assert codes(outcomes) == [None] * 3
    assert shop.used() == {"$value.points.campaign.ever": 5}


def test_a_cap_counts_from_when_it_is_set_and_never_below_zero() -> None:
    shop = CappedTill()
    shop.play(grant(8, "x"))
    shop.recap(cap(5))

    outcomes = [shop.play(grant(2)), shop.play(reverse(8, "x")), shop.play(grant(5)), shop.play(grant(1))]

    assert codes(outcomes) == [None, None, None, "CAP_REACHED"]


def test_another_limit_holds_at_once_and_what_was_counted_stays() -> None:
    shop = CappedTill(cap(5, scope="member"))
    shop.play(grant(4))

    shop.recap(cap(3, scope="member"))
    lowered = shop.play(grant(1))
    shop.recap(cap(6, scope="member"))

    assert lowered.decisions[0].refusal is not None
    assert lowered.decisions[0].refusal.missing["left"] == 0
    assert codes([shop.play(grant(2)), shop.play(grant(1))]) == [None, "CAP_REACHED"]


def test_a_cap_of_nothing_lets_through_what_gives_nothing() -> None:
    shop = CappedTill(cap(0), cap(0, "count"))

    assert codes([shop.play(notify(1)), shop.play(grant(1))]) == [None, "CAP_REACHED"]


def test_periods_are_the_shops_even_in_a_zone_of_the_campaign() -> None:
    # 16:30 in UTC is the next day in Shanghai and still this one in London.
    terms = CampaignTerms(caps=(cap(1, period="day"),), time_zone="Europe/London")
    world = world_of([live(paying(gives(1)), 1, terms)])
    moments = [NOON, NOON.replace(hour=16, minute=30)]

    plays = [play(world, paid(MEMBER, f"A{n}", 100, at)) for n, at in enumerate(moments)]

    assert codes(plays) == [None, None]


def test_arms_share_the_caps_of_their_campaign() -> None:
    arms = (Arm(key="a", weight=1, override={}), Arm(key="b", weight=1, override={}))
    world = world_of([live(paying(gives(1)), 1, CampaignTerms(caps=(cap(1),), arms=arms))])

    assert codes([play(world, paid(MEMBER, f"A{n}", 100, NOON)) for n in range(2)]) == [None, "CAP_REACHED"]


def test_a_campaign_that_a_cap_refuses_takes_no_lane() -> None:
    first = live(paying(gives(1)), 1, CampaignTerms(caps=(cap(0),), lane="x"))
    second = live(paying(gives(2)), 2, CampaignTerms(lane="x"))

    assert told(play(world_of([first, second], ["x"]), paid(MEMBER, "A1", 100, NOON))) == [
        (1, "CAP_REACHED", 0),
        (2, None, 2),
    ]


def test_what_is_settled_after_the_end_is_capped_too() -> None:
    kind = paying(gives(1), settles=frozenset({"order.paid"}))
    ended: LiveCampaign = replace(live(kind, 1, CampaignTerms(caps=(cap(1),))), state="ended")
    world = world_of([ended])

    assert codes([play(world, paid(MEMBER, f"A{n}", 100, NOON)) for n in range(2)]) == [None, "CAP_REACHED"]


class Nothing(FactData):
    """A timer's fact tells nothing."""


def remind(fact: Fact, view: object) -> list[Effect]:
    """Two points, an hour after the order."""
    if fact.type == "order.paid":
        return [Schedule(fact.id.hex, fact.at + timedelta(hours=1), "tick", {})]
    return [Grant("points", 2)]


def test_what_timers_bring_is_capped_too_and_a_refused_one_is_over() -> None:
    kind = paying(remind, timers={"tick": Nothing}, effects=frozenset({Schedule, Grant}), refusals={})
    rehearsal = Rehearsal(world_of([live(kind, 1, CampaignTerms(caps=(cap(3),)))]))
    for number in range(2):
        order = paid(MEMBER, f"A{number}", 100, NOON)
        rehearsal.play(ArrivedFact(new_id(), order.fingerprint(), NOON, order))

    fired = [rehearsal.play(fact) for fact in rehearsal.in_order((), NOON + DAY)]

    assert codes(fired) == [None, "CAP_REACHED"]
    assert list(rehearsal.in_order((), NOON + 9 * DAY)) == []


def test_a_state_is_not_set_by_a_decision_that_a_cap_refuses() -> None:
    kind = paying(lambda fact, view: [SetState(PURCHASE.state(orders=1)), Grant("points", 1)])
    world = world_of([live(kind, 1, CampaignTerms(caps=(cap(0),)))])

    play(world, paid(MEMBER, "A1", 100, NOON))

    assert world.participations.changed() == []


def test_without_the_guard_more_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the guard is what the tests above see."""
    monkeypatch.setattr(deciding, "cap_refusal", lambda scene, effects: None)
    shop = CappedTill(cap(1))

    assert codes([shop.play(grant(1)), shop.play(grant(1))]) == [None, None]


async def contend(pools: Sequence[Pool], campaign: UUID, members: Sequence[UUID]) -> int:
    """Every member gets a point at once, through two engines that know nothing of each other; how many got one."""
    engines = [till.till_engine(pool, BatchLimits(facts_max=8, share_min=1)) for pool in pools]
    outcomes = await asyncio.gather(
        *(engines[n % 2].submit(till.play(campaign, member, NOON, grant(1))) for n, member in enumerate(members))
    )
    return codes(outcomes).count(None)


@pytest.mark.parametrize("measure", MEASURES)
async def test_of_many_grants_at_once_exactly_the_limit_passes(pool: Pool, other_pool: Pool, measure: str) -> None:
    members = await add_members(pool, 100)
    campaign = await add_campaign(pool, "till")
    await set_caps(pool, campaign, cap(37, measure), cap(1, measure, "member", "day"))

    passed = await contend((pool, other_pool), campaign, [*members, *members])

    assert passed == 37
    assert await pool.fetchval("SELECT used FROM counter WHERE name LIKE '%campaign.ever'") == 37
    assert await pool.fetchval("SELECT count(*) FROM counter WHERE used = 1") == 37


async def test_without_the_lock_more_would_pass(pool: Pool, other_pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the test above can fail: it is the lock that makes it hold."""
    members = await add_members(pool, 101)
    campaign = await add_campaign(pool, "till")
    await set_caps(pool, campaign, cap(2))
    # Who inserts the counter's row makes the other wait, lock or not; from then on the lock alone does.
    assert await contend((pool, other_pool), campaign, members[:1]) == 1
    take_the_lock_away(monkeypatch)

    assert await contend((pool, other_pool), campaign, members[1:]) > 1


async def test_a_campaign_without_caps_touches_no_counter(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    capped, plain = [await add_campaign(pool, "till") for _ in range(2)]
    await set_caps(pool, capped, cap(5), cap(5, "count", "member"))
    engine = till.till_engine(pool)

    await engine.submit(till.play(plain, lin, NOON, grant(1)))
    before: Any = await pool.fetchval("SELECT count(*) FROM counter")
    await engine.submit(till.play(capped, lin, NOON, grant(1)))

    assert (before, await pool.fetchval("SELECT count(*) FROM counter")) == (0, 2)
