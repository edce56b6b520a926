"""An author whose campaign fails sees why in a preview; the log of decisions keeps only that it did."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from siyu.campaigns import Registry
from siyu.campaigns.drafts import Draft, DraftChanges
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine
from siyu.engine.preview import Previewer, PreviewFact
from siyu.engine.preview_rounds import Step
from siyu.sdk import Grant, Refuse, Score
from tests.clock import NOON
from tests.factories import SHANGHAI, add_campaign, add_members, paid
from tests.siyu.engine.stage import Decide
from tests.siyu.engine.test_failing_campaigns import broken_type, raises_halfway, yields


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """What fails here is logged with its traceback."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


async def previewed(pool: Pool, decide: Decide, facts: int = 1) -> list[Step]:
    """What the campaign type makes of paid orders."""
    previewer = Previewer(pool, Registry({"broken": broken_type(decide)}), SHANGHAI)
    orders = [{"order": f"A-{n}", "amount_fen": 100} for n in range(facts)]
    given = [PreviewFact(NOON, type="order.paid", data=data) for data in orders]
    return list((await previewer.preview(Draft(None, "broken", DraftChanges()), given, NOON)).steps)


@pytest.mark.parametrize(
    ("decide", "problem"),
    [
        pytest.param(raises_halfway, "ZeroDivisionError at test_failing_campaigns.py:", id="raises"),
        pytest.param(yields(Grant("gold", 5)), "InvalidEffect: ", id="an unknown unit"),
        pytest.param(yields(Score("streak", 3)), "InvalidEffect: ", id="undeclared"),
        pytest.param(lambda fact, view: view.left("mugs"), "NotDeclared: the campaign type has no counter", id="read"),
    ],
)
async def test_a_failure_says_what_it_was(pool: Pool, decide: Decide, problem: str) -> None:
    [step] = await previewed(pool, decide)

    assert step.refusal is not None
    assert step.refusal.code == "CAMPAIGN_FAILED"
    assert (step.problem or "").startswith(problem)
    assert "\n" not in (step.problem or "")


async def test_what_did_not_fail_has_no_problem(pool: Pool) -> None:
    [granted] = await previewed(pool, yields(Grant("points", 5)))
    [refused] = await previewed(pool, yields(Refuse("NO")))

    assert [granted.problem, refused.problem] == [None, None]


async def test_each_step_has_its_own_problem(pool: Pool) -> None:
    def by_order(fact: Any, view: Any) -> list[Any]:
        if fact.data["order"] == "A-1":
            return [Grant("points", 5)]
        raise LookupError(fact.data["order"])

    steps = await previewed(pool, by_order, facts=3)

    told = [(step.problem or "").partition(" at ")[0] for step in steps]
    assert told == ["LookupError: A-0", "", "LookupError: A-2"]


async def test_one_that_never_comes_back_says_so_however_often(pool: Pool) -> None:
    def endless(fact: Any, view: Any) -> list[Any]:
        while True:
            pass

    steps = await previewed(pool, endless, facts=4)

    assert [(step.problem or "").partition(":")[0] for step in steps] == ["Overran"] * 4
    assert steps[-1].refusal == ("CAMPAIGN_FAILED", {"fault": "suspended"})


async def test_the_log_keeps_only_that_it_failed(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await add_campaign(pool, "broken")
    engine = Engine(pool, Registry({"broken": broken_type(raises_halfway)}), SHANGHAI, BatchLimits())

    outcome = await engine.submit(paid(member, "A-1", 100, NOON))

    assert outcome.decisions[0].refusal == ("CAMPAIGN_FAILED", {"fault": "raised"})
    log = json.dumps([str(row) for row in await pool.fetch("SELECT * FROM decision")])
    assert "CAMPAIGN_FAILED" in log
    assert "ZeroDivision" not in log
