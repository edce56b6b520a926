"""What campaign types with counters or teams read, locked in the order of docs/decisions/0009."""

from collections.abc import Iterator, Sequence

from siyu.campaigns import (
    LiveCampaign,
    load_counters,
    load_reservations,
    load_teams,
    lock_counters,
)
from siyu.campaigns.counters import CounterKey
from siyu.campaigns.counting import bucket_named, key_of, subjects_named, team_named
from siyu.campaigns.reservations import ReservationState
from siyu.db import Connection
from siyu.deadline import DEADLINE, Patience
from siyu.engine.facts import NewFact
from siyu.engine.world import World
from siyu.sdk import Scope

# A fact and one of the campaigns that will decide about it.
Concern = tuple[LiveCampaign, NewFact]


async def load_needs(connection: Connection, world: World, concerns: Sequence[Concern], *, lock: bool) -> None:
    """Read the teams and counters that the facts name, and reservations; `lock` what members share: to change it."""
    world.counters.only_loaded()
    teams = {(campaign.id, team) for campaign, new in concerns if (team := team_named(campaign, new.data)) is not None}
    if teams:
        await load_teams(connection, world.participations, list(teams), lock=lock)
    shared: set[CounterKey] = set()
    own: set[CounterKey] = set()
    for campaign, new in concerns:
        for scope, key in _counters_named(world, campaign, new):
            (own if scope is Scope.MEMBER else shared).add(key)
    scopes = {
        (campaign.id, name): counter.scope
        for campaign, _ in concerns
        for name, counter in campaign.needs.counters.items()
    }
    owners = list({(campaign.id, new.member_id) for campaign, new in concerns if campaign.needs.reservations})
    # Release and Confirm change the counter of the period that a unit was reserved in, which need not be the fact's.
    for reservation in await load_reservations(connection, world.reservations, owners) if owners else ():
        key = reservation.counter
        if reservation.state is ReservationState.HELD:
            (own if scopes.get(key[:2]) is Scope.MEMBER else shared).add(key)
    if shared and lock:
        await lock_counters(connection, world.counters, shared)
    elif shared:
        own |= shared
    if own:
        await load_counters(connection, world.counters, own)


def _counters_named(world: World, campaign: LiveCampaign, new: NewFact) -> Iterator[tuple[Scope, CounterKey]]:
    for counter in campaign.needs.counters.values():
        subjects = subjects_named(campaign, counter, new.member_id, new.data)
        try:
            named = world.counters, campaign, counter, new.at, world.zone
            bucket = DEADLINE.ask(Patience(), bucket_named, *named) if subjects else None
        except Exception:  # noqa: S112 - a plugin's code; the decision asks it again, and fails and tells by itself
            continue
        if bucket is not None:
            yield from ((counter.scope, key_of(campaign, counter, subject, bucket)) for subject in subjects)
