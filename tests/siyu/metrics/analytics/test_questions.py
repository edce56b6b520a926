"""Stages, layers, RFM, funnels and retention of shops with refunds and interactions are what plain Python finds."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.db import Pool
from siyu.errors import InvalidInput
from siyu.features import keep_everything
from siyu.features.presets import preset
from siyu.ids import new_id
from siyu.metrics import CohortBy
from siyu.metrics.analytics import Analytics, PostgresEngine
from siyu.metrics.analytics.conditions import first_that_holds
from siyu.metrics.analytics.standings import standings
from siyu.metrics.analytics.tables import tables
from siyu.rules import RuleClock
from tests.factories import SHANGHAI, add_campaign, add_members
from tests.siyu.features.test_keeping import ADD_FACT, add_random_shop
from tests.siyu.metrics.analytics.shops import both_engines
from tests.siyu.rules.rule_makers import NOON

TODAY = NOON.astimezone(SHANGHAI).date()
DAY = timedelta(days=1)
STEPS = ("a", "b", "c")
FUNNEL_DAYS = 2
KEPT = "SELECT stage, layer, rfm_recency, rfm_frequency, rfm_monetary, spend_365d_fen FROM member_feature"

# Hours after the start: what one member did, in any order; hour and kind may repeat.
Doings = list[tuple[int, str]]


@pytest.mark.parametrize("seed", range(3))
async def test_the_standings_of_today_are_those_that_the_worker_keeps(pool: Pool, tmp_path: Path, seed: int) -> None:
    campaign = await add_campaign(pool, "check_in")
    async with pool.acquire() as connection:
        await add_random_shop(connection, Random(seed), campaign)  # noqa: S311 - a test's
    await keep_everything(pool, RuleClock(NOON, SHANGHAI))

    engines = await both_engines(pool, tmp_path)
    for asked in engines.values():
        stages = {each.key: each.members for each in await asked.stages(TODAY)}
        layers = {each.key: each.members for each in await asked.layers(TODAY)}
        cells = await asked.rfm(TODAY)

        kept = await pool.fetch(KEPT)
        assert stages == Counter(row["stage"] for row in kept)
        assert layers == Counter(row["layer"] for row in kept)
        ranked = [row for row in kept if row["rfm_recency"]]
        scored = Counter[tuple[int, int, int]]()
        spend = Counter[tuple[int, int, int]]()
        for row in ranked:
            scored[row["rfm_recency"], row["rfm_frequency"], row["rfm_monetary"]] += 1
            spend[row["rfm_recency"], row["rfm_frequency"], row["rfm_monetary"]] += row["spend_365d_fen"]
        found = {(cell.recency, cell.frequency, cell.monetary): (cell.members, cell.spend_fen) for cell in cells}
        assert found == {cell: (scored[cell], spend[cell]) for cell in scored}


@pytest.mark.parametrize("back", [1, 7, 30, 90])
async def test_the_standings_of_a_past_day_are_those_of_what_had_happened_by_then(pool: Pool, back: int) -> None:
    campaign, day = await add_campaign(pool, "check_in"), TODAY - timedelta(days=back)
    async with pool.acquire() as connection:
        members = await add_random_shop(connection, Random(back), campaign)  # noqa: S311 - a test's

    def by(moment: datetime) -> bool:
        return moment.astimezone(SHANGHAI).date() <= day

    known = []
    for member in members.values():
        if by(member.joined_at):
            member.orders = [order for order in member.orders if by(order[0])]
            member.interactions = [at for at in member.interactions if by(at)]
            member.talk = [talk for talk in member.talk if by(talk[0])]
            member.invitees = []
            known.append(member.features(day, SHANGHAI))

    asked = Analytics(PostgresEngine(pool, SHANGHAI, 30))
    assert {each.key: each.members for each in await asked.stages(day)} == Counter(row["stage"] for row in known)
    assert {each.key: each.members for each in await asked.layers(day)} == Counter(row["layer"] for row in known)


def plain_funnel(doings: Doings) -> int:
    """How many steps a member came, from the first "a"."""
    begun = min((hour for hour, step in doings if step == STEPS[0]), default=None)
    if begun is None:
        return 0
    at, reached = begun, 1
    for step in STEPS[1:]:
        later = [hour for hour, done in doings if done == step and at < hour < begun + FUNNEL_DAYS * 24]
        if not later:
            break
        at, reached = min(later), reached + 1
    return reached


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.tuples(st.integers(0, 60), st.sampled_from(STEPS)), max_size=7), min_size=1, max_size=8))
async def test_a_funnel_counts_who_did_one_thing_after_the_other(
    pool: Pool, tmp_path_factory: pytest.TempPathFactory, people: list[Doings]
) -> None:
    # Facts stay: the next people have days of their own.
    start = datetime(2026, 1, 1, tzinfo=UTC) + 10 * DAY * await pool.fetchval(
        "SELECT count(DISTINCT member_id) FROM fact"
    )
    first = start.date()
    for member_id, doings in zip(await add_members(pool, len(people)), people, strict=True):
        await add_facts(pool, member_id, [(start + timedelta(hours=hour), step) for hour, step in doings])

    reached = [plain_funnel(doings) for doings in people]
    engines = await both_engines(pool, tmp_path_factory.mktemp("snapshots"))
    for asked in engines.values():
        steps = await asked.funnel(STEPS, first, first + 4 * DAY, FUNNEL_DAYS)
        assert [step.members for step in steps] == [sum(n > place for n in reached) for place in range(len(STEPS))]


async def add_facts(pool: Pool, member_id: UUID, doings: list[tuple[datetime, str]]) -> None:
    """Facts that the shop's systems told of a member."""
    rows = [(new_id(), kind, member_id, at, f"service/{new_id()}") for at, kind in doings]
    # Given nothing, the driver would leave the connection in the middle of a transaction.
    if rows:
        await pool.executemany(ADD_FACT, rows)


async def test_a_period_that_has_not_passed_for_all_of_a_cohort_is_not_complete(pool: Pool) -> None:
    monday = date(2026, 11, 2)
    [member_id] = await add_members(pool, 1)
    await pool.execute("UPDATE member SET joined_at = $2 WHERE id = $1", member_id, datetime(2026, 11, 3, tzinfo=UTC))
    await add_facts(pool, member_id, [(datetime(2026, 11, day, 12, tzinfo=UTC), "a") for day in (3, 10, 12, 17)])
    asked = Analytics(PostgresEngine(pool, SHANGHAI, 30))

    async def periods(today: date) -> list[tuple[int, int, bool]]:
        found = await asked.retention(monday, monday, today, CohortBy.WEEK, 7, 2)
        assert {each.first_day for each in found} == {monday}
        return [(each.period, each.active, each.is_complete) for each in found]

    # Whoever joins on Sunday the 8th is in their second week until the 21st, and in their third until the 28th.
    assert await periods(date(2026, 11, 20)) == [(0, 1, True), (1, 1, False), (2, 1, False)]
    assert await periods(date(2026, 11, 21)) == [(0, 1, True), (1, 1, True), (2, 1, False)]
    assert await periods(date(2026, 11, 28)) == [(0, 1, True), (1, 1, True), (2, 1, True)]
    assert await periods(date(2026, 11, 16)) == [(0, 1, True), (1, 1, False), (2, 0, False)]


async def test_a_shop_without_anybody_has_figures_and_no_ratios(pool: Pool, tmp_path: Path) -> None:
    engines = await both_engines(pool, tmp_path)
    for asked in engines.values():
        found = await asked.figures(TODAY, TODAY)
        assert (found.revenue_fen, found.orders, found.buyers, found.repeat_buyers, found.active_members) == (0,) * 5
        assert (found.arpu_fen, found.average_order_fen, found.repurchase) == (None, None, None)
        assert await asked.rfm(TODAY) == []
        assert await asked.retention(TODAY, TODAY, TODAY, CohortBy.MONTH, 30, 2) == []
        assert [step.members for step in await asked.funnel(STEPS, TODAY, TODAY, 7)] == [0, 0, 0]


async def test_what_is_beyond_the_bounds_is_refused(pool: Pool) -> None:
    asked = Analytics(PostgresEngine(pool, SHANGHAI, 30))
    for question in (
        asked.rfm(TODAY, 0),
        asked.rfm(TODAY, 731),
        asked.funnel(["a"], TODAY, TODAY, 7),
        asked.funnel(["a"] * 9, TODAY, TODAY, 7),
        asked.funnel(["a", ""], TODAY, TODAY, 7),
        asked.funnel(["a", "b"], TODAY, TODAY, 367),
        asked.retention(TODAY, TODAY - DAY, TODAY, CohortBy.WEEK, 7, 2),
        asked.retention(TODAY - 800 * DAY, TODAY, TODAY, CohortBy.WEEK, 7, 2),
        asked.retention(TODAY, TODAY, TODAY, CohortBy.WEEK, 7, 25),
        asked.figures(TODAY, TODAY - DAY),
    ):
        with pytest.raises(InvalidInput):
            await question


def test_presets_ask_only_what_analytics_can_ask() -> None:
    row = standings(tables("int64"), TODAY)
    assert row.columns == ("member", "stage", "layer")
    with pytest.raises(NotImplementedError):
        first_that_holds([preset("tagged", "有标签", "Tagged", "'vip' in member.tags")], row, TODAY)
