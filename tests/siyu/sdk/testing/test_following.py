"""Timers and emitted facts on the stage: when they fire, what follows from what, what ends them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from siyu.sdk import Cancel, Effect, Emit, Fact, FactData, Grant, Refuse, Schedule
from siyu.sdk.testing import InvalidEffect, NoEnd, NotHeard, Stage, given
from tests.siyu.sdk.testing.planted import only

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
LATER = NOON + timedelta(days=2)
Decide = Callable[[Fact], Iterable[Effect]]


class Hop(FactData):
    """What the facts here carry."""

    hops: int = 0


def playing(decide: Decide) -> Stage[Any, Any]:
    """A stage at noon with a campaign that decides so, and may have timers `ring` and emit `hop`."""
    kind = only(lambda fact, view: decide(fact))
    kind = replace(kind, timers={"ring": Hop}, emits={"hop": Hop}, effects=frozenset({Cancel, Emit, Grant, Schedule}))
    return Stage(kind, at=NOON)


def wave(stage: Stage[Any, Any], who: str = "lin") -> Any:
    """Somebody does what the campaign has an action for."""
    return stage.act(who, "wave", hand="left")


def ring_at(*moments: datetime, key: str = "k") -> Decide:
    """Sets timers when something happens; when they fire it grants a point."""

    def decide(fact: Fact) -> Iterable[Effect]:
        if fact.type.endswith(".ring"):
            yield Grant("points", 1)
        else:
            yield from (Schedule(key, at, "ring", {"hops": 3}) for at in moments)

    return decide


def test_a_timer_fires_once_when_it_is_due_whatever_state_the_campaign_is_in() -> None:
    stage = playing(ring_at(LATER))
    wave(stage)
    stage.running = False

    assert stage.timers("lin") == {"k": LATER}
    assert stage.wait(days=1) == ()
    [fired] = stage.wait(days=1)
    assert (fired.fact.type, fired.fact.at, fired.fact.data) == (f"{stage.kind.key}.ring", LATER, {"hops": 3})
    assert (fired.granted(), stage.timers("lin"), stage.wait(days=9)) == (1, {}, ())


def test_timers_fire_in_the_order_they_are_due() -> None:
    stage = playing(ring_at(LATER))
    wave(stage, "lin")
    stage.kind = replace(stage.kind, decide=lambda fact, view: ring_at(NOON + timedelta(days=1))(fact))
    wave(stage, "wang")

    fired = stage.wait(days=3)

    assert [played.fact.member_id for played in fired] == [stage.member("wang").id, stage.member("lin").id]
    assert stage.now == NOON + timedelta(days=3)


def test_the_last_timer_of_a_key_counts_and_can_be_taken_back() -> None:
    stage = playing(ring_at(LATER, LATER + timedelta(days=1)))
    wave(stage)
    assert stage.timers("lin") == {"k": LATER + timedelta(days=1)}

    stage.kind = replace(stage.kind, decide=lambda fact, view: [Cancel("k"), Cancel("another")])
    wave(stage, "wang")
    assert len(stage.timers("lin")) == 1
    wave(stage)
    assert stage.wait(days=9) == ()


def test_a_moment_that_has_passed_is_now() -> None:
    played = wave(playing(ring_at(NOON - timedelta(days=1), NOON - timedelta(days=2))))

    assert [(following.fact.at, following.granted()) for following in played.followed] == [(NOON, 1)]


def test_a_timer_of_a_late_fact_fires_when_time_passes_and_tells_when_it_was_due() -> None:
    stage = playing(ring_at(NOON - timedelta(days=5)))
    stage.go_to(NOON - timedelta(days=9))
    wave(stage)
    stage.go_to(NOON)

    [fired] = stage.wait(minutes=1)
    assert fired.fact.at == NOON - timedelta(days=5)


def test_a_story_tells_what_fired() -> None:
    story = given(playing(ring_at(LATER)).kind).at(NOON).when("lin", "wave", hand="left").after(days=2)

    assert [played.effects for played in story.fired] == [(Grant("points", 1),)]
    story.then_balance("lin", 1)


def hop(depth: int) -> Decide:
    """Every fact emits two more, to lin and to wang, until `depth`."""
    stage = playing(lambda fact: ())
    people = [stage.member(name).id for name in ("lin", "wang")]

    def decide(fact: Fact) -> Iterable[Effect]:
        hops = fact.data.get("hops", 0)
        yield Grant("points", 1)
        if hops < depth:
            yield from (Emit("hop", {"hops": hops + 1}, member_id) for member_id in people)

    return decide


def test_what_is_emitted_follows_breadth_first() -> None:
    stage = playing(hop(2))
    stage.member("wang")

    played = wave(stage)

    assert [following.fact.data["hops"] for following in played.followed] == [1, 1, 2, 2, 2, 2]
    assert {following.fact.at for following in played.followed} == {NOON}
    assert (stage.balance("lin"), stage.balance("wang")) == (4, 3)


def test_a_fact_about_nobody_on_the_stage_comes_to_nothing() -> None:
    played = wave(playing(lambda fact: [Emit("hop", {}, UUID(int=1))]))

    assert (played.log[0]["kind"], played.followed) == ("emit", ())


def test_a_chain_is_four_deep_and_what_else_was_to_follow_still_does() -> None:
    assert max(following.fact.data["hops"] for following in wave(playing(hop(4))).followed) == 4
    stage = playing(hop(5))
    stage.member("wang")
    with pytest.raises(InvalidEffect):
        wave(stage)
    with pytest.raises(InvalidEffect):
        stage.wait()


def test_a_timer_within_a_minute_is_no_pause() -> None:
    after = timedelta(seconds=59)
    stage = playing(lambda fact: [Schedule("k", fact.at + after, "ring")])
    wave(stage)
    with pytest.raises(InvalidEffect):
        stage.wait(minutes=9)
    after = timedelta(seconds=60)
    wave(stage)
    assert len(stage.wait(minutes=9)) == 9


def test_what_has_no_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("siyu.sdk.testing.stage.PLAYED_MAX", 5)
    stage = playing(lambda fact: [Schedule("k", fact.at + timedelta(minutes=1), "ring")])
    wave(stage)

    with pytest.raises(NoEnd, match="more than 5 timers"):
        stage.wait(days=1)


@pytest.mark.parametrize(
    "effect",
    [
        Schedule("k", LATER, "hop"),
        Schedule("", LATER, "ring"),
        Schedule("k", NOON + timedelta(days=3_000), "ring"),
        Schedule("k", datetime(2026, 1, 1), "ring"),  # noqa: DTZ001 - on purpose
        Schedule("k", LATER, "ring", {"unknown": 1}),
        Emit("ring"),
        Emit("hop", {"hops": "many"}),
        Cancel(""),
        Refuse("NO"),
    ],
)
def test_what_siyu_would_refuse_changes_nothing(effect: Effect) -> None:
    stage = playing(lambda fact: [Grant("points", 1), effect])

    with pytest.raises(InvalidEffect):
        wave(stage)
    assert (stage.balance("lin"), stage.timers("lin")) == (0, {})


def test_nobody_reports_a_campaigns_own_facts() -> None:
    stage = playing(ring_at(LATER))

    for name in ("ring", "hop"):
        with pytest.raises(NotHeard):
            stage.fact("lin", stage.kind.own_fact(name))
