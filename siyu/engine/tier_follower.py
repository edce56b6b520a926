"""The follower that gives members their tiers: after each fact, from what it spent, granted or came to."""

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from siyu.engine.facts import ArrivedFact, NewFact
from siyu.engine.outcome import Outcome
from siyu.engine.world import World
from siyu.sdk.core_facts import ORDER_PAID, ORDER_REFUNDED
from siyu.tiers.book import Cause, Deed, LiveLadder
from siyu.tiers.interactions import INTERACTIONS
from siyu.tiers.ladder import SPENDING, Measure

GROWTH = "growth"
ORDERS = frozenset({ORDER_PAID, ORDER_REFUNDED})
# What is taken back is so with the time of what it takes back.
GROWN = {"grant": 1, "reverse": -1}

# How many spendings and transfers there were before a fact.
Mark = tuple[int, int]


def followed(live: LiveLadder | None, facts: Iterable[NewFact]) -> Collection[UUID]:
    """The members whose tier these facts may change; any campaign may grant growth for any fact."""
    if live is None:
        return ()
    measures = live.ladder.measures
    if Measure.GROWTH in measures:
        return {fact.member_id for fact in facts}
    types = (ORDERS if measures & SPENDING else frozenset()) | (
        INTERACTIONS if Measure.INTERACTIONS in measures else frozenset()
    )
    return {fact.member_id for fact in facts if fact.type in types}


def mark(world: World) -> Mark:
    """Where the world stands before a fact."""
    return len(world.orders.spendings), len(world.book.transfers)


def follow_tiers(world: World, arrived: ArrivedFact, outcome: Outcome, before: Mark) -> None:
    """Judge the members of a fact by what was decided; the next decision about them finds their tier."""
    deeds: dict[UUID, list[Deed]] = {}
    for member_id, deed in _deeds(world, arrived.new, outcome, before):
        deeds.setdefault(member_id, []).append(deed)
    cause = Cause(arrived.new.at, fact_id=arrived.id)
    for member_id, done in deeds.items():
        if world.tiers.find(member_id) is None:
            continue
        tier = world.tiers.follow(member_id, done, cause, world.day)
        known = world.features.get(member_id)
        if known is not None and known.tier != tier:
            ladder = world.tiers.ladder
            privileges = ladder.tiers[ladder.place_of(tier) or 0].privileges.shown()
            world.features[member_id] = known._replace(tier=tier, privileges=privileges)


def _deeds(world: World, new: NewFact, outcome: Outcome, before: Mark) -> Iterator[tuple[UUID, Deed]]:
    measures = world.tiers.ladder.measures
    spendings, transfers = before
    if measures & SPENDING:
        for spending in world.orders.spendings[spendings:]:
            yield spending.member_id, Deed(world.day(spending.at), Measure.SPEND_TOTAL, spending.amount_fen)
    if Measure.GROWTH in measures:
        for transfer in world.book.transfers[transfers:]:
            if transfer.unit == GROWTH and transfer.kind in GROWN:
                amount = GROWN[transfer.kind] * transfer.amount
                yield world.kin.person(transfer.member_id), Deed(world.day(transfer.at), Measure.GROWTH, amount)
    is_accepted = any(decision.refusal is None for decision in outcome.decisions)
    if Measure.INTERACTIONS in measures and new.type in INTERACTIONS and is_accepted:
        yield new.member_id, Deed(world.day(new.at), Measure.INTERACTIONS, kind=new.type)
