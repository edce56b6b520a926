"""The campaign types at hand: the only caller of pluggy, and the judge of what a plugin hands over."""

import importlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from importlib.metadata import entry_points
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pluggy
from packaging.specifiers import SpecifierSet

from siyu.sdk import (
    EFFECT_TYPES,
    ENTRY_POINT_GROUP,
    PROJECT,
    SDK_VERSION,
    CampaignHooks,
    CampaignType,
    Effect,
    Hold,
    Issue,
    Notify,
    Once,
    References,
    Refuse,
    Spend,
    Text,
)

logger = logging.getLogger(__name__)

KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
ACTION = re.compile(r"[a-z][a-zA-Z0-9]*")
KEY_LENGTH_MAX = 32
MESSAGE_KEY_LENGTH_MAX = 64
READS_MAX = 16

# Those that carry a code.
REFUSING: frozenset[type[Effect]] = frozenset({Hold, Issue, Once, Refuse, Spend})

AnyCampaignType = CampaignType[Any, Any]
Loader = Callable[[], Any]


class UnusablePlugin(Exception):
    """A plugin hands over something the engine cannot work with; the text says what."""


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """A plugin that is left out, and why."""

    name: str
    problem: str


@dataclass(frozen=True, slots=True)
class Registry:
    """The usable campaign types by key, and the plugins that were left out."""

    types: Mapping[str, AnyCampaignType]
    broken: tuple[BrokenPlugin, ...] = ()


def load_registry(folder: Path, package: str = "plugins") -> Registry:
    """Load every folder of `folder` (importable as `package.<name>`) and every installed distribution.

    A plugin that fails to import, to register or to pass the checks is left out, logged and listed in `broken`.
    """
    return build_registry([*_folders(folder, package), *_distributions()])


def build_registry(plugins: Iterable[tuple[str, Loader]]) -> Registry:
    """The registry of plugins given by name and loader, in their order."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(CampaignHooks)
    types: dict[str, AnyCampaignType] = {}
    broken: list[BrokenPlugin] = []
    for name, load in plugins:
        try:
            types.update(_types_of(manager, name, load, types))
        except Exception as error:  # a stranger's code runs here: whatever it raises is its problem, told and logged
            problem = f"{type(error).__name__}: {error}"
            logger.error("plugin %s is left out: %s", name, problem)
            broken.append(BrokenPlugin(name, problem))
    return Registry(MappingProxyType(types), tuple(broken))


def _folders(folder: Path, package: str) -> Iterator[tuple[str, Loader]]:
    for path in sorted(folder.iterdir()):
        if (path / "__init__.py").is_file():
            name = f"{package}.{path.name}"
            yield name, lambda name=name: importlib.import_module(name)  # type: ignore[misc]  # mypy: default of a lambda


def _distributions() -> Iterator[tuple[str, Loader]]:
    for entry_point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda found: found.name):
        yield entry_point.name, entry_point.load


def _types_of(
    manager: pluggy.PluginManager, name: str, load: Loader, known: Mapping[str, AnyCampaignType]
) -> dict[str, AnyCampaignType]:
    plugin = load()
    manager.register(plugin, name=name)
    try:
        manager.check_pending()
        implementations = [hook for hook in manager.hook.siyu_campaign_types.get_hookimpls() if hook.plugin is plugin]
        if not implementations:
            raise UnusablePlugin("it implements no hook; expected siyu_campaign_types")
        handed_over: list[Sequence[AnyCampaignType]] = [hook.function() for hook in implementations]  # type: ignore[misc]  # pluggy: untyped
        found: dict[str, AnyCampaignType] = {}
        for campaign_type in chain.from_iterable(handed_over):
            _check(campaign_type, known.keys() | found.keys())
            found[campaign_type.key] = campaign_type
        return found
    except Exception:
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


def _check(campaign_type: AnyCampaignType, known: Set[str]) -> None:
    """Raise UnusablePlugin with the first reason why the type cannot be used."""
    if not isinstance(campaign_type, CampaignType):
        raise UnusablePlugin(f"it handed over {type(campaign_type).__name__}, expected CampaignType")
    key = campaign_type.key
    actions = [action.name for action in campaign_type.actions]
    refused = [code for code in campaign_type.refusals if not CODE.fullmatch(code)]
    reasons = (
        (not KEY.fullmatch(key) or len(key) > KEY_LENGTH_MAX, f"the key {key!r} is not short snake_case"),
        (key in known, f"the key {key!r} is taken already"),
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
        (
            len(campaign_type.reads) > READS_MAX,
            f"it has more reads than the {READS_MAX} allowed",
        ),
        (not all(ACTION.fullmatch(name) for name in actions), "action names must be camelCase"),
        (len(set(actions)) < len(actions), f"two of its actions have one name: {actions}"),
    )
    for applies, reason in reasons:
        if applies:
            raise UnusablePlugin(reason)
    campaign_type.state()  # every field of a state needs a default: this raises with the fields' names
