"""One batch of facts in one transaction: lock, insert, load, decide, write."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.boards import notes_of_changes
from siyu.campaigns import (
    LiveCampaign,
    LiveCampaigns,
    Routes,
    write_counters,
    write_participations,
    write_reservations,
)
from siyu.campaigns.pending import CORE_TYPES, PendingFact
from siyu.campaigns.pending_store import take_pending, write_pending
from siyu.db import Connection
from siyu.engine.deciding import decide_fact
from siyu.engine.desk_store import write_for_desks
from siyu.engine.desks.erasing import settles
from siyu.engine.erasure_store import write_erased
from siyu.engine.facts import ArrivedFact
from siyu.engine.faults import Faults
from siyu.engine.followers import (
    activity_by,
    board_changes,
    changed_by,
    said_daily,
    said_once,
    touched_by,
    touched_days,
)
from siyu.engine.hints import Hint, hints_of
from siyu.engine.loading import load_for
from siyu.engine.merge_loading import members_named, redirect
from siyu.engine.outcome import Outcome
from siyu.engine.store import append_decisions, append_facts, idempotency_key, load_answers
from siyu.engine.timing import Timings
from siyu.engine.value_loading import NO_KEYS, UsedKeys, find_used, put_used_keys, write_value
from siyu.engine.verdicts import find_late
from siyu.engine.watching import look_back
from siyu.engine.world import World
from siyu.errors import DomainError, IdempotencyConflict, NotFound
from siyu.features import FEATURES_TOPIC, notes_of_talk, notes_of_touched
from siyu.groups import notes_of_activity, write_groups
from siyu.ids import new_id
from siyu.ledger import write_book
from siyu.live import Topic
from siyu.members import append_invitations, lock_persons, write_tags
from siyu.members.kinship import Kin
from siyu.metrics.touched import METRICS_TOPIC, notes_of_touched_days
from siyu.orders import write_orders, write_refunds
from siyu.outbox import Note, append_all
from siyu.sdk import MemberView
from siyu.sdk.core_facts import TOUCH_SEEN
from siyu.tiers import LiveLadders, write_tiers
from siyu.touches import NewTouch, write_touches

logger = logging.getLogger(__name__)

Answer = Outcome | DomainError
Step = Callable[[str], None]
NO_ROUTES = Routes(())


class Decided(NamedTuple):
    """An answer for each fact of a batch, the facts that its commit makes due, what is used up, what has changed."""

    answers: list[Answer]
    due: Sequence[PendingFact]
    hints: Sequence[Hint]
    changed: Collection[Topic]


@dataclass(frozen=True, slots=True)
class BatchTransaction:
    """What batches are decided with. One instance a process."""

    campaigns: LiveCampaigns
    zone: ZoneInfo
    timings: Timings
    faults: Faults = field(default_factory=Faults)
    ladders: LiveLadders = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ladders", LiveLadders(self.zone))

    async def run(self, connection: Connection, facts: Sequence[ArrivedFact], used: UsedKeys = NO_KEYS) -> Decided:
        """Decide and write facts whose idempotency keys differ; one answer each, in their order. Commits nothing.

        `used` are keys known to be in the database: a `Once`, a `Hold` or an `Issue` with one of them becomes a
        refusal here rather than a violated constraint.
        """
        step = self.timings.start()
        members, kin, erased = await lock_persons(connection, members_named(facts))
        facts = await redirect(connection, facts, kin)
        step("lock members")
        known = [fact for fact in facts if fact.new.member_id in members]
        if erased:
            known = [fact for fact in known if fact.new.member_id not in erased or settles(fact)]
        answers = await load_answers(connection, [idempotency_key(fact) for fact in known])
        fresh = [fact for fact in known if idempotency_key(fact) not in answers] if answers else known
        pending = [fact for fact in facts if fact.pending is not None]
        routes = await self.campaigns.load(connection) if fresh or pending else NO_ROUTES
        if pending:
            gone = await _take(connection, pending, members, routes.campaigns)
            fresh = [fact for fact in fresh if fact.id not in gone]
        late = await find_late(connection, fresh, routes.by_id)
        if late:
            fresh = [fact for fact in fresh if fact.id not in late]
        await append_facts(connection, fresh if not pending else [fact for fact in fresh if fact.pending is None])
        step("append facts")
        world, outcomes = await self._decide(connection, routes, fresh, members, kin, used, step)
        if pending:
            # Only now is it known which of them another fact of the batch took back. Nobody else can append them.
            await append_facts(connection, [fact for fact in fresh if _is_still_pending(world, fact)])
            _tell_of_refused(fresh, outcomes)
        if fresh:
            await _write(connection, world, fresh, outcomes, step)
        for fact, outcome in zip(fresh, outcomes, strict=True):
            answers[fact.new.idempotency_key] = fact.fingerprint, outcome
        due = [fact for fact in world.pending.asked_for() if fact.is_due()]
        told = [late.get(fact.id) or _answer(fact, answers) for fact in facts]
        return Decided(told, due, hints_of(world), changed_by(world, fresh))

    async def used_keys(self, connection: Connection, facts: Sequence[ArrivedFact]) -> UsedKeys:
        """The keys these facts would be decided with that the database has already; changes nothing."""
        members, kin, _ = await lock_persons(connection, members_named(facts))
        facts = await redirect(connection, facts, kin)
        routes = await self.campaigns.load(connection)
        world, _ = await self._decide(connection, routes, facts, members, kin, NO_KEYS, self.timings.start())
        return await find_used(connection, world)

    async def _decide(
        self,
        connection: Connection,
        routes: Routes,
        facts: Sequence[ArrivedFact],
        members: dict[UUID, MemberView],
        kin: Kin,
        used: UsedKeys,
        step: Step,
    ) -> tuple[World, list[Outcome]]:
        world = World(
            routes.campaigns,
            members,
            self.zone,
            new_id,
            once=set(used.once),
            faults=self.faults,
            kin=kin,
            known_routes=routes,
        )
        put_used_keys(world, used)
        if facts:
            world.tiers.live = await self.ladders.load(connection, self.campaigns.version)
            await load_for(connection, world, facts, lock=True)
        for fact in facts:
            if fact.pending is not None:
                world.pending.expect(fact.pending)
        step("load")
        outcomes = [decide_fact(world, fact) for fact in facts]
        if facts:
            look_back(world, facts[-1].arrived_at)
        step("decide")
        return world, outcomes


async def _take(
    connection: Connection,
    facts: Sequence[ArrivedFact],
    members: Collection[UUID],
    campaigns: Collection[LiveCampaign],
) -> set[UUID]:
    """Take what campaigns asked for out of the table, and with it what they asked for about nobody.

    Answers with the facts that are not to be decided: decided or taken back before, or nobody can decide them now.
    """
    ids = {fact.pending.id for fact in facts if fact.pending is not None}
    taken = await take_pending(connection, ids, [campaign.id for campaign in campaigns if not campaign.suspended])
    for fact in facts:
        if fact.new.member_id not in members:
            logger.warning("a campaign asked for %s about nobody: %s", fact.new.type, fact.new.member_id)
    return {fact.id for fact in facts if fact.pending is not None and fact.pending.id not in taken}


def _touches_of(facts: Sequence[ArrivedFact]) -> list[NewTouch]:
    return [
        NewTouch(fact.id, fact.new.member_id, fact.new.at, fact.arrived_at, fact.new.data)
        for fact in facts
        if fact.new.type == TOUCH_SEEN
    ]


def _is_still_pending(world: World, fact: ArrivedFact) -> bool:
    return fact.pending is not None and fact.pending.id not in world.pending.withdrawn


def _tell_of_refused(facts: Sequence[ArrivedFact], outcomes: Sequence[Outcome]) -> None:
    """Say which money will not go back although a campaign asked for it: nobody waits for the answer."""
    for fact, outcome in zip(facts, outcomes, strict=True):
        if fact.new.type in CORE_TYPES and outcome.decisions:
            [decision] = outcome.decisions
            code = decision.refusal.code if decision.refusal else None
            logger.warning("campaign %s asked for %s: %s: fact %s", fact.new.campaign_id, fact.new.type, code, fact.id)


async def _write(
    connection: Connection, world: World, facts: Sequence[ArrivedFact], outcomes: Sequence[Outcome], step: Step
) -> None:
    await write_participations(connection, world.participations)
    await write_tags(connection, world.tags)
    await append_invitations(connection, world.invitations.new.values())
    step("write participations")
    await write_book(connection, world.book)
    await write_value(connection, world)
    await write_for_desks(connection, world)
    step("write ledger")
    await write_counters(connection, world.counters)
    await write_reservations(connection, world.reservations)
    step("write counters")
    await append_decisions(connection, world.decisions)
    step("append decisions")
    await write_orders(connection, world.orders)
    await write_refunds(connection, world.orders)
    step("write orders")
    await write_groups(connection, world.groups)
    await write_touches(connection, _touches_of(facts))
    step("write groups")
    await write_tiers(connection, world.tiers, facts[-1].arrived_at)
    step("write tiers")
    await append_all(connection, _notes_for_the_worker(world, facts, outcomes))
    step("leave notes")
    await write_pending(connection, world.pending)
    step("leave pending facts")
    if world.erased:
        # Last: of the erased nothing stays of what the others wrote.
        await write_erased(connection, world)


def _notes_for_the_worker(world: World, facts: Sequence[ArrivedFact], outcomes: Sequence[Outcome]) -> list[Note]:
    """What it counts anew once this is committed: scores, features, what was done in groups, and days of metrics."""
    return [
        *notes_of_changes(board_changes(world, facts, outcomes)),
        *notes_of_touched(touched_by(world, facts)),
        *notes_of_talk(FEATURES_TOPIC, said_daily(world, facts)),
        *notes_of_activity(activity_by(world, facts, outcomes)),
        *notes_of_touched_days(touched_days(world, facts)),
        *notes_of_talk(METRICS_TOPIC, said_once(world, facts)),
    ]


def _answer(fact: ArrivedFact, answers: Mapping[str, tuple[bytes, Outcome]]) -> Answer:
    known = answers.get(fact.new.idempotency_key)
    if known is None:
        if fact.pending is not None:
            return Outcome(fact.id, ())
        return NotFound(f"there is no member {fact.new.member_id}")
    fingerprint, outcome = known
    return outcome if fingerprint == fact.fingerprint else IdempotencyConflict(fact.new.idempotency_key)
