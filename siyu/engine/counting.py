"""A fact's counters and team as its decision finds them: what a view reads and guards look at."""

from siyu.campaigns.counters import CounterKey, CounterRow, NamedCounter
from siyu.campaigns.counting import bucket_named, item_named, key_of, limit_named, subjects_named, team_named
from siyu.campaigns.participations import ParticipationRecord, first_team_state
from siyu.engine.scene import Scene
from siyu.sdk import NotDeclared, Scope


def fact_counter(scene: Scene, name: str, subject: str | None) -> NamedCounter:
    """The counter of this name and subject. Raises NotDeclared where the type or the fact does not name it."""
    found = scene.named.get((name, subject))
    if found is None:
        found = scene.named[name, subject] = _find_counter(scene, name, subject)
    return found


def _find_counter(scene: Scene, name: str, subject: str | None) -> NamedCounter:
    campaign, fact, world = scene.campaign, scene.fact, scene.world
    counter = campaign.needs.counters.get(name)
    if counter is None:
        raise NotDeclared(f"the campaign type has no counter {name!r}")
    bucket = bucket_named(world.counters, campaign, counter, fact.at, world.zone)
    item = item_named(world.counters, campaign, counter, fact.data, bucket) if bucket is not None else None
    if item is not None and (subject is None or subject == item.subject):
        return item
    named = subjects_named(world.counters, campaign, counter, fact, world.zone)
    if counter.scope is Scope.TEAM and not named:
        named = (fact.new_key,)
    wanted = named[0] if subject is None and len(named) == 1 else subject
    if wanted is None or wanted not in named:
        raise NotDeclared(f"the fact names {named} of the counter {name!r}, not {subject!r}")
    return NamedCounter(counter, wanted, None if bucket is None else key_of(campaign, counter, wanted, bucket))


def row_of(scene: Scene, key: CounterKey) -> CounterRow:
    """A counter's row. Raises LookupError for one that this batch has not locked."""
    return scene.world.counters.row(key, mine=key.subject == scene.fact.new_key)


def row_named(scene: Scene, found: NamedCounter) -> CounterRow | None:
    """The row of a counter that the fact names; None outside of every slot. Raises as `row_of`."""
    if found.row is None and found.key is not None:
        found.row = row_of(scene, found.key)
    return found.row


def left_of(scene: Scene, found: NamedCounter) -> int | None:
    """How much can still be taken; None: no limit. Raises BadCounter where the type's limit is no number."""
    row = row_named(scene, found)
    if row is None:
        return 0
    if not found.has_limit:
        found.limit = limit_named(scene.world.counters, scene.campaign, found.counter, found.subject)
        found.has_limit = True
    return None if found.limit is None else max(0, found.limit + row.extra - row.taken)


def team_key_of(scene: Scene) -> str | None:
    """The key of the team that the fact names, or that its type tells. Raises as `team_named`."""
    return team_named(scene.campaign, scene.fact, scene.world.zone)


def team_of(scene: Scene) -> ParticipationRecord | None:
    """The participation of the fact's team; None where there is none. Raises as `team_named`."""
    key, campaign, participations = team_key_of(scene), scene.campaign, scene.world.participations
    if key is None:
        return None
    found = participations.team(campaign.id, key)
    if found is None and campaign.needs.opens_teams:
        found = participations.new_team(campaign.id, key, scene.fact.at)
        found.stored, found.stored_version = first_team_state(campaign.type), campaign.type.state_version
    return found
