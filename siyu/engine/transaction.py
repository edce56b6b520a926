"""One batch of facts in one transaction: lock, insert, load, decide, write."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.boards import leave_changes
from siyu.campaigns import LiveCampaign, LiveCampaigns, load_participations, write_participations
from siyu.db import Connection
from siyu.engine.deciding import decide_fact
from siyu.engine.facts import ArrivedFact
from siyu.engine.followers import board_changes
from siyu.engine.outcome import Outcome
from siyu.engine.store import append_decisions, append_facts, find_once, idempotency_key, load_answers
from siyu.engine.timing import Timings
from siyu.engine.value_loading import NO_KEYS, UsedKeys, find_used_keys, load_value, put_used_keys, write_value
from siyu.engine.world import World
from siyu.errors import DomainError, IdempotencyConflict, NotFound
from siyu.ids import new_id
from siyu.ledger import load_accounts, write_book
from siyu.members import lock_members
from siyu.orders import ORDER_FACTS, load_orders, write_orders
from siyu.sdk import MemberView

Answer = Outcome | DomainError
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class BatchTransaction:
    """What batches are decided with. One instance a process."""

    campaigns: LiveCampaigns
    zone: ZoneInfo
    timings: Timings

    async def run(self, connection: Connection, facts: Sequence[ArrivedFact], used: UsedKeys = NO_KEYS) -> list[Answer]:
        """Decide and write facts whose idempotency keys differ; one answer each, in their order. Commits nothing.

        `used` are keys known to be in the database: a `Once`, a `Hold` or an `Issue` with one of them becomes a
        refusal here rather than a violated constraint.
        """
        step = self.timings.start()
        members = await lock_members(connection, {fact.new.member_id for fact in facts})
        step("lock members")
        known = [fact for fact in facts if fact.new.member_id in members]
        answers = await load_answers(connection, [idempotency_key(fact) for fact in known])
        fresh = [fact for fact in known if idempotency_key(fact) not in answers]
        await append_facts(connection, fresh)
        step("append facts")
        world, outcomes = await self._decide(connection, fresh, members, used, step)
        if fresh:
            await _write(connection, world, step)
        for fact, outcome in zip(fresh, outcomes, strict=True):
            answers[fact.new.idempotency_key] = fact.fingerprint, outcome
        return [_answer(fact, answers) for fact in facts]

    async def used_keys(self, connection: Connection, facts: Sequence[ArrivedFact]) -> UsedKeys:
        """The keys these facts would be decided with that the database has already; changes nothing."""
        members = await lock_members(connection, {fact.new.member_id for fact in facts})
        world, _ = await self._decide(connection, facts, members, NO_KEYS, self.timings.start())
        used = await find_used_keys(connection, world)
        return used._replace(once=frozenset(await find_once(connection, world.once)))

    async def _decide(
        self,
        connection: Connection,
        facts: Sequence[ArrivedFact],
        members: dict[UUID, MemberView],
        used: UsedKeys,
        step: Step,
    ) -> tuple[World, list[Outcome]]:
        campaigns = await self.campaigns.load(connection) if facts else []
        world = World(campaigns, members, self.zone, new_id, once=set(used.once))
        put_used_keys(world, used)
        if facts:
            await _load(connection, world, facts)
        step("load")
        outcomes = [decide_fact(world, fact) for fact in facts]
        step("decide")
        return world, outcomes


async def _load(connection: Connection, world: World, facts: Sequence[ArrivedFact]) -> None:
    """What the facts' campaigns read, all under the members' locks."""
    news = [fact.new for fact in facts]
    await load_accounts(connection, world.book, {new.member_id for new in news})
    deciding = [(fact.new, campaign) for fact in facts for campaign in concerned(world, fact)]
    if deciding:
        keys = {(campaign.id, new.member_id) for new, campaign in deciding}
        await load_participations(connection, world.participations, list(keys))
        await load_value(connection, world, deciding)
    numbers = {new.data["order"] for new in news if new.type in ORDER_FACTS}
    if numbers:
        await load_orders(connection, world.orders, numbers)


def concerned(world: World, fact: ArrivedFact) -> list[LiveCampaign]:
    """The campaigns that will decide about a fact."""
    if fact.new.campaign_id is None:
        return list(world.listeners(fact.new.type, fact.new.at))
    campaign = world.campaign(fact.new.campaign_id)
    return [campaign] if campaign else []


async def _write(connection: Connection, world: World, step: Step) -> None:
    await write_participations(connection, world.participations)
    step("write participations")
    await write_book(connection, world.book)
    await write_value(connection, world)
    step("write ledger")
    await append_decisions(connection, world.decisions)
    step("append decisions")
    await write_orders(connection, world.orders)
    step("write orders")
    await leave_changes(connection, board_changes(world))
    step("leave scores")


def _answer(fact: ArrivedFact, answers: Mapping[str, tuple[bytes, Outcome]]) -> Answer:
    known = answers.get(fact.new.idempotency_key)
    if known is None:
        return NotFound(f"there is no member {fact.new.member_id}")
    fingerprint, outcome = known
    return outcome if fingerprint == fact.fingerprint else IdempotencyConflict(fact.new.idempotency_key)
