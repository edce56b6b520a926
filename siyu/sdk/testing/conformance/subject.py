"""A campaign type under examination: the lives it is led through, and what was seen of it there."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from random import Random
from typing import Any

from pydantic import BaseModel, ValidationError

from siyu.sdk.effects import Effect
from siyu.sdk.facts import Fact
from siyu.sdk.model import CampaignConfig
from siyu.sdk.testing.asking import AnyView, Ask, ask
from siyu.sdk.testing.conformance.seen import Seen
from siyu.sdk.testing.crowd import MEMBERS, Crowd, play
from siyu.sdk.testing.drawing import CannotDraw
from siyu.sdk.testing.scene import AnyCampaignType
from siyu.sdk.testing.stage import Stage

STEPS = 80
PROBLEMS_MAX = 5
# What the first of the crowd has from elsewhere, so that it can be spent.
PURSE_POINTS = 1_000

Play = Callable[[Stage[Any, Any]], None]
Probe = Callable[[Fact, AnyView], Iterable[str]]


class CannotCheck(Exception):
    """A check that says nothing about this campaign type, and why."""


@dataclass(frozen=True)
class Subject:
    """A campaign type, and what its author gives to examine it with.

    `configs` are played besides, or instead of, the default one; `old_states` are JSON states by the older
    `state_version` they were stored with; `plays` lead it where random facts do not get; `facts` are the models of the
    data of facts that are neither its actions nor orders.
    """

    kind: AnyCampaignType
    configs: Sequence[CampaignConfig] = ()
    old_states: Mapping[int, Sequence[dict[str, Any]]] = field(default_factory=dict)
    plays: Sequence[Play] = ()
    facts: Mapping[str, type[BaseModel]] = field(default_factory=dict)
    seed: int = 7

    @cached_property
    def all_configs(self) -> tuple[CampaignConfig, ...]:
        """The default config, where there is one, and those given."""
        return tuple(self.configs) if self.default_config is None else (self.default_config, *self.configs)

    @cached_property
    def default_config(self) -> CampaignConfig | None:
        """What an operator who sets nothing has; None where the config's model does not allow that."""
        try:
            config: CampaignConfig = self.kind.config()
        except ValidationError:
            return None
        return config

    @cached_property
    def seen(self) -> Seen:
        """What was seen in all lives."""
        seen = Seen()

        def asking(kind: AnyCampaignType, fact: Fact, view: AnyView) -> tuple[Effect, ...]:
            seen.states.append((view.config, view.state))
            effects = ask(kind, fact, view)
            seen.note(kind, view, effects)
            return effects

        self.live(asking, seen)
        return seen

    def watch(self, probe: Probe) -> list[str]:
        """What a probe says that looks at every decision of all lives before it is made; at most PROBLEMS_MAX."""
        problems: list[str] = []

        def asking(kind: AnyCampaignType, fact: Fact, view: AnyView) -> tuple[Effect, ...]:
            if len(problems) < PROBLEMS_MAX:
                problems.extend(probe(fact, view))
            return ask(kind, fact, view)

        self.live(asking, Seen())
        return problems

    def live(self, asking: Ask, seen: Seen) -> None:
        """Lead the campaign through a random life under each config, then through the plays; go on after errors."""
        for config in self.all_configs:
            for name, happen in self._life(Stage(self.kind, config, asking=asking), seen):
                self._try(name, happen, seen)
        for given in self.plays if self.all_configs else ():
            stage = Stage(self.kind, self.all_configs[0], asking=asking)
            self._try(getattr(given, "__name__", repr(given)), partial(given, stage), seen)

    def _life(self, stage: Stage[Any, Any], seen: Seen) -> Iterator[tuple[str, Callable[[], object]]]:
        stage.give(MEMBERS[0], points=PURSE_POINTS)
        crowd = Crowd(self.kind, Random(self.seed), self.facts)  # noqa: S311 - to be the same again is its purpose
        for _ in range(STEPS if crowd else 0):
            try:
                step = crowd.step()
            except CannotDraw as error:
                # The author's own plays then have to do.
                if not self.plays:
                    seen.errors.append(("random facts", error))
                return
            yield f"{step.type} {dict(step.data)}", partial(play, stage, step)

    @property
    def hears(self) -> bool:
        """Whether anything can happen to it at all."""
        return bool(self.kind.actions or self.kind.listens or self.kind.settles)

    def _try(self, name: str, happen: Callable[[], object], seen: Seen) -> None:
        try:
            happen()
        except Exception as error:  # the author's code: what it raises is what this is to find out
            seen.errors.append((name, error))
