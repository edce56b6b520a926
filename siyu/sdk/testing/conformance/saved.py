"""Whether a shop would save the configs: what the type's own checks say of them, and the rules of rewarding."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from pydantic import ValidationError

from siyu.sdk.compliance import ConfigProblem, RewardRule
from siyu.sdk.model import CampaignConfig
from siyu.sdk.rewarding_rules import REWARD_RULES_MAX, breaches
from siyu.sdk.terms import COMMISSION_LEVELS_MAX, CampaignTerms
from siyu.sdk.testing.conformance.declared import wrong_words
from siyu.sdk.testing.conformance.subject import PROBLEMS_MAX, Subject
from siyu.sdk.testing.scene import AnyCampaignType
from siyu.sdk.text import Text

# What an operator may agree to at most.
LENIENT = CampaignTerms(commission_levels=COMMISSION_LEVELS_MAX)


def configs_can_be_saved(subject: Subject) -> Iterator[str]:
    """A shop would save the default config; `validate` and `rewards` answer for every config, within the rules."""
    yield from _refused_default(subject)
    for config in subject.all_configs:
        is_default = config is subject.default_config
        for problem in (*_of_validate(subject.kind, config, is_default), *_of_rewards(subject.kind, config)):
            yield f"{'the default config' if is_default else repr(config)}: {problem}"


def _refused_default(subject: Subject) -> Iterator[str]:
    """What the model has against its own defaults; a field without one is no mistake."""
    try:
        subject.kind.config()
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            if problem["type"] != "missing":
                yield f"the default config is refused: {_dotted(map(str, problem['loc']))}{problem['msg']}"


def _of_validate(kind: AnyCampaignType, config: CampaignConfig, is_default: bool) -> Iterator[str]:
    if kind.validate is None:
        return
    try:
        found: Sequence[object] = list(islice(kind.validate(config), PROBLEMS_MAX))
    except Exception as error:  # the author's code: whatever it raises is the problem
        yield f"validate failed: {type(error).__name__}: {error}"
        return
    for problem in found:
        if not isinstance(problem, ConfigProblem) or not isinstance(problem.text, Text):
            yield f"validate answered {problem!r}, which is no ConfigProblem with a Text"
            continue
        if not _is_path(config, problem.path):
            yield f"validate names {problem.path!r}, and the config has no such field"
        elif is_default:
            yield f"validate refuses it: {_dotted(problem.path)}{problem.text.en}"
        yield from (f"validate: {wrong}" for wrong in wrong_words(problem.text))


def _of_rewards(kind: AnyCampaignType, config: CampaignConfig) -> Iterator[str]:
    try:
        rules: Sequence[object] = [] if kind.rewards is None else list(islice(kind.rewards(config), REWARD_RULES_MAX))
        wrong = [rule for rule in rules if not isinstance(rule, RewardRule)]
        yield from (f"rewards answered {rule!r}, which is no RewardRule" for rule in wrong)
        if not wrong:
            yield from (f"{rule}: {text.en}" for rule, text in breaches(kind, [config], LENIENT))
    except Exception as error:  # the author's code: whatever it raises is the problem
        yield f"rewards failed: {type(error).__name__}: {error}"


def _is_path(config: CampaignConfig, path: object) -> bool:
    """Whether the path leads to a field of the config, or to a place in one."""
    if not isinstance(path, tuple):
        return False
    at: Any = config.model_dump(mode="json")
    for step in path:
        if isinstance(at, dict) and step in at:
            at = at[step]
        elif isinstance(at, list) and step in {str(place) for place in range(len(at))}:
            at = at[int(step)]
        else:
            return False
    return True


def _dotted(path: Iterable[str]) -> str:
    named = ".".join(path)
    return f"{named}: " if named else ""
