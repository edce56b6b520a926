"""The suite that every campaign type has to pass: by one call, or as tests of pytest, one a check."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import BaseModel

from siyu.sdk.model import CampaignConfig
from siyu.sdk.testing.conformance import answering, declared, hash_seeds, living, purity, saved, sources
from siyu.sdk.testing.conformance.subject import PROBLEMS_MAX, CannotCheck, Play, Subject
from siyu.sdk.testing.crowd import NO_FACTS
from siyu.sdk.testing.scene import AnyCampaignType

# So many are counted of one check.
SENTENCES_MAX = 1_000
# What is wrong with a campaign type, one sentence each.
Check = Callable[[Subject], Iterable[str]]

CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        check.__name__: check
        for check in (
            declared.registrable,
            declared.config_round_trips,
            declared.config_form_renders,
            saved.configs_can_be_saved,
            declared.says_it_in_both_languages,
            declared.refusals_can_be_told,
            declared.messages_can_be_told,
            declared.old_states_upcast,
            living.never_raises,
            living.effects_are_possible,
            living.declared_effects_are_used,
            living.state_round_trips,
            living.describes_every_state,
            answering.answers_every_field,
            living.unknown_data_is_ignored,
            purity.is_the_same_again,
            purity.is_the_same_elsewhere,
            purity.changes_nothing_it_is_shown,
            purity.touches_nothing,
            purity.is_quick,
            hash_seeds.is_the_same_in_every_process,
            sources.reaches_for_nothing,
        )
    }
)
NO_STATES: Mapping[int, Sequence[dict[str, Any]]] = MappingProxyType({})


class CampaignIsNotSound(AssertionError):
    """A campaign type that fails checks; `problems` are sentences by the name of the check."""

    def __init__(self, key: str, problems: Mapping[str, Sequence[str]]) -> None:
        lines = [f"{name}: {problem}" for name, found in problems.items() for problem in found]
        super().__init__("\n  ".join([f"the campaign type {key} is not sound:", *lines]))
        self.problems = problems


class Report(NamedTuple):
    """The checks that a sound campaign type passed, and those that say nothing about it with the reason."""

    passed: tuple[str, ...]
    skipped: Mapping[str, str]


def check_campaign(
    kind: AnyCampaignType,
    *,
    configs: Sequence[CampaignConfig] = (),
    old_states: Mapping[int, Sequence[dict[str, Any]]] = NO_STATES,
    plays: Sequence[Play] = (),
    facts: Mapping[str, type[BaseModel]] = NO_FACTS,
    seed: int = 7,
) -> Report:
    """Run every check. Raises CampaignIsNotSound, which names all that failed.

    It plays random facts under the default config and each of `configs`, then the `plays`, which lead the campaign
    where random facts do not get. `facts` are the models of the data of facts that are neither its actions nor orders,
    by type. `old_states` are JSON states by the older `state_version` they were stored with.
    """
    subject = Subject(kind, configs, old_states, plays, facts, seed)
    problems: dict[str, list[str]] = {}
    skipped: dict[str, str] = {}
    for name in CHECKS:
        try:
            problems[name] = _problems(name, subject)
        except CannotCheck as reason:
            skipped[name] = str(reason)
    failed = {name: found for name, found in problems.items() if found}
    if failed:
        raise CampaignIsNotSound(kind.key, failed)
    return Report(tuple(problems), skipped)


def campaign_tests(
    kind: AnyCampaignType,
    *,
    configs: Sequence[CampaignConfig] = (),
    old_states: Mapping[int, Sequence[dict[str, Any]]] = NO_STATES,
    plays: Sequence[Play] = (),
    facts: Mapping[str, type[BaseModel]] = NO_FACTS,
    seed: int = 7,
) -> Callable[[str], None]:
    """The same as a test function of pytest, one case a check: `test_conformance = campaign_tests(MY_CAMPAIGN)`."""
    import pytest  # noqa: PLC0415 - the kit works without it

    subject = Subject(kind, configs, old_states, plays, facts, seed)

    @pytest.mark.parametrize("check", CHECKS)
    def test_conformance(check: str) -> None:
        try:
            problems = _problems(check, subject)
        except CannotCheck as reason:
            pytest.skip(str(reason))
        if problems:
            raise CampaignIsNotSound(kind.key, {check: problems})

    return test_conformance


def _problems(check: str, subject: Subject) -> list[str]:
    """The first PROBLEMS_MAX sentences, each once and with how often it was found."""
    found = Counter(islice(CHECKS[check](subject), SENTENCES_MAX))
    return [
        sentence if times == 1 else f"{sentence} (× {times})" for sentence, times in islice(found.items(), PROBLEMS_MAX)
    ]
