"""Items that no fact names, because the campaign draws them: stock as exact as any, in the kit and in previews too."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from siyu.campaigns import AnyCampaignType, Registry
from siyu.campaigns.checking import check_settings
from siyu.campaigns.counting import SUBJECTS_NAMED_MAX
from siyu.campaigns.drafts import Draft, DraftChanges
from siyu.db import Pool
from siyu.engine import CAMPAIGN_FAILED, BatchLimits
from siyu.engine.preview import Previewer, PreviewFact
from siyu.errors import InvalidInput
from siyu.sdk import Action, ActionInput, Effect, Fact, Grant, Reserve, Scope, Text
from siyu.sdk.testing import Stage
from tests.clock import NOON
from tests.factories import SHANGHAI, add_campaign, add_members
from tests.siyu.engine.tally import NAME, TallyConfig, go, refusal, tally, tally_engine

ONE_TOO_MANY = [f"prize {n}" for n in range(SUBJECTS_NAMED_MAX + 1)]
TAKEN = "SELECT subject, used FROM counter WHERE used > 0 ORDER BY subject"


class Draw(ActionInput):
    """What facts of tests/siyu/engine/tally.py carry; a draw looks at none of it."""

    do: tuple[Any, ...] = ()


def draw(fact: Fact, view: Any) -> Iterator[Effect]:
    """One of what is left, each unit as likely as any other; with nothing left what the counter refuses with."""
    left = {item: view.left(NAME, item) or 0 for item in view.config.items}
    units = [item for item in left for _ in range(left[item])] or ["cup"]
    yield Reserve(NAME, 1, subject=units[int(fact.seed, 16) % len(units)])
    yield Grant("points", 1)


def lucky_draw() -> AnyCampaignType:
    """A stock by item that facts name without a field."""
    kind = tally(Scope.ITEM, field=None, stock=True)
    return replace(kind, decide=draw, actions=(Action("go", Text(zh="抽奖", en="Draw"), Draw),))


async def test_of_many_draws_at_once_each_item_gives_what_it_has(pool: Pool, other_pool: Pool) -> None:
    kind, members = lucky_draw(), await add_members(pool, 80)
    campaign = await add_campaign(pool, "tally", {"limit": 19})
    engines = [tally_engine(place, kind, BatchLimits(facts_max=8, share_min=1)) for place in (pool, other_pool)]

    outcomes = await asyncio.gather(
        *(engines[number % 2].submit(go(campaign, member)) for number, member in enumerate(members))
    )

    codes = [refusal(outcome) for outcome in outcomes]
    assert (codes.count(None), codes.count("NONE_LEFT")) == (38, 42)
    assert [tuple(row) for row in await pool.fetch(TAKEN)] == [("cup", 19), ("hat", 19)]


async def test_a_drawn_item_is_previewed_without_a_row(pool: Pool) -> None:
    kind, [member] = lucky_draw(), await add_members(pool, 1)
    campaign = await add_campaign(pool, "tally", {"limit": 1})
    await tally_engine(pool, kind).submit(go(campaign, member))
    before = [tuple(row) for row in await pool.fetch("SELECT * FROM counter ORDER BY subject")]
    previewer = Previewer(pool, Registry({"tally": kind}), SHANGHAI)

    facts = [PreviewFact(NOON, action="go")] * 2
    stored = await previewer.preview(Draft(campaign, None, DraftChanges()), facts, NOON)
    # The stock of a published campaign cannot change, what a config brings anew can.
    wider = DraftChanges(config={"limit": 1, "items": ["cup", "hat", "pen"]})
    drafted = await previewer.preview(Draft(campaign, None, wider), facts, NOON)

    assert [step.refusal is None for step in stored.steps] == [True, False]
    assert [step.refusal is None for step in drafted.steps] == [True, True]
    assert [tuple(row) for row in await pool.fetch("SELECT * FROM counter ORDER BY subject")] == before


def test_more_items_than_a_fact_may_name_are_refused_when_saved() -> None:
    config = {"items": ONE_TOO_MANY}

    with pytest.raises(InvalidInput, match=f"'units' has more items than the {SUBJECTS_NAMED_MAX}"):
        check_settings(lucky_draw(), config, None)
    check_settings(lucky_draw(), {"items": ONE_TOO_MANY[1:]}, None)
    check_settings(tally(Scope.ITEM), config, None)


async def test_more_items_than_a_fact_may_name_fail_the_decision(pool: Pool) -> None:
    """The config was stored before the type said that the items are drawn."""
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "tally", {"items": ONE_TOO_MANY})

    assert refusal(await tally_engine(pool, lucky_draw()).submit(go(campaign, member))) == CAMPAIGN_FAILED
    with pytest.raises(Exception, match="more items than"):
        Stage(lucky_draw(), TallyConfig(items=tuple(ONE_TOO_MANY))).act("lin", "go")


def test_the_kit_draws_likewise() -> None:
    stage = Stage(lucky_draw(), TallyConfig(limit=2))

    codes = [stage.act(name, "go").refusal for name in ("lin", "wang", "zhao", "qian", "sun")]

    assert codes == [None] * 4 + ["NONE_LEFT"]
    assert stage.counted(NAME) == {("cup", ""): (2, 0), ("hat", ""): (2, 0)}
