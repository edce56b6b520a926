"""However many operations are slow at once: so many lines, each so long, no story twice, and none left uncounted."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from api.identity import Tokens
from api.observing import Observer, RequestTrail
from api.observing.slow import (
    LINES_MAX,
    PLAN_LINE_CHARS_MAX,
    STATEMENT_CHARS_MAX,
    STATEMENTS_TOLD_MAX,
    SlowOperations,
    explain,
)
from api.services import Services
from siyu.db import Pool
from siyu.trail import Call, Trail
from tests.api.applications import application
from tests.api.graphql import ask, operator_token
from tests.api.observing.lines import Lines, production_log

# A command: it has no plan, so that its line is written at once.
COMMAND = "EVALSHA"
LONG = "x" * 5_000
# All that a line says beside statements and plans.
REST_BYTES_MAX = 1_000


@pytest.fixture
def log() -> Iterator[Lines]:
    """What is logged, warnings only."""
    with production_log(logging.WARNING) as lines:
        yield lines


def slow_trail(ended_s: float, *batches: Trail, own_s: float = 0.6) -> RequestTrail:
    """A request that took a second until then, and so long for calls of its own."""
    trail = RequestTrail(ended_s=ended_s, calls=[Call("redis", COMMAND, ended_s, own_s)], batches=list(batches))
    trail.began_s = ended_s - 1
    return trail


def batch_until(ended_s: float) -> Trail:
    """A batch that took 0.9 seconds until then."""
    return Trail(began_s=ended_s - 0.9, ended_s=ended_s, calls=[Call("postgresql", "COMMIT", ended_s, 0.9)])


async def test_so_many_lines_a_second_are_written_and_the_next_one_counts_the_others(pool: Pool, log: Lines) -> None:
    slow = SlowOperations(pool, 0.5)

    told = [slow.tell(slow_trail(second + number / 1_000), {}) for second in (7, 8) for number in range(1_000)]

    assert told == ([True] * LINES_MAX + [False] * (1_000 - LINES_MAX)) * 2
    left_out = [line.get("left_out", 0) for line in log.parsed("slow operation")]
    assert left_out == [0] * LINES_MAX + [1_000 - LINES_MAX] + [0] * (LINES_MAX - 1)


async def test_those_who_waited_for_the_same_batch_have_one_line(pool: Pool, log: Lines) -> None:
    slow, batch, other = SlowOperations(pool, 0.5), batch_until(7.0), batch_until(7.1)

    assert slow.tell(slow_trail(7.1, batch, own_s=0.01), {})
    # Equal to it in every value, and yet another.
    assert slow.tell(slow_trail(7.2, batch_until(7.0), own_s=0.01), {})
    assert not slow.tell(slow_trail(7.3, batch, own_s=0.01), {})
    assert slow.tell(slow_trail(7.4, batch, other, own_s=0.01), {})

    assert [line.get("left_out", 0) for line in log.parsed("slow operation")] == [0, 0, 1]


@pytest.mark.parametrize(("ended_s", "own_s"), [(7.2, 0.6), (7.9, 0.01)], ids=["its calls", "after the batch"])
async def test_who_was_slow_beside_the_batch_has_a_line_too(
    pool: Pool, log: Lines, ended_s: float, own_s: float
) -> None:
    slow, batch = SlowOperations(pool, 0.5), batch_until(7.0)

    assert slow.tell(slow_trail(7.1, batch, own_s=0.01), {})
    assert slow.tell(slow_trail(ended_s, batch, own_s=own_s), {})

    assert len(log.parsed("slow operation")) == 2


async def test_a_long_statement_and_its_long_plan_are_cut(
    pool: Pool, log: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[str] = []

    async def planned_long(_: Pool, statement: str) -> list[str]:
        planned.append(statement)
        return await explain(pool, statement)

    slow, trail = SlowOperations(pool, 0.5), slow_trail(7.0)
    trail.calls = [
        Call("postgresql", f"SELECT '{LONG}{number}'::text WHERE '{LONG}' <> $1", 7.0, 1) for number in "abc"
    ]
    monkeypatch.setattr("api.observing.slow.explain", planned_long)
    slow.tell(trail, {})
    await slow.close()

    [line] = log.parsed("slow operation")
    assert {len(each["text"]) for each in line["dearest"]} == {STATEMENT_CHARS_MAX}
    assert len(line["dearest"]) == STATEMENTS_TOLD_MAX
    assert {each["text"][-1] for each in line["dearest"]} == {"…"}
    assert max(map(len, line["plan"])) == PLAN_LINE_CHARS_MAX
    # Whole, or it would have no plan.
    assert planned == [trail.calls[0].text]
    plan_bytes = len(json.dumps(line["plan"]))
    assert len(log.getvalue()) < STATEMENTS_TOLD_MAX * STATEMENT_CHARS_MAX + plan_bytes + REST_BYTES_MAX


async def test_what_has_no_line_is_counted(services: Services, tokens: Tokens, log: Lines) -> None:
    settings = services.settings.model_copy(update={"slow_operation_ms": 0})
    observer = Observer(settings, services.pool)
    async with application(replace(services, observer=observer)) as client:
        await _asked_often(client, operator_token(tokens))
    await observer.close()

    lines = log.parsed("slow operation")
    assert observer.counts.slow == 4 * LINES_MAX
    assert observer.counts.slow_left_out == 4 * LINES_MAX - len(lines) > 0


async def _asked_often(client: httpx.AsyncClient, token: str) -> None:
    for _ in range(4 * LINES_MAX):
        await ask(client, "{ __typename }", token)
