"""A fact's counters and team as its decision finds them: what a view reads and guards look at."""

from typing import NamedTuple

from siyu.campaigns.counters import CounterKey, CounterRow
from siyu.campaigns.counting import bucket_named, checked_limit, key_of, subjects_named, team_named
from siyu.campaigns.needs import AnyCounter
from siyu.campaigns.participations import ParticipationRecord
from siyu.campaigns.reservations import ReservationState
from siyu.engine.scene import Scene
from siyu.sdk import NotDeclared, Reserved, Scope
from siyu.sdk.view import TeamT


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
    named = subjects_named(campaign, counter, fact.member_id, fact.data)
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


def team_of(scene: Scene) -> ParticipationRecord | None:
    """The participation of the team that the fact names; None where there is none."""
    key = team_named(scene.campaign, scene.fact.data)
    return scene.world.participations.team(scene.campaign.id, key) if key is not None else None


class SceneReads(NamedTuple):
    """The reads of a view whose campaign type declares counters or teams."""

    scene: Scene

    def team(self, state: type[TeamT]) -> TeamT | None:
        """As `View.team`."""
        declared = self.scene.campaign.needs.team
        if declared is None or declared.state is not state:
            raise NotDeclared(f"the campaign type has no teams with a {state.__name__}")
        record = team_of(self.scene)
        return record.state_for(self.scene.campaign) if record else None  # type: ignore[return-value]  # told by its class

    def left(self, counter: str, subject: str | None) -> int | None:
        """As `View.left`."""
        return left_of(self.scene, fact_counter(self.scene, counter, subject))

    def used(self, counter: str, subject: str | None) -> int:
        """As `View.used`."""
        key = fact_counter(self.scene, counter, subject).key
        return row_of(self.scene, key).taken if key else 0

    def reserved(self, key: str) -> Reserved | None:
        """As `View.reserved`."""
        campaign = self.scene.campaign
        if not campaign.needs.reservations:
            raise NotDeclared("the campaign type has neither Release nor Confirm among its effects")
        found = self.scene.world.reservations.get(campaign.id, self.scene.fact.member_id, key)
        if found is None:
            return None
        confirmed = found.state is ReservationState.CONFIRMED
        return Reserved(found.counter.name, found.counter.subject, found.amount, confirmed)
