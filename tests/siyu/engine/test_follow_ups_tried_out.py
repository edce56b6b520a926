"""Timers and emitted facts in replays and simulations: they happen by the draft, and are compared with the past's."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from siyu.campaigns import LiveCampaign
from siyu.campaigns.drafts import Draft, DraftChanges, as_drafted
from siyu.db import Pool
from siyu.engine import Engine
from siyu.engine.population import CrowdPlan
from siyu.engine.replay import Difference, Replay, ReplaySummary
from siyu.engine.simulation import Report, simulate
from siyu.sdk import CampaignConfig, CampaignState, Cancel, Effect, Emit, Fact, FactData, Grant, Schedule, View
from tests.clock import NOON, TestClock
from tests.factories import SHANGHAI, add_campaign, add_members, paid, refunded, registry_of
from tests.siyu.engine.relay import RELAY, WITNESS, fire_all, relay_engine

DAY_S = 86_400


class ThanksConfig(CampaignConfig):
    """How long it waits, and what it gives."""

    days: int = 7
    points: int = 10
    again: bool = True


class Order(FactData):
    """An order's number."""

    order: str


def decide(fact: Fact, view: View[ThanksConfig, CampaignState]) -> Iterator[Effect]:
    """Thank after some days, unless money went back; then once more at once."""
    order = fact.data["order"]
    match fact.type:
        case "order.paid":
            yield Schedule(order, fact.at + timedelta(days=view.config.days), "thank", {"order": order})
        case "order.refunded":
            yield Cancel(order)
        case "thanks.thank":
            yield Grant("points", view.config.points, reference=order)
            if view.config.again:
                yield Emit("again", {"order": order})
        case "thanks.again":
            yield Grant("points", 1, reference=order)


THANKS = replace(
    RELAY,
    key="thanks",
    config=ThanksConfig,
    state=CampaignState,
    actions=(),
    listens=frozenset({"order.paid"}),
    settles=frozenset({"order.refunded"}),
    timers={"thank": Order},
    emits={"again": Order},
    effects=frozenset({Cancel, Emit, Grant, Schedule}),
    decide=decide,
)


class Past(NamedTuple):
    """A campaign that thanked one member for A and C on the seventh day; B went back on the fifth."""

    pool: Pool
    campaign: UUID
    member: UUID

    async def replay(
        self, since: datetime | None = None, until: datetime | None = None, **config: object
    ) -> tuple[list[Difference], ReplaySummary]:
        """Replay to the end."""
        changes = DraftChanges(config=config) if config else DraftChanges()
        plan = Replay(self.pool, registry_of(THANKS), SHANGHAI, Draft(self.campaign, None, changes), since, until)
        summary = ReplaySummary()
        return [found async for found in plan.differences(summary, lambda done, total: None)], summary


async def some_past(pool: Pool) -> Past:
    """Nine days of it."""
    [member] = await add_members(pool, 1)
    campaign, clock = await add_campaign(pool, "thanks"), TestClock()
    engine = relay_engine(pool, clock, registry_of(THANKS))
    for number in ("A", "B"):
        await engine.submit(paid(member, number, 100, clock.now))
    await days(engine, clock, 1)
    await engine.submit(paid(member, "C", 100, clock.now))
    await days(engine, clock, 4)
    await engine.submit(refunded(member, "B", 100, clock.now))
    await days(engine, clock, 4)
    await engine.submit(paid(member, "D", 100, clock.now))
    return Past(pool, campaign, member)


async def days(engine: Engine, clock: TestClock, number: int) -> None:
    """Let days pass, and timers fire in them."""
    for _ in range(number):
        clock.move(DAY_S)
        await fire_all(engine)


def told(differences: list[Difference]) -> list[tuple[str, int, list[int], list[int]]]:
    """Type, day and what was and would be granted."""
    return [
        (
            difference.type,
            (difference.at - NOON).days,
            [effect["amount"] for effect in difference.before.effects if effect["kind"] == "grant"],
            [effect["amount"] for effect in difference.after.effects if effect["kind"] == "grant"],
        )
        for difference in differences
    ]


async def test_a_replay_of_the_config_as_it_is_differs_in_nothing(pool: Pool) -> None:
    differences, summary = await (await some_past(pool)).replay()

    assert (differences, summary.drifted) == ([], 0)
    assert summary.facts == summary.compared == 9
    assert summary.before == summary.after == {("points", "granted"): 22}


async def test_a_replay_compares_what_follows_with_what_followed(pool: Pool) -> None:
    past = await some_past(pool)

    more, summary = await past.replay(points=20)
    since, since_summary = await past.replay(since=NOON + timedelta(days=8), points=20)

    assert told(more) == [("thanks.thank", 7, [10], [20]), ("thanks.thank", 8, [10], [20])]
    assert (summary.differing, summary.after["points", "granted"]) == (2, 42)
    # The timer was set by the stored config, before; it is decided by the draft.
    assert told(since) == [("thanks.thank", 8, [10], [20])]
    assert (since_summary.compared, since_summary.drifted) == (3, 0)


async def test_a_replay_tells_what_would_follow_at_other_times_or_not_at_all(pool: Pool) -> None:
    past = await some_past(pool)

    sooner = told((await past.replay(days=3))[0])
    once = told((await past.replay(again=False))[0])

    follow_ups = [found for found in sooner if found[0] != "order.paid"]
    assert follow_ups == [
        ("thanks.thank", 7, [10], []),
        ("thanks.again", 7, [1], []),
        ("thanks.thank", 8, [10], []),
        ("thanks.again", 8, [1], []),
        # B, too: the refund came after the thanks.
        ("thanks.thank", 3, [], [10]),
        ("thanks.again", 3, [], [1]),
        ("thanks.thank", 3, [], [10]),
        ("thanks.again", 3, [], [1]),
        ("thanks.thank", 4, [], [10]),
        ("thanks.again", 4, [], [1]),
    ]
    assert once == [
        ("thanks.thank", 7, [10], [10]),
        ("thanks.again", 7, [1], []),
        ("thanks.thank", 8, [10], [10]),
        ("thanks.again", 8, [1], []),
    ]


async def test_a_replay_of_a_listener_hears_what_others_emitted(pool: Pool) -> None:
    past = await some_past(pool)
    kind = replace(
        WITNESS,
        key="echo",
        listens=frozenset({"thanks.again"}),
        effects=frozenset({Grant}),
        decide=lambda fact, view: [Grant("points", 5)],
    )
    listener = await add_campaign(pool, "echo")
    plan = Replay(pool, registry_of(THANKS, kind), SHANGHAI, Draft(listener))

    differences = [found async for found in plan.differences(ReplaySummary(), lambda done, total: None)]

    assert told(differences) == [("thanks.again", 7, [], [5]), ("thanks.again", 8, [], [5])]
    assert {difference.member_id for difference in differences} == {past.member}


def played(number_of_days: int, **config: object) -> Report:
    """A crowd that is thanked."""
    campaign: LiveCampaign = as_drafted(registry_of(THANKS), None, Draft(None, "thanks", DraftChanges(config=config)))
    return simulate(campaign, CrowdPlan(100, number_of_days, 7, date(2026, 11, 1), SHANGHAI), lambda *_: None)


def test_timers_and_emitted_facts_happen_in_a_simulation() -> None:
    report, longer = played(7), played(10)

    assert (report.facts["thanks.thank"], report.totals) == (0, {})
    thanked = longer.facts["thanks.thank"]
    assert 0 < thanked < longer.facts["order.paid"]
    assert longer.facts["thanks.again"] == thanked
    assert longer.totals == {("points", "granted"): 11 * thanked}
    assert longer == played(10)
    assert played(10, again=False).totals == {("points", "granted"): 10 * thanked}
