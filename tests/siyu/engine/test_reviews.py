"""Reviews: asked for once a key, decided once about what an operator says, whatever else happens."""

import asyncio
from datetime import timedelta

import orjson
import pytest

from siyu.db import Pool
from siyu.engine import BatchLimits, NewFact, Outcome
from siyu.engine import reviewing as reviewing_module
from siyu.engine.facts import VerdictOn
from siyu.engine.verdict_intake import GivenVerdict, give_verdict
from siyu.errors import AlreadyReviewed, CampaignStateError, IdempotencyConflict, InvalidInput, NotFound
from siyu.ids import new_id
from tests.clock import NOON, TestClock
from tests.factories import add_members, points_of, shop_registry
from tests.siyu.engine.desk import NO_EFFECT, RAISES, REFUSES, Desk, at_a_desk, desk_engine, show

# In two engines, by two operators.
VERDICTS = 50

COUNT_VERDICTS = "SELECT count(*) FROM fact WHERE type = 'desk.reviewed'"


@pytest.fixture
async def desk(pool: Pool, clock: TestClock) -> Desk:
    """A desk and a member, both new."""
    return await at_a_desk(pool, clock)


async def test_what_is_asked_for_waits_with_its_evidence(desk: Desk) -> None:
    decision = await desk.show(url="https://a.example/照片.jpg")

    row = await desk.row()
    assert decision.effects == ({"kind": "review", "key": "a", "reason": "photo"},)
    assert (row["campaign_id"], row["reason"], row["state"]) == (desk.campaign_id, "photo", "open")
    assert orjson.loads(row["evidence"]) == {"url": "https://a.example/照片.jpg", "size": 3}
    assert row["asked_at"] == NOON
    assert row["asked_fact_id"] == await desk.engine.pool.fetchval("SELECT id FROM fact")


async def test_the_verdict_is_a_fact_and_closes_the_review(desk: Desk, pool: Pool, clock: TestClock) -> None:
    await desk.show()
    clock.move(3_600)

    decision = await desk.say(note="漂亮", by="wang")

    row, fact = await desk.row(), await pool.fetchrow("SELECT * FROM fact WHERE type = 'desk.reviewed'")
    assert fact is not None
    assert (fact["member_id"], fact["campaign_id"], fact["at"]) == (desk.member_id, desk.campaign_id, clock.now)
    assert orjson.loads(fact["data"]) == {"key": "a", "approved": True, "note": "漂亮"}
    assert (row["state"], row["note"], row["decided_by"]) == ("approved", "漂亮", "wang")
    assert (row["decided_at"], row["verdict_fact_id"]) == (clock.now, fact["id"])
    assert [effect["kind"] for effect in decision.effects] == ["grant"]
    assert await desk.points() == 5


async def test_a_rejection_is_a_verdict_too(desk: Desk) -> None:
    await desk.show()

    decision = await desk.say(approved=False)

    assert (decision.effects, decision.refusal) == ((), None)
    assert (await desk.row())["state"] == "rejected"
    assert await desk.is_late()


async def test_the_first_verdict_counts(desk: Desk, pool: Pool) -> None:
    await desk.show()
    await desk.say()

    with pytest.raises(AlreadyReviewed):
        await desk.say(approved=False, by="wang")

    assert ((await desk.row())["state"], await desk.points()) == ("approved", 5)
    assert await pool.fetchval(COUNT_VERDICTS) == 1


async def test_of_two_verdicts_in_one_batch_the_second_is_late(desk: Desk) -> None:
    """Even where the first fails: whoever gave the second looks again."""
    await desk.show()

    review_id = (await desk.row())["id"]
    first, second = (
        NewFact(
            "desk.reviewed",
            desk.member_id,
            NOON,
            {"key": "a", "approved": True, "note": note},
            f"operator/{by}/1",
            desk.campaign_id,
            stamped=True,
            verdict=VerdictOn(review_id, by),
        )
        for note, by in ((RAISES, "lin"), ("", "wang"))
    )

    outcome, late = await asyncio.gather(*map(desk.engine.submit, (first, second)), return_exceptions=True)

    assert isinstance(outcome, Outcome)
    assert isinstance(late, AlreadyReviewed)
    assert ((await desk.row())["state"], desk.engine.timings.batches) == ("open", 2)


async def test_of_many_verdicts_at_once_one_counts(desk: Desk, pool: Pool, other_pool: Pool, clock: TestClock) -> None:
    await desk.show()
    engines = [desk_engine(each, clock, BatchLimits(facts_max=4)) for each in (pool, other_pool)]

    late = await asyncio.gather(
        *(
            desk.is_late(approved=number % 3 > 0, by=("lin", "wang")[number % 2], engine=engines[number % 2])
            for number in range(VERDICTS)
        )
    )

    assert late.count(False) == 1
    assert await pool.fetchval(COUNT_VERDICTS) == 1
    winner = late.index(False)
    row = await desk.row()
    assert row["decided_by"] == ("lin", "wang")[winner % 2]
    assert (row["state"] == "approved", await desk.points()) == (winner % 3 > 0, 5 if winner % 3 > 0 else 0)


async def test_verdicts_on_what_many_members_showed_all_count(desk: Desk, pool: Pool) -> None:
    members = await add_members(pool, 60)
    await asyncio.gather(*(desk.engine.submit(show(desk.campaign_id, member, NOON)) for member in members))
    reviews = [row["id"] for row in await pool.fetch("SELECT id FROM review")]

    given = (GivenVerdict(review, True, "", "lin", f"operator/lin/{review}") for review in reviews)
    await asyncio.gather(*(give_verdict(desk.engine, verdict) for verdict in given))

    assert await pool.fetchval("SELECT count(*) FROM review WHERE state = 'approved'") == 60
    assert {await points_of(pool, member) for member in members} == {5}


async def test_a_repeated_verdict_gets_the_first_answer(desk: Desk) -> None:
    await desk.show()

    first = await desk.say(idempotency_key="12345678")
    again = await desk.say(idempotency_key="12345678")
    with pytest.raises(IdempotencyConflict):
        await desk.say(idempotency_key="12345678", approved=False)

    assert (again.id, again.effects) == (first.id, first.effects)
    assert await desk.points() == 5


@pytest.mark.parametrize("has_verdict", [False, True])
async def test_a_key_is_asked_about_once_whatever_became_of_it(desk: Desk, pool: Pool, has_verdict: bool) -> None:
    await desk.show(url="first")
    if has_verdict:
        await desk.say()

    facts = [show(desk.campaign_id, desk.member_id, NOON, url="second") for _ in range(3)]
    outcomes: list[Outcome] = await asyncio.gather(*map(desk.engine.submit, facts))

    assert [decision.refusal for outcome in outcomes for decision in outcome.decisions] == [None] * 3
    assert orjson.loads((await desk.row())["evidence"])["url"] == "first"
    assert (await desk.row())["state"] == ("approved" if has_verdict else "open")
    assert await pool.fetchval("SELECT count(*) FROM review") == 1


async def test_members_and_campaigns_have_keys_of_their_own(desk: Desk, pool: Pool, clock: TestClock) -> None:
    other = await at_a_desk(pool, clock)

    for each in (desk, other):
        await each.show()
        await each.show("b")
    await other.say()

    assert await pool.fetchval("SELECT count(*) FROM review WHERE state = 'open'") == 3
    assert (await desk.points(), await other.points()) == (0, 5)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("state = 'paused'", id="paused"),
        pytest.param("state = 'ended'", id="ended"),
        pytest.param("state = 'archived', published_at = now()", id="archived"),
        pytest.param("ends_at = '2026-11-21T05:00Z'", id="over"),
    ],
)
async def test_a_verdict_is_decided_in_whatever_state_the_campaign_is(desk: Desk, pool: Pool, change: str) -> None:
    await desk.show()
    await pool.execute(f"UPDATE campaign SET {change}")
    desk.clock.now = NOON + timedelta(days=30)

    await desk.say()

    assert ((await desk.row())["state"], await desk.points()) == ("approved", 5)


async def test_without_its_plugin_a_review_stays_open(desk: Desk, pool: Pool, clock: TestClock) -> None:
    await desk.show()

    with pytest.raises(CampaignStateError, match="the campaign type desk is not loaded"):
        await desk.say(engine=desk_engine(pool, clock, registry=shop_registry()))

    assert (await desk.row())["state"] == "open"
    assert await pool.fetchval(COUNT_VERDICTS) == 0
    await desk.say()
    assert await desk.points() == 5


@pytest.mark.parametrize(
    ("change", "back", "problem"),
    [
        ("config = '{\"points\": 0}', revision = 2", "config = '{}', revision = 3", "or refuses its config"),
        ("problem = 'it failed', problem_at = now()", "problem = NULL, problem_at = NULL", "siyu has paused it"),
    ],
    ids=["config", "suspended"],
)
async def test_while_the_campaign_cannot_decide_a_review_stays_open(
    desk: Desk, pool: Pool, change: str, back: str, problem: str
) -> None:
    await desk.show()
    await pool.execute(f"UPDATE campaign SET {change}")

    with pytest.raises(CampaignStateError, match=problem):
        await desk.say()

    assert ((await desk.row())["state"], await pool.fetchval(COUNT_VERDICTS)) == ("open", 0)
    await pool.execute(f"UPDATE campaign SET {back}")
    await desk.say()
    assert await desk.points() == 5


@pytest.mark.parametrize(
    ("note", "fault", "problem"),
    [(RAISES, "raised", "ZeroDivisionError: it was"), (NO_EFFECT, "invalid", "InvalidEffect: impossible values")],
    ids=["raised", "invalid"],
)
async def test_a_decision_that_fails_leaves_the_review_open_and_tells(
    desk: Desk, note: str, fault: str, problem: str
) -> None:
    await desk.show()

    failed = await desk.say(note=note)

    row = await desk.row()
    assert failed.refusal is not None
    assert (failed.refusal.code, failed.refusal.missing) == ("CAMPAIGN_FAILED", {"fault": fault})
    assert (row["state"], row["decided_at"], row["problem_at"]) == ("open", None, NOON)
    assert row["problem"].startswith(problem)

    await desk.say()
    row = await desk.row()
    assert (row["state"], row["problem"], row["problem_at"]) == ("approved", None, None)
    assert await desk.points() == 5


async def test_a_decision_that_refuses_has_decided(desk: Desk) -> None:
    await desk.show()

    decision = await desk.say(note=REFUSES)

    assert decision.refusal is not None
    assert ((await desk.row())["state"], decision.refusal.code) == ("approved", "NO")
    assert await desk.is_late()


async def test_a_member_has_so_many_open_reviews_and_no_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviewing_module, "REVIEWS_OPEN_MAX", 2)
    for key in ("a", "b"):
        assert (await desk.show(key)).refusal is None

    too_many = await desk.show("c")
    await desk.say(key="b")
    in_its_place = await desk.show("c")

    assert too_many.refusal is not None
    assert too_many.refusal.missing == {"fault": "invalid"}
    assert in_its_place.refusal is None
    assert ((await desk.row("b"))["state"], (await desk.row("c"))["state"]) == ("approved", "open")


async def test_what_is_no_verdict_is_told(desk: Desk) -> None:
    await desk.show()

    with pytest.raises(NotFound):
        await give_verdict(desk.engine, GivenVerdict(new_id(), True, "", "lin", "operator/lin/1"))
    for note in ("x" * 501, "\0"):
        with pytest.raises(InvalidInput) as caught:
            await desk.say(note=note)
        assert [problem.path for problem in caught.value.problems] == [("note",)]
    assert (await desk.row())["state"] == "open"


async def test_a_type_that_asks_for_reviews_no_more_leaves_them_open(desk: Desk, pool: Pool, clock: TestClock) -> None:
    await desk.show()
    await pool.execute("UPDATE campaign SET type_key = 'purchase'")

    with pytest.raises(CampaignStateError, match="asks for no reviews any more"):
        await desk.say(engine=desk_engine(pool, clock, registry=shop_registry()))
    assert (await desk.row())["state"] == "open"
