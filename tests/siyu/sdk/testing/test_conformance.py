"""Every check of the suite finds the defect it is there for, and finds none in a sound campaign type."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from plugins.purchase.campaign import PURCHASE
from siyu.campaigns import build_registry
from siyu.sdk import (
    Action,
    ActionInput,
    CampaignConfig,
    CampaignState,
    CampaignType,
    Counter,
    Effect,
    Emit,
    Fact,
    FactData,
    Grant,
    Issue,
    Notify,
    Progress,
    Reserve,
    Schedule,
    Scope,
    SetTeam,
    TeamOf,
    Text,
    View,
    hookimpl,
)
from siyu.sdk.testing import CHECKS, CampaignIsNotSound, Stage, campaign_tests, check_campaign
from siyu.sdk.version_range import allows
from tests.plain_type import PLAIN_TYPE
from tests.siyu.sdk.testing.planted import BY_THE_CLOCK, PLANTED, SOUND, UNDESCRIBED, WAVES, NeedyState, only

OLD_STATES: Mapping[int, Sequence[dict[str, Any]]] = {1: [{"times": 3}]}


def told(value: object) -> str:
    """An id that is equal in every process, which what stands for a set is not."""
    return " and ".join(value) if isinstance(value, dict) else str(value)


def found(check: str, kind: CampaignType[Any, Any], **about: Any) -> Sequence[str]:
    """What one check has against a campaign type."""
    try:
        campaign_tests(kind, **about)(check)
    except CampaignIsNotSound as error:
        return error.problems[check]
    return ()


def test_a_sound_campaign_passes_everything() -> None:
    report = check_campaign(PURCHASE)

    assert (set(report.passed), report.skipped) == (set(CHECKS), {})


def test_there_is_a_planted_defect_for_every_check() -> None:
    assert set(PLANTED) == set(CHECKS)


@pytest.mark.parametrize("check", PLANTED)
def test_the_check_finds_its_defect(check: str) -> None:
    assert found(check, PLANTED[check], old_states=OLD_STATES)


def test_what_they_were_made_from_has_none_of_the_defects() -> None:
    """But for the source: its module holds them all."""
    with pytest.raises(CampaignIsNotSound) as raised:
        check_campaign(SOUND)

    assert set(raised.value.problems) == {"reaches_for_nothing"}


def test_a_campaign_that_reads_the_clock_is_found() -> None:
    assert found("is_the_same_elsewhere", BY_THE_CLOCK)


def test_a_once_has_nothing_to_fill_its_sentence_with() -> None:
    """It is found although the state keeps the `Once` from ever refusing."""
    texts = {**SOUND.refusals, "TOO_SOON_TODAY": Text(zh="{day} 已挥手", en="Waved on {day}")}

    assert found("refusals_can_be_told", replace(SOUND, refusals=texts))


@pytest.mark.parametrize("words", ["{", "{}", "{0}", "{day.year}"])
def test_a_sentence_that_nothing_fills_in_is_found(words: str) -> None:
    texts = {**SOUND.refusals, "TOO_SOON": Text(zh=f"早{words}", en=words)}

    assert len(found("refusals_can_be_told", replace(SOUND, refusals=texts))) > 1


def test_an_old_state_has_to_be_given() -> None:
    newer = replace(SOUND, state_version=3, upcast=lambda version, data: {"times": data["times"]})

    assert not found("old_states_upcast", newer, old_states={1: [{"times": 1}], 2: [{"times": 2}]})
    [problem] = found("old_states_upcast", newer, old_states={1: [{"times": 1}]})
    assert "version 2" in problem


def test_a_campaign_that_hears_nothing_is_found() -> None:
    deaf = replace(SOUND, actions=(), listens=frozenset())

    assert found("never_raises", deaf)


class Odd(ActionInput):
    """What no crowd can make up."""

    word: Annotated[str, Field(pattern="^siyu-[0-9]{8}$")]


def test_plays_lead_where_random_facts_do_not_get() -> None:
    odd = replace(SOUND, actions=(Action("say", Text(zh="说", en="Say"), Odd),), listens=frozenset())

    def says_it(stage: Stage[Any, Any]) -> None:
        stage.act("lin", "say", word="siyu-00000001")
        stage.act("lin", "say", word="siyu-00000001")

    for check in ("never_raises", "declared_effects_are_used"):
        assert found(check, odd)
        assert not found(check, odd, plays=[says_it])


class Joined(BaseModel):
    """The data of a fact that a service reports."""

    city: Literal["杭州", "上海"]


def test_facts_of_a_service_happen_once_they_are_described() -> None:
    def by_city(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
        yield Grant("points", len(fact.data["city"]))

    kind = replace(only(by_city), actions=(), listens=frozenset({"member.joined"}))

    assert not found("never_raises", kind)
    assert found("declared_effects_are_used", kind)
    for check in ("never_raises", "declared_effects_are_used", "unknown_data_is_ignored"):
        assert not found(check, kind, facts={"member.joined": Joined})


def test_a_play_that_fails_is_told() -> None:
    def expects_too_much(stage: Stage[Any, Any]) -> None:
        assert stage.act("lin", "wave", hand="left").granted() == 1_000

    [problem] = found("never_raises", SOUND, plays=[expects_too_much])
    assert problem.startswith("expects_too_much: AssertionError")


def test_what_is_found_again_and_again_is_said_once_with_how_often() -> None:
    def by_type(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
        yield Grant("point" if fact.type == "order.paid" else "coin", 1)

    of_orders, of_waves = sorted(found("effects_are_possible", only(by_type)))

    said = r"impossible Grant: unit '{}' is none of: commission, growth, points \(× [1-9][0-9]\)"
    assert re.fullmatch(r"order\.paid \{'order': 'CROWD-1', 'amount_fen': [0-9]+\}: " + said.format("point"), of_orders)
    assert re.fullmatch(r"wave\.wave \{.*\}: " + said.format("coin"), of_waves)


def test_a_campaign_of_no_module_is_not_asked_in_other_processes() -> None:
    nowhere = replace(PURCHASE)

    assert set(check_campaign(nowhere).skipped) == {"is_the_same_in_every_process"}


def test_a_campaign_whose_module_others_cannot_import_is_not_asked_there(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("campaign_of_this_process")
    module.__spec__ = ModuleSpec(module.__name__, None)
    here = replace(SOUND)
    vars(module)["HERE"] = here
    monkeypatch.setitem(sys.modules, module.__name__, module)

    with pytest.raises(pytest.skip.Exception, match="cannot be imported"):
        found("is_the_same_in_every_process", here)


def test_processes_that_decided_nothing_are_no_proof() -> None:
    with pytest.raises(pytest.skip.Exception, match="no random facts"):
        found("is_the_same_in_every_process", UNDESCRIBED)


@pytest.mark.parametrize(
    "change",
    [
        {"key": "Wave"},
        {"key": "w" * 33},
        {"sdk": ">=2"},
        {"sdk": "nonsense"},
        {"effects": frozenset({int})},
        {"effects": frozenset({Grant})},
        {"effects": frozenset({Grant, Issue}), "refusals": {"NO": Text(zh="不", en="No")}},
        {"effects": PLAIN_TYPE.effects | {Notify}},
        {"messages": {"hello": Text(zh="你好", en="Hello")}},
        {"effects": PLAIN_TYPE.effects | {Notify}, "messages": {"hello": Text(zh="你好", en="Hello")}},
        {"effects": PLAIN_TYPE.effects | {Notify}, "messages": {"Hello": Text(zh="你好", en="Hello")}},
        {"effects": PLAIN_TYPE.effects | {Notify}, "messages": {"h" * 65: Text(zh="你好", en="Hello")}},
        {"effects": PLAIN_TYPE.effects | {Notify}, "messages": {"hello": "Hello"}},
        {"refusals": {"too soon": Text(zh="早", en="Soon")}},
        {"actions": (Action("Wave_", Text(zh="挥", en="Wave")),)},
        {"actions": (Action("wave", Text(zh="挥", en="Wave")),) * 2},
        {"key": None},
        {"effects": PLAIN_TYPE.effects | {Reserve}},
        {"effects": PLAIN_TYPE.effects | {Schedule}},
        {"timers": {"ring": FactData}},
        {"effects": PLAIN_TYPE.effects | {Emit}, "emits": {"sign": FactData}},
        {"effects": PLAIN_TYPE.effects | {Emit}, "emits": {"rung": dict}},
        {"reads": ("order",)},
        {"fields": ("calendar",)},
        {"fields": (WAVES,) * 2},
        {"fields": tuple(replace(WAVES, name=f"waves{number}") for number in range(17))},
        {"fields": (replace(WAVES, name="Waves"),)},
        {"fields": (replace(WAVES, name="w" * 32),)},
        {"fields": (replace(WAVES, output=NeedyState),)},
        {"fields": (replace(WAVES, input=FactData),)},
        {"fields": (replace(WAVES, read="waves"),)},
        {"team": TeamOf("team", NeedyState)},
        {"effects": PLAIN_TYPE.effects | {SetTeam}, "team": TeamOf("team", NeedyState)},
        {"state": NeedyState},
        {"sdk": "~=1.0"},
        {"sdk": ""},
        {"sdk": ">=0.9, <1.1, !=1.0.1"},
        {},
    ],
    ids=told,
)
def test_the_kit_judges_a_type_as_the_registry_does(change: dict[str, Any]) -> None:
    kind = replace(PLAIN_TYPE, **change)

    class Plugin:
        @hookimpl
        def siyu_campaign_types(self) -> list[CampaignType[Any, Any]]:
            return [kind]

    broken = build_registry([("it", Plugin)]).broken

    assert list(found("registrable", kind))[:1] == [one.problem.removeprefix("UnusablePlugin: ") for one in broken]


LEFT = Counter[Any](name="left", scope=Scope.CAMPAIGN, limit=lambda config, subject: 3, refusal="SOLD_OUT")
SELLING = replace(
    SOUND,
    effects=SOUND.effects | {Reserve},
    refusals={**SOUND.refusals, "SOLD_OUT": Text(zh="已售罄", en="Sold out")},
    counters=(LEFT,),
)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"counters": (replace(LEFT, refusal="NOBODYS"),)}, "its counter 'left' refuses with 'NOBODYS', which is not"),
        (
            {"counters": (replace(LEFT, scope=Scope.ITEM, field="item", stock=True),)},
            "its counter 'left' is an ITEM stock and needs `subjects`",
        ),
        ({"counters": tuple(replace(LEFT, name=f"c{number}") for number in range(17))}, "more than 16 counters"),
        ({"counters": ()}, "but no counters"),
        ({"timers": {"ring_it": FactData}, "effects": SELLING.effects | {Schedule}}, "its timers must be camelCase"),
        ({"timers": {"ring": FactData}}, "timers and the effect Schedule are declared together or not at all"),
        ({"emits": {"rung": FactData()}, "effects": SELLING.effects | {Emit}}, "must be models of FactData: ['rung']"),
        ({"emits": {"wave": FactData}, "effects": SELLING.effects | {Emit}}, "have one name: ['wave', 'wave']"),
        ({"key": "order", "emits": {"paid": FactData}, "effects": SELLING.effects | {Emit}}, "['order.paid']"),
        ({"state": NeedyState}, "fields of the state without a default that is allowed: ['times']"),
    ],
    ids=told,
)
def test_what_the_registry_minds_is_said_by_the_kit(change: dict[str, Any], said: str) -> None:
    problems = found("registrable", replace(SELLING, **change))

    assert any(said in problem for problem in problems) if said else not problems


@pytest.mark.parametrize(
    ("wanted", "version", "expected"),
    [
        (">=1.0,<2", "1.0", True),
        (">=1.0,<2", "2.0", False),
        (">=1", "1.0", True),
        ("==1.0.0", "1.0", True),
        (">1.0", "1.0", False),
        ("<=0.9", "1.0", False),
        ("!=1", "1.0", False),
        ("", "1.0", True),
        ("1.0", "1.0", False),
    ],
)
def test_ranges_of_versions(wanted: str, version: str, expected: bool) -> None:
    assert allows(wanted, version) == expected


def test_a_type_without_a_default_config_is_examined_with_the_given_ones() -> None:
    class Needy(CampaignConfig):
        points: int = Field(title="Points")

    kind = CampaignType(
        key="needy",
        title=Text(zh="要", en="Needy"),
        sdk=">=1.0",
        version="1",
        config=Needy,
        state=CampaignState,
        effects=frozenset({Grant}),
        decide=lambda fact, view: [Grant("points", view.config.points)],
        describe=lambda config, state: Progress(0, None, Text(zh="零", en="None")),
        listens=frozenset({"order.paid"}),
    )

    for check in ("config_form_renders", "declared_effects_are_used"):
        assert found(check, kind)
        assert not found(check, kind, configs=[Needy(points=3)])
