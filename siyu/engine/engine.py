"""`submit`: the only way for a fact into siyu."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import groupby
from zoneinfo import ZoneInfo

import asyncpg

from siyu.campaigns import LiveCampaigns, Registry, suspend
from siyu.campaigns.pending import PendingFact
from siyu.clock import Clock, utc_now
from siyu.db import Pool
from siyu.engine.answered import Answered
from siyu.engine.batcher import Batcher, BatchLimits
from siyu.engine.facts import ArrivedFact, NewFact
from siyu.engine.hint_board import HintBoard
from siyu.engine.hints import hint_keys
from siyu.engine.merge_loading import MERGING
from siyu.engine.outcome import Outcome, Refusal
from siyu.engine.pending import arrived_fact
from siyu.engine.timing import Timings
from siyu.engine.transaction import Answer, BatchTransaction
from siyu.engine.value_loading import NO_KEYS
from siyu.ids import new_id
from siyu.live import Topic
from siyu.trail import followed

logger = logging.getLogger(__name__)

# A lost race or a lost connection is tried again, for about six seconds in all; then the callers are told.
ATTEMPTS_MAX = 7
FIRST_PAUSE_S = 0.05

LOST_RACE = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.UniqueViolationError)
# Another process was entering the same fact; it has committed, so that the next look finds its answer.
SAME_FACT_CONSTRAINT = "fact_idempotency_key_key"
LOST_CONNECTION = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    # What the driver makes of last words of a killed server that come between two commands of ours.
    asyncpg.InternalClientError,
    # Somebody held a lock, or the server was too slow, for longer than a process lets its statements wait.
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    OSError,
)


def _is_lost_race(error: asyncpg.PostgresError) -> bool:
    """Whether trying again will do; any other unique violation is for the facts one by one."""
    return not isinstance(error, asyncpg.UniqueViolationError) or error.constraint_name == SAME_FACT_CONSTRAINT


def _is_outage(error: Exception) -> bool:
    """Whether the database is away. An InterfaceError that is a ValueError too is a value that cannot be encoded."""
    return isinstance(error, LOST_CONNECTION) and not isinstance(error, ValueError)


def _look_away(entered: asyncio.Future[Outcome]) -> None:
    """An error that nobody waits for has been logged."""
    if not entered.cancelled():
        entered.exception()


def no_fail_point(name: str) -> None:
    """Outside of tests nothing fails on purpose."""


def tell_nobody(topics: Collection[Topic]) -> None:
    """Commands and proofs have no front ends that watch."""


@dataclass(slots=True)
class Engine:
    """Facts in, effects out. One instance a process; any number of processes share the database.

    `fail_point` is called with the name of each point where tests kill the process. Without `hints` every action is
    decided. `announce` is told what each commit has changed.
    """

    pool: Pool
    registry: Registry
    zone: ZoneInfo
    limits: BatchLimits = field(default_factory=BatchLimits)
    clock: Clock = utc_now
    fail_point: Callable[[str], None] = no_fail_point
    timings: Timings = field(default_factory=Timings)
    hints: HintBoard | None = None
    announce: Callable[[Collection[Topic]], None] = tell_nobody
    _transaction: BatchTransaction = field(init=False)
    _batcher: Batcher = field(init=False)
    _answered: Answered = field(init=False)

    def __post_init__(self) -> None:
        self._transaction = BatchTransaction(LiveCampaigns(self.registry), self.zone, self.timings)
        self._batcher = Batcher(self._run_batch, self.limits, self.timings)
        self._answered = Answered(self.pool, self.limits.queue_max)

    async def submit(self, fact: NewFact) -> Outcome:
        """Decide a fact and answer after its commit.

        The same idempotency key gets the first answer again, whichever process it comes to. Raises Busy (nothing was
        taken in), IdempotencyConflict (the key had another body) and NotFound (no such member). A caller who goes
        away does not take the fact with them.
        """
        arrived = ArrivedFact(new_id(), fact.fingerprint(), self.clock(), fact)
        trail = followed()
        if trail is not None:
            trail.add_fact(arrived.id)
        outcome = await self._batcher.enter(arrived)
        if trail is not None and outcome.fact_id != arrived.id:
            trail.add_fact(outcome.fact_id)
        return outcome

    @property
    def waiting(self) -> int:
        """How many facts are in the queue."""
        return self._batcher.waiting

    async def hinted(self, fact: NewFact) -> Refusal | None:
        """What an action is refused with that need not be submitted: less than a second ago nothing was left for it.

        None where it is to be submitted; always, where it was before, for it then gets its first answer. Nothing is
        decided or written. Raises Busy.
        """
        campaign = self._transaction.campaigns.known(fact.campaign_id) if fact.campaign_id is not None else None
        if self.hints is None or campaign is None or not campaign.needs.hinting:
            return None
        if campaign.suspended or not campaign.is_open(fact.at):
            return None
        refusal = self.hints.told(hint_keys(campaign, fact, self.zone))
        # Redis may hold anything: the words at least are the campaign's.
        if refusal is None or all(refusal.code not in counter.hints for counter in campaign.needs.hinting):
            return None
        key = fact.idempotency_key
        return None if self._batcher.holds(key) or await self._answered.may_be(key) else refusal

    def enter_pending(self, pending: PendingFact) -> asyncio.Future[Outcome] | None:
        """Decide a fact that a campaign asked for, unless callers need the room in the queue: then None.

        Nobody has to look at what the future holds. A fact that is gone, or whose campaign cannot decide now, does
        nothing; what fails stays in the table, and is logged.
        """
        if not self.room:
            return None
        entered = self._batcher.enter(arrived_fact(pending, new_id(), self.clock()))
        entered.add_done_callback(_look_away)
        return entered

    @property
    def room(self) -> int:
        """How many facts that campaigns asked for may be entered now: they take up no more than half of the queue."""
        return max(0, self.limits.queue_max // 2 - self._batcher.waiting)

    async def drain(self) -> None:
        """Wait until everything that was submitted is answered."""
        await self._batcher.drain()

    async def _run_batch(self, facts: Sequence[ArrivedFact]) -> Sequence[Outcome | Exception]:
        """Commit the facts together; where that fails, each alone, so that one cannot sink its neighbours.

        A merge is alone in any case: it changes who the others are about.
        """
        if len(facts) > 1 and any(fact.new.type in MERGING for fact in facts):
            runs = groupby(facts, lambda fact: fact.id if fact.new.type in MERGING else None)
            return [answer for _, run in runs for answer in await self._run_batch(list(run))]
        try:
            return await self._with_retries(facts)
        except Exception as error:
            if _is_outage(error):
                # One by one, each would wait for the database all over again.
                logger.error("%d facts found no database: %r", len(facts), error)
                return [error] * len(facts)
            if len(facts) == 1:
                return [await self._alone(facts[0], error)]
            logger.warning("a batch of %d facts failed and is run one by one: %r", len(facts), error)
        answers: list[Outcome | Exception] = []
        for fact in facts:
            answers.extend(await self._run_batch([fact]))
        return answers

    async def _alone(self, fact: ArrivedFact, error: Exception) -> Outcome | Exception:
        """A single fact that failed. Where something unique exists already, a second look sees it and refuses properly:
        an order that another process entered meanwhile, a `Once` key that the state knows nothing of."""
        if not isinstance(error, asyncpg.UniqueViolationError):
            logger.error("fact %s (%s) failed", fact.id, fact.new.type, exc_info=error)
            return error
        try:
            return (await self._with_retries([fact], look_for_once=True))[0]
        except Exception as second:
            logger.exception("fact %s (%s) failed", fact.id, fact.new.type)
            return second

    async def _with_retries(self, facts: Sequence[ArrivedFact], *, look_for_once: bool = False) -> Sequence[Answer]:
        pause_s = FIRST_PAUSE_S
        for _ in range(ATTEMPTS_MAX - 1):
            try:
                return await self._commit(facts, look_for_once)
            except LOST_RACE as error:
                if not _is_lost_race(error):
                    raise
                logger.info("a batch of %d facts lost a race and is tried again: %r", len(facts), error)
            except LOST_CONNECTION as error:
                if not _is_outage(error):
                    raise
                # Whether it was committed is unknown: the idempotency keys make the second attempt find out.
                logger.warning("a batch of %d facts lost its connection and is tried again: %r", len(facts), error)
                await asyncio.sleep(pause_s)
                pause_s *= 2
        return await self._commit(facts, look_for_once)

    async def _commit(self, facts: Sequence[ArrivedFact], look_for_once: bool) -> Sequence[Answer]:
        async with self.pool.acquire() as connection:
            async with connection.transaction():
                used = await self._transaction.used_keys(connection, facts) if look_for_once else NO_KEYS
                answers, due, hints, changed = await self._transaction.run(connection, facts, used)
                read_at_s = self.hints.now_s() if self.hints is not None else 0.0
                step = self.timings.start()
            step("commit")
        self.timings.batches += 1
        self.timings.facts += len(facts)
        self.fail_point("engine.committed")
        if self.hints is not None and hints:
            self.hints.note(hints, read_at_s)
        self.announce(changed)
        for pending in due:
            # What finds no room, a worker enters.
            self.enter_pending(pending)
        if self._transaction.faults.suspended:
            await self._suspend_failing()
        return answers

    async def _suspend_failing(self) -> None:
        """Pause campaigns that failed too often, for every process; where that fails, after a later batch."""
        faults = self._transaction.faults
        for suspension in list(faults.suspended.values()):
            try:
                await suspend(self.pool, suspension.campaign_id, suspension.problem, suspension.at)
            except (asyncpg.PostgresError, *LOST_CONNECTION) as error:
                logger.warning("campaign %s is not asked, but not paused yet: %r", suspension.campaign_id, error)
            else:
                faults.written(suspension.campaign_id)


@asynccontextmanager
async def running(engine: Engine) -> AsyncIterator[Engine]:
    """The engine, drained on leaving."""
    try:
        yield engine
    finally:
        await engine.drain()
