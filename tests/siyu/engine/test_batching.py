"""Batches, engines and broken connections change how fast facts are decided, never what comes of them."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from siyu.boards import fold_everything
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine, NewFact, Outcome
from tests.factories import add_campaign, add_members, paid, refunded, shop_engine, sign
from tests.siyu.engine.test_model import as_expected, check_ledger

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
CROWD = 200
ROUNDS = 3
KILLS = 5
KILL_EVERY_S = 0.08
# As many days of facts as it takes to meet so many writers at work, and no more.
DAYS_MAX = 60
ONE_BY_ONE = BatchLimits(facts_max=1, share_min=1, in_flight_max=1)
ALL_AT_ONCE = BatchLimits(facts_max=512, share_min=512)
SMALL = BatchLimits(facts_max=32, share_min=8)

KILL_WRITERS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""

# What facts left, without ids: by the member's place in the order they were made, and the campaign's type.
DUMPS = (
    """SELECT type, fact.at, idempotency_key, data, count(decision.id) FROM fact
       LEFT JOIN decision ON fact_id = fact.id GROUP BY fact.id ORDER BY idempotency_key""",
    """SELECT idempotency_key, type_key, campaign_revision, plugin_version, once_key, effects, refusal_code,
              refusal_missing
       FROM decision JOIN fact ON fact.id = fact_id LEFT JOIN campaign ON campaign.id = decision.campaign_id
       ORDER BY idempotency_key, type_key""",
    """SELECT joined_at, unit, balance FROM account JOIN member ON member.id = member_id ORDER BY joined_at, unit""",
    """SELECT idempotency_key, transfer.unit, amount, member_balance, kind, reference, transfer.at,
              (reverses_id IS NULL) AS original, (debit.member_id IS NULL) AS from_campaign
       FROM transfer JOIN fact ON fact.id = fact_id JOIN account debit ON debit.id = debit_id
       ORDER BY idempotency_key, amount""",
    """SELECT joined_at, type_key, participation.state, state_version, updated_at
       FROM participation JOIN member ON member.id = subject_id JOIN campaign ON campaign.id = campaign_id
       ORDER BY joined_at, type_key""",
    "SELECT number, amount_fen, refunded_fen, paid_at FROM shop_order ORDER BY number",
    """SELECT board, window_key, joined_at, score, reached_at
       FROM board_score JOIN member ON member.id = member_id ORDER BY board, window_key, joined_at""",
)


async def add_crowd(pool: Pool, count: int) -> list[UUID]:
    """Members who can be told apart by when they joined."""
    ids = await add_members(pool, count)
    await pool.execute(
        "UPDATE member SET joined_at = $2::timestamptz + place * interval '1 day' "
        "FROM unnest($1::uuid[]) WITH ORDINALITY AS listed (id, place) WHERE member.id = listed.id",
        ids,
        NOON,
    )
    return ids


def a_busy_day(campaign: UUID, members: Sequence[UUID]) -> list[NewFact]:
    """512 facts that refuse, grant and reverse; members' facts are mixed with each other."""
    draw = Random(7)  # noqa: S311 - the same day each time
    facts: list[NewFact] = []
    for number in range(512):
        place = draw.randrange(len(members))
        member, at = members[place], NOON + timedelta(hours=draw.randrange(-48, 48))
        match draw.randrange(4):
            case 0:
                facts.append(sign(campaign, member, at, f"key/{number:03}"))
            case 1:
                facts.append(refunded(member, f"{place}-{draw.randrange(4)}", 150, at, f"key/{number:03}"))
            case _:
                amount_fen = draw.randrange(10_000)
                facts.append(paid(member, f"{place}-{draw.randrange(6)}", amount_fen, at, f"key/{number:03}"))
    return facts


async def live_a_day(pool: Pool, limits: BatchLimits) -> tuple[Engine, list[object]]:
    """The busy day on a fresh shop; what it answered and left."""
    members = await add_crowd(pool, 20)
    campaign = await add_campaign(pool, "check_in")
    await add_campaign(pool, "purchase", {"cap_per_day": 120, "lateness_days": 1})
    engine = shop_engine(pool, limits)
    outcomes = await asyncio.gather(*(engine.submit(fact) for fact in a_busy_day(campaign, members)))
    await fold_everything(pool)
    answers = [[(e.refusal, e.points) for e in as_expected(outcome)] for outcome in outcomes]
    return engine, [answers, *[[tuple(row) for row in await pool.fetch(sql)] for sql in DUMPS]]


async def test_a_batch_of_one_and_a_batch_of_512_leave_the_same(pool: Pool, second_pool: Pool) -> None:
    slow, one_by_one = await live_a_day(pool, ONE_BY_ONE)
    fast, all_at_once = await live_a_day(second_pool, ALL_AT_ONCE)

    assert (slow.timings.batches, fast.timings.batches) == (512, 1)
    for expected, found in zip(one_by_one, all_at_once, strict=True):
        assert expected
        assert expected == found


async def test_two_engines_given_the_same_keys_at_once_decide_each_once(pool: Pool) -> None:
    members = await add_members(pool, 60)
    campaign = await add_campaign(pool, "check_in")
    engines = [shop_engine(pool, SMALL), shop_engine(pool, SMALL)]
    facts = [sign(campaign, member, NOON) for member in members]

    first, second = await asyncio.gather(
        *(asyncio.gather(*(engine.submit(fact) for fact in facts)) for engine in engines)
    )

    assert first == second
    assert await pool.fetchval("SELECT count(*) FROM fact") == 60
    assert await pool.fetchval("SELECT sum(balance) FROM account") == 60 * 5


async def test_two_engines_that_decide_about_the_same_members_take_turns(pool: Pool) -> None:
    members = await add_members(pool, 40)
    await add_campaign(pool, "purchase")
    engines = [shop_engine(pool, SMALL), shop_engine(pool, SMALL)]

    await asyncio.gather(
        *(
            engines[number % 2].submit(paid(member, f"{place}-{number}", 100, NOON))
            for number in range(10)
            for place, member in enumerate(members)
        )
    )

    assert {row[0] for row in await pool.fetch("SELECT balance FROM account WHERE member_id IS NOT NULL")} == {10}
    assert {row[0] for row in await pool.fetch("SELECT (state->>'orders')::int FROM participation")} == {10}
    await check_ledger(pool)


async def test_shuffled_members_on_two_engines_never_wait_in_a_circle(
    pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "siyu.engine")
    members = await add_members(pool, CROWD)
    campaign = await add_campaign(pool, "check_in", {"streak_points": [1]})
    engines = [shop_engine(pool, SMALL), shop_engine(pool, SMALL)]
    draw = Random(11)  # noqa: S311 - the same shuffles each time

    for day in range(ROUNDS):
        facts = [sign(campaign, member, NOON + timedelta(days=day)) for member in members]
        await asyncio.gather(*(engine.submit(fact) for engine in engines for fact in draw.sample(facts, len(facts))))

    balances = [row[0] for row in await pool.fetch("SELECT balance FROM account WHERE member_id IS NOT NULL")]
    assert Counter(balances) == {ROUNDS: CROWD}
    assert "Deadlock" not in caplog.text


async def test_killed_connections_lose_nothing_and_double_nothing(pool: Pool, other_pool: Pool) -> None:
    members = await add_members(pool, CROWD)
    campaign = await add_campaign(pool, "check_in", {"streak_points": [1]})
    engine = shop_engine(pool, SMALL)
    killed, answers, over = 0, list[Outcome](), asyncio.Event()

    async def kill() -> None:
        nonlocal killed
        while killed < KILLS and not over.is_set():
            await asyncio.sleep(KILL_EVERY_S)
            killed += await other_pool.fetchval(KILL_WRITERS)

    killing = asyncio.create_task(kill())
    for day in range(DAYS_MAX):
        facts = [sign(campaign, member, NOON + timedelta(days=day)) for member in members]
        answers += await asyncio.gather(*(engine.submit(fact) for fact in facts))
        if killing.done():
            break
    over.set()
    await killing

    assert killed > 0
    assert [as_expected(answer)[0].points for answer in answers] == [1] * len(answers)
    assert await pool.fetchval("SELECT count(*) FROM fact") == len(answers)
    assert await pool.fetchval("SELECT count(*) FROM transfer") == len(answers)
    await check_ledger(pool)


async def test_draining_an_engine_waits_for_every_commit(pool: Pool) -> None:
    members = await add_members(pool, 30)
    campaign = await add_campaign(pool, "check_in")
    engine = shop_engine(pool, BatchLimits(facts_max=4, share_min=1))
    callers = [asyncio.create_task(engine.submit(sign(campaign, member, NOON))) for member in members]
    await asyncio.sleep(0)

    await engine.drain()

    assert await pool.fetchval("SELECT count(*) FROM fact") == 30
    assert len(await asyncio.gather(*callers)) == 30
