"""Counters and teams that a campaign type may not declare."""

from dataclasses import replace
from typing import Any

import pytest

from siyu.campaigns import AnyCampaignType, build_registry
from siyu.sdk import CampaignState, Grant, Period, Refuse, Release, Reserve, Scope, SetTeam, TeamOf
from tests.factories import plugin_of
from tests.siyu.engine.tally import TallyTeam, tally


def problem_of(kind: AnyCampaignType) -> str:
    """Why the registry leaves it out; "" where it does not."""
    broken = build_registry([("plugin", lambda: plugin_of(kind))]).broken
    return broken[0].problem if broken else ""


def test_items_may_be_named_by_no_field() -> None:
    assert problem_of(tally(Scope.ITEM, field=None)) == ""


@pytest.mark.parametrize("scope", Scope, ids=lambda scope: scope.value)
def test_sound_counters_are_accepted(scope: Scope) -> None:
    assert problem_of(tally(scope, Period.SLOT)) == ""


BASE = tally(Scope.CAMPAIGN)
[ONE] = BASE.counters


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"counters": tuple(replace(ONE, name=f"c{n}") for n in range(17))}, "more than 16 counters"),
        ({"counters": (ONE, ONE)}, "one name"),
        ({"counters": ()}, "but no counters"),
        ({"effects": frozenset({Grant, Refuse, SetTeam})}, "no Reserve effect"),
        ({"effects": frozenset({Reserve, Release}), "counters": (ONE,)}, "SetTeam"),
        ({"team": None}, "SetTeam"),
        ({"team": TeamOf("team", TallyTeam, hidden=frozenset({"faces"}))}, "no such fields to hide: ['faces']"),
        ({"counters": (replace(ONE, name="Big Name"),)}, "snake_case"),
        ({"counters": (replace(ONE, name="x" * 33),)}, "snake_case"),
        ({"counters": (replace(ONE, refusal="NOBODYS"),)}, "not among the refusals"),
        ({"counters": (replace(ONE, scope=Scope.ITEM),)}, "needs a `field`, or `subjects`"),
        ({"counters": (replace(ONE, field="item"),)}, "which scope ITEM alone has"),
        ({"counters": (replace(ONE, subjects=lambda config: ()),)}, "which scope ITEM alone has"),
        ({"counters": (replace(ONE, period=Period.SLOT),), "slot_of": None}, "no `slot_of`"),
        ({"counters": (replace(ONE, stock=True, scope=Scope.MEMBER),)}, "no stock in its scope"),
        ({"counters": (replace(ONE, stock=True, scope=Scope.ITEM, field="item"),)}, "needs `subjects`"),
        ({"counters": (replace(ONE, hints=frozenset({ONE.refusal}), scope=Scope.MEMBER),)}, "no hint in its scope"),
        ({"counters": (replace(ONE, hints=frozenset({ONE.refusal}), scope=Scope.TEAM),)}, "no hint in its scope"),
        ({"counters": (replace(ONE, hints=frozenset({"NOBODYS"})),)}, "not all of them are among the refusals"),
        (
            {"counters": (replace(ONE, hints=frozenset({ONE.refusal}), scope=Scope.ITEM, subjects=lambda _: ("a",)),)},
            "needs a `field` that names the item",
        ),
    ],
)
def test_unsound_counters_leave_the_plugin_out(changes: dict[str, Any], told: str) -> None:
    assert told in problem_of(replace(BASE, **changes))


def test_a_counter_of_teams_needs_teams() -> None:
    kind = tally(Scope.TEAM)

    assert "has no teams" in problem_of(replace(kind, team=None, effects=kind.effects - {SetTeam}))


class Bare(CampaignState):
    """Has a field without a default."""

    captain: str


def test_every_field_of_a_teams_state_needs_a_default() -> None:
    assert "captain" in problem_of(replace(BASE, team=TeamOf("team", Bare)))
    assert problem_of(replace(BASE, team=TeamOf("team", TallyTeam))) == ""
