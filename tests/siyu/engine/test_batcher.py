"""The queue by itself, with a stand-in for the transaction."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.engine import BatchLimits, NewFact, Outcome
from siyu.engine.batcher import Batcher
from siyu.engine.facts import ArrivedFact
from siyu.engine.timing import Timings
from siyu.errors import Busy
from siyu.trail import Trail, followed, following

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
MEMBERS = [UUID(int=number) for number in range(1, 5)]
ANSWER_TIMEOUT_S = 60

numbers = count()


class Refused(Exception):
    """The answer to a fact that fails."""


def fact_of(member_id: UUID) -> ArrivedFact:
    """A fact with a key of its own."""
    number = next(numbers)
    new = NewFact("order.paid", member_id, NOON, {}, f"key/{number}")
    return ArrivedFact(UUID(int=number), new.fingerprint(), NOON, new)


class StandIn:
    """Runs batches, each for some turns of the loop, and watches what the batcher promises."""

    def __init__(self, limits: BatchLimits, turns: Sequence[int] = (0,), fails: Sequence[str] = ("never",)) -> None:
        self.limits, self.turns, self.fails = limits, turns, fails
        self.batches: list[list[ArrivedFact]] = []
        self.members_in_flight: list[UUID] = []
        self.in_flight = 0

    async def run(self, facts: Sequence[ArrivedFact]) -> Sequence[Outcome | Exception]:
        number = len(self.batches)
        self.batches.append(list(facts))
        members = {fact.new.member_id for fact in facts}
        assert 1 <= len(facts) <= self.limits.facts_max
        assert not members & set(self.members_in_flight)
        self.members_in_flight += members
        self.in_flight += 1
        assert self.in_flight <= self.limits.in_flight_max
        for _ in range(self.turns[number % len(self.turns)]):
            await asyncio.sleep(0)
        self.in_flight -= 1
        for member_id in members:
            self.members_in_flight.remove(member_id)
        how = self.fails[number % len(self.fails)]
        if how == "raises":
            raise Refused
        return [Refused() if how == "answers" else Outcome(fact.id, ()) for fact in facts]


@settings(max_examples=300, deadline=None)
@given(
    members=st.lists(st.sampled_from(MEMBERS), max_size=40),
    pauses=st.lists(st.integers(0, 3), min_size=1, max_size=5),
    turns=st.lists(st.integers(0, 6), min_size=1, max_size=5),
    fails=st.lists(st.sampled_from(["never", "answers", "raises"]), min_size=1, max_size=4),
    facts_max=st.integers(1, 6),
    share_min=st.integers(1, 6),
    in_flight_max=st.integers(1, 3),
    queue_max=st.integers(1, 30),
)
async def test_everyone_is_answered_each_member_in_order_and_within_the_bounds(
    members: list[UUID],
    pauses: list[int],
    turns: list[int],
    fails: list[str],
    facts_max: int,
    share_min: int,
    in_flight_max: int,
    queue_max: int,
) -> None:
    limits = BatchLimits(facts_max, share_min, in_flight_max, 0.1, queue_max)
    stand_in = StandIn(limits, turns, fails)
    batcher = Batcher(stand_in.run, limits, Timings())
    entered: list[ArrivedFact] = []
    answers: list[asyncio.Future[Outcome]] = []

    for number, member_id in enumerate(members):
        fact = fact_of(member_id)
        try:
            answers.append(batcher.enter(fact))
            entered.append(fact)
        except Busy:
            waiting = len(entered) - sum(len(batch) for batch in stand_in.batches)
            assert waiting >= queue_max
        for _ in range(pauses[number % len(pauses)]):
            await asyncio.sleep(0)
    await asyncio.wait_for(batcher.drain(), ANSWER_TIMEOUT_S)

    run = [fact for batch in stand_in.batches for fact in batch]
    assert sorted(fact.id for fact in run) == sorted(fact.id for fact in entered)
    for member_id in MEMBERS:
        assert [fact.id for fact in run if fact.new.member_id == member_id] == [
            fact.id for fact in entered if fact.new.member_id == member_id
        ]
    for fact, answer in zip(entered, answers, strict=True):
        assert answer.done()
        assert isinstance(answer.exception(), Refused) or answer.result().fact_id == fact.id


async def test_callers_are_answered_and_their_member_set_free_when_a_batch_raises() -> None:
    stand_in = StandIn(BatchLimits(), fails=("raises", "never"))
    batcher = Batcher(stand_in.run, BatchLimits(), Timings())
    fact = fact_of(MEMBERS[0])

    with pytest.raises(Refused):
        await asyncio.wait_for(batcher.enter(fact), ANSWER_TIMEOUT_S)

    assert (await asyncio.wait_for(batcher.enter(fact), ANSWER_TIMEOUT_S)).fact_id == fact.id


async def test_a_lone_caller_does_not_wait_for_others() -> None:
    limits = BatchLimits(delay_ms=60_000)
    batcher = Batcher(StandIn(limits).run, limits, Timings())

    await asyncio.wait_for(batcher.enter(fact_of(MEMBERS[0])), ANSWER_TIMEOUT_S)


async def test_a_full_batch_does_not_wait_for_the_delay() -> None:
    limits = BatchLimits(facts_max=3, share_min=3, in_flight_max=2, delay_ms=60_000)
    first_may_end = asyncio.Event()

    async def run(facts: Sequence[ArrivedFact]) -> Sequence[Outcome | Exception]:
        if facts[0].new.member_id == MEMBERS[0]:
            await first_may_end.wait()
        return [Outcome(fact.id, ()) for fact in facts]

    batcher = Batcher(run, limits, Timings())
    first = batcher.enter(fact_of(MEMBERS[0]))
    await asyncio.sleep(0)

    others = [batcher.enter(fact_of(member_id)) for member_id in MEMBERS[1:]]
    await asyncio.wait_for(asyncio.gather(*others), ANSWER_TIMEOUT_S)

    assert not first.done()
    first_may_end.set()
    await asyncio.wait_for(batcher.drain(), ANSWER_TIMEOUT_S)


async def test_draining_waits_for_what_is_queued_and_what_is_in_flight() -> None:
    limits = BatchLimits(facts_max=1, share_min=1, in_flight_max=1)
    batcher = Batcher(StandIn(limits, turns=(20,)).run, limits, Timings())
    answers = [batcher.enter(fact_of(member_id)) for member_id in MEMBERS]

    await asyncio.wait_for(batcher.drain(), ANSWER_TIMEOUT_S)

    assert all(answer.done() for answer in answers)


async def test_a_batch_is_of_no_caller_and_every_caller_who_is_followed_is_shown_it() -> None:
    around: list[Trail | None] = []

    async def run(facts: Sequence[ArrivedFact]) -> Sequence[Outcome | Exception]:
        around.append(followed())
        return [Outcome(fact.id, ()) for fact in facts]

    timings, callers = Timings(), [Trail(), Trail()]
    batcher = Batcher(run, BatchLimits(), timings)
    answers = []
    for caller, member_id in zip(callers, MEMBERS, strict=False):
        with following(caller):
            answers.append(batcher.enter(fact_of(member_id)))
    answers.append(batcher.enter(fact_of(MEMBERS[2])))
    await asyncio.wait_for(asyncio.gather(*answers), ANSWER_TIMEOUT_S)

    [batch] = around
    assert batch is not None
    assert [caller.batches for caller in callers] == [[batch], [batch]]
    assert (sum(timings.sizes.counts), timings.sizes.total, sum(timings.waits_s.counts)) == (1, 3, 3)
    assert timings.waits_s.total >= 0
    assert batch.seconds >= 0
