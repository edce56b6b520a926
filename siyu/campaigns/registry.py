"""The campaign types at hand: the only caller of pluggy, and the judge of what a plugin hands over."""

import importlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pluggy
from packaging.specifiers import SpecifierSet

from siyu.campaigns.declared_counters import counter_problems
from siyu.deadline import DEADLINE, LOADING_S, Patience
from siyu.orders import CORE_FACTS
from siyu.sdk import (
    EFFECT_TYPES,
    ENTRY_POINT_GROUP,
    PROJECT,
    SDK_VERSION,
    CampaignHooks,
    CampaignType,
    Confirm,
    Effect,
    Emit,
    FactData,
    Hold,
    Issue,
    Notify,
    Once,
    References,
    Refuse,
    Reserve,
    Schedule,
    Spend,
    Text,
)

logger = logging.getLogger(__name__)

KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
ACTION = re.compile(r"[a-z][a-zA-Z0-9]*")
KEY_LENGTH_MAX = 32
# A type of facts is a key, a dot and a name; the table of facts has room for 64 characters.
NAME_LENGTH_MAX = 31
NAMES_MAX = 16
MESSAGE_KEY_LENGTH_MAX = 64
READS_MAX = 16
# The effects a decision can be refused by: those that carry a code.
REFUSING: frozenset[type[Effect]] = frozenset({Confirm, Hold, Issue, Once, Refuse, Reserve, Spend})

AnyCampaignType = CampaignType[Any, Any]
Loader = Callable[[], Any]


class UnusablePlugin(Exception):
    """A plugin hands over something the engine cannot work with; the text says what."""


class Distribution(NamedTuple):
    """What a plugin was installed with."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """A plugin that is left out, and why; for an installed one the distribution that brought it."""

    name: str
    problem: str
    distribution: Distribution | None = None


class Source(NamedTuple):
    """Where a plugin comes from: its name, what imports it, and the distribution it was installed with."""

    name: str
    load: Loader
    distribution: Distribution | None = None


@dataclass(frozen=True, slots=True)
class Registry:
    """The usable campaign types by key, and the plugins that were left out.

    `distributions` are those of the types that an installed plugin brings; folders have none.
    """

    types: Mapping[str, AnyCampaignType]
    broken: tuple[BrokenPlugin, ...] = ()
    distributions: Mapping[str, Distribution] = field(default_factory=dict)


def load_registry(folder: Path, package: str = "plugins", allowed: Set[str] | None = None) -> Registry:
    """Load every folder of `folder` (importable as `package.<name>`) and every installed distribution.

    A plugin that fails to import, to register or to pass the checks is left out, logged and listed in `broken`.
    With `allowed`, a plugin it does not name is not even imported; one it names that is not there is listed as broken.
    """
    sources = [*_folders(folder, package), *_distributions()]
    if allowed is None:
        return build_registry(sources)
    missing = sorted(allowed - {source.name for source in sources})
    return build_registry(
        [
            *(source for source in sources if source.name in allowed),
            *(Source(name, _not_installed) for name in missing),
        ]
    )


def build_registry(plugins: Iterable[Source | tuple[str, Loader]]) -> Registry:
    """The registry of plugins given by name and loader, in their order: of two with one key the first has it."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(CampaignHooks)
    types: dict[str, AnyCampaignType] = {}
    owners: dict[str, str] = {}
    distributions: dict[str, Distribution] = {}
    broken: list[BrokenPlugin] = []
    for source in (Source(*plugin) for plugin in plugins):
        try:
            # A stranger's code runs here: whatever it raises, or does not come back from, is its problem.
            found = DEADLINE.ask(Patience(LOADING_S), _types_of, manager, source, owners)
        except Exception as error:
            problem = _in_words(error)
            logger.error("plugin %s is left out: %s", source.name, problem)
            broken.append(BrokenPlugin(source.name, problem, source.distribution))
        else:
            types.update(found)
            owners.update(dict.fromkeys(found, source.name))
            if source.distribution is not None:
                distributions.update(dict.fromkeys(found, source.distribution))
    return Registry(MappingProxyType(types), tuple(broken), MappingProxyType(distributions))


def _in_words(error: Exception) -> str:
    try:
        words = DEADLINE.ask(Patience(), str, error)
    except Exception:  # even an error's words are a plugin's code
        words = "it cannot say why"
    return f"{type(error).__name__}: {words}"


def _folders(folder: Path, package: str) -> Iterator[Source]:
    for path in sorted(folder.iterdir()):
        if (path / "__init__.py").is_file():
            name = f"{package}.{path.name}"
            yield Source(name, partial(importlib.import_module, name))


def _distributions() -> Iterator[Source]:
    """The installed plugins by name, so that nothing depends on the order in which they were installed."""
    for entry_point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=_place):
        found = entry_point.dist
        yield Source(entry_point.name, entry_point.load, Distribution(found.name, found.version) if found else None)


def _place(entry_point: EntryPoint) -> tuple[str, str]:
    return entry_point.name, entry_point.dist.name if entry_point.dist else ""


def _not_installed() -> None:
    raise UnusablePlugin("SIYU_PLUGINS names it, but it is not installed")


def _types_of(manager: pluggy.PluginManager, source: Source, owners: Mapping[str, str]) -> dict[str, AnyCampaignType]:
    plugin = source.load()
    manager.register(plugin, name=source.name)
    try:
        manager.check_pending()
        implementations = [hook for hook in manager.hook.siyu_campaign_types.get_hookimpls() if hook.plugin is plugin]
        if not implementations:
            raise UnusablePlugin("it implements no hook; expected siyu_campaign_types")
        handed_over: list[Sequence[AnyCampaignType]] = [hook.function() for hook in implementations]  # type: ignore[misc]  # pluggy: untyped
        found: dict[str, AnyCampaignType] = {}
        for campaign_type in chain.from_iterable(handed_over):
            _check(campaign_type, {**owners, **dict.fromkeys(found, "itself")})
            found[campaign_type.key] = campaign_type
        return found
    except BaseException:
        manager.unregister(plugin)
        raise


def _about_messages(campaign_type: AnyCampaignType) -> tuple[tuple[bool, str], ...]:
    keys, notifies = list(campaign_type.messages), Notify in campaign_type.effects
    named = all(KEY.fullmatch(key) and len(key) <= MESSAGE_KEY_LENGTH_MAX for key in keys)
    return (
        (bool(keys) != notifies, "messages and the effect Notify need each other"),
        (not named, f"message keys must be short snake_case: {keys}"),
        (not all(isinstance(text, Text) for text in campaign_type.messages.values()), "its messages must be Texts"),
    )


def _check(campaign_type: AnyCampaignType, owners: Mapping[str, str]) -> None:
    """Raise UnusablePlugin with the first reason why the type cannot be used."""
    if not isinstance(campaign_type, CampaignType):
        raise UnusablePlugin(f"it handed over {type(campaign_type).__name__}, expected CampaignType")
    key = campaign_type.key
    actions = [action.name for action in campaign_type.actions]
    refused = [code for code in campaign_type.refusals if not CODE.fullmatch(code)]
    reasons = (
        (not KEY.fullmatch(key) or len(key) > KEY_LENGTH_MAX, f"the key {key!r} is not short snake_case"),
        (key in owners, f"the key {key!r} is taken already by {owners.get(key)}"),
        (
            SDK_VERSION not in SpecifierSet(campaign_type.sdk),
            f"it needs SDK {campaign_type.sdk}, this is {SDK_VERSION}",
        ),
        (not campaign_type.effects <= set(EFFECT_TYPES), "it declares effects that do not exist"),
        (bool(refused), f"refusal codes must be UPPER_CASE: {refused}"),
        (
            bool(campaign_type.refusals) and REFUSING.isdisjoint(campaign_type.effects),
            "it has refusals but no effect that refuses",
        ),
        *_about_messages(campaign_type),
        (not all(isinstance(read, References) for read in campaign_type.reads), "its reads must be References"),
        (not callable(campaign_type.features or bool), "its features must be a function of the config"),
        (len(campaign_type.reads) > READS_MAX, f"it has more reads than the {READS_MAX} allowed"),
        (not all(ACTION.fullmatch(name) for name in actions), "action names must be camelCase"),
        (len(set(actions)) < len(actions), f"two of its actions have one name: {actions}"),
    )
    for applies, reason in (*reasons, *_reasons_of_own_facts(campaign_type), *counter_problems(campaign_type)):
        if applies:
            raise UnusablePlugin(reason)
    campaign_type.state()  # every field of a state needs a default: this raises with the fields' names


def _reasons_of_own_facts(kind: AnyCampaignType) -> Iterator[tuple[bool, str]]:
    """What can be wrong with the facts that a campaign type enters itself; each with whether it is."""
    actions = [action.name for action in kind.actions]
    names = [*actions, *kind.timers, *kind.emits]
    core = sorted(kind.own_facts() & CORE_FACTS.keys())
    for what, own, effect in (("timers", kind.timers, Schedule), ("emits", kind.emits, Emit)):
        yield not all(ACTION.fullmatch(name) for name in own), f"the names of its {what} must be camelCase"
        wrong = [name for name, model in own.items() if not _is_fact_data(model)]
        yield bool(wrong), f"the data of its {what} must be models of FactData: {wrong}"
        yield (
            bool(own) != (effect in kind.effects),
            f"{what} and the effect {effect.__name__} are declared together or not at all",
        )
        yield len(own) > NAMES_MAX, f"it has more than {NAMES_MAX} {what}"
    yield any(len(name) > NAME_LENGTH_MAX for name in names), f"names have at most {NAME_LENGTH_MAX} characters"
    yield len(set(names)) < len(names), f"two of its actions, timers and emits have one name: {sorted(names)}"
    yield bool(core), f"the core has facts of these types: {core}"


def _is_fact_data(model: object) -> bool:
    return isinstance(model, type) and issubclass(model, FactData)
