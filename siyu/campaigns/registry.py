"""The campaign types at hand: the only caller of pluggy, and the judge of what a plugin hands over."""

import importlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pluggy

from siyu.deadline import DEADLINE, LOADING_S, Patience
from siyu.sdk import ENTRY_POINT_GROUP, PROJECT, CampaignHooks, CampaignType
from siyu.sdk.judging import type_problems

logger = logging.getLogger(__name__)

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


def _check(campaign_type: AnyCampaignType, owners: Mapping[str, str]) -> None:
    """Raise UnusablePlugin with the first reason why the type cannot be used."""
    if not isinstance(campaign_type, CampaignType):
        raise UnusablePlugin(f"it handed over {type(campaign_type).__name__}, expected CampaignType")
    problem = next(type_problems(campaign_type), None)
    if problem is not None:
        raise UnusablePlugin(problem)
    if campaign_type.key in owners:
        raise UnusablePlugin(f"the key {campaign_type.key!r} is taken already by {owners[campaign_type.key]}")
