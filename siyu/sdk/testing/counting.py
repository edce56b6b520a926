"""A fact's counters and team on a stage: what a view reads and guards look at."""

from itertools import islice
from typing import Any, NamedTuple

from siyu.sdk.counters import Counter, Period, Scope, bucket_of
from siyu.sdk.effects import Confirm, Release
from siyu.sdk.testing.limits import AMOUNT_MAX, SLOT_LENGTH_MAX, SUBJECT_LENGTH_MAX, SUBJECTS_NAMED_MAX
from siyu.sdk.testing.scene import AnyCampaignType, Scene
from siyu.sdk.testing.shop import CounterKey
from siyu.sdk.testing.storable import is_text
from siyu.sdk.view import NotDeclared


class BadCounter(Exception):
    """A campaign type names a slot that is no short text, a limit that is no number, or more items than may be."""


class FactCounter(NamedTuple):
    """One number that a fact names. `key` is None outside of every slot."""

    counter: Counter[Any]
    subject: str
    key: CounterKey | None


def fact_counter(scene: Scene, name: str, subject: str | None) -> FactCounter:
    """The counter of this name and subject. Raises NotDeclared where the type or the fact does not name it."""
    counter = next((counter for counter in scene.kind.counters if counter.name == name), None)
    if counter is None:
        raise NotDeclared(f"the campaign type has no counter {name!r}")
    named = _subjects_named(scene, counter)
    wanted = named[0] if subject is None and len(named) == 1 else subject
    if wanted is None or wanted not in named:
        raise NotDeclared(f"the fact names {named} of the counter {name!r}, not {subject!r}")
    bucket = _bucket(scene, counter)
    return FactCounter(counter, wanted, None if bucket is None else CounterKey(name, wanted, bucket))


def left_of(scene: Scene, found: FactCounter) -> int | None:
    """How much can still be taken; None: no limit. Raises BadCounter where the type's limit is no number."""
    if found.key is None:
        return 0
    limit: object = found.counter.limit(scene.config, found.subject)
    if limit is None:
        return None
    if type(limit) is not int or not 0 <= limit <= AMOUNT_MAX:
        raise BadCounter(f"the limit of the counter {found.counter.name!r} is {limit!r}")
    return max(0, limit - scene.shop.counted[found.key].taken)


def team_named(scene: Scene) -> str | None:
    """The key of the team that the fact names, or that the type tells, if it can be one."""
    team, fact = scene.kind.team, scene.fact
    if team is None:
        return None
    key = fact.data.get(team.field)
    if team.field not in fact.data and team.key is not None:
        key = team.key(scene.config, fact.data, fact.at.astimezone(scene.zone))
    return key if is_text(key, SUBJECT_LENGTH_MAX) else None


def stored_team(scene: Scene) -> str | None:
    """The JSON of the fact's team as it is; None where there is none."""
    key, team = team_named(scene), scene.kind.team
    if key is None or team is None:
        return None
    return scene.shop.teams.get(key) or (None if team.key is None else team.state().model_dump_json())


def has_keys(kind: AnyCampaignType) -> bool:
    """Whether reservations have keys: something can end what they hold."""
    return bool(kind.counters and kind.effects & {Confirm, Release})


def _subjects_named(scene: Scene, counter: Counter[Any]) -> tuple[str, ...]:
    if counter.scope is Scope.CAMPAIGN:
        return ("",)
    if counter.scope is Scope.MEMBER:
        return (str(scene.fact.member_id),)
    if counter.scope is Scope.TEAM:
        return (team_named(scene) or scene.fact.new_key,)
    if counter.field is None:
        return _items_named(scene, counter)
    named = scene.fact.data.get(counter.field)
    several = named if isinstance(named, list | tuple) else (named,)
    return tuple(subject for subject in several[:SUBJECTS_NAMED_MAX] if is_text(subject, SUBJECT_LENGTH_MAX))


def _items_named(scene: Scene, counter: Counter[Any]) -> tuple[str, ...]:
    """Of a counter without a field, every item: the type draws one of them."""
    items = tuple(islice(counter.subjects(scene.config), SUBJECTS_NAMED_MAX + 1)) if counter.subjects else ()
    if len(items) > SUBJECTS_NAMED_MAX:
        told = f"the counter {counter.name!r} has more items than the {SUBJECTS_NAMED_MAX} that a fact may name"
        raise BadCounter(told)
    return tuple(item for item in items if is_text(item, SUBJECT_LENGTH_MAX))


def _bucket(scene: Scene, counter: Counter[Any]) -> str | None:
    local = scene.fact.at.astimezone(scene.zone)
    if counter.period is not Period.SLOT:
        return bucket_of(counter.period, local)
    slot: object = scene.kind.slot_of(scene.config, local) if scene.kind.slot_of else None
    if slot is None or is_text(slot, SLOT_LENGTH_MAX):
        return slot
    raise BadCounter(f"the slot {slot!r} is no text of 1 to {SLOT_LENGTH_MAX} characters")
