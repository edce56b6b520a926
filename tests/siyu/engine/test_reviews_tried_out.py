"""Reviews in previews, replays and simulations: nothing is written, and what operators said is said again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from siyu.campaigns.drafts import Draft, DraftChanges, as_drafted
from siyu.db import Pool
from siyu.engine.population import CrowdPlan
from siyu.engine.preview import Previewer, PreviewFact
from siyu.engine.replay import Difference, Replay, ReplaySummary
from siyu.engine.simulation import Report, Reviews, simulate
from siyu.sdk import Effect, Fact, Review, View
from tests.clock import NOON, TestClock
from tests.factories import SHANGHAI, registry_of
from tests.siyu.engine.desk import DESK, RAISES, REFUSES, Desk, at_a_desk

REGISTRY = registry_of(DESK)
PLAN = CrowdPlan(100, 5, 7, date(2026, 11, 1), SHANGHAI)


@pytest.fixture
async def desk(pool: Pool, clock: TestClock) -> Desk:
    """A desk and a member, both new."""
    return await at_a_desk(pool, clock)


async def replayed(desk: Desk, config: dict[str, Any]) -> tuple[list[Difference], ReplaySummary]:
    """The differences that a config would have made."""
    summary, draft = ReplaySummary(), Draft(desk.campaign_id, None, DraftChanges(config=config))
    plan = Replay(desk.engine.pool, REGISTRY, SHANGHAI, draft)
    return [one async for one in plan.differences(summary, lambda done, total: None)], summary


async def some_history(desk: Desk) -> None:
    """Photos approved, rejected, refused and still open, after the end too."""
    for key in "abcd":
        await desk.show(key)
    await desk.say(key="a")
    await desk.say(key="b", approved=False)
    await desk.engine.pool.execute("UPDATE campaign SET state = 'ended', ends_at = $1", NOON + timedelta(hours=1))
    desk.clock.move(86_400)
    await desk.say(key="c", note=REFUSES)


async def test_the_config_as_it_is_differs_in_nothing(desk: Desk) -> None:
    await some_history(desk)

    differences, summary = await replayed(desk, {})

    assert (differences, summary.compared) == ([], 7)


async def test_another_config_differs_in_what_operators_approved(desk: Desk) -> None:
    await some_history(desk)

    [difference], summary = await replayed(desk, {"points": 9})

    assert difference.type == "desk.reviewed"
    assert (difference.before.effects[0]["amount"], difference.after.effects[0]["amount"]) == (5, 9)
    assert summary.after["points", "granted"] == 9


async def test_a_verdict_on_what_a_replay_has_closed_is_decided_by_nobody(desk: Desk) -> None:
    """The first failed then, and does not now: the second, which paid, finds nothing to say."""
    await desk.show()

    def forgiving(fact: Fact, view: View[Any, Any]) -> Iterable[Effect]:
        return DESK.decide(fact._replace(data={**fact.data, "note": ""}), view)

    kind = replace(DESK, decide=forgiving)
    await desk.say(note=RAISES)
    await desk.say()
    summary, draft = ReplaySummary(), Draft(desk.campaign_id)

    plan = Replay(desk.engine.pool, registry_of(kind), SHANGHAI, draft)
    first, second = [one async for one in plan.differences(summary, lambda done, total: None)]

    assert (first.before.refusal, first.after.effects[0]["kind"]) == ("CAMPAIGN_FAILED", "grant")
    assert (second.before.effects[0]["kind"], second.after.effects) == ("grant", ())
    assert summary.before["points", "granted"] == summary.after["points", "granted"] == 5


async def test_a_preview_asks_nobody(desk: Desk, pool: Pool) -> None:
    await desk.show()

    previewer = Previewer(pool, REGISTRY, SHANGHAI)
    facts = [PreviewFact(NOON, desk.member_id, "show", data={"key": key}) for key in ("a", "b")]
    preview = await previewer.preview(Draft(desk.campaign_id), facts, NOON)

    assert [step.effects for step in preview.steps] == [
        ({"kind": "review", "key": key, "reason": "photo"},) for key in ("a", "b")
    ]
    assert await pool.fetchval("SELECT count(*) FROM review") == 1


def simulated(plan: CrowdPlan) -> Report:
    """The report of a simulation with the default config."""
    return simulate(as_drafted(REGISTRY, None, Draft(None, "desk")), plan, lambda done, total, facts: None)


def test_a_crowd_of_operators_approves_all_by_default() -> None:
    report = simulated(PLAN)

    assert report.reviews is not None
    assert (report.reviews.rejected, report.reviews.open) == (0, 0)
    assert report.reviews.approved == report.facts["desk.reviewed"] > 50
    assert report.totals["points", "granted"] == 5 * report.reviews.approved
    assert simulated(PLAN) == report


def test_a_crowd_of_operators_approves_the_share_that_it_is_told() -> None:
    all_, some, none = (simulated(replace(PLAN, approved=share)) for share in (1.0, 0.5, 0.0))

    assert all_.reviews is not None
    assert some.reviews is not None
    asked = all_.reviews.approved
    assert none.reviews == Reviews(0, asked, 0)
    assert some.reviews.approved + some.reviews.rejected == asked
    assert 0.3 * asked < some.reviews.approved < 0.7 * asked
    # Whatever operators say, the crowd does the same.
    assert all_.facts == some.facts == none.facts


def test_what_asks_for_nothing_has_no_reviews() -> None:
    plain = replace(DESK, effects=DESK.effects - {Review}, reviews={}, decide=lambda fact, view: ())
    campaign = as_drafted(registry_of(plain), None, Draft(None, "desk"))

    assert simulate(campaign, PLAN, lambda done, total, facts: None).reviews is None
