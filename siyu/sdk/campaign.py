"""The descriptor by which a plugin declares a campaign type."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic

from siyu.sdk.compliance import ActionKind, ConfigProblem, RewardRule
from siyu.sdk.counters import Counter
from siyu.sdk.effects import Effect
from siyu.sdk.facts import Fact
from siyu.sdk.model import ActionInput, FactData
from siyu.sdk.read_fields import ReadField
from siyu.sdk.reads import References
from siyu.sdk.reviews import REVIEWED
from siyu.sdk.shop_effects import Review
from siyu.sdk.teams import TeamOf
from siyu.sdk.text import Text
from siyu.sdk.view import ConfigT, StateT, View

SDK_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class Action:
    """Something a member can do in a campaign; becomes the GraphQL mutation `<campaignKey><Name>`.

    `name` is camelCase, at most 31 characters, and no timer or emitted fact of the type has the same.
    The fact it enters as is of type `<key>.<name>`, for instance `check_in.sign`. `kind` says what the member does by
    it; what must not be rewarded is refused (`siyu.sdk.compliance`).
    """

    name: str
    title: Text
    input: type[ActionInput] = ActionInput
    kind: ActionKind = ActionKind.PLAY


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a member is, for a front end: `current` of `target` (None where there is no end)."""

    current: int
    target: int | None
    text: Text


@dataclass(frozen=True, kw_only=True)
class CampaignType(Generic[ConfigT, StateT]):
    """A campaign type: data and pure functions, registered through the hook `siyu_campaign_types`.

    - `key`: snake_case, at most 32 characters; the plugin's folder, the rows and the GraphQL names are called after it.
    - `title`: what operators and members call it. `version`: the plugin's own, for people.
    - `sdk`: the range of `SDK_VERSION` it was written for, for instance `">=1.0,<2"`: numbers after `>=`, `<=`, `==`,
      `!=`, `>` or `<`.
    - `config`, `state`: the models of what an operator sets and of what is kept for one member.
    - `listens`: fact types decided while the campaign is open (its actions are included without naming them);
      `settles`: fact types decided at any time after publishing, so that a refund is honoured after the end.
    - `timers`: the names (camelCase, at most 31 characters, at most 16) of the facts it may `Schedule`, each with the
      model of its data; decided at any time after publishing, by the campaign that scheduled it alone.
    - `emits`: the names of the facts it may `Emit`, likewise; decided by the campaign itself at any time after
      publishing, and by every campaign that listens to `<key>.<name>`.
    - `effects`: the effect types it may emit; any other fails the decision. `effects_of(config)`: those of them that it
      may emit under a config, for a type that has configs which need fewer; what is read for the others alone (such as
      rewards for `Issue`, reviews for `Review`, teams for `SetTeam`) is not read for them, nor shown. Pure.
    - `refusals`: every code it refuses with (UPPER_CASE), and the sentence for it (`{name}` is filled from `missing`).
    - `reads`: under which references grants and spends are read and reversed; at most 16.
    - `features(config)`: whether decisions under a config look at `View.features`, which is loaded for such campaigns
      alone; without it none does. Pure.
    - `group_sizes(config)`: the keys of the groups whose size decisions under a config may look at by
      `View.group_size`, at most 200. Pure.
    - `messages`: every message it may `Notify` with, by a snake_case key (`{name}` is filled from `params`).
    - `advertises`: the keys of those messages that advertise, rather than tell members what became of what they did or
      have. Members who do not agree to marketing are not left these; the decision stands, and its log says so.
    - `refunds`: every reason it may ask for a `Refund` for, by a snake_case key, and the sentence that the shop's staff
      and the member read.
    - `reviews`: every reason it may ask for a `Review` with, by a snake_case key: what the operator has to look at. The
      verdict is its own fact `<key>.reviewed` with the data `Reviewed`; no action, timer or emitted fact has that name.
    - `decide`: synchronous and pure; sees the fact and the view, yields effects.
    - `describe`: progress of a participation for a front end.
    - `fields`: what else front ends read of a participation; at most 16.
    - `validate`: what is wrong with a config beyond what its model says; run when a campaign is saved or published.
    - `rewards`: what the type may give for which facts, for a config. Where it is given, a grant of anything else fails
      the decision; without it no commission can be paid.
    - `upcast`: turns the JSON of an older `state_version` into the present one; `upcast_team` that of a team's.
    - `counters`: the numbers that `Reserve` takes from, at most 16; `slot_of`: which slot (1 to 32
      characters) a local time falls into, for counters of that period; None outside of all, when nothing is left.
    - `team`: the campaign has teams, `describe_team` tells a team's progress.
    - `partner`: the field of `fact.data` that carries another member's code (`member_code`), whom `View.partner` tells.
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
    fields: tuple[ReadField[ConfigT, StateT], ...] = ()
    refusals: Mapping[str, Text] = field(default_factory=dict)
    actions: tuple[Action, ...] = ()
    listens: frozenset[str] = frozenset()
    settles: frozenset[str] = frozenset()
    timers: Mapping[str, type[FactData]] = field(default_factory=dict)
    emits: Mapping[str, type[FactData]] = field(default_factory=dict)
    validate: Callable[[ConfigT], Iterable[ConfigProblem]] | None = None
    effects_of: Callable[[ConfigT], frozenset[type[Effect]]] | None = None
    rewards: Callable[[ConfigT], Iterable[RewardRule]] | None = None
    reads: tuple[References, ...] = ()
    features: Callable[[ConfigT], bool] | None = None
    group_sizes: Callable[[ConfigT], Iterable[str]] | None = None
    messages: Mapping[str, Text] = field(default_factory=dict)
    advertises: frozenset[str] = frozenset()
    refunds: Mapping[str, Text] = field(default_factory=dict)
    reviews: Mapping[str, Text] = field(default_factory=dict)
    state_version: int = 1
    upcast: Callable[[int, dict[str, Any]], dict[str, Any]] = lambda version, data: data  # noqa: ARG005 - the signature
    counters: tuple[Counter[ConfigT], ...] = ()
    slot_of: Callable[[ConfigT, datetime], str | None] | None = None
    team: TeamOf[Any] | None = None
    describe_team: Callable[[ConfigT, Any], Progress] | None = None
    upcast_team: Callable[[int, dict[str, Any]], dict[str, Any]] = lambda version, data: data  # noqa: ARG005 - the signature
    partner: str | None = None

    def effects_under(self, config: ConfigT) -> frozenset[type[Effect]]:
        """The effect types that decisions under the config may emit. Raises what `effects_of` raises."""
        return self.effects if self.effects_of is None else self.effects & self.effects_of(config)

    def fact_type(self, action: Action) -> str:
        """The type of the facts that an action of this campaign type enters as."""
        return self.own_fact(action.name)

    def own_fact(self, name: str) -> str:
        """The type of the facts that an action, a timer, an emitted fact or a verdict of this name enters as."""
        return f"{self.key}.{name}"

    def own_facts(self) -> frozenset[str]:
        """The types of all facts that enter through this campaign type alone, never from outside."""
        actions = [action.name for action in self.actions]
        own = frozenset(map(self.own_fact, (*actions, *self.timers, *self.emits)))
        verdict = self.verdict_fact()
        return own if verdict is None else own | {verdict}

    def verdict_fact(self) -> str | None:
        """The type of the facts that operators' verdicts enter as; None where the type asks for no `Review`."""
        return self.own_fact(REVIEWED) if Review in self.effects else None
