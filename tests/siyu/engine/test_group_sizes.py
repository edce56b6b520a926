"""The size of groups, where a campaign's config says that decisions look at it."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from siyu.campaigns import AnyCampaignType
from siyu.campaigns.checking import check_settings
from siyu.campaigns.drafts import Draft
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine
from siyu.engine.population import CrowdPlan
from siyu.engine.preview import Previewer, PreviewFact
from siyu.engine.replay import Replay, ReplaySummary
from siyu.engine.simulation import simulate
from siyu.errors import InvalidInput
from siyu.sdk import Effect, Fact, Grant, View
from siyu.sdk.reads import GROUP_SIZES_MAX
from siyu.sdk.testing import InvalidEffect, Stage
from tests.clock import NOON
from tests.factories import SHANGHAI, add_campaign, add_members, paid, registry_of
from tests.siyu.engine.stage import live, paying
from tests.siyu.groups.shop import add_group, joined, left


def count(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
    """A thousand points and as many as the group has members; a thousand less where there is no such group."""
    size = view.group_size("tea")
    yield Grant("points", 1 if size is None else 1_000 + size)


def counting(*keys: str) -> AnyCampaignType:
    """A type that looks at the group with every order and every move."""
    heard = frozenset({"order.paid", "group.joined", "group.left"})
    return paying(count, listens=heard, group_sizes=lambda config: keys or ("tea",))


def seen(outcome: Any) -> list[int]:
    """What the campaign granted."""
    return [effect["amount"] for decision in outcome.decisions for effect in decision.effects]


async def shop_of(pool: Pool, members: int, *, batch: int = 256) -> tuple[UUID, Engine, list[UUID]]:
    """A campaign that counts, its engine, and members of no group."""
    campaign = await add_campaign(pool, "paying")
    return (
        campaign,
        Engine(pool, registry_of(counting()), SHANGHAI, BatchLimits(facts_max=batch)),
        (await add_members(pool, members)),
    )


async def test_who_joins_is_in_it_when_campaigns_decide_about_the_joining(pool: Pool) -> None:
    _, engine, members = await shop_of(pool, 3)
    before = await engine.submit(paid(members[0], "A-1", 100, NOON))
    await add_group(pool, "tea")
    empty = await engine.submit(paid(members[0], "A-2", 100, NOON))

    together = await asyncio.gather(*(engine.submit(joined(member, "tea")) for member in members))
    after = await engine.submit(paid(members[0], "A-3", 100, NOON))
    gone = await engine.submit(left(members[0], "tea"))

    assert [seen(outcome) for outcome in (before, empty, after, gone)] == [[1], [1_000], [1_003], [1_002]]
    assert sorted(seen(outcome)[0] for outcome in together) == [1_001, 1_002, 1_003]


async def test_one_who_only_looks_neither_waits_for_who_joins_nor_keeps_them_waiting(pool: Pool) -> None:
    _, engine, [lin] = await shop_of(pool, 1)
    await add_group(pool, "tea")

    async with pool.acquire() as other, other.transaction():
        await other.execute("UPDATE community SET member_count = 1 WHERE key = 'tea'")
        outcome = await asyncio.wait_for(engine.submit(paid(lin, "A-1", 100, NOON)), 60)

    assert seen(outcome) == [1_000]


async def test_a_preview_and_a_replay_see_the_size_of_today(pool: Pool) -> None:
    campaign, engine, [lin, wang] = await shop_of(pool, 2)
    await add_group(pool, "tea")
    await engine.submit(paid(lin, "A-1", 100, NOON))
    await engine.submit(joined(wang, "tea"))
    facts = [PreviewFact(NOON, None, type="order.paid", data={"order": "A-2", "amount_fen": 100})]
    registry = registry_of(counting())

    [step] = (await Previewer(pool, registry, SHANGHAI).preview(Draft(campaign), facts, NOON)).steps
    replay = Replay(pool, registry, SHANGHAI, Draft(campaign)).differences(ReplaySummary(), lambda done, total: None)
    differences = [(each.before.effects, each.after.effects) async for each in replay]

    assert [effect["amount"] for effect in step.effects] == [1_001]
    amounts = [[effect["amount"] for effect in effects] for pair in differences for effects in pair]
    assert amounts == [[1_000], [1_001]]


def test_a_simulation_plays_with_the_groups_that_it_is_given() -> None:
    def give(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
        size = view.group_size("tea")
        yield Grant("points", 100 + (size or 0) if "tea" in view.features.groups else 1)

    kind = paying(give, group_sizes=lambda config: ("tea",), features=lambda config: True)
    plan = CrowdPlan(50, 30, 7, date(2026, 11, 1), SHANGHAI, groups={"tea": 7})

    report = simulate(live(kind), plan, lambda done, total, facts: None)

    orders, granted = report.facts["order.paid"], report.totals["points", "granted"]
    by_the_group, rest = divmod(granted - orders, 107 - 1)
    assert (0 < by_the_group < orders, rest) == (True, 0)


@pytest.mark.parametrize("many", [GROUP_SIZES_MAX, GROUP_SIZES_MAX + 1])
def test_a_config_that_looks_at_too_many_groups_is_refused(many: int) -> None:
    kind = counting(*(f"g-{number}" for number in range(many - 1)), "tea")
    stage: Stage[Any, Any] = Stage(kind)

    if many > GROUP_SIZES_MAX:
        with pytest.raises(InvalidInput):
            check_settings(kind, {}, None)
        with pytest.raises(InvalidEffect):
            stage.fact("lin", "order.paid", order="A-1", amount_fen=100)
    else:
        check_settings(kind, {}, None)
        assert stage.fact("lin", "order.paid", order="A-1", amount_fen=100).granted() == 1


def test_on_a_stage_a_group_has_as_many_as_are_told_or_are_there() -> None:
    stage: Stage[Any, Any] = Stage(replace(counting(), listens=frozenset({"order.paid"})))
    granted = []

    def order() -> None:
        number = f"A-{len(granted)}"
        granted.append(stage.fact("lin", "order.paid", order=number, amount_fen=100).granted())

    order()
    stage.member("wang", groups=["tea"])
    order()
    stage.group("tea", members=40)
    order()

    assert granted == [1, 1_001, 1_040]
    with pytest.raises(ValueError, match="0 members or more"):
        stage.group("tea", members=-1)
