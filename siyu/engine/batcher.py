"""Facts that wait for their batch: a bounded queue, several batches in flight, a member in one of them at a time."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Outcome
from siyu.engine.timing import Timings
from siyu.errors import Busy, IdempotencyConflict
from siyu.trail import Trail, followed, following

logger = logging.getLogger(__name__)

RETRY_AFTER_MS = 200


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """How facts are grouped.

    A batch takes at most `facts_max`; at most `in_flight_max` batches run at once. A fact waits at most `delay_ms`
    for others, and not at all while no batch is running. `queue_max` facts may wait; a further one is told BUSY.
    `share_min` keeps a queue that could fill only part of a batch from being cut into crumbs.
    """

    facts_max: int = 256
    share_min: int = 64
    in_flight_max: int = 3
    delay_ms: float = 2.0
    queue_max: int = 10_000


@dataclass(slots=True)
class Waiting:
    """A fact in the queue, everyone who submitted it, and the trails of those who are followed."""

    fact: ArrivedFact
    entered_s: float
    callers: tuple[asyncio.Future[Outcome], ...] = ()
    trails: tuple[Trail, ...] = ()

    def join(self, caller: asyncio.Future[Outcome]) -> None:
        """Somebody submitted it: nearly always one alone."""
        self.callers += (caller,)
        trail = followed()
        if trail is not None:
            self.trails += (trail,)

    def answer(self, answer: Outcome | Exception) -> None:
        """Tell every caller who still listens."""
        for caller in self.callers:
            if caller.done():
                continue
            if isinstance(answer, Exception):
                caller.set_exception(answer)
            else:
                caller.set_result(answer)


# Decides and commits a batch; an answer for each fact, in their order. What it raises is everyone's answer.
RunBatch = Callable[[Sequence[ArrivedFact]], Awaitable[Sequence[Outcome | Exception]]]


class Batcher:
    """Groups submitted facts into batches. Belongs to one event loop."""

    def __init__(self, run_batch: RunBatch, limits: BatchLimits, timings: Timings) -> None:
        self._run_batch = run_batch
        self._limits = limits
        self._timings = timings
        self._queue: deque[Waiting] = deque()
        self._by_key: dict[str, Waiting] = {}
        self._busy_members: set[UUID] = set()
        self._in_flight: set[asyncio.Task[None]] = set()
        self._timer: asyncio.Handle | None = None
        self._starts_soon = False

    def enter(self, fact: ArrivedFact) -> asyncio.Future[Outcome]:
        """Queue a fact; the future is answered after the commit, whether or not its caller still waits.

        Raises Busy while the queue is full. A fact whose idempotency key is in the queue joins the one that is there.
        """
        caller: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        key = fact.new.idempotency_key
        known = self._by_key.get(key)
        if known is not None:
            if known.fact.fingerprint != fact.fingerprint:
                raise IdempotencyConflict(key)
            known.join(caller)
            return caller
        if len(self._queue) >= self._limits.queue_max:
            raise Busy(RETRY_AFTER_MS)
        waiting = Waiting(fact, monotonic())
        waiting.join(caller)
        self._queue.append(waiting)
        self._by_key[key] = waiting
        self._wake()
        return caller

    @property
    def waiting(self) -> int:
        """How many facts are in the queue."""
        return len(self._queue)

    def holds(self, idempotency_key: str) -> bool:
        """Whether a fact of this key waits, or is being decided."""
        return idempotency_key in self._by_key

    async def drain(self) -> None:
        """Wait until every fact that was entered is answered."""
        while self._queue or self._in_flight:
            self._start()
            await asyncio.wait(self._in_flight)

    def _wake(self) -> None:
        """See to it that a batch starts when it should: at the end of this turn of the loop, or after the delay."""
        if not self._queue or self._starts_soon or len(self._in_flight) >= self._limits.in_flight_max:
            return
        loop = asyncio.get_running_loop()
        if not self._in_flight or len(self._queue) >= self._limits.facts_max:
            self._starts_soon = True
            loop.call_soon(self._start)
        elif self._timer is None:
            self._timer = loop.call_later(self._limits.delay_ms / 1000, self._start)

    def _start(self) -> None:
        """Start as many batches as there are places for."""
        self._starts_soon = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._queue and (places := self._limits.in_flight_max - len(self._in_flight)) > 0:
            # Shared out among the free places: Python prepares one batch while PostgreSQL works on another.
            share = max(self._limits.share_min, -(-len(self._queue) // places))
            batch = self._take(min(share, self._limits.facts_max))
            if not batch:
                return
            # A batch is of many operations, and takes place in the surroundings of none.
            task = asyncio.create_task(self._run(batch), context=Context())
            self._in_flight.add(task)
            task.add_done_callback(self._finished)

    def _take(self, size: int) -> list[Waiting]:
        """The next facts in order, leaving those whose member is in flight, and all that member's later ones."""
        taken: list[Waiting] = []
        left: list[Waiting] = []
        members: set[UUID] = set()
        while self._queue and len(taken) < size:
            waiting = self._queue.popleft()
            member_id = waiting.fact.new.member_id
            if member_id in self._busy_members:
                left.append(waiting)
            else:
                members.add(member_id)
                taken.append(waiting)
        self._queue.extendleft(reversed(left))
        self._busy_members |= members
        return taken

    async def _run(self, batch: list[Waiting]) -> None:
        answers: Sequence[Outcome | Exception]
        trail = Trail()
        try:
            with following(trail):
                answers = await self._run_batch([waiting.fact for waiting in batch])
        except Exception as error:  # a bug of ours: nobody may wait for ever, and no member stay busy, because of it
            logger.exception("a batch of %d facts ended without answers", len(batch))
            answers = [error] * len(batch)
        self._note(batch, trail)
        for waiting, answer in zip(batch, answers, strict=True):
            self._busy_members.discard(waiting.fact.new.member_id)
            del self._by_key[waiting.fact.new.idempotency_key]
            waiting.answer(answer)

    def _note(self, batch: list[Waiting], trail: Trail) -> None:
        """Count how long it took, and show everyone who is followed where their fact was decided."""
        timings = self._timings
        timings.sizes.add(len(batch))
        timings.batches_s.add(trail.seconds)
        for waiting in batch:
            timings.waits_s.add(trail.began_s - waiting.entered_s)
            for caller in waiting.trails:
                caller.add_batch(trail)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._in_flight.discard(task)
        task.result()
        self._wake()
