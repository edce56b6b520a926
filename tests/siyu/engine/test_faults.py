"""A campaign that fails too often is paused and named; one that fails now and then goes on."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from pydantic import Field

from siyu.campaigns import AnyCampaignType, LiveCampaign, Registry, service
from siyu.campaigns.queries import ShownState, campaigns_by_id
from siyu.campaigns.type_queries import types_in_use
from siyu.db import Pool
from siyu.deadline import DEADLINE, TICK_S
from siyu.engine import CAMPAIGN_FAILED, BatchLimits, Decision, Engine
from siyu.engine.faults import FAILED_MAX, OVERRAN_MAX, SLOW_MAX, WINDOW, CampaignFault, Faults
from siyu.engine.watching import look_back
from siyu.engine.world import World
from siyu.errors import CampaignStateError
from siyu.sdk import CampaignConfig, CampaignState, Grant, SetState
from tests.clock import NOON
from tests.factories import SHANGHAI, add_campaign, add_members, paid, refunded, shop_registry
from tests.siyu.engine.stage import MEMBER, PURCHASE, live, play, world_of

A_FACT = UUID(int=9)
FOREVER_S = 60.0


class Notes(CampaignState):
    """A state that can be changed in place."""

    lines: list[str] = Field(default_factory=list)
    anything: Any = None


class Words(CampaignConfig):
    """A config that can be changed in place."""

    words: list[str] = Field(default_factory=lambda: ["one"])


def kind_of(decide: Callable[[Any, Any], Any], key: str = "broken") -> AnyCampaignType:
    """A campaign type that decides about paid and refunded orders."""
    effects = frozenset({Grant, SetState})
    return replace(PURCHASE, key=key, decide=decide, effects=effects, refusals={}, config=Words, state=Notes)


def decide(world: World, number: str) -> tuple[Decision, ...]:
    """What is decided about an order."""
    return play(world, paid(MEMBER, number, 1_200, NOON)).decisions


def fails(fact: Any, view: Any) -> Any:
    """It cannot divide."""
    return 1 // 0


def exits(fact: Any, view: Any) -> Any:
    """It has had enough."""
    raise SystemExit(3)


def loops(fact: Any, view: Any) -> Any:
    """It does not come back before somebody stops it, or the test has failed."""
    until = time.monotonic() + FOREVER_S
    while time.monotonic() < until:
        pass


@pytest.mark.parametrize(
    ("behaviour", "fault"),
    [
        (fails, CampaignFault.RAISED),
        (exits, CampaignFault.RAISED),
        (lambda fact, view: [Grant("points", -1)], CampaignFault.INVALID),
        (lambda fact, view: [SetState(Notes(anything=object()))], CampaignFault.RAISED),
        (lambda fact, view: [SetState(Notes(lines=["x" * 70_000]))], CampaignFault.INVALID),
        (lambda fact, view: [SetState(Notes(lines=["\0"]))], CampaignFault.INVALID),
        (lambda fact, view: [SetState(Notes(lines=["\ud800"]))], CampaignFault.RAISED),
        (lambda fact, view: [fact.data.update(amount_fen=1)][1:], CampaignFault.RAISED),
        (loops, CampaignFault.OVERRAN),
    ],
    ids=["raises", "exits", "invalid", "no JSON", "a huge state", "NUL", "a surrogate", "changes the fact", "loops"],
)
def test_a_failed_decision_says_how_it_failed_and_leaves_no_trace(
    behaviour: Callable[[Any, Any], Any], fault: CampaignFault
) -> None:
    world = world_of([live(kind_of(behaviour), 1), live(PURCHASE, 2)])

    failed, other = decide(world, "A-1")

    assert failed.refusal == (CAMPAIGN_FAILED, {"fault": fault.value})
    assert other.refusal is None
    assert [record.campaign_id for record in world.participations.changed()] == [other.campaign_id]
    assert [transfer.amount for transfer in world.book.transfers] == [12]


def test_a_decision_is_watched_over_whenever_it_comes() -> None:
    """The timer stops while no campaign is asked, and starts again with the next one."""
    world = world_of([live(kind_of(loops))])
    time.sleep(3 * TICK_S)
    assert not DEADLINE.armed

    [decision] = decide(world, "A-1")

    assert decision.refusal == (CAMPAIGN_FAILED, {"fault": "overran"})


def test_a_text_that_only_looks_like_nul_is_kept() -> None:
    world = world_of([live(kind_of(lambda fact, view: [SetState(Notes(lines=["\\u0000"]))]))])

    [decision] = decide(world, "A-1")

    assert decision.refusal is None
    assert [record.state_json() for record in world.participations.changed()] == [
        '{"lines":["\\\\u0000"],"anything":null}'
    ]


def test_what_a_campaign_changes_in_place_is_its_own_copy() -> None:
    seen = []

    def scribble(fact: Any, view: Any) -> Any:
        seen.append((list(view.config.words), list(view.state.lines)))
        view.config.words.append("two")
        view.state.lines.append("scribbled")
        return []

    world = world_of([live(kind_of(scribble))])
    for number in ("A-1", "A-2", "A-3"):
        [decision] = decide(world, number)
        assert decision.effects == ()

    assert seen == [(["one"], [])] * 3


def test_a_state_set_in_this_batch_is_what_a_failure_goes_back_to() -> None:
    def decide_once(fact: Any, view: Any) -> Any:
        if fact.data["order"] == "A-2":
            view.state.__dict__["lines"] = ["broken in"]
            raise ValueError
        return [SetState(Notes(lines=[*view.state.lines, fact.data["order"]]))]

    world = world_of([live(kind_of(decide_once))])
    for number in ("A-1", "A-2", "A-3"):
        decide(world, number)

    [record] = world.participations.changed()
    assert record.state_json() == '{"lines":["A-1","A-3"],"anything":null}'


def test_a_campaign_that_does_not_come_back_is_asked_three_times() -> None:
    campaign = live(kind_of(loops))
    world = world_of([campaign, live(PURCHASE, 2)])

    decisions = [decide(world, f"A-{number}") for number in range(200)]

    faults = [failed.refusal.missing["fault"] for failed, _ in decisions if failed.refusal]
    assert faults == ["overran"] * OVERRAN_MAX + ["suspended"] * (200 - OVERRAN_MAX)
    assert all(other.refusal is None for _, other in decisions)
    assert "3 decisions did not come back" in world.faults.suspended[campaign.id].problem


def test_a_campaign_that_is_slow_again_and_again_is_given_up() -> None:
    def computes(fact: Any, view: Any) -> Any:
        until_s = time.thread_time() + 0.04
        while time.thread_time() < until_s:
            pass
        return []

    campaign = live(kind_of(computes))
    world, until = world_of([campaign]), time.monotonic() + FOREVER_S
    number = 0
    while not world.faults.suspended and time.monotonic() < until:
        number += 1
        # All within the ten seconds, however busy this machine is.
        decide(world, f"A-{number}")
        look_back(world, NOON)

    assert "take too long" in world.faults.suspended[campaign.id].problem
    assert number >= SLOW_MAX


def many_failures(campaign: LiveCampaign, faults: Faults, failed: int, fine: int, at: datetime) -> None:
    """A batch in which the campaign failed so often."""
    for _ in range(failed):
        faults.note(campaign, CampaignFault.RAISED, ZeroDivisionError("by zero"), A_FACT, at)
    faults.judge([campaign] * (failed + fine), at)


def test_a_campaign_that_fails_seldom_goes_on() -> None:
    campaign, faults = live(PURCHASE), Faults()
    many_failures(campaign, faults, FAILED_MAX, 10 * FAILED_MAX, NOON)

    assert faults.suspended == {}
    assert set(faults.watched) == {campaign.id}


def test_failures_of_long_ago_do_not_count() -> None:
    campaign, faults = live(PURCHASE), Faults()
    many_failures(campaign, faults, FAILED_MAX - 1, 0, NOON)
    many_failures(campaign, faults, FAILED_MAX - 1, 0, NOON + WINDOW)

    assert faults.suspended == {}


def test_the_log_tells_a_failure_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    campaign, faults = live(PURCHASE), Faults()
    for second in range(0, 130, 10):
        error = ValueError(f"at {second}")
        faults.note(campaign, CampaignFault.RAISED, error, A_FACT, NOON + timedelta(seconds=second))

    told = [record.args[3] for record in caplog.records if isinstance(record.args, tuple)]
    assert told == [f"ValueError: at {second}\n" for second in (0, 60, 120)]


def test_an_error_that_cannot_speak_is_named_by_its_type() -> None:
    class Mute(Exception):
        def __str__(self) -> str:  # noqa: PLE0307 - it never returns at all
            while True:
                pass

    campaign, faults = live(PURCHASE), Faults()
    faults.note(campaign, CampaignFault.RAISED, Mute(), A_FACT, NOON)

    assert faults.watched[campaign.id].last == "Mute"


def engine_of(pool: Pool, kind: AnyCampaignType) -> Engine:
    """An engine of a process with the type beside those that siyu ships."""
    registry = Registry(MappingProxyType({**shop_registry().types, kind.key: kind}))
    return Engine(pool, registry, SHANGHAI, BatchLimits(), lambda: NOON)


async def test_a_failing_campaign_is_paused_for_every_process_until_it_is_resumed(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    kind = kind_of(fails)
    failing, good = await add_campaign(pool, "broken"), await add_campaign(pool, "purchase")
    one, other = engine_of(pool, kind), engine_of(pool, kind)

    for number in range(FAILED_MAX):
        await one.submit(paid(member, f"A-{number}", 1_200, NOON))
    elsewhere = await other.submit(paid(member, "B-1", 1_200, NOON))
    settled = await other.submit(refunded(member, "B-1", 1_200, NOON))

    row = (await campaigns_by_id(pool, [failing], NOON))[failing]
    assert (row.state, row.problem_at) == (ShownState.PAUSED, NOON)
    assert row.problem is not None
    assert row.problem.startswith("paused by siyu: 20 of 20 decisions failed")
    assert "ZeroDivisionError" in row.problem
    assert "test_faults.py:" in row.problem
    assert (await types_in_use(pool))["broken"].problem == row.problem
    assert [decision.campaign_id for decision in elsewhere.decisions] == [good]
    refusals = {decision.campaign_id: decision.refusal for decision in settled.decisions}
    assert refusals == {failing: (CAMPAIGN_FAILED, {"fault": "suspended"}), good: None}

    mended = engine_of(pool, kind_of(lambda fact, view: [Grant("points", 1)]))
    resumed = await service.resume(pool, mended.registry, failing, NOON)
    again = await mended.submit(paid(member, "C-1", 1_200, NOON))

    assert (resumed.state, resumed.problem) == (ShownState.RUNNING, None)
    assert [decision.refusal for decision in again.decisions] == [None, None]
    with pytest.raises(CampaignStateError, match="has not paused"):
        await service.resume(pool, mended.registry, failing, NOON)


async def test_publishing_lets_a_paused_campaign_be_asked_again(pool: Pool) -> None:
    campaign = await add_campaign(pool, "purchase", state="paused")
    await pool.execute("UPDATE campaign SET problem = 'it failed', problem_at = $1", NOON)

    published = await service.publish(pool, shop_registry(), campaign, NOON)

    assert (published.state, published.problem, published.problem_at) == (ShownState.RUNNING, None, None)


async def test_an_ended_campaign_that_siyu_gave_up_settles_again_when_resumed(pool: Pool) -> None:
    campaign = await add_campaign(pool, "purchase", state="ended")
    await pool.execute("UPDATE campaign SET problem = 'it failed', problem_at = $1", NOON)

    resumed = await service.resume(pool, shop_registry(), campaign, NOON)

    assert (resumed.state, resumed.problem) == (ShownState.ENDED, None)


async def test_a_config_that_breaks_its_validator_stops_its_own_campaign_alone(pool: Pool) -> None:
    class Explosive(CampaignConfig):
        def model_post_init(self, _: object) -> None:
            raise ZeroDivisionError

    [member] = await add_members(pool, 1)
    kind = replace(kind_of(fails), config=Explosive)
    await add_campaign(pool, "broken")
    good = await add_campaign(pool, "purchase")

    outcome = await engine_of(pool, kind).submit(paid(member, "A-1", 1_200, NOON))

    assert [(decision.campaign_id, decision.refusal) for decision in outcome.decisions] == [(good, None)]
