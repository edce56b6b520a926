"""Tells where the time of slow operations went: calls, batches, and the plan of their dearest statement."""

import asyncio
import logging
import re
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from contextvars import Context
from dataclasses import dataclass
from time import monotonic

import asyncpg

from api.observing.requests import RequestTrail
from siyu.db import Pool
from siyu.loops import DATABASE_OUTAGES
from siyu.trail import Call, Trail

logger = logging.getLogger(__name__)

STATEMENTS_TOLD_MAX = 3
# A statement is known by how it begins; what the driver asks about types has 3,000 characters.
STATEMENT_CHARS_MAX = 500
# Lines that a process writes in one second: in a storm they say the same, and writing them would slow it further.
LINES_MAX = 5
# The last batches that lines told of.
TOLD_BATCHES_MAX = 64
# Statements whose plan is kept, and for how long before it is asked for again.
PLANS_MAX = 64
PLAN_KEPT_S = 600.0
PLAN_LINES_MAX = 60
PLAN_LINE_CHARS_MAX = 200
EXPLAIN_TIMEOUT_S = 1.0
EXPLAINABLE = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
PARAMETER = re.compile(r"\$(\d+)")

# What can come of asking for a plan.
NO_PLAN: tuple[type[Exception], ...] = (asyncpg.PostgresError, *DATABASE_OUTAGES)

Plan = list[str]


@dataclass(slots=True)
class Spent:
    """What one statement or command took in all."""

    text: str
    times: int = 0
    seconds: float = 0.0


class SlowOperations:
    """One a process. Plans are those that PostgreSQL makes without values, so that none is sent or logged."""

    def __init__(self, pool: Pool, after_s: float) -> None:
        self._pool, self._after_s = pool, after_s
        self._plans: OrderedDict[str, tuple[float, Plan]] = OrderedDict()
        self._asking: asyncio.Task[None] | None = None
        self._second, self._lines, self._left_out = 0, 0, 0
        self._batches: deque[Trail] = deque(maxlen=TOLD_BATCHES_MAX)

    def is_slow(self, trail: RequestTrail) -> bool:
        """Whether the request took longer than it should."""
        return trail.seconds >= self._after_s

    def tell(self, trail: RequestTrail, fields: Mapping[str, object]) -> bool:
        """Whether it has a line; that is written after asking for the plan where it is not known, one at a time."""
        if not self._has_a_line(trail):
            self._left_out += 1
            return False
        told = {**fields, **where_time_went(trail)}
        if self._left_out:
            told["left_out"], self._left_out = self._left_out, 0
        dearest = dearest_statement(trail)
        known = self._known(dearest)
        if dearest is None or known is not None or self._asking is not None:
            _write(told, known)
            return True
        # Of no operation: this one has ended.
        self._asking = asyncio.create_task(self._ask(dearest, told), name="plan", context=Context())
        self._asking.add_done_callback(self._asked)
        return True

    async def close(self) -> None:
        """Wait for the line that waits for its plan."""
        if self._asking is not None:
            await self._asking

    def _has_a_line(self, trail: RequestTrail) -> bool:
        second = int(trail.ended_s)
        if second != self._second:
            self._second, self._lines = second, 0
        if self._lines >= LINES_MAX or self._only_waited(trail):
            return False
        self._lines += 1
        self._batches.extend(trail.batches)
        return True

    def _only_waited(self, trail: RequestTrail) -> bool:
        """Whether all that was slow are batches of which lines of others tell."""
        if not all(any(batch is told for told in self._batches) for batch in trail.batches):
            return False
        after_s = trail.ended_s - max((batch.ended_s for batch in trail.batches), default=trail.began_s)
        return max(after_s, sum(call.seconds for call in trail.calls)) < self._after_s

    def _known(self, statement: str | None) -> Plan | None:
        kept_at_s, plan = self._plans.get(statement or "", (0.0, None))
        return plan if plan is not None and monotonic() - kept_at_s < PLAN_KEPT_S else None

    async def _ask(self, statement: str, told: Mapping[str, object]) -> None:
        plan: Plan | None = None
        try:
            async with asyncio.timeout(EXPLAIN_TIMEOUT_S):
                plan = await explain(self._pool, statement)
        except NO_PLAN as error:
            logger.info("a slow statement has no plan: %r", error)
        else:
            self._plans[statement] = monotonic(), plan
            self._plans.move_to_end(statement)
            if len(self._plans) > PLANS_MAX:
                self._plans.popitem(last=False)
        _write(told, plan)

    def _asked(self, task: "asyncio.Task[None]") -> None:
        self._asking = None
        if not task.cancelled():
            task.result()


async def explain(pool: Pool, statement: str) -> Plan:
    """How PostgreSQL runs the statement whatever its parameters are; it is not run. Raises what asyncpg raises."""
    count = max((int(number) for number in PARAMETER.findall(statement)), default=0)
    values = f"({', '.join(['NULL'] * count)})" if count else ""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await connection.execute(f"PREPARE siyu_slow AS {statement}")
        try:
            async with connection.transaction():
                rows = await connection.fetch(f"EXPLAIN EXECUTE siyu_slow{values}")
        finally:
            # No rollback ends it.
            await connection.execute("DEALLOCATE siyu_slow")
    return [_cut(row[0], PLAN_LINE_CHARS_MAX) for row in rows[:PLAN_LINES_MAX]]


def where_time_went(trail: RequestTrail) -> dict[str, object]:
    """The sums of its calls, its batches, and the statements that took longest; what batches asked is in it."""
    calls = all_calls(trail)
    dearest = sorted(_spent(calls), key=lambda spent: -spent.seconds)[:STATEMENTS_TOLD_MAX]
    texts = [_cut(each.text, STATEMENT_CHARS_MAX) for each in dearest]
    return {
        "calls": trail.calls_made + sum(batch.calls_made for batch in trail.batches),
        "postgresql_ms": _ms(call.seconds for call in calls if call.system == "postgresql"),
        "redis_ms": _ms(call.seconds for call in calls if call.system == "redis"),
        "batches_ms": [_ms([batch.seconds]) for batch in trail.batches],
        "dearest": [
            {"text": text, "times": each.times, "ms": _ms([each.seconds])}
            for text, each in zip(texts, dearest, strict=True)
        ],
    }


def all_calls(trail: RequestTrail) -> list[Call]:
    """Its own calls and those of the batches that decided its facts."""
    return [*trail.calls, *(call for batch in trail.batches for call in batch.calls)]


def dearest_statement(trail: RequestTrail) -> str | None:
    """The statement that took longest in all, of those that have a plan."""
    spent = _spent(call for call in all_calls(trail) if call.system == "postgresql")
    explainable = [each for each in spent if each.text.startswith(EXPLAINABLE)]
    return max(explainable, key=lambda each: each.seconds).text if explainable else None


def _spent(calls: Iterable[Call]) -> list[Spent]:
    """The calls by their text, in one line each."""
    found: dict[str, Spent] = {}
    for call in calls:
        text = " ".join(call.text.split())
        spent = found.setdefault(text, Spent(text))
        spent.times += 1
        spent.seconds += call.seconds
    return list(found.values())


def _cut(text: str, chars_max: int) -> str:
    return text if len(text) <= chars_max else f"{text[: chars_max - 1]}…"


def _ms(seconds: Iterable[float]) -> float:
    return round(sum(seconds) * 1_000, 1)


def _write(told: Mapping[str, object], plan: Plan | None) -> None:
    logger.warning("slow operation", extra={"fields": {**told, "plan": plan}})
