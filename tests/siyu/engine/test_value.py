"""Spends, holds, rewards and messages: what they leave in the database, and what they refuse."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from siyu.boards import fold_everything
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine, NewFact, Outcome
from siyu.engine import value_effects as effects_module
from siyu.ledger import hold_store
from siyu.ledger.verify import verify_ledger
from siyu.rewards import store as reward_store
from tests.factories import add_campaign, add_members, points_of
from tests.siyu.engine.till import (
    Told,
    grant,
    hold,
    issue,
    notify,
    play,
    reverse,
    revoke,
    settle,
    spend,
    till_engine,
)

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
LATER = NOON + timedelta(days=1)


class Till:
    """One member at one campaign."""

    def __init__(self, engine: Engine, campaign_id: UUID, member_id: UUID) -> None:
        self.engine, self.campaign_id, self.member_id = engine, campaign_id, member_id

    async def play(self, *effects: Told, at: datetime = NOON, reference: str = "x") -> Outcome:
        """Tell it what to do."""
        fact = play(self.campaign_id, self.member_id, at, *effects, reference=reference)
        return await self.engine.submit(fact)

    async def balance(self) -> int:
        """The member's points."""
        return await points_of(self.engine.pool, self.member_id)


@pytest.fixture
async def till(pool: Pool) -> Till:
    """A till and a member, both new."""
    [member] = await add_members(pool, 1)
    return Till(till_engine(pool), await add_campaign(pool, "till"), member)


def refusal(outcome: Outcome) -> tuple[str, dict[str, Any]] | None:
    """The code of the only decision's refusal, and what is missing."""
    [decision] = outcome.decisions
    return (decision.refusal.code, dict(decision.refusal.missing)) if decision.refusal else None


def logged(outcome: Outcome) -> list[dict[str, Any]]:
    """The effects of the only decision."""
    [decision] = outcome.decisions
    return [dict(effect) for effect in decision.effects]


async def holds_true(pool: Pool) -> bool:
    """Whether no invariant of value is violated, boards included."""
    await fold_everything(pool)
    return not any(finding.violations for finding in await verify_ledger(pool, lambda done, total: None))


async def test_a_spend_takes_from_the_member_into_the_campaign(till: Till, pool: Pool) -> None:
    await till.play(grant(10))

    outcome = await till.play(spend(4, "A1"), at=LATER)

    assert logged(outcome) == [{"kind": "spend", "unit": "points", "amount": 4, "reference": "A1"}]
    assert await till.balance() == 6
    sides = await pool.fetchrow(
        """
        SELECT debit.member_id, credit.campaign_id, amount, member_balance, transfer.at
        FROM transfer JOIN account debit ON debit.id = debit_id JOIN account credit ON credit.id = credit_id
        WHERE kind = 'spend'
        """
    )
    assert tuple(sides or ()) == (till.member_id, till.campaign_id, 4, 6, LATER)
    assert await holds_true(pool)


async def test_what_the_member_has_not_cannot_be_spent(till: Till, pool: Pool) -> None:
    await till.play(grant(10))

    assert refusal(await till.play(spend(11))) == ("POOR", {"unit": "points", "balance": 10, "missing": 1})
    assert await till.balance() == 10
    assert await pool.fetchval("SELECT count(*) FROM transfer") == 1


@pytest.mark.parametrize(
    "effects",
    [
        pytest.param((spend(6), spend(5)), id="two together"),
        pytest.param((grant(5), spend(11)), id="with a grant of the same decision"),
        pytest.param((reverse(5, "x", "spend"), spend(11)), id="with what the same decision gives back"),
        pytest.param((reverse(9, "x"), spend(2)), id="after something was taken back"),
    ],
)
async def test_the_balance_before_a_decision_bears_all_its_spends_or_nothing_happens(
    till: Till, effects: tuple[Told, ...]
) -> None:
    await till.play(grant(20, "x"))
    await till.play(spend(10, "x"))

    found = refusal(await till.play(issue("mug", "k"), *effects))

    assert found is not None
    assert found[0] == "POOR"
    assert await till.balance() == 10
    assert await till.engine.pool.fetchval("SELECT count(*) FROM issued_reward") == 0


async def test_a_spend_before_what_is_taken_back_leaves_only_the_rest_to_take(till: Till) -> None:
    await till.play(grant(10, "x"))

    outcome = await till.play(spend(7), reverse(10, "x"))

    assert [effect["amount"] for effect in logged(outcome)] == [7, 3]
    assert await till.balance() == 0


async def test_a_spend_is_given_back_in_parts_and_never_beyond(till: Till, pool: Pool) -> None:
    await till.play(grant(10))
    await till.play(spend(7, "A1"))

    outcomes = [await till.play(reverse(amount, "A1", "spend"), reference="A1") for amount in (3, 9, 1)]

    assert [logged(outcome)[0]["amount"] for outcome in outcomes] == [3, 4, 0]
    assert logged(outcomes[1]) == [
        {"kind": "reverse", "unit": "points", "amount": 4, "reference": "A1", "asked": 9, "of": "spend"}
    ]
    assert await till.balance() == 10
    assert await holds_true(pool)


async def test_spends_are_no_loss_on_the_board_of_earnings(till: Till, pool: Pool) -> None:
    await till.play(grant(10))
    await till.play(spend(7, "A1"))
    await till.play(reverse(2, "A1", "spend"), reference="A1")
    await fold_everything(pool)

    score = "SELECT score FROM board_score WHERE board = 'points' AND window_key = 'all'"
    assert await pool.fetchval(score) == 10


async def test_a_reference_that_is_not_read_fails_whatever_shares_the_batch(till: Till) -> None:
    outcomes = await asyncio.gather(
        till.play(grant(5, "A1"), reference="A1"), till.play(reverse(5, "A1"), reference="A2")
    )

    assert refusal(outcomes[1]) == ("CAMPAIGN_FAILED", {"fault": "invalid"})
    assert await till.balance() == 5


HOLD = "SELECT state, amount, posted, transfer_id IS NOT NULL, ended_at FROM hold"


@pytest.mark.parametrize(
    ("asked", "posted", "state"), [(None, 10, "posted"), (4, 4, "posted"), (99, 10, "posted"), (0, 0, "void")]
)
async def test_a_hold_is_nobodys_until_it_is_settled(
    till: Till, pool: Pool, asked: int | None, posted: int, state: str
) -> None:
    opened = await till.play(hold(10, "k", "A1"))
    assert (await till.balance(), tuple(await pool.fetchrow(HOLD) or ())) == (0, ("open", 10, 0, False, None))

    settled = await till.play(settle("k", asked), at=LATER)
    again = await till.play(settle("k"), at=LATER + timedelta(days=1))

    assert logged(opened) == [{"kind": "hold", "key": "k", "unit": "points", "amount": 10, "reference": "A1"}]
    assert logged(settled) == [{"kind": "settle", "key": "k", "unit": "points", "amount": posted, "asked": asked}]
    assert logged(again) == [{"kind": "settle", "key": "k", "unit": None, "amount": 0, "asked": None}]
    assert await till.balance() == posted
    assert tuple(await pool.fetchrow(HOLD) or ()) == (state, 10, posted, posted > 0, LATER)
    assert await holds_true(pool)


async def test_what_a_hold_posted_can_be_taken_back_under_its_reference(till: Till) -> None:
    await till.play(hold(10, "k", "A1"))
    await till.play(settle("k", 6))

    assert logged(await till.play(reverse(9, "A1"), reference="A1"))[0]["amount"] == 6


async def test_a_hold_may_open_and_end_in_one_decision(till: Till, pool: Pool) -> None:
    await till.play(hold(10, "k"), settle("k", 3))

    assert await till.balance() == 3
    assert tuple(await pool.fetchrow(HOLD) or ()) == ("posted", 10, 3, True, NOON)


@pytest.mark.parametrize("effect", [hold(1, "k"), issue("mug", "k")])
async def test_a_key_is_good_for_once(till: Till, effect: Told) -> None:
    assert refusal(await till.play(effect)) is None

    assert refusal(await till.play(grant(5), effect)) == ("TAKEN", {"key": "k"})
    assert refusal(await till.play(settle("k"), revoke("k"))) is None
    assert refusal(await till.play(effect)) == ("TAKEN", {"key": "k"})
    assert await till.balance() == (1 if effect[0] == "Hold" else 0)


@pytest.mark.parametrize("effect", [hold(1, "k"), issue("mug", "k")])
async def test_a_key_is_good_for_once_in_a_decision(till: Till, effect: Told) -> None:
    assert refusal(await till.play(effect, effect)) == ("TAKEN", {"key": "k"})


@pytest.mark.parametrize("effect", [hold(1, "k"), issue("mug", "k")])
async def test_a_key_that_is_older_than_what_is_read_is_still_refused(
    till: Till, effect: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hold_store, "LOAD_KEYS", hold_store.LOAD_KEYS.replace("256", "1"))
    monkeypatch.setattr(reward_store, "LOAD", reward_store.LOAD.replace("256", "1"))
    await till.play(effect)
    await till.play(settle("k"))
    await till.play(hold(1, "other"), issue("mug", "other"))

    assert refusal(await till.play(effect)) == ("TAKEN", {"key": "k"})
    # The one whose key was used does not sink its neighbour.
    outcomes = await asyncio.gather(till.play(effect), till.play(notify(1)))
    assert [refusal(outcome) for outcome in outcomes] == [("TAKEN", {"key": "k"}), None]


async def test_keys_of_another_member_or_campaign_are_free(till: Till, pool: Pool) -> None:
    [other] = await add_members(pool, 1)
    await till.play(hold(1, "k"), issue("mug", "k"))

    for neighbour in (
        Till(till.engine, till.campaign_id, other),
        Till(till.engine, await add_campaign(pool, "till"), till.member_id),
    ):
        assert refusal(await neighbour.play(hold(1, "k"), issue("mug", "k"))) is None


async def test_a_member_has_a_bounded_number_of_open_holds(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects_module, "HOLDS_OPEN_MAX", 2)
    await till.play(hold(1, "a"), hold(1, "b"))

    assert refusal(await till.play(hold(1, "c"))) == ("CAMPAIGN_FAILED", {"fault": "invalid"})
    await till.play(settle("a"))
    assert refusal(await till.play(hold(1, "c"))) is None


async def test_a_reward_is_issued_and_revoked(till: Till, pool: Pool) -> None:
    issued = await till.play(issue("mug", "k"))
    revoked = await till.play(revoke("k"), revoke("nothing"), at=LATER)
    await till.play(revoke("k"), at=LATER + timedelta(days=1))

    assert logged(issued) == [{"kind": "issue", "reward": "mug", "key": "k"}]
    assert logged(revoked) == [{"kind": "revoke", "key": "k"}, {"kind": "revoke", "key": "nothing"}]
    rows = await pool.fetch("SELECT reward, key, state, issued_at, revoked_at FROM issued_reward")
    assert [tuple(row) for row in rows] == [("mug", "k", "revoked", NOON, LATER)]


async def test_what_is_issued_after_a_revocation_of_nothing_stays(till: Till, pool: Pool) -> None:
    await till.play(revoke("k"), issue("mug", "k"))

    assert await pool.fetchval("SELECT state FROM issued_reward") == "issued"


async def test_a_message_is_left_with_its_words(till: Till, pool: Pool) -> None:
    outcome = await till.play(notify(3))

    assert logged(outcome) == [{"kind": "notify", "message": "ready", "params": {"count": 3}}]
    rows = await pool.fetch("SELECT member_id, campaign_id, message, params, at FROM message")
    assert [tuple(row) for row in rows] == [(till.member_id, till.campaign_id, "ready", '{"count": 3}', NOON)]


async def test_rows_do_not_depend_on_how_facts_share_batches(pool: Pool) -> None:
    members = await add_members(pool, 2)
    campaigns = [await add_campaign(pool, "till") for _ in members]
    plays: list[tuple[Told, ...]] = [
        (grant(30, "x"), hold(5, "a", "x")),
        (spend(12, "x"), issue("mug", "a")),
        (settle("a", 2), reverse(3, "x"), notify(1)),
        (reverse(20, "x", "spend"), revoke("a"), issue("mug", "a")),
        (reverse(20, "x", "spend"), revoke("a"), hold(1, "b")),
        (spend(40),),
        (spend(29), reverse(50, "x")),
    ]
    for member, campaign, limits in zip(members, campaigns, (BatchLimits(facts_max=1), BatchLimits()), strict=True):
        engine = till_engine(pool, limits)
        await asyncio.gather(*(engine.submit(play(campaign, member, NOON, *effects)) for effects in plays))

    per_member = []
    for member in members:
        tables = (
            "SELECT kind, amount, member_balance, reference FROM transfer JOIN account ON member_id = $1 "
            "AND account.id IN (debit_id, credit_id) ORDER BY transfer.id",
            "SELECT key, amount, posted, state FROM hold WHERE member_id = $1 ORDER BY id",
            "SELECT key, reward, state FROM issued_reward WHERE member_id = $1 ORDER BY id",
            "SELECT message, params FROM message WHERE member_id = $1 ORDER BY id",
            "SELECT effects, refusal_code FROM decision WHERE subject_id = $1 ORDER BY id",
        )
        per_member.append([[tuple(row) for row in await pool.fetch(sql, member)] for sql in tables])
    assert per_member[0] == per_member[1]
    assert all(per_member[0])
    assert await holds_true(pool)


async def test_of_many_spends_from_two_engines_as_many_pass_as_the_balance_bears(
    till: Till, pool: Pool, other_pool: Pool
) -> None:
    await till.play(grant(500))
    engines = [till_engine(pool), till_engine(other_pool)]
    facts: list[NewFact] = [play(till.campaign_id, till.member_id, NOON, spend(10)) for _ in range(200)]

    outcomes = await asyncio.gather(*(engines[place % 2].submit(fact) for place, fact in enumerate(facts)))

    assert sum(refusal(outcome) is None for outcome in outcomes) == 50
    assert {found[0] for outcome in outcomes if (found := refusal(outcome))} == {"POOR"}
    assert await till.balance() == 0
    assert await holds_true(pool)


@pytest.mark.parametrize("effect", [hold(1, "k"), issue("mug", "k")])
async def test_of_many_claims_of_one_key_from_two_engines_one_passes(
    till: Till, pool: Pool, other_pool: Pool, effect: Told
) -> None:
    engines = [till_engine(pool), till_engine(other_pool)]
    facts = [play(till.campaign_id, till.member_id, NOON, effect) for _ in range(100)]

    outcomes = await asyncio.gather(*(engines[place % 2].submit(fact) for place, fact in enumerate(facts)))

    assert sum(refusal(outcome) is None for outcome in outcomes) == 1
    assert await pool.fetchval("SELECT (SELECT count(*) FROM hold) + (SELECT count(*) FROM issued_reward)") == 1
