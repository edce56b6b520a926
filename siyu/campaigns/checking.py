"""What is wrong with a campaign that is about to be saved: config, terms, window, and what it would reward."""

import json
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from siyu.campaigns.counting import BadCounter, items_named
from siyu.campaigns.live_terms import LiveArm
from siyu.campaigns.needs import sizes_named
from siyu.campaigns.registry import AnyCampaignType, Registry
from siyu.errors import InvalidInput, Problem
from siyu.inputs import parse_json
from siyu.rules import BadRule, compile_rule
from siyu.sdk import CampaignConfig, CampaignTerms, Scope
from siyu.sdk.arms import Arm, merged
from siyu.sdk.reads import GROUP_SIZES_MAX
from siyu.sdk.rewarding_rules import breaches

logger = logging.getLogger(__name__)

# Of one config; more would help nobody who mends them.
PROBLEMS_MAX = 64


def check_settings(kind: AnyCampaignType, config: object, terms: object) -> tuple[str, str | None]:
    """Config and terms as they are stored: JSON text, every default of the config filled in, None for default terms.

    Raises InvalidInput with every path that is wrong: the model's, the type's own `validate`, each arm's merged config,
    and with a rule's name as its code what the campaign must not reward; for a bad audience rule alone what is wrong
    with it and where.
    """
    checked: CampaignConfig = parse_json(kind.config, config, ("config",))
    agreed = parse_json(CampaignTerms, {} if terms is None else terms, ("terms",))
    _check_audience(agreed)
    arms = [_arm(kind, checked, place, arm) for place, arm in enumerate(agreed.arms)]
    try:
        configs = [checked, *(arm.config for arm in arms)]
        found = [
            *_problems_of(kind, configs),
            *_too_many_items(kind, checked),
            *_too_many_groups(kind, configs),
            *_breaches(kind, configs, agreed),
        ]
    except Exception as error:  # a plugin's code: the operator is told that this type cannot be used
        logger.exception("campaign type %s failed to check a config", kind.key)
        raise InvalidInput([Problem(("config",), f"the checks of {kind.key} failed: {error!r}")]) from error
    if found:
        raise InvalidInput(found)
    return checked.model_dump_json(), None if agreed == CampaignTerms() else agreed.model_dump_json()


def known_type(registry: Registry, type_key: str) -> AnyCampaignType:
    """The campaign type of this key. Raises InvalidInput."""
    kind = registry.types.get(type_key)
    if kind is None:
        problem = f"there is no campaign type {type_key!r}; known: {', '.join(registry.types)}"
        raise InvalidInput([Problem(("type",), problem)])
    return kind


def check_window(starts_at: datetime | None, ends_at: datetime | None) -> None:
    """Raise InvalidInput for a campaign that would end before it starts."""
    if starts_at is not None and ends_at is not None and starts_at >= ends_at:
        raise InvalidInput([Problem(("ends_at",), "must be later than the start")])


def check_arms_stay(old: str | None, new: str | None) -> None:
    """Raise InvalidInput where an arm of a published campaign would go, and its members with it."""
    kept = {arm.key for arm in CampaignTerms.model_validate_json(new or "{}").arms}
    gone = [arm.key for arm in CampaignTerms.model_validate_json(old or "{}").arms if arm.key not in kept]
    if gone:
        problem = f"members may be in {', '.join(gone)}: keep it with weight 0"
        raise InvalidInput([Problem(("terms", "arms"), problem)])


def _check_audience(terms: CampaignTerms) -> None:
    """Raise BadRule, below the audience's path, for a rule that is none."""
    if terms.audience is not None:
        try:
            compile_rule(terms.audience.rule)
        except BadRule as bad:
            raise BadRule(bad.rule_problems, ("terms", "audience", "rule")) from bad


def _arm(kind: AnyCampaignType, config: CampaignConfig, place: int, arm: Arm) -> LiveArm:
    path = ("terms", "arms", str(place), "override")
    patched: dict[str, Any] = merged(json.loads(config.model_dump_json()), arm.override)
    return LiveArm(arm.key, arm.weight, parse_json(kind.config, patched, path))


def _problems_of(kind: AnyCampaignType, configs: Sequence[CampaignConfig]) -> Iterator[Problem]:
    """What the type's own `validate` says, of the config and then of each arm's."""
    if kind.validate is None:
        return
    for place, checked in enumerate(configs):
        path = ("terms", "arms", str(place - 1), "override") if place else ("config",)
        for problem in islice(kind.validate(checked), PROBLEMS_MAX):
            yield Problem((*path, *problem.path), problem.text.en, text=problem.text)


def _too_many_items(kind: AnyCampaignType, config: CampaignConfig) -> Iterator[Problem]:
    """Counters whose items every fact names; those that a field names may have more."""
    for counter in kind.counters:
        if counter.scope is Scope.ITEM and counter.field is None:
            try:
                items_named(counter, config)
            except BadCounter as error:
                yield Problem(("config",), str(error))


def _too_many_groups(kind: AnyCampaignType, configs: Sequence[CampaignConfig]) -> Iterator[Problem]:
    """Configs under which decisions look at the size of more groups than are read."""
    if any(len(sizes_named(kind, config)) > GROUP_SIZES_MAX for config in configs):
        yield Problem(("config",), f"it looks at the size of more groups than the {GROUP_SIZES_MAX} it may")


def _breaches(kind: AnyCampaignType, configs: Sequence[CampaignConfig], terms: CampaignTerms) -> Iterator[Problem]:
    for rule, text in breaches(kind, configs, terms):
        yield Problem(("config",), f"{rule}: {text.en}", code=rule, text=text)
