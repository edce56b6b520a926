"""What `submit` answers and what it leaves in the database."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from siyu.db import Pool
from siyu.engine import CAMPAIGN_NOT_FOUND, CAMPAIGN_NOT_OPEN, BatchLimits, Outcome
from siyu.engine import engine as engine_module
from siyu.errors import Busy, IdempotencyConflict, NotFound
from siyu.ids import new_id
from tests.factories import add_campaign, add_members, paid, points_of, refunded, shop_engine, sign

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)  # noon in Shanghai


def granted(outcome: Outcome) -> int:
    """The points that an outcome granted."""
    return sum(e["amount"] for d in outcome.decisions for e in d.effects if e["kind"] == "grant")


def refusals(outcome: Outcome) -> list[str]:
    """The codes of an outcome's refusals."""
    return [decision.refusal.code for decision in outcome.decisions if decision.refusal]


async def test_a_first_sign_in_grants_the_first_days_points(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "check_in")

    outcome = await shop_engine(pool).submit(sign(campaign, member, NOON))

    assert granted(outcome) == 5
    assert await points_of(pool, member) == 5


async def test_a_second_sign_in_of_a_day_is_refused(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "check_in"), shop_engine(pool)

    await engine.submit(sign(campaign, member, NOON))
    outcome = await engine.submit(sign(campaign, member, NOON + timedelta(hours=1)))

    assert refusals(outcome) == ["ALREADY_SIGNED"]
    assert await points_of(pool, member) == 5


async def test_the_shops_midnight_parts_two_days(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "check_in"), shop_engine(pool)
    before_midnight = datetime(2026, 11, 21, 15, 59, 59, 900_000, tzinfo=UTC)

    first = await engine.submit(sign(campaign, member, before_midnight))
    second = await engine.submit(sign(campaign, member, before_midnight + timedelta(milliseconds=200)))

    assert [granted(first), granted(second)] == [5, 5]
    assert await pool.fetchval("SELECT state FROM participation") == (
        '{"days": 2, "given": "5,5", "tries": 0, "recent": "11", "streak": 2, "waiting": [], "last_day": "2026-11-22", '
        '"tried_on": null, "run_before": 0, "best_streak": 2}'
    )


async def test_the_streak_rises_and_wraps(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "check_in", {"streak_points": [1, 2, 3]})
    engine = shop_engine(pool)

    outcomes = [await engine.submit(sign(campaign, member, NOON + timedelta(days=day))) for day in range(5)]

    assert [granted(outcome) for outcome in outcomes] == [1, 2, 3, 1, 2]


async def test_a_repeated_key_gets_the_first_answer(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "check_in")

    first = await shop_engine(pool).submit(sign(campaign, member, NOON, key="mine"))
    again = await shop_engine(pool).submit(sign(campaign, member, NOON + timedelta(seconds=9), key="mine"))

    assert again == first
    assert await points_of(pool, member) == 5


ODD_KEYS = ('quo"te', "com,ma", "{brace}", "back\\slash", "NULL", "签到/🎁", "tab\there", "k" * 200)


async def test_whatever_the_key_its_retry_is_found(pool: Pool) -> None:
    members = await add_members(pool, len(ODD_KEYS))
    campaign = await add_campaign(pool, "check_in")
    signs = [sign(campaign, member, NOON, key) for member, key in zip(members, ODD_KEYS, strict=True)]

    first = await asyncio.gather(*map(shop_engine(pool).submit, signs))
    again = await asyncio.gather(*map(shop_engine(pool).submit, signs))

    assert again == first
    assert await pool.fetchval("SELECT count(*) FROM fact") == len(ODD_KEYS)


async def test_a_key_with_another_body_is_a_conflict(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    engine = shop_engine(pool)
    await engine.submit(paid(member, "A1", 100, NOON, key="mine"))

    with pytest.raises(IdempotencyConflict):
        await engine.submit(paid(member, "A1", 101, NOON, key="mine"))


async def test_two_bodies_with_one_key_at_once_are_a_conflict(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    engine = shop_engine(pool)

    answers = await asyncio.gather(
        engine.submit(paid(member, "A1", 100, NOON, key="mine")),
        engine.submit(paid(member, "A1", 101, NOON, key="mine")),
        return_exceptions=True,
    )

    assert isinstance(answers[0], Outcome)
    assert isinstance(answers[1], IdempotencyConflict)


async def test_an_unknown_member_is_not_found_and_leaves_nothing(pool: Pool) -> None:
    campaign = await add_campaign(pool, "check_in")

    with pytest.raises(NotFound):
        await shop_engine(pool).submit(sign(campaign, new_id(), NOON))

    assert await pool.fetchval("SELECT count(*) FROM fact") == 0


@pytest.mark.parametrize(("state", "code"), [("draft", CAMPAIGN_NOT_FOUND), ("paused", CAMPAIGN_NOT_OPEN)])
async def test_a_campaign_that_is_not_running_refuses(pool: Pool, state: str, code: str) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "check_in", state=state)

    assert refusals(await shop_engine(pool).submit(sign(campaign, member, NOON))) == [code]


async def test_an_action_for_a_campaign_of_another_type_is_not_found(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "purchase")

    assert refusals(await shop_engine(pool).submit(sign(campaign, member, NOON))) == [CAMPAIGN_NOT_FOUND]


async def test_a_full_queue_says_busy(pool: Pool) -> None:
    members = await add_members(pool, 3)
    campaign = await add_campaign(pool, "check_in")
    engine = shop_engine(pool, BatchLimits(queue_max=2))

    answers = await asyncio.gather(
        *(engine.submit(sign(campaign, member, NOON)) for member in members), return_exceptions=True
    )

    assert [type(answer) for answer in answers] == [Outcome, Outcome, Busy]


async def test_a_cancelled_callers_fact_still_completes(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "check_in"), shop_engine(pool)

    caller = asyncio.create_task(engine.submit(sign(campaign, member, NOON)))
    await asyncio.sleep(0)
    caller.cancel()
    await engine.drain()

    assert caller.cancelled()
    assert await points_of(pool, member) == 5


async def test_the_database_refuses_a_second_day_even_when_the_state_was_lost(pool: Pool) -> None:
    members = await add_members(pool, 3)
    campaign, engine = await add_campaign(pool, "check_in"), shop_engine(pool)
    await engine.submit(sign(campaign, members[0], NOON))
    await pool.execute("UPDATE participation SET state = '{}'")

    outcomes = await asyncio.gather(*(engine.submit(sign(campaign, member, NOON)) for member in members))

    assert refusals(outcomes[0]) == ["ALREADY_SIGNED"]
    assert [granted(outcome) for outcome in outcomes[1:]] == [5, 5]
    assert [await points_of(pool, member) for member in members] == [5, 5, 5]


async def test_one_bad_fact_does_not_sink_its_neighbours(pool: Pool) -> None:
    members = await add_members(pool, 5)
    engine = shop_engine(pool)
    await add_campaign(pool, "purchase")
    too_late = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)  # has no date in Shanghai

    answers = await asyncio.gather(
        *(engine.submit(paid(m, f"A{n}", 500, too_late if n == 2 else NOON)) for n, m in enumerate(members)),
        return_exceptions=True,
    )

    assert isinstance(answers[2], OverflowError)
    assert [await points_of(pool, member) for member in members] == [5, 5, 0, 5, 5]
    assert await pool.fetchval("SELECT count(*) FROM fact") == 4


async def test_an_order_is_paid_once_whatever_the_key(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await add_campaign(pool, "purchase")
    engine = shop_engine(pool)

    await engine.submit(paid(member, "A1", 1_234, NOON, key="shop/1"))
    again = await engine.submit(paid(member, "A1", 1_234, NOON, key="callback/1"))

    assert refusals(again) == ["ORDER_ALREADY_PAID"]
    assert await points_of(pool, member) == 12


async def test_a_refund_takes_the_points_back(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await add_campaign(pool, "purchase")
    engine = shop_engine(pool)

    await engine.submit(paid(member, "A1", 1_000, NOON))
    await engine.submit(refunded(member, "A1", 350, NOON + timedelta(days=1)))
    after_part = await points_of(pool, member)
    await engine.submit(refunded(member, "A1", 650, NOON + timedelta(days=2)))

    assert after_part == 6  # what is left of the order is worth 6.50
    assert await points_of(pool, member) == 0
    assert await pool.fetchval("SELECT count(*) FROM board_score WHERE score > 0") == 0


async def test_an_order_paid_and_refunded_in_one_batch_leaves_nothing(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await add_campaign(pool, "purchase")
    engine = shop_engine(pool)

    await asyncio.gather(
        engine.submit(paid(member, "A1", 1_000, NOON)), engine.submit(refunded(member, "A1", 1_000, NOON))
    )

    assert engine.timings.batches == 1
    assert await points_of(pool, member) == 0
    assert await pool.fetchval("SELECT count(*) FROM transfer") == 2


async def test_a_refund_is_honoured_after_the_campaign_was_ended(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await add_campaign(pool, "purchase")
    engine = shop_engine(pool)
    await engine.submit(paid(member, "A1", 1_000, NOON))
    await pool.execute("UPDATE campaign SET state = 'ended'")

    await engine.submit(refunded(member, "A1", 1_000, NOON))

    assert await points_of(pool, member) == 0


@pytest.mark.parametrize(
    ("number", "amount_fen", "code"), [("A1", 1_001, "REFUND_EXCEEDS_ORDER"), ("A2", 1, "ORDER_NOT_FOUND")]
)
async def test_an_impossible_refund_is_refused(pool: Pool, number: str, amount_fen: int, code: str) -> None:
    [member] = await add_members(pool, 1)
    engine = shop_engine(pool)
    await engine.submit(paid(member, "A1", 1_000, NOON))

    assert refusals(await engine.submit(refunded(member, number, amount_fen, NOON))) == [code]


async def test_two_members_cannot_both_pay_one_order(pool: Pool) -> None:
    members = await add_members(pool, 2)
    await add_campaign(pool, "purchase")
    engines = [shop_engine(pool), shop_engine(pool)]

    outcomes = await asyncio.gather(
        *(
            engine.submit(paid(member, "A1", 900, NOON, key=f"key/{member}"))
            for engine, member in zip(engines, members, strict=True)
        )
    )

    assert sorted(refusals(outcome) for outcome in outcomes) == [[], ["ORDER_ALREADY_PAID"]]
    assert sum([await points_of(pool, member) for member in members]) == 9


async def test_facts_of_one_member_are_decided_in_the_order_they_came(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "check_in", {"streak_points": [1]})
    engine = shop_engine(pool, BatchLimits(facts_max=2, share_min=1))

    outcomes = await asyncio.gather(
        *(engine.submit(sign(campaign, member, NOON + timedelta(days=day))) for day in range(20))
    )

    assert [granted(outcome) for outcome in outcomes] == [1] * 20
    assert await points_of(pool, member) == 20


async def test_transfers_cannot_be_changed(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "check_in")
    await shop_engine(pool).submit(sign(campaign, member, NOON))

    with pytest.raises(asyncpg.RaiseError, match="kept as they are"):
        await pool.execute("UPDATE transfer SET amount = 500")


async def test_without_a_database_every_caller_is_told_after_one_round_of_attempts(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = await add_members(pool, 5)
    engine = shop_engine(pool)
    pauses: list[float] = []

    async def note(pause_s: float) -> None:
        pauses.append(pause_s)

    monkeypatch.setattr(engine_module.asyncio, "sleep", note)
    await pool.close()

    answers = await asyncio.gather(
        *(engine.submit(paid(member, f"A{n}", 100, NOON)) for n, member in enumerate(members)), return_exceptions=True
    )

    assert [type(answer) for answer in answers] == [asyncpg.InterfaceError] * 5
    assert len(pauses) == engine_module.ATTEMPTS_MAX - 1


async def test_a_value_that_cannot_be_encoded_fails_alone_and_at_once(pool: Pool) -> None:
    members = await add_members(pool, 3)
    engine = shop_engine(pool)
    await add_campaign(pool, "purchase")

    answers = await asyncio.gather(
        *(engine.submit(paid(m, f"A{n}", 2**70 if n == 1 else 100, NOON)) for n, m in enumerate(members)),
        return_exceptions=True,
    )

    assert isinstance(answers[1], Exception)
    assert [await points_of(pool, member) for member in members] == [1, 0, 1]
