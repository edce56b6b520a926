"""What is wrong with a campaign type as it is declared; judged by the registry and by the test kit alike."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from pydantic import BaseModel, ValidationError

from siyu.sdk.campaign import SDK_VERSION, CampaignType
from siyu.sdk.core_facts import CORE_FACT_TYPES, REFUND_REQUESTED
from siyu.sdk.declared_counters import counter_problems
from siyu.sdk.effects import (
    EFFECT_TYPES,
    Confirm,
    Effect,
    Emit,
    Hold,
    Once,
    Refuse,
    Reserve,
    Schedule,
    Spend,
)
from siyu.sdk.member_effects import Invite
from siyu.sdk.model import FactData
from siyu.sdk.read_fields import ReadField, ReadInput, ReadOutput
from siyu.sdk.reads import References
from siyu.sdk.reviews import REVIEWED
from siyu.sdk.shop_effects import Issue, Notify, Refund, Review
from siyu.sdk.text import Text
from siyu.sdk.version_range import allows

KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
ACTION = re.compile(r"[a-z][a-zA-Z0-9]*")
KEY_LENGTH_MAX = 32
# A type of facts is a key, a dot and a name; the table of facts has room for 64 characters.
NAME_LENGTH_MAX = 31
NAMES_MAX = 16
# Of a message, and of a reason to refund or to have a look.
TEXT_KEY_LENGTH_MAX = 64
READS_MAX = 16
PARTNER_LENGTH_MAX = 64
# The effects a decision can be refused by: those that carry a code.
REFUSING: frozenset[type[Effect]] = frozenset({Confirm, Hold, Invite, Issue, Once, Refuse, Reserve, Spend})

AnyCampaignType = CampaignType[Any, Any]
# Whether the problem is there, and its sentence.
Told = tuple[bool, str]


def type_problems(kind: AnyCampaignType) -> Iterator[str]:
    """Every reason why siyu cannot use the campaign type, one sentence each; none where it can."""
    told = chain(_about_itself(kind), _about_texts(kind), _about_own_facts(kind), counter_problems(kind))
    yield from (problem for applies, problem in told if applies)
    yield from _about_fields(kind)
    yield from _needs(kind.state, "state")
    if kind.team is not None:
        yield from _needs(kind.team.state, "teams' state")


def _about_itself(kind: AnyCampaignType) -> Iterator[Told]:
    names = [action.name for action in kind.actions]
    refused = [code for code in kind.refusals if not CODE.fullmatch(code)]
    yield not _is_key(kind.key, KEY_LENGTH_MAX), f"the key {kind.key!r} is not short snake_case"
    yield not allows(kind.sdk, SDK_VERSION), f"it needs SDK {kind.sdk}, this is {SDK_VERSION}"
    yield not kind.effects <= set(EFFECT_TYPES), "it declares effects that do not exist"
    yield bool(refused), f"refusal codes must be UPPER_CASE: {refused}"
    yield bool(kind.refusals) and REFUSING.isdisjoint(kind.effects), "it has refusals but no effect that refuses"
    yield not all(isinstance(read, References) for read in kind.reads), "its reads must be References"
    yield not callable(kind.features or bool), "its features must be a function of the config"
    yield not callable(kind.group_sizes or bool), "its group_sizes must be a function of the config"
    yield not callable(kind.effects_of or bool), "its effects_of must be a function of the config"
    yield len(kind.reads) > READS_MAX, f"it has more reads than the {READS_MAX} allowed"
    yield not all(ACTION.fullmatch(name) for name in names), f"action names must be camelCase: {names}"
    yield len(set(names)) < len(names), f"two of its actions have one name: {names}"
    is_field = kind.partner is None or _is_key(kind.partner, PARTNER_LENGTH_MAX)
    yield not is_field, f"its partner must be a field of facts, in short snake_case: {kind.partner!r}"
    yield Invite in kind.effects and kind.partner is None, "it has the effect Invite but no partner who could invite"
    heard = REFUND_REQUESTED in kind.listens | kind.settles
    yield heard, f"no campaign hears {REFUND_REQUESTED}: what it asked for it knows, and what became of it others tell"


def _about_texts(kind: AnyCampaignType) -> Iterator[Told]:
    """What can be wrong with the sentences that effects name by their keys."""
    by_effect = (("message", kind.messages, Notify), ("refund", kind.refunds, Refund), ("review", kind.reviews, Review))
    for what, texts, effect in by_effect:
        keys = list(texts)
        yield bool(keys) != (effect in kind.effects), f"{what}s and the effect {effect.__name__} need each other"
        named = all(_is_key(key, TEXT_KEY_LENGTH_MAX) for key in keys)
        yield not named, f"{what} keys must be short snake_case: {keys}"
        yield not all(isinstance(text, Text) for text in texts.values()), f"its {what}s must be Texts"
    stray = sorted(set(map(str, kind.advertises)) - set(kind.messages))
    yield bool(stray), f"it advertises with messages that it does not have: {stray}"


def _about_own_facts(kind: AnyCampaignType) -> Iterator[Told]:
    """What can be wrong with the facts that a campaign type enters itself."""
    actions = [action.name for action in kind.actions]
    names = [*actions, *kind.timers, *kind.emits]
    core = sorted(kind.own_facts() & CORE_FACT_TYPES)
    for what, own, effect in (("timers", kind.timers, Schedule), ("emits", kind.emits, Emit)):
        yield not all(ACTION.fullmatch(name) for name in own), f"the names of its {what} must be camelCase"
        wrong = [name for name, model in own.items() if not _is_model(model, FactData)]
        yield bool(wrong), f"the data of its {what} must be models of FactData: {wrong}"
        yield (
            bool(own) != (effect in kind.effects),
            f"{what} and the effect {effect.__name__} are declared together or not at all",
        )
        yield len(own) > NAMES_MAX, f"it has more than {NAMES_MAX} {what}"
    yield any(len(name) > NAME_LENGTH_MAX for name in names), f"names have at most {NAME_LENGTH_MAX} characters"
    yield len(set(names)) < len(names), f"two of its actions, timers and emits have one name: {sorted(names)}"
    taken = Review in kind.effects and REVIEWED in names
    yield taken, f"an action, timer or emit is named as the fact of a verdict on its reviews is: {REVIEWED}"
    yield bool(core), f"the core has facts of these types: {core}"


def _about_fields(kind: AnyCampaignType) -> Iterator[str]:
    """What is wrong with the fields that front ends read."""
    if not all(isinstance(field, ReadField) for field in kind.fields):
        yield "its fields must be ReadFields"
        return
    names = [field.name for field in kind.fields]
    if len(names) > NAMES_MAX:
        yield f"it has more than {NAMES_MAX} fields"
    if not all(ACTION.fullmatch(name) and len(name) <= NAME_LENGTH_MAX for name in names):
        yield f"the names of its fields must be short camelCase: {names}"
    if len(set(names)) < len(names):
        yield f"two of its fields have one name: {names}"
    for field in kind.fields:
        if not (_is_model(field.input, ReadInput) and _is_model(field.output, ReadOutput) and callable(field.read)):
            yield f"its field {field.name} needs an input of ReadInput, an output of ReadOutput and a function"


def _needs(state: type[BaseModel], what: str) -> Iterator[str]:
    """A sentence where a state cannot be made from nothing, as that of everybody new is."""
    try:
        state()
    except ValidationError as error:
        fields = sorted({".".join(map(str, problem["loc"])) or problem["msg"] for problem in error.errors()})
        yield f"fields of the {what} without a default that is allowed: {fields}"


def _is_key(value: object, length_max: int) -> bool:
    return isinstance(value, str) and KEY.fullmatch(value) is not None and len(value) <= length_max


def _is_model(model: object, base: type[BaseModel]) -> bool:
    return isinstance(model, type) and issubclass(model, base)
