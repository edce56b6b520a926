"""The campaign that docs/campaigns/README.md writes works as the page says."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import ModuleType, SimpleNamespace

import pytest

from siyu.campaigns import Registry, build_registry
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine, running
from siyu.engine.firing import fire_due
from siyu.sdk import EFFECT_TYPES, hookimpl
from siyu.sdk.testing import CHECKS, check_campaign
from tests.docs.pages import ROOT, blocks
from tests.factories import SHANGHAI, add_campaign, add_members, paid, refunded

PAGE = ROOT / "docs" / "campaigns" / "README.md"
NAME = "campaign_of_the_page"
AT = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def plugin() -> Iterator[ModuleType]:
    """The page's Python as one module; running it makes the page's own assertions."""
    module = sys.modules[NAME] = ModuleType(NAME)
    source = "\n".join(block.text for block in blocks(PAGE) if block.language == "python")
    exec(compile(source, str(PAGE), "exec"), module.__dict__)  # noqa: S102 - our own page
    yield module
    del sys.modules[NAME]


@pytest.fixture
def registry(plugin: ModuleType) -> Registry:
    return build_registry([("first_order", lambda: plugin)])


def test_the_plugin_is_accepted(registry: Registry) -> None:
    assert registry.broken == ()
    assert list(registry.types) == ["first_order"]


async def test_the_engine_rewards_the_first_order_once(pool: Pool, registry: Registry) -> None:
    [member] = await add_members(pool, 1)
    await add_campaign(pool, "first_order", {"amount_fen_min": 5_000})

    async with running(Engine(pool, registry, SHANGHAI, BatchLimits(), lambda: AT)) as engine:
        answers = [await engine.submit(paid(member, f"A-{fen}", fen, AT)) for fen in (4_999, 5_000, 6_000)]

    small, first, second = [answer.decisions[0] for answer in answers]
    assert small.refusal is not None
    assert small.refusal.missing == {"missing_fen": 1}
    assert [effect["kind"] for effect in first.effects] == ["once", "grant", "set_state"]
    assert (second.effects, second.refusal) == ((), None)


async def test_the_timer_of_the_page_thanks_a_week_later_unless_money_went_back(pool: Pool, plugin: ModuleType) -> None:
    kinds = SimpleNamespace(siyu_campaign_types=hookimpl(lambda: [plugin.THANKS]))
    registry = build_registry([("thanks", lambda: kinds)])
    assert registry.broken == ()
    [member] = await add_members(pool, 1)
    await add_campaign(pool, "thanks", {"points": 7})
    now = AT

    async with running(Engine(pool, registry, SHANGHAI, BatchLimits(), lambda: now)) as engine:
        for number in ("A-1", "A-2"):
            await engine.submit(paid(member, number, 100, AT))
        await engine.submit(refunded(member, "A-1", 1, AT))
        points = []
        for days in (6, 7, 8):
            now = AT + timedelta(days=days)
            await fire_due(engine)
            points.append(await pool.fetchval("SELECT coalesce(sum(amount), 0) FROM transfer"))

    assert points == [0, 7, 7]


@pytest.mark.parametrize("name", ["THANKS", "PHOTOS"])
def test_the_other_campaigns_of_the_page_pass_the_suite(plugin: ModuleType, name: str) -> None:
    """But for what needs a file: their module has none."""
    report = check_campaign(getattr(plugin, name))

    assert set(report.passed) == set(CHECKS) - report.skipped.keys()
    assert set(report.skipped) == {"is_the_same_in_every_process", "reaches_for_nothing"}


def test_the_page_lists_every_effect() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert [effect.__name__ for effect in EFFECT_TYPES if f"\n| `{effect.__name__}(" not in page] == []


@pytest.mark.parametrize("check", CHECKS)
def test_the_pages_campaign_passes_the_suite(plugin: ModuleType, check: str) -> None:
    plugin.test_conformance(check)
