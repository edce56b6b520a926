"""What the campaigns that will decide about a batch of facts read, in the order of docs/decisions/0009."""

from collections.abc import Iterable, Iterator, Sequence

from siyu.campaigns import (
    LiveCampaign,
    load_counters,
    load_participations,
    load_reservations,
    load_teams,
    lock_counters,
)
from siyu.campaigns.counters import CounterKey
from siyu.campaigns.counting import bucket_named, item_named, key_of, subjects_named, team_named
from siyu.campaigns.needs import NOTHING, AnyCounter
from siyu.campaigns.participation_store import WantedTeam
from siyu.campaigns.participations import first_team_state
from siyu.campaigns.reservations import ReservationState
from siyu.campaigns.routes import needs_features, needs_row
from siyu.db import Connection
from siyu.deadline import DEADLINE, Patience
from siyu.engine.desk_store import load_for_desks
from siyu.engine.desks import DESKS
from siyu.engine.facts import ArrivedFact, NewFact
from siyu.engine.merge_loading import load_once_of_kin, whole_persons
from siyu.engine.partner_loading import load_invitations
from siyu.engine.pending import hearers
from siyu.engine.tier_follower import followed
from siyu.engine.value_loading import Concern, load_value
from siyu.engine.world import World
from siyu.features.queries import feature_rows
from siyu.groups import LOOKS_AT_GROUPS, Named, load_groups, load_sizes
from siyu.ledger import load_accounts
from siyu.members import load_features
from siyu.orders import LOOKS_AT_ORDERS, LOOKS_AT_REFUNDS, load_orders, load_refunds
from siyu.sdk import Features, Period, Scope, member_of_code
from siyu.sdk.core_facts import ORDER_PAID, TALK_FACT_TYPES
from siyu.talk import load_chats, load_stays
from siyu.tiers import MemberTier, Record, load_tiers

# Whose counters have one subject, that no type needs to be asked for.
OWN_SUBJECT = frozenset({Scope.CAMPAIGN, Scope.MEMBER})


async def load_for(connection: Connection, world: World, facts: Sequence[ArrivedFact], *, lock: bool) -> None:
    """What the campaigns read: under the members' locks, with `lock` for what members share, or of one snapshot.

    What members share comes last: other batches wait for it from then on until the commit.
    """
    concerns = [(campaign, fact.new) for fact in facts for campaign in _concerned(world, fact)]
    world.book.now = max(fact.arrived_at for fact in facts)
    await load_accounts(connection, world.book, whole_persons(world, facts))
    if concerns:
        await load_participations(
            connection, world.participations, list({(c.id, new.member_id) for c, new in concerns})
        )
        await load_value(connection, world, concerns)
        await load_once_of_kin(connection, world, {campaign.id for campaign, _ in concerns})
        await load_invitations(connection, world, concerns)
    await _load_known(connection, world, facts, concerns)
    await _load_orders(connection, world, facts)
    await _load_groups(connection, world, facts, lock=lock)
    climbing = followed(world.tiers.live, (fact.new for fact in facts))
    if climbing:
        await load_tiers(connection, world.tiers, climbing)
        for newcomer_id in climbing:
            if world.tiers.find(newcomer_id) is None:
                joined_at = world.members[newcomer_id].joined_at
                world.tiers.put(MemberTier(newcomer_id, Record(), None, joined_at, joined_at))
    needy = [concern for concern in concerns if concern[0].needs is not NOTHING or concern[0].caps]
    if needy:
        await _load_needs(connection, world, needy, lock=lock)
    sized = set().union(*{campaign.sized for campaign, _ in concerns if campaign.sized})
    if sized:
        # After the teams' locks, so that who decides later about one sees no older size.
        world.sizes |= await load_sizes(connection, sized)
    at_desks = [fact.new for fact in facts if fact.new.type in DESKS]
    if at_desks:
        await load_for_desks(connection, world, at_desks, lock=lock)


async def _load_known(
    connection: Connection, world: World, facts: Sequence[ArrivedFact], concerns: Sequence[Concern]
) -> None:
    """What is known of the members about whom campaigns decide that are not for everybody, or look at them, and of
    those who answer: that gives tags, as far as there is room."""
    selected = {fact.new.member_id for fact in facts if _has_answers(fact.new)}
    if world.routes.need_features or selected:
        selected |= {new.member_id for campaign, new in concerns if needs_features(campaign)}
        world.features |= await load_features(connection, selected) if selected else {}
        for newcomer_id in selected - world.features.keys():
            # Somebody in a preview, of whom nothing is known but when they joined.
            world.features[newcomer_id] = Features(world.members[newcomer_id].joined_at)
    if world.routes.need_rows:
        asked = {new.member_id for campaign, new in concerns if needs_row(campaign)}
        world.rows |= await feature_rows(connection, asked) if asked else {}


async def _load_orders(connection: Connection, world: World, facts: Sequence[ArrivedFact]) -> None:
    """The orders that facts name, and what was asked for of those where a fact may change that."""
    numbers = {fact.new.data["order"] for fact in facts if fact.new.type in LOOKS_AT_ORDERS}
    if not numbers:
        return
    await load_orders(connection, world.orders, numbers)
    buyers = {fact.new.member_id for fact in facts if fact.new.type == ORDER_PAID}
    if buyers:
        await load_stays(connection, world.orders, buyers)
    refunded = {fact.new.data["order"] for fact in facts if fact.new.type in LOOKS_AT_REFUNDS}
    if refunded:
        await load_refunds(connection, world.orders, refunded)


def _has_answers(new: NewFact) -> bool:
    """Whether the fact answers a group's questionnaire."""
    return new.type in LOOKS_AT_GROUPS and bool(new.data.get("answers"))


async def _load_groups(connection: Connection, world: World, facts: Sequence[ArrivedFact], *, lock: bool) -> None:
    """The groups that facts name, how full they are and who is in them; `lock` them, since members share them.

    Of chats it is enough to know which groups there are.
    """
    talk = [fact.new.data.get("group") for fact in facts if fact.new.type in TALK_FACT_TYPES]
    if talk:
        await load_chats(connection, world.chats, {key for key in talk if key is not None})
    looking = [fact.new for fact in facts if fact.new.type in LOOKS_AT_GROUPS]
    if looking:
        named = [
            Named(
                new.member_id, new.data["group"], member_of_code(new.data.get("inviter")), bool(new.data.get("answers"))
            )
            for new in looking
        ]
        await load_groups(connection, world.groups, named, lock=lock)


def _concerned(world: World, fact: ArrivedFact) -> Iterable[LiveCampaign]:
    """The campaigns that will decide about a fact."""
    if fact.pending is not None:
        return hearers(world, fact.pending)
    if fact.new.campaign_id is None:
        return world.listeners(fact.new.type, fact.new.at)
    campaign = world.campaign(fact.new.campaign_id)
    return [campaign] if campaign else []


async def _load_needs(connection: Connection, world: World, concerns: Sequence[Concern], *, lock: bool) -> None:
    """Read the teams and counters that the facts name, and reservations; `lock` what members share: to change it."""
    world.counters.only_loaded()
    teams = {team.place: team for team in _teams_named(world, concerns)}
    if teams:
        await load_teams(connection, world.participations, list(teams.values()), lock=lock)
    shared: set[CounterKey] = set()
    own: set[CounterKey] = set()
    for campaign, new in concerns:
        for scope, key in _counters_named(world, campaign, new):
            (own if scope is Scope.MEMBER else shared).add(key)
    campaigns = {campaign.id: campaign for campaign, _ in concerns}.values()
    scopes = {(each.id, name): counter.scope for each in campaigns for name, counter in each.needs.counters.items()}
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
        await load_counters(connection, world.counters, own, world.kin.others_by_name)


def _teams_named(world: World, concerns: Sequence[Concern]) -> Iterator[WantedTeam]:
    for campaign, new in concerns:
        if campaign.needs.team is None:
            continue
        try:
            wanted = DEADLINE.ask(Patience(), _wanted_team, world, campaign, new)
        except Exception:  # noqa: S112 - a plugin's code; the decision asks it again, and fails and tells by itself
            continue
        if wanted is not None:
            yield wanted


def _wanted_team(world: World, campaign: LiveCampaign, new: NewFact) -> WantedTeam | None:
    """The fact's team; one that is there from the start with what it begins with."""
    key, team = team_named(campaign, new, world.zone), campaign.needs.team
    if key is None or team is None:
        return None
    if team.field in new.data:
        return WantedTeam(campaign.id, key)
    return WantedTeam(campaign.id, key, first_team_state(campaign.type), campaign.type.state_version, new.at)


def _counters_named(world: World, campaign: LiveCampaign, new: NewFact) -> Iterator[tuple[Scope, CounterKey]]:
    for live in campaign.caps:
        yield live.cap.scope, live.key(campaign.id, new.member_id, new.at, world.zone)
    for counter in campaign.needs.counters.values():
        bucket = _bucket(world, campaign, counter, new)
        if bucket is None:
            continue
        item = item_named(world.counters, campaign, counter, new.data, bucket)
        if item is not None and item.key is not None:
            world.counters.note(campaign.id, new.idempotency_key, item)
            yield counter.scope, item.key
            continue
        subjects = _subjects(world, campaign, counter, new)
        yield from ((counter.scope, key_of(campaign, counter, subject, bucket)) for subject in subjects)


def _bucket(world: World, campaign: LiveCampaign, counter: AnyCounter, new: NewFact) -> str | None:
    """Which period of a counter a fact falls into; None outside of every slot, and where the type's code fails: the
    decision asks it again, and fails and tells by itself."""
    if counter.period is not Period.SLOT:
        return bucket_named(world.counters, campaign, counter, new.at, world.zone)
    try:
        return DEADLINE.ask(Patience(), bucket_named, world.counters, campaign, counter, new.at, world.zone)
    except Exception:  # a plugin's code
        return None


def _subjects(world: World, campaign: LiveCampaign, counter: AnyCounter, new: NewFact) -> tuple[str, ...]:
    """Whose number of a counter a fact names; nobody's where the type's code fails, as above."""
    asked = world.counters, campaign, counter, new, world.zone
    is_told = campaign.needs.opens_teams if counter.scope is Scope.TEAM else counter.field is None
    if not is_told or counter.scope in OWN_SUBJECT:
        return subjects_named(*asked)
    try:
        return DEADLINE.ask(Patience(), subjects_named, *asked)
    except Exception:  # a plugin's code
        return ()
