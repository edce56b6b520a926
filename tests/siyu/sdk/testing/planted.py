"""Campaign types with one defect each, and the sound one they were made from; importable by other processes."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

from pydantic import Field, field_serializer

from siyu.sdk import (
    Action,
    ActionInput,
    CampaignConfig,
    CampaignState,
    CampaignType,
    ConfigProblem,
    Effect,
    Fact,
    Grant,
    Notify,
    Once,
    Progress,
    ReadField,
    ReadOutput,
    Refuse,
    Reverse,
    SetState,
    Text,
    View,
)

SLOW_S = 0.008
CITIES = frozenset({"杭州", "上海", "北京", "广州", "成都", "深圳", "武汉", "西安"})


class Config(CampaignConfig):
    """One field."""

    points: Annotated[int, Field(ge=1, le=100)] = Field(default=5, title="Points")


class State(CampaignState):
    """Two fields, one of them mutable."""

    times: int = 0
    days: list[str] = Field(default_factory=list)


class Wave(ActionInput):
    """One field."""

    hand: Annotated[str, Field(min_length=1, max_length=5)]


Decide = Callable[[Fact, View[Any, Any]], Iterator[Effect]]


def decide(fact: Fact, view: View[Config, State]) -> Iterator[Effect]:
    """Points for waving, once a day; an order says thanks by another."""
    if view.state.days and view.state.days[-1] >= fact.day.isoformat():
        yield Refuse("TOO_SOON", {"day": view.state.days[-1]})
        return
    yield Once(fact.day.isoformat(), "TOO_SOON_TODAY")
    yield Grant("points", view.config.points)
    yield SetState(State(times=view.state.times + 1, days=[*view.state.days, fact.day.isoformat()]))


def describe(config: Config, state: State) -> Progress:
    """How often."""
    return Progress(state.times, None, Text(zh=f"已挥手 {state.times} 次", en=f"Waved {state.times} times"))


SOUND = CampaignType(
    key="wave",
    title=Text(zh="挥手", en="Wave"),
    sdk=">=1.0,<2",
    version="1.0.0",
    config=Config,
    state=State,
    effects=frozenset({Grant, Once, Refuse, SetState}),
    decide=decide,
    describe=describe,
    refusals={
        "TOO_SOON": Text(zh="{day} 已经挥过手", en="Waved on {day}"),
        "TOO_SOON_TODAY": Text(zh="今天已经挥过手", en="Waved today"),
    },
    actions=(Action("wave", Text(zh="挥手", en="Wave"), Wave),),
    listens=frozenset({"order.paid"}),
)


def also(more: Decide) -> Decide:
    """The sound decision, and then something more."""

    def both(fact: Fact, view: View[Config, State]) -> Iterator[Effect]:
        yield from decide(fact, view)
        yield from more(fact, view)

    return both


def only(effects: Decide) -> CampaignType[Config, State]:
    """The sound type with another decision, which may ask for points and state alone."""
    return replace(SOUND, decide=effects, effects=frozenset({Grant}), refusals={})


def _raises(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
    if view.state.times > 1:
        raise ZeroDivisionError
    yield from ()


def _undeclared(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
    yield Reverse("points", 1, "A-1")


def _surprised(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
    if fact.data.keys() - {"order", "amount_fen", "hand"}:
        raise KeyError(sorted(fact.data))
    yield from ()


def _new_each_time(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
    yield Grant("points", 1 + uuid4().int % 1_000_000)


def _by_the_clock(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
    yield Grant("points", 1 + int(time.time() // 86_400))


def _by_chance(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
    yield Grant("points", random.randint(1, 1_000_000))  # noqa: S311 - on purpose


def _scribbles(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
    view.state.days.append("2026-01-01")
    yield from ()


def _reads_a_file(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
    yield Grant("points", len(Path(__file__).read_bytes()))


def _dawdles(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
    until = time.thread_time() + SLOW_S
    while time.thread_time() < until:
        pass
    yield from ()


def _by_the_order_of_a_set(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
    yield Grant("points", sum(place * len(city.encode()) + ord(city[0]) * place for place, city in enumerate(CITIES)))


def _asks_the_date(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
    if datetime.now(UTC).year < 2000:
        yield Grant("points", 1)


def _tells_too_little(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
    yield Notify("waved", {"time": view.state.times})


class ForgetfulConfig(CampaignConfig):
    """A config that is stored otherwise than it is."""

    points: int = Field(default=5, title="Points")

    @field_serializer("points")
    def doubled(self, points: int) -> int:
        """Twice as many."""
        return points * 2


class NamelessConfig(CampaignConfig):
    """A field that no form can name."""

    points: int = 5


class RoundedState(CampaignState):
    """A state that is stored otherwise than it is."""

    times: int = 0

    @field_serializer("times")
    def rounded(self, times: int) -> int:
        """Tens alone."""
        return times // 10 * 10


class NeedyState(CampaignState):
    """A state that nobody starts with."""

    times: int


def _counts(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
    yield SetState(RoundedState(times=view.state.times + 1))


def _speechless(config: Any, state: Any) -> Progress:
    return Progress(state.times, None, Text(zh="只有英文"[: 4 * (state.times == 0)], en="Only English"))


class Waves(ReadOutput):
    """How often, and how often a day."""

    times: int
    a_day: int


def _divides(config: Any, state: Any, asked: Any, reading: Any) -> Waves:
    return Waves(times=state.times, a_day=state.times // len(state.days))


WAVES = ReadField[Any, Any](name="waves", title=Text(zh="次数", en="Waves"), output=Waves, read=_divides)


def _refuses_its_default(config: Any) -> Iterator[ConfigProblem]:
    if config.points < 10:
        yield ConfigProblem(("points",), Text(zh="太少", en="too few"))


def _forgets_the_past(version: int, data: dict[str, Any]) -> dict[str, Any]:
    return {"times": data["waves"]}


WAVED = Text(zh="已挥手 {times} 次", en="Waved {times} times")
BY_THE_ORDER_OF_A_SET = only(_by_the_order_of_a_set)

# Nobody describes the facts it hears, so nothing happens to it.
UNDESCRIBED = replace(SOUND, actions=(), listens=frozenset({"member.joined"}))

# By the name of the check that has to find it.
PLANTED: dict[str, CampaignType[Any, Any]] = {
    "registrable": replace(SOUND, state=NeedyState),
    "config_round_trips": replace(SOUND, config=ForgetfulConfig),
    "config_form_renders": replace(SOUND, config=NamelessConfig),
    "configs_can_be_saved": replace(SOUND, validate=_refuses_its_default),
    "says_it_in_both_languages": replace(SOUND, title=Text(zh="Wave", en="Wave")),
    "refusals_can_be_told": replace(SOUND, refusals={**SOUND.refusals, "TOO_SOON": Text(zh="{date} 过", en="{date}")}),
    "messages_can_be_told": replace(
        SOUND, decide=also(_tells_too_little), effects=SOUND.effects | {Notify}, messages={"waved": WAVED}
    ),
    "old_states_upcast": replace(SOUND, state_version=2, upcast=_forgets_the_past),
    "never_raises": replace(SOUND, decide=also(_raises)),
    "effects_are_possible": replace(SOUND, decide=also(_undeclared)),
    "declared_effects_are_used": replace(SOUND, effects=SOUND.effects | {Reverse}),
    "state_round_trips": replace(SOUND, state=RoundedState, decide=_counts, effects=frozenset({SetState}), refusals={}),
    "describes_every_state": replace(SOUND, describe=_speechless),
    "answers_every_field": replace(
        SOUND,
        fields=(WAVES,),
    ),
    "unknown_data_is_ignored": replace(SOUND, decide=also(_surprised)),
    "is_the_same_again": only(_new_each_time),
    "is_the_same_elsewhere": only(_by_chance),
    "changes_nothing_it_is_shown": replace(SOUND, decide=also(_scribbles)),
    "touches_nothing": only(_reads_a_file),
    "is_quick": replace(SOUND, decide=also(_dawdles)),
    "is_the_same_in_every_process": BY_THE_ORDER_OF_A_SET,
    "reaches_for_nothing": only(_asks_the_date),
}
BY_THE_CLOCK = only(_by_the_clock)
