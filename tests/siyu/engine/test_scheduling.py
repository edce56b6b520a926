"""What a campaign may not ask for: an effect with impossible values fails its decision, and nothing of it happens."""

from dataclasses import replace
from datetime import UTC, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from siyu.engine import CAMPAIGN_FAILED, NewFact, Outcome
from siyu.engine.world import World
from siyu.sdk import Cancel, Effect, Emit, FactData, Schedule
from tests.clock import NOON
from tests.siyu.engine.relay import RELAY
from tests.siyu.engine.stage import MEMBER, live, play, world_of

THEN = NOON + timedelta(hours=1)


class Letter(FactData):
    """Anything, as long as it is text."""

    text: str = "hello"


def stage(*effects: Any) -> tuple[World, Outcome]:
    """A world in which a campaign has decided with these effects, and what it answered."""
    kind = replace(RELAY, decide=lambda fact, view: effects, timers={"ring": Letter}, emits={"baton": Letter})
    campaign = live(kind)
    world = world_of([campaign])
    return world, play(world, NewFact("relay.stop", MEMBER, NOON - timedelta(days=1), {}, "a-key-of-mine", campaign.id))


@pytest.mark.parametrize(
    "effect",
    [
        pytest.param(Schedule("k", THEN, "baton"), id="an emitted fact as a timer"),
        pytest.param(Schedule("k", THEN, "unheard"), id="an undeclared timer"),
        pytest.param(Schedule("k", THEN, ["ring"]), id="an unhashable name"),  # type: ignore[arg-type]  # on purpose
        pytest.param(Schedule("", THEN, "ring"), id="an empty key"),
        pytest.param(Schedule("k" * 65, THEN, "ring"), id="a long key"),
        pytest.param(Schedule("\0", THEN, "ring"), id="a key PostgreSQL cannot hold"),
        pytest.param(Schedule("k", THEN.replace(tzinfo=None), "ring"), id="a naive time"),
        pytest.param(Schedule("k", "soon", "ring"), id="no time"),  # type: ignore[arg-type]  # on purpose
        pytest.param(Schedule("k", NOON + timedelta(days=1_100), "ring"), id="too far ahead"),
        pytest.param(Schedule("k", THEN, "ring", {"colour": "red"}), id="unknown data"),
        pytest.param(Schedule("k", THEN, "ring", {"text": 5}), id="data of another type"),
        pytest.param(Schedule("k", THEN, "ring", {"text": "\0"}), id="data PostgreSQL cannot hold"),
        pytest.param(Schedule("k", THEN, "ring", {"text": "x" * 8_192}), id="much data"),
        pytest.param(Schedule("k", THEN, "ring", 5), id="data that are no mapping"),  # type: ignore[arg-type]  # on purpose
        pytest.param(Cancel(""), id="an empty key to cancel"),
        pytest.param(Cancel(5), id="a number to cancel"),  # type: ignore[arg-type]  # on purpose
        pytest.param(Emit("ring"), id="a timer to emit"),
        pytest.param(Emit("relay.baton"), id="a full name"),
        pytest.param(Emit("baton", {"text": None}), id="data of nothing"),
        pytest.param(Emit("baton", {}, "lin"), id="a name for a member"),  # type: ignore[arg-type]  # on purpose
    ],
)
def test_an_impossible_effect_fails_its_decision(effect: Effect) -> None:
    world, outcome = stage(Schedule("fine", THEN, "ring"), Emit("baton"), effect)

    refusal = outcome.decisions[0].refusal
    assert refusal is not None
    assert refusal.code == CAMPAIGN_FAILED
    assert refusal.missing["fault"] in {"invalid", "raised"}
    assert world.pending.asked_for() == []
    assert world.pending.ended == set()


def test_possible_effects_are_carried_out_and_logged() -> None:
    """The stage above is sound; the last timer of a key counts, and defaults are filled in."""
    world, outcome = stage(
        Schedule("k", THEN, "ring", {"text": "first"}),
        Schedule("k", THEN.astimezone(timezone(timedelta(hours=8))), "ring"),
        Cancel("other"),
        Emit("baton", {"text": "x" * 8_000}, UUID(int=8)),
    )

    emitted, timer = world.pending.asked_for()
    assert (timer.type, timer.member_id, timer.data, timer.due_at) == ("relay.ring", MEMBER, {"text": "hello"}, THEN)
    assert timer.due_at.tzinfo is UTC
    assert (emitted.type, emitted.member_id, emitted.due_at) == ("relay.baton", UUID(int=8), NOON - timedelta(days=1))
    assert (timer.is_due(), emitted.is_due()) == (False, True)
    assert [effect["kind"] for effect in outcome.decisions[0].effects] == ["schedule", "schedule", "cancel", "emit"]
    campaign_id = outcome.decisions[0].campaign_id
    assert world.pending.ended == {(campaign_id, MEMBER, "k"), (campaign_id, MEMBER, "other")}
