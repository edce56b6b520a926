"""The descriptor by which a plugin declares a campaign type."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

from siyu.sdk.effects import Effect
from siyu.sdk.facts import Fact
from siyu.sdk.model import ActionInput
from siyu.sdk.reads import References
from siyu.sdk.text import Text
from siyu.sdk.view import ConfigT, StateT, View

SDK_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class Action:
    """Something a member can do in a campaign; becomes the GraphQL mutation `<campaignKey><Name>`.

    The fact it enters as is of type `<key>.<name>`, for instance `check_in.sign`.
    """

    name: str
    title: Text
    input: type[ActionInput] = ActionInput


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a member is, for a front end: `current` of `target` (None where there is no end)."""

    current: int
    target: int | None
    text: Text


@dataclass(frozen=True, kw_only=True)
class CampaignType(Generic[ConfigT, StateT]):
    """A campaign type: data and pure functions, registered through the hook `siyu_campaign_types`.

    - `key`: snake_case; the plugin's folder, the rows and the GraphQL names are called after it.
    - `sdk`: the range of `SDK_VERSION` it was written for, for instance `">=1.0,<2"`.
    - `listens`: fact types decided while the campaign is open (its actions are included without naming them);
      `settles`: fact types decided at any time after publishing, so that a refund is honoured after the end.
    - `effects`: the effect types it may emit; any other fails the decision.
    - `refusals`: every code it refuses with, and the sentence for it (`{name}` is filled from `missing`).
    - `reads`: under which references grants and spends are read and reversed.
    - `messages`: every message it may `Notify` with (`{name}` is filled from `params`).
    - `decide`: synchronous and pure; sees the fact and the view, yields effects.
    - `describe`: progress of a participation for a front end.
    - `upcast`: turns the JSON of an older `state_version` into the present one.
    """

    key: str
    title: Text
    sdk: str
    version: str
    config: type[ConfigT]
    state: type[StateT]
    effects: frozenset[type[Effect]]
    decide: Callable[[Fact, View[ConfigT, StateT]], Iterable[Effect]]
    describe: Callable[[ConfigT, StateT], Progress]
    refusals: Mapping[str, Text] = field(default_factory=dict)
    actions: tuple[Action, ...] = ()
    listens: frozenset[str] = frozenset()
    settles: frozenset[str] = frozenset()
    reads: tuple[References, ...] = ()
    messages: Mapping[str, Text] = field(default_factory=dict)
    state_version: int = 1
    upcast: Callable[[int, dict[str, Any]], dict[str, Any]] = lambda version, data: data  # noqa: ARG005 - the signature

    def fact_type(self, action: Action) -> str:
        """The type of the facts that an action of this campaign type enters as."""
        return f"{self.key}.{action.name}"
