"""A fact's counters and team as its decision finds them: what a view reads and guards look at."""

from typing import NamedTuple

from siyu.campaigns.counters import CounterKey, CounterRow
from siyu.campaigns.counting import bucket_named, checked_limit, key_of, subjects_named, team_named
from siyu.campaigns.needs import AnyCounter
from siyu.campaigns.participations import ParticipationRecord, first_team_state
from siyu.engine.scene import Scene
from siyu.sdk import NotDeclared, Scope


class FactCounter(NamedTuple):
    """One number that a fact names. `key` is None outside of every slot."""

    counter: AnyCounter
    subject: str
    key: CounterKey | None


def fact_counter(scene: Scene, name: str, subject: str | None) -> FactCounter:
    """The counter of this name and subject. Raises NotDeclared where the type or the fact does not name it."""
    campaign, fact, world = scene.campaign, scene.fact, scene.world
    counter = campaign.needs.counters.get(name)
    if counter is None:
        raise NotDeclared(f"the campaign type has no counter {name!r}")
    named = subjects_named(world.counters, campaign, counter, fact, world.zone)
    if counter.scope is Scope.TEAM and not named:
        named = (fact.new_key,)
    wanted = named[0] if subject is None and len(named) == 1 else subject
    if wanted is None or wanted not in named:
        raise NotDeclared(f"the fact names {named} of the counter {name!r}, not {subject!r}")
    bucket = bucket_named(world.counters, campaign, counter, fact.at, world.zone)
    return FactCounter(counter, wanted, None if bucket is None else key_of(campaign, counter, wanted, bucket))


def row_of(scene: Scene, key: CounterKey) -> CounterRow:
    """A counter's row. Raises LookupError for one that this batch has not locked."""
    return scene.world.counters.row(key, mine=key.subject == scene.fact.new_key)


def left_of(scene: Scene, found: FactCounter) -> int | None:
    """How much can still be taken; None: no limit. Raises BadCounter where the type's limit is no number."""
    if found.key is None:
        return 0
    row = row_of(scene, found.key)
    limit = _limit(scene, found.counter, found.subject)
    return None if limit is None else max(0, limit + row.extra - row.taken)


def _limit(scene: Scene, counter: AnyCounter, subject: str) -> int | None:
    campaign, limits = scene.campaign, scene.world.counters.limits
    key = campaign.id, campaign.revision, counter.name, subject
    if key not in limits:
        limits[key] = checked_limit(counter, counter.limit(campaign.lent_config(), subject))
    return limits[key]


def team_key_of(scene: Scene) -> str | None:
    """The key of the team that the fact names, or that its type tells. Raises as `team_told`."""
    return team_named(scene.campaign, scene.fact, scene.world.zone)


def team_of(scene: Scene) -> ParticipationRecord | None:
    """The participation of the fact's team; None where there is none. Raises as `team_told`."""
    key, campaign, participations = team_key_of(scene), scene.campaign, scene.world.participations
    if key is None:
        return None
    found = participations.team(campaign.id, key)
    if found is None and campaign.needs.opens_teams:
        found = participations.new_team(campaign.id, key, scene.fact.at)
        found.stored, found.stored_version = first_team_state(campaign.type), campaign.type.state_version
    return found
